"""What a developer does often, run in the environment you are in: `nox -l` lists it, `nox` lints and tests.

Set it up once by the README's second command; .ci/run calls `lint` too, so that the list of checks stands here alone.
"""

from __future__ import annotations

import nox

nox.options.sessions = ["lint", "test"]
nox.options.default_venv_backend = "none"


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, types, who imports whom, the packaged rules and their examples."""
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("lint-imports", "--no-logo", "--no-cache")
    session.run("digest", "rules", "lint")
    session.run("digest", "rules", "test")


@nox.session
def test(session: nox.Session) -> None:
    """Run the tests; what stands after `--` goes to pytest, such as --slow or a file."""
    session.run("pytest", *session.posargs)


@nox.session
def golden(session: nox.Session) -> None:
    """Write the golden pages anew, then show what moved: read it before you commit."""
    session.run("pytest", "tests/test_golden.py", "tests/test_examples.py", env={"DIGEST_GOLDEN": "1"})
    session.run("git", "diff", "--stat", external=True)


@nox.session
def docs(session: nox.Session) -> None:
    """Write anew what the READMEs show and what docs/rules.md takes from the code."""
    session.run("pytest", "tests/test_docs.py", env={"DIGEST_GOLDEN": "1"})
    session.run("git", "diff", "--stat", external=True)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure what the program promises; `-- day` measures one figure."""
    session.run("python", "benchmarks/speed.py", *session.posargs)
