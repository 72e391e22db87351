"""The editor's digest merged with a new one so that no edit is lost.

Three texts meet: the base that the file's stamp names, the editor's file, and the new digest. The editor's order and
words win, what she deleted stays deleted, a block that the rules dropped but she changed is kept. All here works on
texts; shelf.py knows files.
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
from digest.page.read import NOTHING, Block, Parsed, has_words, lines_of, parse, unparse
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
    """Sentences of a block that both sides changed, a blank line between; the digest keeps the edited ones."""

    key: str
    base: str
    edited: str
    rebuilt: str


@dataclass(frozen=True, slots=True)
class Note:
    """What the merge did about a block: `kind` is kept, deleted, dropped, added, foreign, twice, unmarked or passed."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class MergeResult:
    """The digest's new text and its base, with what could not be merged and what is worth telling."""

    text: str
    base: Base
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[Note, ...] = ()


def first(rebuilt: str, gone: Sequence[str] = ()) -> MergeResult:
    """A digest that nobody has edited yet, stamped."""
    base = Base(rebuilt, tuple(sorted(gone)))
    return MergeResult(stamped(rebuilt, base), base)


def stamped(text: str, base: Base) -> str:
    """`text` with the base's stamp at its end."""
    return grammar.stamped(text, base.hash)


def check(parsed: Parsed, edited: str, known: Iterable[str]) -> None:
    """Raise Damaged where marks or stamp can't be trusted; `known` are the ids that the file may hold."""
    if UNMERGED.search(edited):
        raise Damaged("it holds a version-control conflict (<<<<<<<). Settle that first, then build again")
    if not edited.strip():
        raise Damaged("it is empty. Delete it, then build again")
    if not parsed.stamp and not parsed.blocks:
        raise Damaged("it was not built by digest: it bears no mark. Move it away, or build --fresh (with a backup)")
    if not parsed.stamp:
        raise Damaged("its last mark, <!-- digest:… -->, is missing or damaged. Put it back, or build --fresh")
    names = set(known)
    stamps = 0
    for number, line in enumerate(lines_of(edited), start=1):
        row = line.rstrip("\n")
        if STAMP.fullmatch(row):
            stamps += 1
        elif grammar.is_damaged(row, names):
            raise Damaged(f"line {number}: this mark is damaged. Mend it, or build --fresh")
    if stamps > 1:
        raise Damaged("it holds two digests, one after the other. Take one of them out, then build again")


def merge(base: Base, edited: str, rebuilt: str) -> MergeResult:
    """`edited`, the editor's file, brought up to `rebuilt`, the new digest; every edit since `base` is kept.

    `rebuilt` bears no stamp. Texts have LF line ends. Merging the result with the same digest again changes nothing.
    Raises Damaged where the marks of `edited` can't be trusted.
    """
    if edited == stamped(base.text, base) and not base.gone:
        return first(rebuilt)
    base_page, rebuilt_page, edited_page = parse(base.text), parse(rebuilt), parse(edited)
    base_blocks, rebuilt_blocks = _by_key(base_page.blocks), _by_key(rebuilt_page.blocks)
    check(edited_page, edited, {*base_blocks, *rebuilt_blocks, *base.gone})
    work = _Progress(base_blocks, rebuilt_blocks)
    own_blocks = _single_blocks(edited_page.blocks, work)
    seen = {block.key for block in own_blocks if block.body}
    lost = [key for key in base_blocks if key not in seen]
    _look_for([key for key in lost if key not in base.gone], base_blocks, edited, work)

    kept, homeless = _kept(own_blocks, work)
    gone = tuple(sorted({*(set(base.gone) | set(lost)) - seen, *work.emptied}))
    head = _head(base_page.head, edited_page.head, rebuilt_page.head, work)
    if homeless.strip():
        head = f"{head.rstrip()}\n\n{homeless.strip()}{NOTHING}"
    added = [block for block in rebuilt_page.blocks if block.key not in seen and block.key not in gone]
    useless = _useless(added, rebuilt_page.blocks, {block.key: block for block in kept})
    gone = tuple(sorted({*gone, *useless}))
    added = [block for block in added if block.key not in useless]
    work.notes.extend(Note("added", block.key) for block in added)
    blocks = inserted(ordered(kept, own_blocks, base_page.blocks, rebuilt_page.blocks), added, rebuilt_page.blocks)
    blocks = parted(blocks, own_blocks, base_page.blocks, rebuilt_page.blocks)

    body = head + "".join(block.text for block in blocks)
    dropped = [base_blocks[block.key] for block in kept if block.key in base_blocks.keys() - rebuilt_blocks.keys()]
    new_base = _base(rebuilt, gone, dropped)
    return MergeResult(stamped(body, new_base) + edited_page.tail, new_base, tuple(work.conflicts), tuple(work.notes))


def _useless(added: Sequence[Block], rebuilt: Sequence[Block], kept: Mapping[str, Block]) -> set[str]:
    """New hints at earlier answers for questions that the editor took out or has answered."""
    added_keys = {block.key for block in added}
    useless: set[str] = set()
    question = None
    for block in rebuilt:
        if block.key[0] != grammar.EARLIER:
            question = block
        elif question is None or block.key not in added_keys or question.key in added_keys:
            continue
        elif question.key not in kept:
            useless.add(block.key)
        else:
            # the last line of an open question says that it is
            waits = bare(question.body.rpartition("\n")[2])
            if waits not in bare(kept[question.key].body):
                useless.add(block.key)
    return useless


