"""Progress of long work: a line on the terminal's error stream, gone when the work is done."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from digest.cli.term import plain


class Progress(Protocol):
    def show(self, done: int, total: int, what: str = "") -> None:
        """So many of so many are done; `what` is at work."""


class _Silent:
    def show(self, done: int, total: int, what: str = "") -> None: ...


@contextmanager
def progress(worth: bool = True) -> Iterator[Progress]:
    """What shows how far work is, where a person watches and it is long enough to be `worth` that."""
    if not worth or sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield _Silent()
        return
    # start-up: rich takes 60 ms, and only a terminal shows progress
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        BarColumn(24),
        MofNCompleteColumn(),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout is not None and sys.stdout.isatty(),  # else a pipe would get nothing
    )

    class _Shown:
        def show(self, done: int, total: int, what: str = "") -> None:
            bar.update(task, completed=done, total=total, description=plain(what))

    with bar:
        task = bar.add_task("", total=None)
        yield _Shown()
