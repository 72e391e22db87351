"""Edits and rules side by side: how digests stand, what changed, conflicts settled, entries brought back."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from digest import files
from digest.page import shelf
from digest.page.grammar import unstamped
from digest.page.merge import Conflict, Proposal
from digest.page.sentences import sentences
from digest.page.shelf import Finding, Shelf
from digest.project import fingerprint, folders
from digest.project.settings import Settings
from digest.workflows import project
from digest.workflows.write import noted


@dataclass(frozen=True, slots=True)
class DigestState:
    """How a digest stands: untouched, edited, conflict, unknown, damaged, foreign, missing, as `page.shelf` tells.

    `stale` says that its log or the rules have changed since it was built, `deleted` which entries the editor took out.
    """

    path: Path
    state: str
    stale: bool = False
    reason: str = ""
    deleted: tuple[str, ...] = ()

    @property
    def exit_status(self) -> int:
        return 1 if self.state in ("conflict", "damaged", "unknown") else 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows of two unified diffs: the editor's since the last build, and those that a build would make now."""

    path: Path
    edits: tuple[str, ...]
    rebuild: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    notes: tuple[str, ...]
    proposals: tuple[ProposedChange, ...] = ()

    @property
    def exit_status(self) -> int:
        return 1 if self.edits or self.rebuild or self.conflicts or self.proposals else 0


@dataclass(frozen=True, slots=True)
class ProposedChange:
    """A proposal in words: the first words of its entry, the sentences that would go, and those that would come."""

    entry: str
    gone: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """The conflicts of a digest that were settled, and those still open."""

    path: Path
    settled: tuple[Conflict, ...]
    open: tuple[Conflict, ...]


def states(settings: Settings, room: str | None = None) -> tuple[DigestState, ...]:
    """How the digest of each day stands, missing ones too, then each page without a log (where no room is named)."""
    shared, place = fingerprint.of_project(settings), _shelf(settings)
    logs = {folders.page_path(settings, log.day, log.room): log for log in folders.days(settings, room)}
    others = [path for path in _digests(settings) if path not in logs] if room is None else []
    rows = []
    for path in (*logs, *others):
        status = shelf.status(place, path)
        sources = shelf.made_of(place, path) if path in logs and status.state != "missing" else ""
        stale = bool(sources) and bool(shared.of_day(log=logs[path].path).changed(sources))
        rows.append(DigestState(path, status.state, stale, status.reason, status.gone))
    return tuple(rows)


def compare(settings: Settings, page: str, room: str | None = None) -> Comparison:
    """What an editor changed in a page, and what a build would change now. Raises UsageError where it has no digest."""
    path, text = _rendered(settings, page, room)
    place = _shelf(settings)
    base, edited = shelf.versions(place, path, text)
    outcome = shelf.build(place, path, text, dry_run=True)
    return Comparison(
        path,
        _changes(base, unstamped(edited)),
        _changes(unstamped(edited), unstamped(outcome.text)),
        (*shelf.open_conflicts(place, path), *outcome.conflicts),
        noted(outcome.notes),
        tuple(map(_proposed, outcome.proposals)),
    )


def _proposed(proposal: Proposal) -> ProposedChange:
    """What taking a proposal would do to the entry as it stands."""
    now, then = sentences(proposal.edited), sentences(proposal.accepted)
    return ProposedChange(
        next(iter(now), proposal.key),
        tuple(sentence for sentence in now if sentence not in then),
        tuple(sentence for sentence in then if sentence not in now),
    )


def decide(
    settings: Settings, page: str, numbers: Sequence[int], room: str | None = None, *, accept: bool
) -> tuple[Path, int, int]:
    """Take or refuse proposals, all where no numbers are given; the page's path, how many were decided and are open."""
    path, text = _rendered(settings, page, room)
    with files.lock(settings.root):
        decided, still_open = shelf.decide(_shelf(settings), path, text, numbers, accept=accept)
    return path, len(decided), len(still_open)


def resolve(settings: Settings, page: str, room: str | None = None, ids: Sequence[str] = ()) -> Settlement:
    """Settle the conflicts of a page, all where no ids are given: what stands in the digest counts."""
    path, place = _path(settings, page, room), _shelf(settings)
    with files.lock(settings.root):
        settled = shelf.resolve(place, path, ids)
        return Settlement(path, settled, shelf.open_conflicts(place, path))


def restore(settings: Settings, page: str, id_: str, room: str | None = None) -> Path:
    """Bring back an entry that was deleted from a page; the page's path."""
    path, text = _rendered(settings, page, room)
    with files.lock(settings.root):
        shelf.restore(_shelf(settings), path, id_, text)
    return path


def doctor(settings: Settings) -> tuple[Finding, ...] | None:
    """What interrupted runs left, mended where a program can; None where nothing was ever built."""
    if not (settings.root / files.STATE).is_dir():
        return None
    with files.lock(settings.root):
        return shelf.doctor(_shelf(settings), _digests(settings))


def _shelf(settings: Settings) -> Shelf:
    return Shelf.of(settings)


def _digests(settings: Settings) -> list[Path]:
    return sorted(p for p in settings.out.rglob("*.md") if not p.name.startswith("."))


def _path(settings: Settings, page: str, room: str | None) -> Path:
    if folders.OF_MANY_DAYS.fullmatch(page):
        return folders.page_path(settings, page, room or "")
    log = project.find(settings, page, room)
    return folders.page_path(settings, log.day, log.room)


def _rendered(settings: Settings, page: str, room: str | None) -> tuple[Path, str]:
    """Where a page lies, and what the rules make of it now."""
    # start-up: status, resolve and doctor render nothing
    from digest.workflows import pages
    from digest.workflows.neighbours import AdjacentDays

    if folders.OF_MANY_DAYS.fullmatch(page):
        many = pages.ManyDays(page, room)
        return many.path(settings), pages.text(settings, many, pages.contents(settings, many))
    day_log = project.find(settings, page, room)
    work = project.analysed(project.read(day_log, settings), project.stages(settings))
    markdown, _ = AdjacentDays(settings, work.stages).page(day_log, work)
    return folders.page_path(settings, day_log.day, day_log.room), markdown.text


def _changes(old: str, new: str) -> tuple[str, ...]:
    rows = difflib.unified_diff(old.splitlines(), new.splitlines(), n=2, lineterm="")
    return tuple(rows)[2:]  # without the names of two files
