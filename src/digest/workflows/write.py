"""Digests → files; an editor's words are kept through every build."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from digest import files
from digest.errors import UsageError
from digest.model import Log
from digest.page import outputs
from digest.page.grammar import times
from digest.page.merge import Note
from digest.page.shelf import Shelf, build, open_conflicts, remember
from digest.project.settings import Settings

SAID: Mapping[str, str] = {
    "added": "new",
    "dropped": "dropped by the rules",
    "kept": "kept though the rules dropped them: you edited them",
    "passed": "that you edited would change by the rules",
    "deleted": "deleted by you stay out",
    "unmarked": "without their mark: told apart by their text",
    "foreign": "of no digest of this day, kept",
    "twice": "standing twice, kept",
    "withheld": "left out: their words are placed or taken out by you",
    "held": "page left as it is: a build would have touched your words",
}


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a digest's file: "new", "updated", "merged", "fresh" or "unchanged".

    `conflicts` counts the sentences that both sides changed and that nobody has settled yet, `notes` the entries of
    which there is something to tell, by kind; `backup` is where the former file is.
    """

    path: Path
    status: str
    backup: Path | None = None
    conflicts: int = 0
    notes: tuple[str, ...] = ()
    proposals: int = 0  # what the rules would change in entries that the editor changed
    held: bool = False  # left as it was: a merge would have touched the editor's words


def write_digest(
    settings: Settings, path: Path, text: str, *, fresh: bool = False, dry_run: bool = False, sources: str = ""
) -> Written:
    """Bring the digest at `path` up to `text`, every edit kept; `fresh` puts the edits into a backup instead.

    `sources`, the fingerprint of what it is made of, is kept beside it, for `digest status` to tell whether that has
    changed. Call it under the project's lock.
    """
    _apart(settings)
    shelf = Shelf.of(settings)
    if settings.elsewhere and not dry_run:
        outputs.remember_digests(settings)
    former = () if fresh else open_conflicts(shelf, path)
    done = build(shelf, path, text, fresh=fresh, dry_run=dry_run)
    if sources and not dry_run:
        remember(shelf, path, sources)
    anew = {conflict.key for conflict in done.conflicts}
    unsettled = len(done.conflicts) + sum(conflict.key not in anew for conflict in former)
    return Written(path, done.what, done.backup, unsettled, noted(done.notes), len(done.proposals), done.held)


def told_of(settings: Settings, path: Path) -> Path:
    """The file in which the conflicts of the digest at `path` can be read."""
    return Shelf.of(settings).conflicts(path, ".md")


def noted(notes: Sequence[Note]) -> tuple[str, ...]:
    """What a merge did, counted by kind."""
    counts = Counter(note.kind for note in notes)
    return tuple(f"{counts[kind]} {said}" for kind, said in SAID.items() if counts[kind])


def shrunk(path: Path, log: Log, whole: Callable[[], Log]) -> tuple[str, ...]:
    """A warning where the digest at `path` was made of messages that the log no longer holds.

    `whole` reads the log with the messages of who was forgotten: these are still in it.
    """
    if path.is_symlink() or not path.is_file():
        return ()
    before = set(times(files.read_bytes(path).decode("utf-8", "replace")))
    lost = before - {message.clock for message in log.messages}
    if 4 * len(lost) > len(before):
        lost -= {message.clock for message in whole().messages}
    if 4 * len(lost) <= len(before):  # an answer of another day bears that day's time
        return ()
    return (
        f"{log.path}: the log shrank: {len(lost)} of {len(before)} times in {path.name} are no longer in it. "
        "Export the day again; what is dropped now stays in .digest/backups",
    )


def write_data(settings: Settings, path: Path, text: str, *, dry_run: bool = False) -> Written:
    """Write what is no page and nobody's to edit; what somebody else put there goes into a backup."""
    _apart(settings)
    new = text.encode()
    former = files.read_bytes(path) if path.exists() or path.is_symlink() else None
    if former == new:
        return Written(path, "unchanged")
    backup: tuple[Path, ...] = ()
    if not dry_run:
        backup = outputs.write_own(settings, path, former, new)
    return Written(path, "new" if former is None else "updated", next(iter(backup), None))


def _apart(settings: Settings) -> None:
    """Raise UsageError where digests would stand among the logs: 2017-05-27.md and .json are names of logs, too."""
    if settings.out.is_dir() and settings.logs.is_dir() and settings.out.samefile(settings.logs):
        raise UsageError(f"{settings.out}: holds the logs. Give digests a folder of their own with --out")
