"""One person taken out of everything that a project holds: digests, their bases, conflicts, backups, store, exports.

The logs are the user's own and stay; from then on the person's messages in them are left out wherever logs are read.
"""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from digest import files, importers
from digest.conversation.people.labels import SURNAMES, fold, key
from digest.conversation.people.people import ME, Known, people
from digest.editorial.clean import PICTOGRAPH
from digest.errors import DigestError, UsageError
from digest.forgetting.redact import Redactor, bared, redacted
from digest.knowledge.schema import reading
from digest.page import grammar, outputs
from digest.page.grammar import STAMP
from digest.page.merge import Base, first
from digest.page.outputs import record
from digest.page.shelf import ELSEWHERE, Shelf, _loaded, decoded, encoded
from digest.project import folders, forgotten
from digest.project.settings import Settings

if TYPE_CHECKING:
    from digest.stages import Stages

NAME = re.compile("[\u4e00-\u9fff]{2,4}")
EMOJI = re.compile(r"\[[^\[\]]{1,16}\]")
LIKE = 4  # labels that a message about an unknown name offers
OPENING, SHORTEST = 10, 6  # characters by which a message is looked for in files that hold no page
PRIVATE = (forgotten.KEY, forgotten.LIST, outputs.RECORD)  # hold no words of anybody
EVERYDAY = 100  # a name that the dictionary knows to be as common as this is a word


@dataclass(frozen=True, slots=True)
class RedactedFile:
    """A file that was changed: how many passages of the person's went out of it, and how many names were replaced."""

    path: str
    passages: int
    names: int


@dataclass(frozen=True)
class PersonTraces:
    """What the logs hold of a person; `others` are the labels of who else speaks, `names` what to look for."""

    labels: frozenset[str]
    texts: tuple[str, ...]
    days: int
    names: tuple[str, ...] = ()
    others: frozenset[str] = frozenset()

    @cached_property
    def longer(self) -> re.Pattern[str] | None:
        """What finds the longer names of others."""
        return forgotten.longer(self.others, {fold(name) for name in self.names}.__contains__)

    def stands_in(self, path: Path) -> bool:
        """Whether a file holds what the person said, or a name of theirs."""
        if path.is_symlink() or not path.is_file():
            return False
        text = html.unescape(path.read_text("utf-8", errors="replace"))
        bare = bared(text)
        return bool(self.by_name.renamed(text)[1]) or any(opening in bare for opening in self._openings)

    @cached_property
    def by_name(self) -> Redactor:
        """What finds the person's names."""
        return Redactor(self.names, (), {}, self.longer)

    @cached_property
    def _openings(self) -> frozenset[str]:
        openings = (bared(said)[:OPENING] for said in self.texts)
        return frozenset(opening for opening in openings if len(opening) >= SHORTEST)

    @property
    def unsought(self) -> tuple[str, ...]:
        """The person's nicknames that are not looked for inside sentences."""
        heads = {_head(label) for label in self.labels if label != ME} - {""}
        return tuple(sorted({n[1:] for n in self.names if n[0] == "@"} | (heads - set(self.names))))


def traces(
    settings: Settings,
    name: str,
    known: Known,
    progress: Callable[[int, int], None],
    is_word: Callable[[str], bool] = lambda name: False,
) -> PersonTraces:
    """Every label of the person that `name` means, and what they said, from all logs.

    Labels that the rules give to one person count as one. 我 is whom the rules or digest.toml say it is, nobody else.
    """
    forgotten.forgotten(settings.root)  # an error where nobody can know who is on the list
    if key(name) == key(ME):
        raise UsageError(f"{name}: stands for whoever exported the logs. Give the name itself")
    keys = {key(name)}
    labels: set[str] = set()
    others: set[str] = set()
    exporter = False
    texts: list[str] = []
    days = 0
    logs = folders.days(settings)
    # a label learnt from a later day may name the person on an earlier one
    before = 0
    while before < len(keys):
        for group in (*known.aliases, (*known.me, ME)):
            if keys & {key(x) for x in group}:
                labels.update(group)
                keys |= {key(x) for x in group}
        before = len(keys)
        texts, days = [], 0
        for n, file in enumerate(logs):
            progress(n, len(logs))
            try:
                log = importers.read(file.path, day=file.day, room=file.room, encoding=settings.encoding)
            except DigestError:
                continue  # indexing tells of it
            day = people(log, known)
            ids: set[int] = set()
            for person in day.persons:
                own = {person.name, *person.aliases}
                if not keys & {key(x) for x in own}:
                    others |= own
                elif ME in own and key(ME) not in keys:
                    exporter = True  # by likeness alone: too little to drop all that 我 says
                else:
                    ids.add(person.id)
                    labels |= own
                    keys |= {key(x) for x in own}
            words = [m.text for m, speaker in zip(log.messages, day.speaker, strict=True) if speaker in ids]
            texts += words
            days += bool(words)
    progress(len(logs), len(logs))
    if not labels and exporter:
        raise UsageError(
            f'{name}: seems to be whoever exported the logs. If so, put me = "{name}" into digest.toml, then try again'
        )
    if not labels:
        like = sorted(x for x in others if key(name) in key(x))[:LIKE]
        perhaps = f"Perhaps: {', '.join(like)}" if like else "digest people DAY lists them"
        raise UsageError(f"{name}: nobody of that name speaks or is named in the logs. {perhaps}")
    others = {x for x in others if key(x) not in keys}
    spoken = tuple(text for text in texts if text.strip())
    return PersonTraces(frozenset(labels), spoken, days, names(labels, is_word), frozenset(others))


