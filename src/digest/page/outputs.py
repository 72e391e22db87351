"""The guard of every file that is written where the user chooses, and the record of what was written there.

A file is ours where the record, `.digest/outputs.json`, holds its path and the hash of what stands in it now. Nothing
else is written over, unless the user forces it, and then its content goes into `.digest/backups/outputs` first. Logs,
digests, rules, templates, settings and what a project keeps in `.digest` are never a target.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from digest import files
from digest.errors import DigestError, UsageError
from digest.page.grammar import STAMP
from digest.project import folders
from digest.project.settings import Settings

RECORD = "outputs.json"
BACKUPS = Path("backups", "outputs")
SETTINGS_FILES = ("digest.toml", "pyproject.toml")
ANYTHING = re.compile(".*", re.DOTALL)
PAGES = re.compile(rf"(?:{folders.LOG_NAME.pattern}|(?:{folders.OF_MANY_DAYS.pattern})\.md)", re.IGNORECASE)


@dataclass(frozen=True)
class OutputRecord:
    """What was written: the hashes that a file may have, the last one and the one before, by path; folders of exports;
    folders of digests that are not the project's own; exports of chat programs from which logs were made."""

    files: Mapping[Path, tuple[str, ...]] = field(default_factory=dict)
    exports: frozenset[Path] = frozenset()
    digests: frozenset[Path] = frozenset()
    sources: frozenset[Path] = frozenset()


@dataclass(frozen=True, slots=True)
class Target:
    """A file to write, or to take away where `after` is None; `foreign` where what stands there isn't ours."""

    path: Path
    before: bytes | None
    after: bytes | None
    foreign: bool


@dataclass(frozen=True, slots=True)
class OutputPlan:
    """What will be written, below `folder` where one is given, and the files left alone because others changed them."""

    targets: tuple[Target, ...]
    folder: Path | None = None
    left: tuple[Path, ...] = ()


