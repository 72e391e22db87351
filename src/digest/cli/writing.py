"""Digests → files; an editor's words are kept through every build."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from digest import files
from digest.config import Settings
from digest.editing import Shelf, build
from digest.review import Note

SAID: Mapping[str, str] = {
    "added": "new",
    "dropped": "dropped by the rules",
    "kept": "kept though the rules dropped them: you edited them",
    "passed": "changed by the rules beside your words",
    "deleted": "deleted by you stay out",
    "unmarked": "without their mark: told apart by their text",
    "foreign": "of no digest of this day, kept",
    "twice": "standing twice, kept",
}


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a digest's file: "new", "updated", "merged", "fresh" or "unchanged".

    `conflicts` counts the entries where both sides changed a sentence, `notes` those of which there is something to
    tell, by kind; `backup` is where the former file is.
    """

    path: Path
    status: str
    backup: Path | None = None
    conflicts: int = 0
    notes: tuple[str, ...] = ()


def write_digest(settings: Settings, path: Path, text: str, *, fresh: bool = False, dry_run: bool = False) -> Written:
    """Bring the digest at `path` up to `text`, every edit kept; `fresh` puts the edits into a backup instead.

    Call it under the project's lock.
    """
    done = build(Shelf(settings.root, settings.out), path, text, fresh=fresh, dry_run=dry_run)
    return Written(path, done.what, done.backup, len(done.conflicts), noted(done.notes))


def noted(notes: Sequence[Note]) -> tuple[str, ...]:
    """What a merge did, counted by kind."""
    counts = Counter(note.kind for note in notes)
    return tuple(f"{counts[kind]} {said}" for kind, said in SAID.items() if counts[kind])


def write_data(settings: Settings, path: Path, text: str, *, dry_run: bool = False) -> Written:
    """Write what is no page and nobody's to edit."""
    new = text.encode()
    former = files.read_bytes(path) if path.exists() or path.is_symlink() else None
    if former == new:
        return Written(path, "unchanged")
    if not dry_run:
        files.write_atomic(path, new, within=settings.out, expected=former)
    return Written(path, "new" if former is None else "updated")