def names(labels: Iterable[str], is_word: Callable[[str], bool] = lambda name: False) -> tuple[str, ...]:
    """What to look for in a text: the labels as people write them, and a real name that stands in one; longest first.

    One that is a word as well, or a single letter, stands in sentences that mean nobody: only `@name` is looked for.
    """
    forms = set()
    for label in labels:
        if label == ME:
            continue
        whole = " ".join(label.split())
        forms |= {label.strip(), whole, fold(whole).replace("?", "").strip(), PICTOGRAPH.sub("", whole).strip()}
        forms.add(EMOJI.sub("", PICTOGRAPH.sub("", whole)).strip())  # emoji are lost where others write the name
        head = _head(label)
        if NAME.fullmatch(head) and head[0] in SURNAMES:
            forms.add(head)
    forms = {f"@{form}" if len(form) == 1 or is_word(form) else form for form in forms if form}
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def everyday(stages: Stages) -> Callable[[str], bool]:
    """Tells the names that are words as well: 支付, 安全; 王小波 stands in the dictionary, but as a name."""
    vocabulary, common = stages.vocabulary, {fold(x) for x in stages.known.common}

    def is_word(name: str) -> bool:
        if fold(name) in common or vocabulary.is_term(name):
            return True
        tags = [word.tag for word in vocabulary.tagged(name)]
        is_name = len(tags) == 1 and tags[0] == "nr" and name[0] in f"{SURNAMES}老小"
        return not is_name and vocabulary.engine.suggested_frequency(name) >= EVERYDAY

    return is_word


def _head(label: str) -> str:
    return re.split(r"[-_~|/（(\s]", label.strip(), maxsplit=1)[0]


def forget(
    settings: Settings, person: PersonTraces, entries: Mapping[str, frozenset[str]]
) -> tuple[list[RedactedFile], list[str]]:
    """Take the person out of digests, bases, conflicts and backups, and put them on the list of the forgotten.

    The files that were changed, and why others could not be: a file that can't be read or written is left, and the
    others go on. `entries` gives the person's words in each entry, as the store knows them. Hold the lock around it.
    """
    forgotten.add(settings.root, person.labels, person.names)
    redactor = Redactor(person.names, person.texts, entries, person.longer)
    shelf = Shelf.of(settings)
    state = settings.root / files.STATE
    other = state / ELSEWHERE
    changes: list[RedactedFile] = []
    failed: list[str] = []
    moved: dict[str, str] = {}
    old: list[Path] = []
    # bases first: a digest that names a base that is not there yet could not be merged
    for path in _files(state / "bases"):
        base = _loaded(path)
        if base is None:
            continue
        text, passages, replaced = redacted(base.text, redactor)
        if passages or replaced:
            clean = Base(text, base.gone)
            files.write_atomic(shelf.base(clean.hash), clean.content, within=settings.root)
            moved[base.hash] = clean.hash
            old.append(path)
            changes.append(RedactedFile(folders.from_root(settings.root, path), passages, replaced))

    def digest(path: Path) -> tuple[int, int]:
        return _digest(path, settings.root, redactor, moved)

    def plain(path: Path) -> tuple[int, int]:
        return _plain(path, settings.root, redactor)

    def conflicts(path: Path) -> tuple[int, int]:
        return _conflicts(path, settings.root, redactor)

    for redact, paths in (
        (digest, [*_files(settings.out, ".md"), *_built_elsewhere(settings)]),
        (plain, [path for name in ("backups", "conflicts", ELSEWHERE) for path in _files(state / name, ".md")]),
        (conflicts, [*_files(state / "conflicts", ".json"), *_files(other, ".json")]),
    ):
        for path in paths:
            name = folders.from_root(settings.root, path)
            try:
                passages, replaced = redact(path)
            except DigestError as error:
                reason = str(error)
                failed.append(reason if reason.startswith((name, str(path))) else f"{name}: left as it is: {reason}")
                continue
            if passages or replaced:
                changes.append(RedactedFile(name, passages, replaced))
    if not failed:  # else a digest may still name its base
        for path in old:
            path.unlink(missing_ok=True)
    return changes, failed


