"""The editor's digest merged with a new one so that no edit is lost.

Three texts meet: the base that the file's stamp names, the editor's file, and the new digest. The editor's order and
words win, her deletions are remembered, a block that the rules dropped but she changed is kept. All here works on
texts; editing.py knows files.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from digest.errors import ConflictError
from digest.page import grammar
from digest.page.grammar import STAMP
from digest.page.order import inserted, ordered, parted
from digest.page.read import NOTHING, Block, Parsed, is_hers, lines_of, parse, unparse
from digest.page.sentences import Clash, bare, weave

UNMERGED = re.compile(r"^(?:<{7}|>{7}|\|{7})(?: |$)", re.MULTILINE)
ENOUGH = 8  # characters by which a text is known again


class Damaged(ConflictError):
    """A digest's file whose marks can't be trusted: it is left as it is."""

    exit_status = 2


@dataclass(frozen=True, slots=True)
class Base:
    """What the program wrote last, and the ids that the editor had deleted by then."""

    text: str
    gone: tuple[str, ...] = ()

    @property
    def content(self) -> str:
        """What is kept of it: the ids, a blank line, the text."""
        return "\n".join([*sorted(self.gone), "", self.text])

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.content.encode("utf-8")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides changed the same sentences of a block, here with a blank line between: the digest keeps `mine`."""

    key: str
    base: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Note:
    """What the merge did about a block: `kind` is kept, deleted, dropped, added, foreign, twice, unmarked or passed."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The digest's new text and its base, with what could not be merged and what is worth telling."""

    text: str
    base: Base
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[Note, ...] = ()


def first(theirs: str, gone: Sequence[str] = ()) -> Merged:
    """A digest that nobody has edited yet, stamped."""
    base = Base(theirs, tuple(sorted(gone)))
    return Merged(stamped(theirs, base), base)


def stamped(text: str, base: Base) -> str:
    """`text` with the base's stamp at its end."""
    return grammar.stamped(text, base.hash)


def check(parsed: Parsed, mine: str, known: Iterable[str]) -> None:
    """Raise Damaged where marks or stamp can't be trusted; `known` are the ids that the file may hold."""
    if UNMERGED.search(mine):
        raise Damaged("it holds a version-control conflict (<<<<<<<). Settle that first, then build again")
    if not mine.strip():
        raise Damaged("it is empty. Delete it, then build again")
    if not parsed.stamp and not parsed.blocks:
        raise Damaged("it was not built by digest: it bears no mark. Move it away, or build --fresh (with a backup)")
    if not parsed.stamp:
        raise Damaged("its last mark, <!-- digest:… -->, is missing or damaged. Put it back, or build --fresh")
    names = set(known)
    stamps = 0
    for number, line in enumerate(lines_of(mine), start=1):
        row = line.rstrip("\n")
        if STAMP.fullmatch(row):
            stamps += 1
        elif grammar.is_damaged(row, names):
            raise Damaged(f"line {number}: this mark is damaged. Mend it, or build --fresh")
    if stamps > 1:
        raise Damaged("it holds two digests, one after the other. Take one of them out, then build again")


def merge(base: Base, mine: str, theirs: str) -> Merged:
    """`mine`, the editor's file, brought up to `theirs`, the new digest; every edit since `base` is kept.

    `theirs` bears no stamp. Texts have LF line ends. Merging the result with the same digest again changes nothing.
    Raises Damaged where the marks of `mine` can't be trusted.
    """
    if mine == stamped(base.text, base) and not base.gone:
        return first(theirs)
    old, new, hers = parse(base.text), parse(theirs), parse(mine)
    olds, news = _by_key(old.blocks), _by_key(new.blocks)
    check(hers, mine, {*olds, *news, *base.gone})
    work = _Work(olds, news)
    own = _own(hers.blocks, work)
    seen = {block.key for block in own if block.body}
    lost = [key for key in olds if key not in seen]
    _look_for([key for key in lost if key not in base.gone], olds, mine, work)

    kept, homeless = _kept(own, work)
    gone = tuple(sorted({*(set(base.gone) | set(lost)) - seen, *work.emptied}))
    head = _head(old.head, hers.head, new.head, work)
    if homeless.strip():
        head = f"{head.rstrip()}\n\n{homeless.strip()}{NOTHING}"
    added = [block for block in new.blocks if block.key not in seen and block.key not in gone]
    useless = _useless(added, new.blocks, {block.key: block for block in kept})
    gone = tuple(sorted({*gone, *useless}))
    added = [block for block in added if block.key not in useless]
    work.notes.extend(Note("added", block.key) for block in added)
    blocks = inserted(ordered(kept, own, old.blocks, new.blocks), added, new.blocks)
    blocks = parted(blocks, own, old.blocks, new.blocks)

    body = head + "".join(block.text for block in blocks)
    made = _base(theirs, gone, [olds[block.key] for block in kept if block.key in olds and block.key not in news])
    return Merged(stamped(body, made) + hers.tail, made, tuple(work.conflicts), tuple(work.notes))


def _useless(added: Sequence[Block], new: Sequence[Block], hers: Mapping[str, Block]) -> set[str]:
    """New hints at earlier answers for questions that the editor took out, or that no longer wait with her."""
    coming = {block.key for block in added}
    found: set[str] = set()
    question = None
    for block in new:
        if block.key[0] != grammar.EARLIER:
            question = block
        elif question is None or block.key not in coming or question.key in coming:
            continue
        elif question.key not in hers:
            found.add(block.key)
        else:
            # the last line of an open question says that it is
            waits = bare(question.body.rpartition("\n")[2])
            if waits not in bare(hers[question.key].body):
                found.add(block.key)
    return found


