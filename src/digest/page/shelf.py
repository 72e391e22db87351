"""Digests on disk: written, merged, restored and mended so that no edit is lost.

A project keeps under `.digest/`: `bases/<hash>`, what the program wrote, each named by its content; `conflicts/`, what
could not be merged; `backups/`, what a merge or a fresh build replaced; `built/`, by which log and rules a digest
was made. A base is written before the digest that names
it: one that no file names does nothing, while a file that names a base that isn't there could not be merged. Callers
hold `files.lock(project)` around everything here that writes.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from digest import files
from digest.errors import DigestError, UsageError
from digest.page.grammar import unstamped
from digest.page.merge import (
    Base,
    Conflict,
    Damaged,
    MergeResult,
    Note,
    Proposal,
    check,
    decided,
    first,
    merge,
    restored,
    stamped,
)
from digest.page.read import Parsed, parse
from digest.page.sentences import bare
from digest.project.folders import from_root
from digest.project.settings import Settings

BOM = b"\xef\xbb\xbf"
FENCE = "~~~~~~"
CONFLICT_KEYS = ("key", "base", "mine", "theirs")  # in the file, of the fields of Conflict


class Unknown(Damaged):
    """A digest that was edited, and nobody knows what it was built from: it is left as it is."""


ELSEWHERE = "elsewhere"  # holds what is known of digests in folders that are not the project's own


@dataclass(frozen=True, slots=True)
class Form:
    """How an editor's program writes text: byte-order mark and line ends."""

    bom: bool = False
    newline: str = "\n"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a digest: `what` is new, merged, unchanged or fresh; in a dry run, what would become of it."""

    path: Path
    what: str
    text: str
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[Note, ...] = ()
    backup: Path | None = None
    proposals: tuple[Proposal, ...] = ()
    held: bool = False  # left as it was: a merge would have touched the editor's words


@dataclass(frozen=True, slots=True)
class Status:
    """A digest's state: untouched, edited, conflict, unknown (what it was built from isn't here), damaged (with the
    reason), foreign (no stamp of ours) or missing."""

    path: Path
    state: str
    reason: str = ""
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that an interrupted run or a stray hand left; `mended` where nothing is left to do."""

    path: Path
    message: str
    mended: bool = False


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where a project keeps its digests and what it knows of them."""

    project: Path
    out: Path
    elsewhere: bool = False  # `out` isn't the project's own: what is known of its digests stands apart

    @classmethod
    def of(cls, settings: Settings) -> Shelf:
        """Where the digests lie that settings name."""
        return cls(settings.root, settings.out, settings.elsewhere)

    @property
    def state(self) -> Path:
        """Where what is known of these digests is kept; bases are every folder's."""
        state = self.project / files.STATE
        if not self.elsewhere:
            return state
        place = from_root(Path(os.path.realpath(self.project)), Path(os.path.realpath(self.out)))
        return state / ELSEWHERE / hashlib.sha256(os.fsencode(place)).hexdigest()[:8]

    def base(self, name: str) -> Path:
        return self.project / files.STATE / "bases" / name

    def conflicts(self, path: Path, suffix: str = ".json") -> Path:
        return (self.state / "conflicts" / self.inner(path)).with_suffix(suffix)

    def backup(self, path: Path, content: bytes) -> Path:
        mark = hashlib.sha256(content).hexdigest()[:8]
        inner = self.inner(path)
        return self.state / "backups" / inner.with_name(f"{inner.stem}.{mark}{inner.suffix}")

    def built(self, path: Path) -> Path:
        return (self.state / "built" / self.inner(path)).with_suffix(".txt")

    def inner(self, path: Path) -> Path:
        """The digest's path below the folder of digests."""
        try:
            return path.absolute().relative_to(self.out.absolute())
        except ValueError:
            raise UsageError(f"{path}: outside {self.out}. Choose a digest below that folder") from None


def build(shelf: Shelf, path: Path, rebuilt: str, *, fresh: bool = False, dry_run: bool = False) -> Outcome:
    """Bring the digest at `path` up to `rebuilt`, the rendered page, with every edit kept.

    `fresh` throws the edits away, but for a backup. Raises Damaged where the file can't be trusted, and ConflictError
    where somebody saves it meanwhile; nothing is changed then.
    """
    before = _read(path)
    if before is None or fresh:
        return _put(shelf, path, before, Form(), first(rebuilt), "new" if before is None else "fresh", dry_run)
    try:
        edited, form = decoded(before)
        merged = merge(_base_of(shelf, edited, rebuilt), edited, rebuilt)
    except Damaged as error:
        raise Damaged(f"{path}: left as it is: {error}") from None
    return _put(shelf, path, before, form, merged, "merged", dry_run)


