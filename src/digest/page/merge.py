"""The editor's digest merged with a new one so that no edit is lost.

Three texts meet: the base that the file's stamp names, the editor's file, and the new digest. The editor's order and
words win, what she deleted stays deleted, a block that the rules dropped but she changed is kept. All here works on
texts; shelf.py knows files.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from digest.errors import ConflictError
from digest.page import grammar, ownership
from digest.page.grammar import STAMP
from digest.page.order import inserted, ordered, parted
from digest.page.ownership import Words
from digest.page.read import NOTHING, Block, Parsed, has_words, lines_of, parse, unparse
from digest.page.sentences import bare, weave

UNMERGED = re.compile(r"^(?:<{7}|>{7}|\|{7})(?: |$)", re.MULTILINE)
ROUNDS = 3  # in which a merged page comes to rest
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
class Proposal:
    """What the rules would change in an entry that the editor changed: hers to take or to refuse."""

    key: str
    base: str
    edited: str
    rebuilt: str

    @property
    def accepted(self) -> str:
        """The entry with the rules' changes beside the editor's; where both changed a sentence, hers stays."""
        return weave(self.base, self.edited, self.rebuilt).text


@dataclass(frozen=True, slots=True)
class Note:
    """What the merge did about a block: `kind` is kept, deleted, dropped, added, foreign, twice, unmarked, passed,
    withheld (words that are the editor's elsewhere) or, of the whole page, held (left as it was)."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class MergeResult:
    """The digest's new text and its base, with what could not be merged and what is worth telling."""

    text: str
    base: Base
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[Note, ...] = ()
    proposals: tuple[Proposal, ...] = ()

    @property
    def held(self) -> bool:
        """Whether the page was left as it was, for a merge would have touched the editor's words."""
        return any(note.kind == "held" for note in self.notes)


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

    An entry that the editor changed stays as it is; one that she left alone follows the rules, but no sentence that she
    placed, changed or took out is placed anew, wherever the rules would put it now, and none stands twice. `rebuilt`
    bears no stamp. Texts have LF line ends. Merging the result with the same digest again changes nothing.
    Raises Damaged where the marks of `edited` can't be trusted.
    """
    if edited == stamped(base.text, base) and not base.gone:
        return first(rebuilt)
    merged = _merged(base, edited, rebuilt)
    for _ in range(ROUNDS):  # a sentence that went makes room for one that could not come
        again = _merged(merged.base, merged.text, rebuilt)
        if again.text == merged.text:
            break
        merged = replace(again, notes=merged.notes)
    return merged


def _merged(base: Base, edited: str, rebuilt: str) -> MergeResult:
    """One round of the merge."""
    base_page, rebuilt_page, edited_page = parse(base.text), parse(rebuilt), parse(edited)
    keys = {block.key for page in (base_page, rebuilt_page) for block in page.blocks}
    check(edited_page, edited, {*keys, *base.gone})
    renamed = _renamed(base_page, edited_page, rebuilt_page, base.gone)
    base_page, edited_page = (_with_keys(page, renamed) for page in (base_page, edited_page))
    rebuilt_blocks, base_blocks = _by_key(rebuilt_page.blocks), _by_key(base_page.blocks)
    work = _Progress(base_blocks, rebuilt_blocks)
    own_blocks = _single_blocks(edited_page.blocks, work)
    seen = {block.key for block in own_blocks if block.body}
    lost = [key for key in base_blocks if key not in seen]
    _look_for([key for key in lost if key not in base.gone], base_blocks, edited, work)
    gone = (set(base.gone) | set(lost)) - seen

    rules = _RulesText(own_blocks, edited_page, base_page, rebuilt_page, gone)
    kept, homeless = _kept(own_blocks, rules, work)
    added: list[Block] = []
    for block in rebuilt_page.blocks:
        if block.key in seen or block.key in gone:
            continue
        body = rules.new(block)
        if body:
            added.append(replace(block, body=body))
            work.notes.append(Note("added", block.key))
        else:
            gone.add(block.key)
            work.notes.append(Note("withheld", block.key))
    useless = _useless(added, rebuilt_page.blocks, {block.key: block for block in kept})
    gone |= useless
    added = [block for block in added if block.key not in useless]
    head = _head(base_page.head, edited_page.head, rebuilt_page.head)
    if homeless.strip():
        head = f"{head.rstrip()}\n\n{homeless.strip()}{NOTHING}"
    untouched = not rules.touched and not lost
    order = ordered(kept, own_blocks, base_page.blocks, rebuilt_page.blocks) if untouched else kept
    blocks = inserted(order, added, rebuilt_page.blocks)
    blocks = parted(blocks, own_blocks, base_page.blocks, rebuilt_page.blocks)

    body = head + "".join(block.text for block in blocks)
    new_base = _base(rebuilt_page, {block.key: block for block in blocks}, base_blocks, rules.touched | gone, gone)
    proposals = tuple(work.proposals)
    result = MergeResult(stamped(body, new_base) + edited_page.tail, new_base, (), tuple(work.notes), proposals)
    if violations(base, edited, result.text):
        return MergeResult(edited, base, (), (Note("held", ""),), proposals)
    return result


def decided(base: Base, edited: str, rebuilt: str, keys: Collection[str], *, accept: bool) -> MergeResult:
    """The merge once the proposals for the entries of these ids are taken, or refused for good."""
    proposals = {p.key: p for p in merge(base, edited, rebuilt).proposals if p.key in keys}
    base_page, edited_page = parse(base.text), parse(edited)
    # what the rules make of the entry now is what the next merge starts from: it proposes that no more
    base_blocks = [replace(b, body=proposals[b.key].rebuilt) if b.key in proposals else b for b in base_page.blocks]
    blocks = [
        replace(b, body=proposals[b.key].accepted) if accept and b.key in proposals and b.body else b
        for b in edited_page.blocks
    ]
    new_base = Base(unparse(replace(base_page, blocks=tuple(base_blocks))), base.gone)
    return merge(new_base, unparse(replace(edited_page, blocks=tuple(blocks))), rebuilt)


def violations(base: Base, edited: str, merged: str) -> tuple[str, ...]:
    """What a merged text does to the editor's page that it must not; the last proof before it is written.

    Each line that differs from the base stands as she wrote it; nothing that she took out is back; no label stands
    without words; no sentence stands twice that stood once; her order of entries is kept.
    """
    base_lines, edited_lines, merged_lines = (ownership.body_lines(text) for text in (base.text, edited, merged))
    in_base, in_edited, in_merged = (
        {ownership.line_key(line) for line in lines} for lines in (base_lines, edited_lines, merged_lines)
    )
    whole, edited_whole = "\n".join(in_merged), "\n".join(in_edited)
    front = {ownership.line_key(line) for text in (base.text, merged) for line in parse(text).head.split("\n")}
    wrong = [
        f"lost: {line}" for line in in_edited - in_base - front if line and line not in in_merged and line not in whole
    ]
    wrong += [
        f"back: {line}"
        for line in in_base - in_edited - front
        if len(line) >= ENOUGH and line in in_merged and line not in edited_whole
    ]
    empty = [sum(_is_bare_label(row) for row in text.split("\n")) for text in (edited, merged)]
    if empty[1] > empty[0]:
        wrong.append("empty: a label without words")
    before, after = (Counter(ownership.clauses(text, ownership.STANDS)) for text in (edited, merged))
    wrong += [f"twice: {clause}" for clause, number in after.items() if number > max(1, before[clause])]
    return tuple(wrong)


def _is_bare_label(line: str) -> bool:
    """Whether a line is the label of a question or an answer, and nothing else."""
    row = line.rstrip()
    return any(
        (m := label.match(row)) is not None and m.end() == len(row) for label in (grammar.QUESTION, grammar.ANSWER)
    )


class _RulesText:
    """What the rules say now, without what is the editor's."""

    def __init__(
        self, own: Sequence[Block], edited: Parsed, base: Parsed, rebuilt: Parsed, gone: Collection[str]
    ) -> None:
        base_blocks, rebuilt_blocks = _by_key(base.blocks), _by_key(rebuilt.blocks)
        self.own = {block.key: block for block in own if block.body}
        self.rebuilt = rebuilt_blocks
        self.touched = {
            key
            for key, block in self.own.items()
            if key not in base_blocks or bare(block.body) != bare(base_blocks[key].body)
        }
        hers = [self.own[key].body for key in self.touched if not grammar.is_heading(key)]
        hers += [block.gap for block in own if has_words(block.gap)]
        hers += [edited.head.removeprefix(base.head), edited.tail]
        whole = bare(unparse(edited))
        base_text = [block.body for block in base.blocks if not grammar.is_heading(block.key)]
        taken = [line for body in base_text for line in ownership.body_lines(body) if bare(line) not in whole]
        self.hers = Words.of([*hers, *taken])
        titles = {ownership.title(block.body) for block in own if grammar.is_heading(block.key)}
        self.titles = titles | {ownership.title(block.body) for block in base.blocks if grammar.is_heading(block.key)}
        # what entries say that stay, or that say it still: it must come nowhere else
        standing = [*hers]
        for key, block in self.own.items():
            if key in rebuilt_blocks and key not in self.touched and not grammar.is_heading(key):
                still = set(ownership.clauses(rebuilt_blocks[key].body, ownership.STANDS))
                standing += [c for c in ownership.clauses(block.body, ownership.STANDS) if c in still]
        self.standing = {clause for text in standing for clause in ownership.clauses(text, ownership.STANDS)}
        self.frozen = Words.of(rebuilt_blocks[key].body for key in self.touched if key in rebuilt_blocks)

    def new(self, block: Block) -> str:
        """The body of an entry or heading that the page has not; "" where it is mostly the editor's."""
        if grammar.is_heading(block.key):
            title = ownership.title(block.body)
            taken = title in self.titles and block.key not in self.own
            self.titles.add(title)
            return "" if taken and block.key[0] == grammar.TOPIC else block.body
        if block.key[0] == grammar.EARLIER:
            return block.body
        if self.hers.share(block.body) >= ownership.MOSTLY:
            return ""
        return self._without_hers(block.body, "")

    def again(self, block: Block) -> str:
        """The body of an entry or heading that the editor left alone, as the rules make it now."""
        now = self.rebuilt[block.key].body
        if grammar.is_heading(block.key):
            others = self.titles - {ownership.title(block.body)}
            return block.body if ownership.title(now) in others and block.key[0] == grammar.TOPIC else now
        if block.key[0] == grammar.EARLIER or bare(now) == bare(block.body):
            return block.body if bare(now) == bare(block.body) else now
        return self._without_hers(now, block.body) or block.body

    def stays(self, block: Block) -> bool:
        """Whether the rules have joined an entry that she left alone to one that she changed: it stays by itself."""
        return not grammar.is_heading(block.key) and self.frozen.share(block.body) >= ownership.MOSTLY

    def _without_hers(self, body: str, present: str) -> str:
        there = set(ownership.clauses(present, 1))

        def unwanted(piece: str) -> bool:
            said = ownership.clauses(piece)
            return any(
                clause not in there
                and (self.hers.holds(clause) or (len(clause) >= ownership.STANDS and clause in self.standing))
                for clause in said
            )

        left = ownership.without(body, unwanted)
        self.standing.update(ownership.clauses(left, ownership.STANDS))
        return left


def _renamed(base: Parsed, edited: Parsed, rebuilt: Parsed, gone: Collection[str]) -> dict[str, str]:
    """Ids of entries that the editor left alone → the new ids under which the rules make mostly the same."""
    base_blocks = _by_key(base.blocks)
    known = {*base_blocks, *gone, *(block.key for block in edited.blocks)}
    rebuilt_keys = {block.key for block in rebuilt.blocks}
    new = [b for b in rebuilt.blocks if b.key not in known and b.key[0] == grammar.ENTRY_LETTERS["thread"]]
    renamed: dict[str, str] = {}
    for block in edited.blocks:
        was = base_blocks.get(block.key)
        left_alone = was is not None and bare(was.body) == bare(block.body)
        if not left_alone or block.key in rebuilt_keys or block.key[0] != grammar.ENTRY_LETTERS["thread"]:
            continue
        words = Words.of([block.body])
        shares = [
            (max(words.share(b.body), Words.of([b.body]).share(block.body)), -n)
            for n, b in enumerate(new)
            if b.key not in renamed.values()
        ]
        if shares and max(shares)[0] >= ownership.MOSTLY:
            renamed[block.key] = new[-max(shares)[1]].key
    return renamed


def _with_keys(page: Parsed, renamed: Mapping[str, str]) -> Parsed:
    """The page with entries under their new ids; their marks are the rules' to write."""
    blocks = tuple(replace(block, key=renamed.get(block.key, block.key)) for block in page.blocks)
    return replace(page, blocks=blocks)


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
    proposals: list[Proposal] = field(default_factory=list)


def _base(
    rebuilt: Parsed,
    placed: Mapping[str, Block],
    former: Mapping[str, Block],
    edited: Collection[str],
    gone: Collection[str],
) -> Base:
    """What the next merge starts from: the rebuilt page, each entry as it was placed.

    Where the editor changed or took out an entry, its former text stands instead: what she took out stays known. Behind
    the page stand those that the rules no longer make.
    """
    blocks = []
    for block in rebuilt.blocks:
        if block.key in edited:
            was = former.get(block.key, block)
            blocks.append(replace(block, body=was.body))
        else:
            blocks.append(replace(block, body=placed[block.key].body) if block.key in placed else block)
    made = {block.key for block in rebuilt.blocks}
    more = [block for key, block in former.items() if key not in made and (key in placed or key in edited)]
    text = unparse(replace(rebuilt, blocks=tuple(blocks)))
    if more:
        text = text.rstrip("\n") + NOTHING + "".join(f"{b.mark}{b.body}{NOTHING}" for b in more)
    return Base(text, tuple(sorted(gone)))


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


def _kept(blocks: Sequence[Block], rules: _RulesText, work: _Progress) -> tuple[list[Block], str]:
    """The editor's blocks, those that she left alone as the rules make them now, without those that they dropped.

    The editor's words behind a dropped block go behind the one before it; second value: those with none before them.
    """
    kept: list[Block] = []
    homeless = ""
    for block in blocks:
        now = _now(block, rules, work) if block.body else block
        if now.body.strip():
            kept.append(now)
        elif has_words(block.gap) and kept:
            kept[-1] = replace(kept[-1], gap=f"{kept[-1].gap.rstrip()}{NOTHING}{block.gap.strip()}{NOTHING}")
        elif has_words(block.gap):
            homeless += block.gap
    return kept, homeless


def _now(block: Block, rules: _RulesText, work: _Progress) -> Block:
    """A block of the editor's page, brought up to the rules where she left it alone."""
    base, rebuilt = work.base.get(block.key), work.rebuilt.get(block.key)
    if block.key in rules.touched:
        if grammar.is_heading(block.key) and base and rebuilt:
            return replace(block, body=weave(base.body, block.body, rebuilt.body).text)  # its number follows
        if rebuilt is None and base is not None:
            work.notes.append(Note("kept", block.key))
        elif rebuilt is not None and base is not None and bare(rebuilt.body) not in (bare(base.body), bare(block.body)):
            work.notes.append(Note("passed", block.key))
            work.proposals.append(Proposal(block.key, base.body, block.body, rebuilt.body))
        return block
    if rebuilt is None:
        if rules.stays(block):
            return block
        work.notes.append(Note("dropped", block.key))
        return replace(block, body="")
    mark = rebuilt.mark.rstrip("\n") + block.mark[len(block.mark.rstrip()) :]
    return replace(block, mark=mark, body=rules.again(block))


def _head(base: str, edited: str, rebuilt: str) -> str:
    """The head; where both sides changed a line, the edited one counts: a title by the program never conflicts."""
    head = weave(base.rstrip(), edited.rstrip(), rebuilt.rstrip())
    space = edited if edited.strip() else rebuilt
    return head.text + space[len(space.rstrip()) :]