def restored(base: Base, key: str) -> Base:
    """A base under which the block of `key` counts as new, so that the next merge brings it back."""
    parsed = parse(base.text)
    blocks = tuple(block for block in parsed.blocks if block.key != key)
    return Base(unparse(replace(parsed, blocks=blocks)), tuple(name for name in base.gone if name != key))


@dataclass(frozen=True, slots=True)
class _Work:
    """The blocks of base and new digest by id, and what comes up on the way."""

    olds: Mapping[str, Block]
    news: Mapping[str, Block]
    notes: list[Note] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)


def _base(theirs: str, gone: tuple[str, ...], kept: Sequence[Block]) -> Base:
    """The new digest as base; behind it, the blocks it dropped that the editor keeps: her changes start from there."""
    if not kept:
        return Base(theirs, gone)
    return Base(theirs.rstrip("\n") + NOTHING + "".join(f"{b.mark}{b.body}{NOTHING}" for b in kept), gone)


def _by_key(blocks: Iterable[Block]) -> dict[str, Block]:
    found: dict[str, Block] = {}
    for block in blocks:
        found.setdefault(block.key, block)
    return found


def _own(blocks: Sequence[Block], work: _Work) -> list[Block]:
    """The editor's blocks; of several with one id all but one are text of hers, and go to the gap before them."""
    places: dict[str, list[Block]] = {}
    for block in blocks:
        places.setdefault(block.key, []).append(block)
    found: list[Block] = []
    for block in blocks:
        copies = places[block.key]
        if block is not _chosen(copies, work.olds.get(block.key)):
            text = block.text if block.body else block.gap
            if found:
                found[-1] = replace(found[-1], gap=found[-1].gap + text)
            else:
                found.append(Block("", "", "", text))
            if block.body:
                work.notes.append(Note("twice", block.key))
            continue
        if block.key not in work.olds and block.key not in work.news:
            work.notes.append(Note("foreign", block.key))
        found.append(block)
    return found


def _chosen(copies: Sequence[Block], old: Block | None) -> Block:
    """Of copies of a block, the one that goes on: as the program wrote it, else the first that says anything."""
    if len(copies) == 1:
        return copies[0]
    same = next((copy for copy in copies if old and bare(copy.body) == bare(old.body)), None)
    return same or next((copy for copy in copies if copy.body), copies[0])


def _look_for(lost: Sequence[str], olds: Mapping[str, Block], mine: str, work: _Work) -> None:
    """Tell deleted blocks from those whose mark alone is gone."""
    text = bare(mine) if lost else ""
    unmarked = {key for key in lost if len(bare(olds[key].body)) >= ENOUGH and bare(olds[key].body) in text}
    entries = [key for key in olds if not grammar.is_heading(key)]
    if len(unmarked) > 3 and 2 * len(unmarked) > len(entries):
        raise Damaged(
            "most of its marks, <!-- q:… -->, are gone while their text stands. Put them back, or build --fresh"
        )
    work.notes.extend(Note("unmarked" if key in unmarked else "deleted", key) for key in lost)


def _kept(blocks: Sequence[Block], work: _Work) -> tuple[list[Block], str]:
    """The editor's blocks merged, without those that the rules dropped and she left alone.

    Her words behind such a one go behind the block before it; the second value is what finds no block before it.
    """
    kept: list[Block] = []
    homeless = ""
    for block in blocks:
        old, new = work.olds.get(block.key), work.news.get(block.key)
        made = block
        if old and not new and bare(block.body) == bare(old.body):
            work.notes.append(Note("dropped", block.key))
            made = replace(block, body="")
        elif block.body:
            made = _block(block, old, new, work)
            if not made.body.strip():
                # what she had left was the old template's: nothing stays that could stand by itself
                work.emptied.append(block.key)
        if made.body.strip():
            kept.append(made)
        elif is_hers(block.gap) and kept:
            kept[-1] = replace(kept[-1], gap=f"{kept[-1].gap.rstrip()}{NOTHING}{block.gap.strip()}{NOTHING}")
        elif is_hers(block.gap):
            homeless += block.gap
    return kept, homeless


def _block(block: Block, old: Block | None, new: Block | None, work: _Work) -> Block:
    if new is None:
        if old is not None:
            work.notes.append(Note("kept", block.key))
        return block
    mark = new.mark.rstrip("\n") + block.mark[len(block.mark.rstrip()) :]
    if old is None:
        # she brought it from elsewhere: with no base to tell who changed what, hers counts
        if bare(block.body) != bare(new.body):
            work.conflicts.append(Conflict(block.key, "", block.body, new.body))
        return replace(block, mark=mark)
    woven = weave(old.body, block.body, new.body)
    if woven.clashes:
        work.conflicts.append(_conflict(block.key, woven.clashes))
    elif woven.passed:
        work.notes.append(Note("passed", block.key))
    return replace(block, mark=mark, body=woven.text)


def _conflict(key: str, clashes: Sequence[Clash]) -> Conflict:
    return Conflict(
        key,
        NOTHING.join(clash.base for clash in clashes),
        NOTHING.join(clash.mine for clash in clashes),
        NOTHING.join(clash.theirs for clash in clashes),
    )


def _head(old: str, mine: str, new: str, work: _Work) -> str:
    woven = weave(old.rstrip(), mine.rstrip(), new.rstrip())
    if woven.clashes:
        work.conflicts.append(_conflict("head", woven.clashes))
    space = mine if mine.strip() else new
    return woven.text + space[len(space.rstrip()) :]