def restored(base: Base, key: str) -> Base:
    """A base under which the block of `key` counts as new, so that the next merge brings it back."""
    parsed = parse(base.text)
    blocks = tuple(block for block in parsed.blocks if block.key != key)
    return Base(unparse(replace(parsed, blocks=blocks)), tuple(name for name in base.gone if name != key))


@dataclass(frozen=True, slots=True)
class _Progress:
    """The blocks of base and new digest by id, and what comes up on the way."""

    base: Mapping[str, Block]
    rebuilt: Mapping[str, Block]
    notes: list[Note] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)


def _base(rebuilt: str, gone: tuple[str, ...], kept: Sequence[Block]) -> Base:
    """The new digest as base; behind it, the blocks that the rules dropped and the editor keeps."""
    if not kept:
        return Base(rebuilt, gone)
    return Base(rebuilt.rstrip("\n") + NOTHING + "".join(f"{b.mark}{b.body}{NOTHING}" for b in kept), gone)


def _by_key(blocks: Iterable[Block]) -> dict[str, Block]:
    by_key: dict[str, Block] = {}
    for block in blocks:
        by_key.setdefault(block.key, block)
    return by_key


def _single_blocks(blocks: Sequence[Block], work: _Progress) -> list[Block]:
    """The editor's blocks; of several with one id all but one are the editor's text, and go to the gap before them."""
    places: dict[str, list[Block]] = {}
    for block in blocks:
        places.setdefault(block.key, []).append(block)
    single: list[Block] = []
    for block in blocks:
        copies = places[block.key]
        if block is not _chosen(copies, work.base.get(block.key)):
            text = block.text if block.body else block.gap
            if single:
                single[-1] = replace(single[-1], gap=single[-1].gap + text)
            else:
                single.append(Block("", "", "", text))
            if block.body:
                work.notes.append(Note("twice", block.key))
            continue
        if block.key not in work.base and block.key not in work.rebuilt:
            work.notes.append(Note("foreign", block.key))
        single.append(block)
    return single


def _chosen(copies: Sequence[Block], base: Block | None) -> Block:
    """Of copies of a block, the one that goes on: as the program wrote it, else the first that says anything."""
    if len(copies) == 1:
        return copies[0]
    same = next((copy for copy in copies if base and bare(copy.body) == bare(base.body)), None)
    return same or next((copy for copy in copies if copy.body), copies[0])


def _look_for(lost: Sequence[str], base: Mapping[str, Block], edited: str, work: _Progress) -> None:
    """Tell deleted blocks from those whose mark alone is gone."""
    text = bare(edited) if lost else ""
    unmarked = {key for key in lost if len(bare(base[key].body)) >= ENOUGH and bare(base[key].body) in text}
    entries = [key for key in base if not grammar.is_heading(key)]
    if len(unmarked) > 3 and 2 * len(unmarked) > len(entries):
        raise Damaged(
            "most of its marks, <!-- q:… -->, are gone while their text stands. Put them back, or build --fresh"
        )
    work.notes.extend(Note("unmarked" if key in unmarked else "deleted", key) for key in lost)


def _kept(blocks: Sequence[Block], work: _Progress) -> tuple[list[Block], str]:
    """The editor's blocks merged, without those that the rules dropped and the editor left alone.

    The editor's words behind such a block go behind the one before it; second value: those with none before them.
    """
    kept: list[Block] = []
    homeless = ""
    for block in blocks:
        base, rebuilt = work.base.get(block.key), work.rebuilt.get(block.key)
        merged = block
        if base and not rebuilt and bare(block.body) == bare(base.body):
            work.notes.append(Note("dropped", block.key))
            merged = replace(block, body="")
        elif block.body:
            merged = _block(block, base, rebuilt, work)
            if not merged.body.strip():
                # what the editor had left was the former template's: nothing stays that could stand by itself
                work.emptied.append(block.key)
        if merged.body.strip():
            kept.append(merged)
        elif has_words(block.gap) and kept:
            kept[-1] = replace(kept[-1], gap=f"{kept[-1].gap.rstrip()}{NOTHING}{block.gap.strip()}{NOTHING}")
        elif has_words(block.gap):
            homeless += block.gap
    return kept, homeless


def _block(block: Block, base: Block | None, rebuilt: Block | None, work: _Progress) -> Block:
    if rebuilt is None:
        if base is not None:
            work.notes.append(Note("kept", block.key))
        return block
    mark = rebuilt.mark.rstrip("\n") + block.mark[len(block.mark.rstrip()) :]
    if base is None:
        # the editor brought it from elsewhere: with no base to tell who changed what, the edited text counts
        if bare(block.body) != bare(rebuilt.body):
            work.conflicts.append(Conflict(block.key, "", block.body, rebuilt.body))
        return replace(block, mark=mark)
    body = weave(base.body, block.body, rebuilt.body)
    if body.clashes:
        work.conflicts.append(_conflict(block.key, body.clashes))
    elif body.passed:
        work.notes.append(Note("passed", block.key))
    return replace(block, mark=mark, body=body.text)


def _conflict(key: str, clashes: Sequence[Clash]) -> Conflict:
    return Conflict(
        key,
        NOTHING.join(clash.base for clash in clashes),
        NOTHING.join(clash.edited for clash in clashes),
        NOTHING.join(clash.rebuilt for clash in clashes),
    )


def _head(base: str, edited: str, rebuilt: str, work: _Progress) -> str:
    head = weave(base.rstrip(), edited.rstrip(), rebuilt.rstrip())
    if head.clashes:
        work.conflicts.append(_conflict("head", head.clashes))
    space = edited if edited.strip() else rebuilt
    return head.text + space[len(space.rstrip()) :]
