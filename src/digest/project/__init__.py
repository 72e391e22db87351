"""A project's settings and folders."""