def _files(folder: Path, suffix: str = "") -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.rglob(f"*{suffix}") if p.is_file() and not p.is_symlink())


def _built_elsewhere(settings: Settings) -> list[Path]:
    """The digests in folders that commands were given; other Markdown may lie there, and is somebody else's."""
    paths = []
    for folder in sorted(record(settings.root).digests):
        if not settings.out.is_dir() or not folder.is_dir() or not folder.samefile(settings.out):
            paths += [p for pattern in ("*.md", "*/*.md") for p in sorted(folder.glob(pattern)) if _is_digest(p)]
    return paths


def _is_digest(path: Path) -> bool:
    if path.is_symlink() or path.parent.is_symlink() or not path.is_file():
        return False
    rows = files.read_bytes(path).decode("utf-8", "replace").splitlines()
    return any(STAMP.fullmatch(row) for row in rows)


def _digest(path: Path, root: Path, redactor: Redactor, moved: Mapping[str, str]) -> tuple[int, int]:
    """Redact a digest as its base was; its stamp names the new base. Passages out, names replaced."""
    content = files.read_bytes(path)
    edited, form = decoded(content)
    text, passages, replaced = redacted(edited, redactor)
    stamp = next((m[1] for line in edited.split("\n") if (m := STAMP.fullmatch(line))), "")
    if stamp in moved:
        text = text.replace(grammar.stamp(stamp), grammar.stamp(moved[stamp]))
    elif (
        stamp
        and (passages or replaced)
        and not (root / files.STATE / "bases" / stamp).exists()
        and first(grammar.unstamped(edited)).text == edited
    ):
        # a fresh clone: the digest is its own base
        text = first(grammar.unstamped(text)).text
    if text != edited:
        files.write_atomic(path, encoded(text, form), expected=content)
    return passages, replaced


def _plain(path: Path, root: Path, redactor: Redactor) -> tuple[int, int]:
    content = files.read_bytes(path)
    page, form = decoded(content)
    text, passages, replaced = redacted(page, redactor)
    if passages or replaced:
        files.write_atomic(path, encoded(text, form), within=root, expected=content)
    return passages, replaced


def _conflicts(path: Path, root: Path, redactor: Redactor) -> tuple[int, int]:
    try:
        rows = json.loads(files.read_bytes(path))
    except ValueError:
        return 0, 0  # `digest doctor` sets it aside
    passages = replaced = 0
    for row in rows if isinstance(rows, list) else ():
        for name in ("base", "mine", "theirs"):
            row[name], out, names = redacted(str(row.get(name, "")), redactor, str(row.get("key", "")))
            passages, replaced = passages + out, replaced + names
    if passages or replaced:
        files.write_atomic(path, json.dumps(rows, ensure_ascii=False, indent=1) + "\n", within=root)
    return passages, replaced


def remaining(settings: Settings, person: PersonTraces) -> tuple[str, ...]:
    """Where the person's words or names still stand: places that are the user's own to change."""
    root, former = settings.root, record(settings.root)
    pages, others = [root / "digest.toml", root / "pyproject.toml"], [*former.files, *_files(settings.out, ".json")]
    own = [folder for folder in (*settings.rules, *settings.templates) if folder.is_relative_to(root)]
    pages += [path for folder in own for path in _files(folder)]
    pages += [*_files(settings.out, ".md"), *_built_elsewhere(settings)]
    for path in _files(root / files.STATE):
        if path.suffix == ".md" or path.parent.name == "bases":
            pages.append(path)
        elif path.suffix != ".db" and path.name not in PRIVATE:
            others.append(path)
    others = list({os.path.realpath(path): path for path in others}.values())
    lines = [f"{folders.from_root(root, path)}: holds their words" for path in others if person.stands_in(path)]
    sources = (path for path in sorted(former.sources) if path.exists())
    lines += [f"{folders.from_root(root, path)}: logs were made of it" for path in sources]
    for path in dict.fromkeys(pages):
        if not path.is_file() or path.is_symlink():
            continue
        text = path.read_text("utf-8", errors="replace")
        for number, line in enumerate(text.split("\n"), start=1):
            if person.by_name.renamed(line)[1]:
                lines.append(f"{folders.from_root(root, path)}:{number}")
    return tuple(lines)


def entries(store: Path, person: PersonTraces) -> dict[str, frozenset[str]]:
    """The person's words in each entry, as the store knows them. Raises StoreError where there is none."""
    texts: dict[str, set[str]] = {}
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
            texts.setdefault(entry, set()).add(text)
    return {entry: frozenset(words) for entry, words in texts.items()}
