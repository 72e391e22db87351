"""One person taken out of everything that a project holds: digests, their bases, conflicts, backups, store, exports.

The logs are the user's own and stay; from then on the person's messages in them are left out wherever logs are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from digest import config, files, forgotten, importers
from digest.blocks import STAMP
from digest.config import Settings
from digest.editing import Shelf, _loaded, decoded, encoded
from digest.errors import DigestError, UsageError
from digest.labels import SURNAMES, key
from digest.people import ME, Known, people
from digest.review import Base, first
from digest.store.redact import Person, redacted
from digest.store.schema import reading

NAME = re.compile("[\u4e00-\u9fff]{2,4}")


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to a file: passages of the person's taken out, names replaced."""

    path: str
    passages: int
    names: int


@dataclass(frozen=True, slots=True)
class Traced:
    """What the logs hold of a person."""

    labels: frozenset[str]
    texts: tuple[str, ...]
    days: int


def traced(settings: Settings, said: str, known: Known, progress: Callable[[int, int], None]) -> Traced:
    """Every label of the person that `said` names, and what they said, from all logs."""
    if key(said) == key(ME):
        raise UsageError(f"{said}: stands for whoever exported the logs. Give the name itself")
    keys = {key(said)}
    labels: set[str] = set()
    texts: list[str] = []
    days = 0
    logs = config.days(settings)
    # a label learnt from a later day may name the person on an earlier one
    for _ in range(2):
        before = len(keys)
        texts, days = [], 0
        for n, found in enumerate(logs):
            progress(n, len(logs))
            try:
                log = importers.read(found.path, day=found.day, room=found.room, encoding=settings.encoding)
            except DigestError:
                continue  # indexing tells of it
            persons = people(log, known)
            who = [p for p in persons.persons if any(key(x) in keys for x in (p.name, *p.aliases))]
            for person in who:
                own = {x for x in (person.name, *person.aliases) if x != ME}
                labels |= own
                keys |= {key(x) for x in own}
            said_here = [m.text for m, p in zip(log.messages, persons.speaker, strict=True) if p in {w.id for w in who}]
            texts += said_here
            days += bool(said_here)
        if len(keys) == before:
            break
    progress(len(logs), len(logs))
    if not labels:
        raise UsageError(f"{said}: nobody of that name speaks or is named in the logs. digest people DAY lists them")
    return Traced(frozenset(labels), tuple(t for t in texts if t.strip()), days)


def names(labels: Iterable[str]) -> tuple[str, ...]:
    """What to look for in a text: the labels, and a real name that stands in one; the longest first."""
    found = set()
    for label in labels:
        found.add(label.strip())
        head = re.split(r"[-_~|/（(\s]", label.strip(), maxsplit=1)[0]
        if NAME.fullmatch(head) and head[0] in SURNAMES:
            found.add(head)
    return tuple(sorted((n for n in found if len(n) > 1), key=lambda n: (-len(n), n)))


def forget(settings: Settings, person: Traced, entries: Mapping[str, frozenset[str]]) -> tuple[Change, ...]:
    """Take the person out of digests, bases, conflicts and backups, and put them on the list of the forgotten.

    `entries` gives the person's words in each entry, as the store knows them. Hold the lock around it.
    """
    forgotten.add(settings.root, person.labels, names(person.labels))
    who = Person(names(person.labels), person.texts, entries)
    shelf = Shelf(settings.root, settings.out)
    state = settings.root / files.STATE
    changes: list[Change] = []
    moved: dict[str, str] = {}
    old: list[Path] = []
    # bases first: a digest that names a base that is not there yet could not be merged
    for path in _files(state / "bases"):
        base = _loaded(path)
        if base is None:
            continue
        text, passages, replaced = redacted(base.text, who)
        if passages or replaced:
            made = Base(text, base.gone)
            files.write_atomic(shelf.base(made.hash), made.content, within=settings.root)
            moved[base.hash] = made.hash
            old.append(path)
            changes.append(Change(_shown(path, settings), passages, replaced))
    for path in _files(settings.out, ".md"):
        changes += _digest(path, settings, who, moved)
    for path in (*_files(state / "backups", ".md"), *_files(state / "conflicts", ".md")):
        changes += _plain(path, settings, who)
    for path in _files(state / "conflicts", ".json"):
        changes += _conflicts(path, settings, who)
    for path in old:
        path.unlink(missing_ok=True)
    return tuple(changes)