def restore(shelf: Shelf, path: Path, key: str, rebuilt: str) -> Outcome:
    """Bring back an entry that the editor deleted; `key` is its id, with or without its kind."""
    before = _read(path)
    if before is None:
        raise UsageError(f"{path}: no such digest. Build it first")
    try:
        edited, form = decoded(before)
        base = _base_of(shelf, edited, rebuilt)
        known = sorted({*base.gone, *(block.key for block in parse(base.text).blocks)})
        there = {block.key for block in parse(edited).blocks}
        matches = [name for name in known if key in (name, name.partition(":")[2])]
        if not matches:
            raise UsageError(f"{path}: no entry {key} was deleted here. `digest status` lists those that were")
        if matches[0] in there:
            raise UsageError(f"{path}: {key} stands in the digest. Nothing to restore")
        merged = merge(restored(base, matches[0]), edited, rebuilt)
    except Damaged as error:
        raise Damaged(f"{path}: left as it is: {error}") from None
    if not any(note == Note("added", matches[0]) for note in merged.notes):
        raise UsageError(
            f"{path}: the rules no longer make {key}. Its last text stands in {shelf.base(parse(edited).stamp)}"
        )
    return _put(shelf, path, before, form, merged, "merged", dry_run=False)


def decide(
    shelf: Shelf, path: Path, rebuilt: str, numbers: Collection[int], *, accept: bool
) -> tuple[tuple[Proposal, ...], tuple[Proposal, ...]]:
    """Take or refuse proposals of a page by their numbers, from 1 on, all where none is named.

    Gives those that were decided, and those still open. Raises UsageError for a number that none has.
    """
    before = _read(path)
    if before is None:
        raise UsageError(f"{path}: no such digest. Build it first")
    try:
        edited, form = decoded(before)
        base = _base_of(shelf, edited, rebuilt)
        open_ = merge(base, edited, rebuilt).proposals
        if stray := sorted(n for n in numbers if not 1 <= n <= len(open_)):
            known = f"They are numbered 1 to {len(open_)}" if open_ else "There is none"
            raise UsageError(f"{path}: no proposal {stray[0]}. {known}; digest diff shows them")
        chosen = tuple(p for n, p in enumerate(open_, 1) if n in numbers or not numbers)
        merged = decided(base, edited, rebuilt, {p.key for p in chosen}, accept=accept)
    except Damaged as error:
        raise Damaged(f"{path}: left as it is: {error}") from None
    _put(shelf, path, before, form, merged, "merged", dry_run=False)
    return chosen, merged.proposals


def versions(shelf: Shelf, path: Path, rebuilt: str = "") -> tuple[str, str]:
    """What the program wrote last and what the file holds now, for a diff; line ends LF, no stamp on the first.

    `rebuilt` is what the program makes of the day now.
    """
    content = _read(path)
    if content is None:
        raise UsageError(f"{path}: no such digest. Build it first")
    try:
        edited, _ = decoded(content)
        return _base_of(shelf, edited, rebuilt).text, edited
    except Damaged as error:
        raise Damaged(f"{path}: {error}") from None


def status(shelf: Shelf, path: Path) -> Status:
    """How a digest stands; nothing is written."""
    try:
        content = _read(path)
        if content is None:
            return Status(path, "missing")
        edited, _ = decoded(content)
        if not parse(edited).stamp and not parse(edited).blocks:
            return Status(path, "foreign", "it bears no mark of digest")
        base = _base_of(shelf, edited)
        blocks = [block.key for block in parse(base.text).blocks]
        check(parse(edited), edited, {*blocks, *base.gone})
        merge(base, edited, base.text)  # a file that a build would refuse is damaged
    except Unknown as error:
        return Status(path, "unknown", str(error))
    except DigestError as error:
        return Status(path, "damaged", str(error))
    there = {block.key for block in parse(edited).blocks}
    gone = tuple(sorted({*base.gone, *(key for key in blocks if key not in there)}))
    if open_conflicts(shelf, path):
        return Status(path, "conflict", gone=gone)
    changed = bool(gone) or bare(edited) != bare(stamped(base.text, base))
    return Status(path, "edited" if changed else "untouched", gone=gone)