def record(root: Path) -> OutputRecord:
    """What this project wrote outside its own places."""
    path = root / files.STATE / RECORD
    if not files.lies(path):
        return OutputRecord()
    home = place(root / "x").parent
    try:
        stored = json.loads(files.read_bytes(path))
        return OutputRecord(
            {home / name: tuple(map(str, hashes)) for name, hashes in stored["files"].items()},
            frozenset(home / name for name in stored["exports"]),
            frozenset(home / name for name in stored["digests"]),
            frozenset(home / name for name in stored.get("sources", ())),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        raise DigestError(
            f"{path}: damaged, so nobody knows what was written where. Remove it; then files need --force once"
        ) from None


def plan(
    settings: Settings,
    contents: Mapping[Path, bytes | str | None],
    *,
    folder: Path | None = None,
    force: bool = False,
    leave: bool = False,
    known: Collection[Path] = (),
) -> OutputPlan:
    """What is to be written where the user chose, below `folder` where one is given; None takes a file away.

    `force` writes over files that aren't ours, `leave` passes over them. `known` are places that an older record names
    without a hash. Raises UsageError where a target may not be written. Hold the project's lock till it is carried out.
    """
    former = record(settings.root)
    targets: list[Target] = []
    left: list[Path] = []
    if folder is not None and not (force or leave):
        _own_folder(folder, former, known)
    for path, text in contents.items():
        if reason := never(settings, path):
            raise UsageError(f"{path}: {reason}, where nothing is exported to. Choose another place")
        before = files.read_bytes(path) if files.lies(path) else None
        after = text.encode("utf-8") if isinstance(text, str) else text
        where = place(path)
        hashes = former.files.get(where, ())
        ours = before is None or before == after or _hash(before) in hashes
        if ours or force or (where in known and not hashes):
            targets.append(Target(path.absolute(), before, after, not ours))
        elif leave:
            left.append(path)
        else:
            why = "was changed since it was written" if hashes else "was not written by this project"
            raise UsageError(f"{path}: {why}; left as it is. Choose another place, or --force, which keeps a backup")
    return OutputPlan(tuple(targets), folder, tuple(left))


def carry_out(settings: Settings, plan: OutputPlan, *, within: Path | None = None) -> tuple[Path, ...]:
    """Write what was planned, below the plan's folder or `within`; the backups of what wasn't ours."""
    within = within or plan.folder
    _remember(settings.root, plan)
    state = settings.root.absolute() / files.STATE
    backups = []
    for target in plan.targets:
        backup = None
        if target.foreign and target.before is not None:
            name = f"{target.path.stem[:40]}.{_hash(target.before)[:8]}{target.path.suffix[:20]}"
            backup = state / BACKUPS / name
            backups.append(backup)
        if target.after is not None:
            files.write_atomic(
                target.path,
                target.after,
                within=within,
                expected=target.before,
                backup=backup,
                keep=settings.root,
            )
            continue
        if backup is not None and target.before is not None:
            files.write_atomic(backup, target.before, within=settings.root)
        files.remove(target.path, within=within or target.path.parent)
    return tuple(backups)


def write(settings: Settings, path: Path, text: bytes | str, *, force: bool = False) -> tuple[Path, ...]:
    """Write one file where the user chose to have it; the backup of what wasn't ours."""
    return carry_out(settings, plan(settings, {path: text}, force=force))


def write_own(settings: Settings, path: Path, before: bytes | None, after: bytes) -> tuple[Path, ...]:
    """Write a file among the digests that is nobody's to edit; the backup of what stood there and wasn't ours."""
    hashes = record(settings.root).files.get(place(path), ())
    foreign = before is not None and before != after and _hash(before) not in hashes
    return carry_out(settings, OutputPlan((Target(path, before, after, foreign),)), within=settings.out)


def never(settings: Settings, path: Path) -> str:
    """Why `path` is never a target; "" where it may be one."""
    where = place(path)
    if any(part.casefold() == files.STATE for part in where.parts):
        return "within a project's own state"
    if where.name.casefold() in SETTINGS_FILES:
        return "a file of settings"
    above, home = set(_identities(where.parent)), set(_identities(place(settings.root / "x").parent))
    for what, folder, names in (
        ("logs", settings.logs, ANYTHING),
        ("digests", settings.out, ANYTHING),
        *(("rules", other, re.compile(r".*\.ya?ml", re.IGNORECASE)) for other in settings.rules),
        *(("templates", other, re.compile(r".*\.j2", re.IGNORECASE)) for other in settings.templates),
    ):
        identity = _identity(folder)
        # a folder that holds the whole project holds more than its logs
        pattern = PAGES if identity in home and names is ANYTHING else names
        if identity is not None and identity in above and pattern.fullmatch(where.name):
            return f"among the {what} in {folder}"
    if where.suffix == ".md" and files.lies(path):
        text = files.read_bytes(path).decode("utf-8", "replace")
        if any(STAMP.fullmatch(line) for line in text.splitlines()):
            return "a digest"
    return ""


def note(settings: Settings, paths: Iterable[Path]) -> None:
    """Note files that stand as the program wrote them."""
    former = record(settings.root)
    hashes = {place(path): (_hash(files.read_bytes(path)),) for path in paths}
    if hashes:
        _save(settings.root, replace(former, files={**former.files, **hashes}))


def remember_digests(settings: Settings) -> None:
    """Note that digests lie in a folder that isn't the project's own, so that `forget` looks there too."""
    former = record(settings.root)
    where = place(settings.out / "x").parent
    if where not in former.digests:
        _save(settings.root, replace(former, digests=former.digests | {where}))


def remember_sources(root: Path, paths: Iterable[Path]) -> None:
    """Note from what logs were made: it holds what they hold."""
    former = record(root)
    sources = former.sources | {place(path) for path in paths}
    if sources != former.sources:
        _save(root, replace(former, sources=sources))


def place(path: Path) -> Path:
    """The path by which a file goes in the record: no symlink on the way to it."""
    return Path(os.path.realpath(path.absolute().parent)) / path.name


def _own_folder(folder: Path, former: OutputRecord, known: Collection[Path]) -> None:
    where = place(folder / "x").parent
    if where in former.exports or where in known or not files.lies(folder):
        return
    try:
        empty = next(folder.iterdir(), None) is None
    except OSError as error:
        raise files.told(folder, error, "read") from None
    if not empty:
        raise UsageError(f"{folder}: not empty, and nothing in it is an export. Choose another folder, or --force")


def _remember(root: Path, plan: OutputPlan) -> None:
    """Note what will be written: whoever is stopped in the midst of it knows both what stood and what stands there."""
    former = record(root)
    noted = dict(former.files)
    for target in plan.targets:
        contents = (None if target.foreign else target.before, target.after)
        noted[place(target.path)] = tuple(_hash(content) for content in contents if content is not None)
    exports = former.exports | ({place(plan.folder / "x").parent} if plan.folder is not None else set())
    _save(root, replace(former, files=noted, exports=exports))


def _save(root: Path, new: OutputRecord) -> None:
    home = place(root / "x").parent
    data = {
        "files": {folders.from_root(home, path): hashes for path, hashes in sorted(new.files.items())},
        "exports": sorted(folders.from_root(home, path) for path in new.exports),
        "digests": sorted(folders.from_root(home, path) for path in new.digests),
        "sources": sorted(folders.from_root(home, path) for path in new.sources),
    }
    files.write_atomic(root / files.STATE / RECORD, json.dumps(data, ensure_ascii=False, indent=1) + "\n", within=root)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _identities(folder: Path) -> Iterator[tuple[int, int] | None]:
    yield from (_identity(each) for each in (folder, *folder.parents))


def _identity(folder: Path) -> tuple[int, int] | None:
    """Device and inode, which tell a folder on a disk that knows no case; None where there is none."""
    try:
        info = folder.stat()
    except OSError:
        return None
    return info.st_dev, info.st_ino