def _files(folder: Path, suffix: str = "") -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.rglob(f"*{suffix}") if p.is_file() and not p.is_symlink())


def _digest(path: Path, settings: Settings, who: Person, moved: Mapping[str, str]) -> list[Change]:
    """A digest redacted as its base was; its stamp names the new base."""
    content = files.read_bytes(path)
    mine, form = decoded(content)
    text, passages, replaced = redacted(mine, who)
    stamp = next((m[1] for line in mine.split("\n") if (m := STAMP.fullmatch(line))), "")
    if stamp in moved:
        text = text.replace(f"<!-- digest:{stamp} -->", f"<!-- digest:{moved[stamp]} -->")
    elif stamp and (passages or replaced) and not (settings.root / files.STATE / "bases" / stamp).exists():
        # a fresh clone: the digest is its own base
        body = mine.rpartition("\n\n<!-- digest:")[0]
        if first(f"{body}\n").text == mine:
            text = first(text.rpartition("\n\n<!-- digest:")[0] + "\n").text
    if text == mine:
        return []
    files.write_atomic(path, encoded(text, form), within=settings.out, expected=content)
    return [Change(_shown(path, settings), passages, replaced)] if passages or replaced else []


def _plain(path: Path, settings: Settings, who: Person) -> list[Change]:
    content = files.read_bytes(path)
    mine, form = decoded(content)
    text, passages, replaced = redacted(mine, who)
    if not (passages or replaced):
        return []
    files.write_atomic(path, encoded(text, form), within=settings.root, expected=content)
    return [Change(_shown(path, settings), passages, replaced)]


def _conflicts(path: Path, settings: Settings, who: Person) -> list[Change]:
    content = files.read_bytes(path)
    try:
        rows = json.loads(content)
    except ValueError:
        return []  # `digest doctor` sets it aside
    passages = replaced = 0
    for row in rows if isinstance(rows, list) else ():
        for name in ("base", "mine", "theirs"):
            row[name], more, names_ = redacted(str(row.get(name, "")), who, str(row.get("key", "")))
            passages, replaced = passages + more, replaced + names_
    if not (passages or replaced):
        return []
    files.write_atomic(path, json.dumps(rows, ensure_ascii=False, indent=1) + "\n", within=settings.root)
    return [Change(_shown(path, settings), passages, replaced)]


def still(settings: Settings, person: Traced) -> tuple[str, ...]:
    """Where the person's names still stand: places that are the user's own to change."""
    wanted = names(person.labels)
    places = [settings.root / "digest.toml", settings.root / "pyproject.toml"]
    places += [p for folder in settings.rules for p in sorted(folder.glob("*.yml"))]
    places += _files(settings.out) + [
        p for p in _files(settings.root / files.STATE) if p.suffix in (".md", ".json", "") and p.name != forgotten.KEY
    ]
    found = []
    for path in dict.fromkeys(places):
        if not path.is_file() or path.is_symlink():
            continue
        text = path.read_text("utf-8", errors="replace")
        for number, line in enumerate(text.split("\n"), start=1):
            if any(name in line for name in wanted):
                found.append(f"{_shown(path, settings)}:{number}")
    return tuple(found)


def _shown(path: Path, settings: Settings) -> str:
    try:
        return str(path.relative_to(settings.root))
    except ValueError:
        return str(path)


def entries(store: Path, person: Traced) -> dict[str, frozenset[str]]:
    """The person's words in each entry, as the store knows them; none where there is no store."""
    if not store.exists():
        return {}
    found: dict[str, set[str]] = {}
    with reading(store) as db:
        ids = {
            i
            for label in person.labels
            for (i,) in db.execute("SELECT person FROM labels WHERE label = ?", (key(label),))
        }
        marks = ",".join(map(str, sorted(ids)))
        for entry, text in db.execute(
            f"SELECT e.key, q.text FROM questions q JOIN entries e ON e.id = q.entry WHERE q.speaker IN ({marks})"
            " UNION ALL SELECT e.key, a.text FROM answers a JOIN questions q ON q.id = a.question"
            f" JOIN entries e ON e.id = q.entry WHERE a.speaker IN ({marks})"
        ):
            found.setdefault(entry, set()).add(text)
    return {entry: frozenset(texts) for entry, texts in found.items()}
