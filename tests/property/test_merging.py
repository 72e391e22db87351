"""Edits, rebuilds, stale saves and damaged marks in any order: no edit is lost, no deleted entry comes back."""

from __future__ import annotations

import contextlib
import os
import random
import re
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.page.grammar import MARK
from digest.page.merge import Base, Damaged, MergeResult, first, merge, restored
from digest.page.read import parse, unparse
from digest.page.sentences import bare, sentences

# DIGEST_EXAMPLES=5000 makes a night of it
MANY = settings(
    max_examples=int(os.environ.get("DIGEST_EXAMPLES", "250")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@dataclass
class Day:
    """What the rules make of an invented day, to be rendered; every sentence is unlike all others."""

    chance: random.Random
    label: str = "A"
    entries: dict[str, list[list[str]]] = field(default_factory=dict)  # id → paragraphs of sentences
    topics: list[tuple[str, str, list[str]]] = field(default_factory=list)  # id, title, entries
    spoken: int = 0

    def say(self) -> str:
        self.spoken += 1
        return f"第{self.spoken}句说的是{self.chance.choice('账户通道限额对账')}{self.chance.choice('。？！')}"

    def entry(self) -> str:
        identity = f"{len(self.entries):04x}"
        count = self.chance.randint(1, 4)
        self.entries[identity] = [[self.say() for _ in range(self.chance.randint(1, 3))] for _ in range(count)]
        return identity

    def begin(self) -> Day:
        for i in range(self.chance.randint(1, 3)):
            self.topics.append((f"{i:04x}", f"题目{i}", [self.entry() for _ in range(self.chance.randint(0, 4))]))
        return self

    def places(self) -> list[tuple[list[str], int]]:
        return [(ids, at) for _, _, ids in self.topics for at in range(len(ids))]

    def rebuild(self) -> None:
        match self.chance.randint(0, 8):
            case 0:  # an answer came in
                if places := self.places():
                    ids, at = self.chance.choice(places)
                    self.entries[ids[at]].append([self.say()])
            case 1:
                ids = self.chance.choice(self.topics)[2]
                ids.insert(self.chance.randint(0, len(ids)), self.entry())
            case 2:
                if places := self.places():
                    ids, at = self.chance.choice(places)
                    del ids[at]
            case 3:  # a sentence is cleaned otherwise
                if places := self.places():
                    ids, at = self.chance.choice(places)
                    paragraph = self.chance.choice(self.entries[ids[at]])
                    paragraph[self.chance.randrange(len(paragraph))] = self.say()
            case 4:
                self.chance.shuffle(self.chance.choice(self.topics)[2])
            case 5:
                self.label = self.chance.choice(["A", "答", "**A"])
            case 6:
                at = self.chance.randrange(len(self.topics))
                self.topics[at] = (f"{1000 + self.spoken:04x}", f"新题{self.say()}", self.topics[at][2])
            case 7:  # an entry dropped earlier is found again
                shown = {i for _, _, ids in self.topics for i in ids}
                if away := sorted(set(self.entries) - shown):
                    self.chance.choice(self.topics)[2].append(self.chance.choice(away))
            case 8:
                pass

    def page(self) -> str:
        rows = ["---", 'title: "一天"', "---", "", "> 从聊天记录整理出来。", "", "<!-- s:qa -->", "## 一、Q&A", ""]
        for identity, title, ids in self.topics:
            if not ids:
                continue
            rows += [f"<!-- t:{identity} -->", f"### {title}", ""]
            for place, key in enumerate(ids):
                rows += ["---", ""] if place else []
                rows.append(f"<!-- q:{key} 09:00:00 -->")
                for number, paragraph in enumerate(self.entries[key]):
                    many = str(number) if len(self.entries[key]) > 2 else ""
                    rows += [("Q" if not number else self.label + many) + "：" + "".join(paragraph), ""]
        return "\n".join(rows).rstrip("\n") + "\n"


@dataclass
class Editor:
    """Somebody who edits the file; what she writes is unlike everything else."""

    chance: random.Random
    written: int = 0
    deleted: set[str] = field(default_factory=set)

    def words(self) -> str:
        self.written += 1
        return f"她写的{self.written}号。"

    def edit(self, text: str) -> str:
        parsed = parse(text)
        lines = text.split("\n")
        own = [i for i, line in enumerate(lines) if line and not line.startswith(("<!--", "---", "title"))]
        blocks = list(parsed.blocks)
        match self.chance.randint(0, 9):
            case 0 if own:  # rewrite a sentence, or a part of it
                at = self.chance.choice(own)
                found = sentences(lines[at])
                if found:
                    lines[at] = lines[at].replace(self.chance.choice(found), self.words(), 1)
                return "\n".join(lines)
            case 1:
                at = self.chance.randint(5, max(5, len(lines) - 1))
                return "\n".join([*lines[:at], self.words(), *lines[at:]])
            case 2:
                at = self.chance.randint(5, max(5, len(lines) - 1))
                return "\n".join([*lines[:at], "", self.words(), "", *lines[at:]])
            case 3 if own:
                del lines[self.chance.choice(own)]
                return "\n".join(lines)
            case 4 if blocks:
                at = self.chance.randrange(len(blocks))
                self.deleted.add(blocks[at].key)
                return self.rebuilt(text, blocks[:at] + blocks[at + 1 :])
            case 5 if len(blocks) > 1:
                block = blocks.pop(self.chance.randrange(len(blocks)))
                blocks.insert(self.chance.randint(0, len(blocks)), block)
                return self.rebuilt(text, blocks)
            case 6 if len(own) > 1:  # move a paragraph
                row = lines.pop(self.chance.choice(own))
                lines.insert(self.chance.randint(5, max(5, len(lines) - 1)), row)
                return "\n".join(lines)
            case 7:  # a formatter
                return re.sub(r"\n\n+", self.chance.choice(["\n\n", "\n\n\n"]), text)
            case 8 if own:
                at = self.chance.choice(own)
                lines[at] += self.words()
                return "\n".join(lines)
            case 9:  # split an entry in two by hand
                at = self.chance.randint(5, max(5, len(lines) - 1))
                return "\n".join([*lines[:at], "", "---", "", self.words(), *lines[at:]])
        return text

    def rebuilt(self, text: str, blocks: list) -> str:  # type: ignore[type-arg]
        parsed = parse(text)
        return parsed.head + "".join(b.text for b in blocks) + parsed.stamp_line + parsed.tail


def damaged(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    marks = [i for i, line in enumerate(lines) if line.startswith("<!--")]
    if not marks:
        return text
    at = chance.choice(marks)
    match chance.randint(0, 5):
        case 0:
            del lines[at]
        case 1:
            lines[at] = lines[at][: chance.randint(1, len(lines[at]) - 1)]
        case 2:
            lines[at] = lines[at].replace("-->", "->")
        case 3:
            lines[at] = "x " + lines[at]
        case 4:
            lines.insert(chance.randrange(len(lines)), lines[at])
        case 5:
            lines = lines[: chance.randint(1, len(lines))]
    return "\n".join(lines)


def hers(mine: str, base: str) -> set[str]:
    known = {bare(s) for s in sentences(base)}
    return {bare(s) for s in sentences(strip(mine)) if bare(s) not in known}


def strip(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.startswith("<!--"))


def keys(text: str) -> list[str]:
    return [block.key for block in parse(text).blocks]


def checked(base: Base, mine: str, theirs: str) -> MergeResult:
    """The merge, with everything asked of it that holds for any merge."""
    merged = merge(base, mine, theirs)
    assert unparse(parse(merged.text)) == merged.text
    assert parse(merged.text).stamp == merged.base.hash
    lost = {s for s in hers(mine, base.text) if s not in bare(merged.text)}
    assert not lost, f"lost {lost}"
    back = set(keys(merged.text)) & set(base.gone) - set(keys(mine))
    back |= (set(keys(base.text)) - set(keys(mine))) & set(keys(merged.text))
    assert not back, f"came back: {back}"
    again = merge(merged.base, merged.text, theirs)
    assert again.text == merged.text
    assert again.base == merged.base
    assert not again.conflicts
    assert not any("<<<<" in row for row in merged.text.split("\n"))
    return merged


@MANY
@given(seed=st.integers(0, 2**32), steps=st.lists(st.sampled_from("eeeerrbsd"), min_size=3, max_size=20))
def test_nothing_is_lost_in_any_order_of_events(seed: int, steps: list[str]) -> None:
    chance = random.Random(seed)
    day, editor = Day(chance).begin(), Editor(chance)
    done = first(day.page())
    bases = {done.base.hash: done.base}
    disk = buffer = done.text
    for step in steps:
        if step == "e":
            disk = editor.edit(disk)
        elif step == "r":
            day.rebuild()
        elif step == "s":  # an old buffer is saved over the file; then the editor reads anew
            disk, buffer = editor.edit(buffer), disk
        elif step == "d":
            broken = damaged(disk, chance)
            try:
                merge(bases[parse(broken).stamp], broken, day.page()) if parse(broken).stamp in bases else None
            except Damaged:
                pass
            else:
                if parse(broken).stamp in bases:
                    done = checked(bases[parse(broken).stamp], broken, day.page())
        else:
            try:
                done = checked(bases[parse(disk).stamp], disk, day.page())
            except Damaged:
                continue
            bases[done.base.hash] = done.base
            disk = buffer = done.text
    assert editor.written == 0 or disk


@MANY
@given(seed=st.integers(0, 2**32))
def test_an_unedited_file_becomes_the_new_digest(seed: int) -> None:
    day = Day(random.Random(seed)).begin()
    done = first(day.page())
    for _ in range(3):
        day.rebuild()
        done = checked(done.base, done.text, day.page())
        assert done.text == first(day.page()).text
        assert not done.conflicts


@MANY
@given(seed=st.integers(0, 2**32))
def test_parsing_loses_nothing(seed: int) -> None:
    chance = random.Random(seed)
    editor = Editor(chance)
    text = first(Day(chance).begin().page()).text
    for _ in range(6):
        text = damaged(editor.edit(text), chance) if chance.random() < 0.3 and "<!--" in text else editor.edit(text)
        assert unparse(parse(text)) == text


@MANY
@given(seed=st.integers(0, 2**32))
def test_a_changed_order_never_conflicts(seed: int) -> None:
    chance = random.Random(seed)
    day, editor = Day(chance).begin(), Editor(chance)
    done = first(day.page())
    mine = done.text
    for _ in range(5):
        mine = editor.edit(mine)
    for _, _, ids in day.topics:
        chance.shuffle(ids)
    with contextlib.suppress(Damaged):
        assert not checked(done.base, mine, day.page()).conflicts


@MANY
@given(seed=st.integers(0, 2**32))
def test_a_sentence_that_was_deleted_stays_deleted(seed: int) -> None:
    chance = random.Random(seed)
    day, editor = Day(chance).begin(), Editor(chance)
    done = first(day.page())
    mine = done.text
    lines = mine.split("\n")
    own = [i for i, line in enumerate(lines) if line.startswith(("Q", "A"))]
    if not own:
        return
    at = chance.choice(own)
    gone = chance.choice(sentences(lines[at]))
    lines[at] = lines[at].replace(gone, "", 1)
    mine = "\n".join(lines)
    for _ in range(4):
        day.rebuild()
        done = checked(done.base, mine, day.page())
        mine = done.text
        assert gone not in mine
        mine = editor.edit(mine)
        if gone in mine:
            return


@MANY
@given(seed=st.integers(0, 2**32))
def test_a_deleted_entry_can_be_restored(seed: int) -> None:
    chance = random.Random(seed)
    day = Day(chance).begin()
    done = first(day.page())
    blocks = parse(done.text).blocks
    block = chance.choice(blocks)
    done = checked(done.base, done.text.replace(block.text, "", 1), day.page())
    assert block.key not in keys(done.text)
    assert block.key in done.base.gone
    done = merge(restored(done.base, block.key), done.text, day.page())
    assert block.key in keys(done.text)
    assert block.body in done.text
    assert block.key not in done.base.gone


class Moving(Day):
    """A day whose changed rules put messages under other entries, and known entries under new ids."""

    def say(self) -> str:
        self.spoken += 1
        words = "".join(self.chance.choice("账户通道限额对账网关幂等补偿流水日切清算路由熔断") for _ in range(16))
        return f"{self.spoken}{words}。"

    def rebuild(self) -> None:
        shown = [key for _, _, ids in self.topics for key in ids]
        if len(shown) < 2:
            return
        source, target = self.chance.sample(shown, 2)
        if self.chance.random() < 0.5 and len(self.entries[source]) > 1:
            self.entries[target].append(self.entries[source].pop())
        else:
            new = f"{len(self.entries):04x}"
            self.entries[new] = [[self.say()], *self.entries[source]]
            for _, _, ids in self.topics:
                ids[:] = [new if key == source else key for key in ids]


@MANY
@given(seed=st.integers(0, 2**32))
def test_no_message_of_hers_is_lost_back_or_twice_wherever_the_rules_put_it(seed: int) -> None:
    chance = random.Random(seed)
    day, editor = Moving(chance).begin(), Editor(chance)
    drafted = first(day.page())
    mine = drafted.text
    for _ in range(chance.randint(1, 12)):
        mine = editor.edit(mine)
    try:
        done = merge(drafted.base, mine, day.page())
    except Damaged:
        return
    own, draft = done.text, [bare(s) for s in sentences(strip(drafted.text)) if len(bare(s)) >= 12]
    gone = {s for s in draft if s not in bare(own)}
    for _ in range(4):
        day.rebuild()
        done = merge(done.base, done.text, day.page())
        text = bare(strip(done.text))
        assert not [s for s in hers(own, drafted.base.text) if s not in text]
        assert not [s for s in gone if s in text]
        assert not [s for s in draft if text.count(s) > max(1, bare(strip(own)).count(s))]
        assert merge(done.base, done.text, day.page()).text == done.text


@pytest.mark.parametrize(
    "text", ["", "\n", "x", "<!-- q:1 -->", "<!-- q:0001 -->\n---\n", "a\x0bb\x0cc\u2028d\n\r\n<!-- q:0001 -->\nx"]
)
def test_odd_texts_are_taken_apart_and_put_together(text: str) -> None:
    assert unparse(parse(text)) == text


def test_every_mark_of_a_page_is_one() -> None:
    page = Day(random.Random(1)).begin().page()
    marks = [line for line in page.split("\n") if line.startswith("<!--")]
    assert marks and all(MARK.fullmatch(mark) for mark in marks)
