"""Digests → files. An editor's file is never overwritten unless she says so."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from digest import files
from digest.cli.project import shown
from digest.config import Settings
from digest.errors import ConflictError


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a digest's file: "new", "updated" or "unchanged"; `backup` is where the former one is."""

    path: Path
    status: str
    backup: Path | None = None


def write_digest(settings: Settings, path: Path, text: str, *, force: bool = False, dry_run: bool = False) -> Written:
    """Write a digest; a file that is not as the last build left it is kept, and ConflictError raised.

    `force` overwrites it and keeps it under .digest/backups. Call it under the project's lock.
    """
    new = text.encode()
    former = files.read_bytes(path) if path.exists() or path.is_symlink() else None
    record = _record(settings, path)
    if former == new:
        if not dry_run:
            _note(record, new)
        return Written(path, "unchanged")
    backup = None
    if former is not None and not _as_written(record, former):
        if not force:
            raise ConflictError(
                f"{shown(path)}: edited since the last build, so it was left as it is. "
                "Build with --force to overwrite it and keep a backup"
            )
        backup = settings.root / files.STATE / "backups" / f"{path.stem}.{_hash(former)[:8]}{path.suffix}"
    if not dry_run:
        files.write_atomic(path, new, within=settings.out, expected=former, backup=backup)
        _note(record, new)
    return Written(path, "new" if former is None else "updated", backup)


def _record(settings: Settings, path: Path) -> Path:
    """The file that knows what was last written to `path`."""
    absolute = path.absolute()
    inside = absolute.is_relative_to(settings.root)
    name = (absolute.relative_to(settings.root) if inside else absolute).as_posix()
    return settings.root / files.STATE / "written" / hashlib.sha256(name.encode()).hexdigest()[:16]


def _as_written(record: Path, content: bytes) -> bool:
    return record.is_file() and files.read_bytes(record).decode("ascii", "replace").strip() == _hash(content)


def _note(record: Path, content: bytes) -> None:
    if not _as_written(record, content):
        files.write_atomic(record, _hash(content) + "\n")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
