"""Which files of a folder hold rules, and of which subject each speaks: known without reading them as YAML."""

from __future__ import annotations

import re
from pathlib import Path

SUFFIXES = (".yml", ".yaml")
_SUBJECT = re.compile(rb"^[\"']?subject[\"']?\s*:\s*[\"']?([a-z-]+)", re.M)


def rule_files(folder: Path) -> list[Path]:
    """The files of rules in a folder, by name."""
    return sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES and not path.name.startswith("."))


def subject_of(content: bytes) -> str:
    """The subject that a file of rules names, "" where none is seen."""
    match = _SUBJECT.search(content)
    return match[1].decode() if match else ""
