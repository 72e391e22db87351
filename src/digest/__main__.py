"""`python -m digest` is `digest`."""

from digest.cli.app import main

main()