def open_conflicts(shelf: Shelf, path: Path) -> tuple[Conflict, ...]:
    """The conflicts of a digest that nobody has settled yet."""
    content = _read(shelf.conflicts(path))
    if content is None:
        return ()
    try:
        conflicts = tuple(Conflict(*(entry[name] for name in CONFLICT_KEYS)) for entry in json.loads(content))
        if not all(isinstance(text, str) for conflict in conflicts for text in astuple(conflict)):
            raise TypeError
        return conflicts
    except (LookupError, ValueError, TypeError, RecursionError):
        raise DigestError(f"{shelf.conflicts(path)}: not readable. `digest doctor` sets it aside") from None


def remember(shelf: Shelf, path: Path, sources: str) -> None:
    """Keep the hash of what a digest was made of, its log and the rules, for `made_of` to tell."""
    if made_of(shelf, path) != sources:
        files.write_atomic(shelf.built(path), sources, within=shelf.project)


def made_of(shelf: Shelf, path: Path) -> str:
    """The hash of what a digest was last made of; "" where nobody knows."""
    return (_read(shelf.built(path)) or b"").decode("utf-8", "replace")


def resolve(shelf: Shelf, path: Path, keys: Iterable[str] = ()) -> tuple[Conflict, ...]:
    """Settle conflicts, all of them where no keys are named: what stands in the digest counts. The settled ones."""
    wanted = set(keys)
    known = open_conflicts(shelf, path)
    settled = tuple(c for c in known if not wanted or c.key in wanted or c.key.partition(":")[2] in wanted)
    stray = sorted(wanted - {name for c in known for name in (c.key, c.key.partition(":")[2])})
    if stray:
        which = f"Open are {' '.join(c.key for c in known)}" if known else "None is open"
        raise UsageError(f"{path}: no conflict in {', '.join(stray)}. {which}")
    _tell(shelf, path, [conflict for conflict in known if conflict not in settled])
    return settled


def doctor(shelf: Shelf, digests: Iterable[Path]) -> tuple[Finding, ...]:
    """Mend what interrupted runs left, and tell what only a person can mend."""
    findings: list[Finding] = []
    state = shelf.project / files.STATE
    known = shelf.state / "conflicts"
    for folder in (state / "bases", state / "backups", state / "built", *known.parents, known):
        if folder.is_relative_to(state) and folder.is_symlink():
            return (Finding(folder, "a symlink; nothing behind it is touched. Put the folder itself there"),)
    rooms = shelf.out.iterdir() if shelf.out.is_dir() else ()
    folders = {shelf.out, *(path.parent for path in digests)}
    folders |= {folder for folder in rooms if folder.is_dir() and not folder.is_symlink()}
    folders |= {folder for folder in (state, *state.rglob("*")) if folder.is_dir() and not folder.is_symlink()}
    for folder in sorted(folders):
        left = len(list(folder.glob(".digest-*.tmp"))) if folder.is_dir() else 0
        files.sweep(folder)
        if left:
            findings.append(Finding(folder, f"{left} temporary files of interrupted runs removed", mended=True))
    for path in sorted((state / "bases").glob("*")) if (state / "bases").is_dir() else ():
        if _loaded(path) is None:
            findings.append(Finding(path, "this base is damaged. `digest build` mends it if the rules are the same"))
    for path in sorted(known.rglob("*.json")):
        digest = (shelf.out / path.relative_to(known)).with_suffix(".md")
        try:
            open_conflicts(shelf, digest)
        except DigestError:
            aside = path.with_suffix(".json.damaged")
            path.rename(aside)
            findings.append(Finding(path, f"not readable; set aside as {aside.name}", mended=True))
            continue
        if not digest.exists():
            findings.append(
                Finding(path, f"conflicts of a digest that is gone: {digest}. Delete them if it is meant to be")
            )
    for path in sorted(known.rglob("*.md")):
        if not path.with_suffix(".json").exists() and not path.with_suffix(".json.damaged").exists():
            path.unlink()
            findings.append(Finding(path, "told of conflicts that were never open; removed", mended=True))
    for path in sorted(digests):
        report = status(shelf, path)
        if report.state in ("damaged", "unknown"):
            findings.append(Finding(path, report.reason))
    return tuple(findings)


def decoded(content: bytes) -> tuple[str, Form]:
    """The text with LF line ends, and the form to write it back in: that of most of its lines."""
    bom = content.startswith(BOM)
    try:
        text = content[len(BOM) if bom else 0 :].decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Damaged(f"line {line} holds bytes that are not UTF-8. Save it as UTF-8, then build again") from None
    crlf = text.count("\r\n")
    newline = "\r\n" if crlf * 2 > text.count("\n") else "\n"
    return text.replace("\r\n", "\n"), Form(bom, newline)


def encoded(text: str, form: Form) -> bytes:
    """The bytes of a text in its editor's form."""
    if form.newline != "\n":
        text = text.replace("\n", form.newline)
    return (BOM if form.bom else b"") + text.encode("utf-8")


