"""Logs of every format we know: `identify` says which one a file is, `read` gives the Log.

A format is one module with `NAME`, `identify(head, path) -> bool` and `read(source) -> Log`.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from digest.importers import jekyll
from digest.model import Log


def read(path: str | Path, *, day: dt.date | None = None, room: str | None = None, encoding: str = "utf-8") -> Log:
    """The log in `path`."""
    return jekyll.read(Path(path), day=day, room=room, encoding=encoding)