def _put(
    shelf: Shelf, path: Path, before: bytes | None, form: Form, merged: MergeResult, what: str, dry_run: bool
) -> Outcome:
    after = encoded(merged.text, form)
    if before is not None and decoded(before)[0] == merged.text and what != "fresh":
        what, after = "unchanged", before
    outcome = Outcome(
        path, what, merged.text, merged.conflicts, merged.notes, proposals=merged.proposals, held=merged.held
    )
    if dry_run:
        return outcome
    _save(shelf, merged.base)
    if merged.conflicts:
        # before the digest: a conflict told twice does no harm, one that is never told does
        clashing = {conflict.key for conflict in merged.conflicts}
        rest = [conflict for conflict in open_conflicts(shelf, path) if conflict.key not in clashing]
        _tell(shelf, path, [*rest, *merged.conflicts])
    elif what == "fresh":
        _tell(shelf, path, [])
    if after != before:
        backup = None
        if before is not None:
            backup = shelf.backup(path, before)
        files.write_atomic(path, after, within=shelf.out, expected=before, backup=backup, keep=shelf.project)
        outcome = replace(outcome, backup=backup)
    return outcome


def _read(path: Path) -> bytes | None:
    return files.read_bytes(path) if files.lies(path) else None


def unedited(text: str) -> bool:
    """Whether a digest stands as the program wrote it, by its own stamp; line ends are LF."""
    return _unedited(text) is not None


def _base_of(shelf: Shelf, edited: str, rebuilt: str = "") -> Base:
    """What the file's stamp names; `rebuilt` is what the program makes of the day now.

    A fresh clone has digests and no bases: that of an unedited digest is its own text, and that of an edited one is
    `rebuilt` where the rules are those of then. The hash in the stamp tells whether it is.
    """
    parsed = parse(edited)
    check(parsed, edited, ())
    path = shelf.base(parsed.stamp)
    base = _loaded(path) or _unedited(edited) or _again(parsed, rebuilt)
    if base is None:
        raise Unknown(
            f"it was edited, and what it was built from, {files.STATE}/bases/{parsed.stamp}, isn't here or is damaged. "
            "Bring that file from where it was built, or build with the rules of then, or build --fresh (with a backup)"
        )
    return base


def _unedited(edited: str) -> Base | None:
    as_written = first(unstamped(edited))
    return as_written.base if as_written.text == edited else None


def _again(parsed: Parsed, rebuilt: str) -> Base | None:
    there = {block.key for block in parsed.blocks}
    gone = tuple(sorted({block.key for block in parse(rebuilt).blocks} - there))
    return next((base for base in (Base(rebuilt), Base(rebuilt, gone)) if base.hash == parsed.stamp), None)


def _loaded(path: Path) -> Base | None:
    """A base from its file, None where it is missing or not what its name says."""
    content = _read(path)
    if content is None:
        return None
    try:
        names, _, text = content.decode("utf-8").partition("\n\n") if content[:1] != b"\n" else ("", "", "")
        base = Base(text, tuple(names.split("\n"))) if names else Base(content.decode("utf-8")[1:])
    except UnicodeDecodeError:
        return None
    return base if base.hash == path.name else None


def _save(shelf: Shelf, base: Base) -> None:
    path = shelf.base(base.hash)
    if _loaded(path) is None:
        files.write_atomic(path, base.content, within=shelf.project)


def _tell(shelf: Shelf, path: Path, conflicts: Sequence[Conflict]) -> None:
    """Write the conflict files of a digest, one for programs, one to read; none where none are open."""
    for_programs, to_read = shelf.conflicts(path), shelf.conflicts(path, ".md")
    if not conflicts:
        for file in (for_programs, to_read):
            file.unlink(missing_ok=True)
        return
    rows = [f"# Conflicts in {shelf.inner(path)}", "", "Yours stands in the digest. `digest resolve` settles them.", ""]
    for conflict in conflicts:
        rows += [f"## {conflict.key}", ""]
        for name, text in (("Base", conflict.base), ("Yours", conflict.edited), ("New", conflict.rebuilt)):
            rows += [f"{name}:", "", FENCE, text.strip("\n"), FENCE, ""]
    entries = json.dumps(
        [dict(zip(CONFLICT_KEYS, astuple(conflict), strict=True)) for conflict in conflicts],
        ensure_ascii=False,
        indent=1,
    )
    files.write_atomic(to_read, "\n".join(rows), within=shelf.project)
    files.write_atomic(for_programs, entries + "\n", within=shelf.project)
