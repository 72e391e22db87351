"""A digest's file → the entries that stand in it, as their editor left them.

Entries under marks keep their ids; questions and answers that the editor wrote herself, or a digest that no program
made, are read off the form: Q：, A1：, headings.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass

from digest.masks import mask
from digest.page.grammar import (
    COMMENT,
    EARLIER,
    ENTRY_KINDS,
    HEADING,
    NUMBERED,
    OPEN_LINE,
    RULE,
    SECTION,
    any_label,
    is_heading,
    own_label,
    split_front,
    times,
)
from digest.page.read import parse

PICTURE = re.compile(r"!\[([^\]\n]{0,200})\]\([^)\n]{0,2000}\)")
LINK = re.compile(r"\[([^\]\n]{1,200})\]\((https?://[^)\s]{1,2000})\)")
BARE = re.compile(r"<(https?://[^>\s]{1,2000})>")


@dataclass(frozen=True, slots=True)
class PageQuestion:
    """A question with its answers, plain text."""

    text: str
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageEntry:
    """An entry of a digest's file; `seconds` are the times in its mark, `text` what stands in no question."""

    key: str
    kind: str
    section: str
    topic: str
    seconds: tuple[int, ...] = ()
    questions: tuple[PageQuestion, ...] = ()
    text: str = ""


def published(text: str) -> tuple[PageEntry, ...]:
    """The entries of a digest, in its order."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    parsed = parse(text)
    headings = _Headings()
    entries = list(_free(split_front(parsed.head)[1], headings))
    for block in parsed.blocks:
        letter, _, key = block.key.partition(":")
        if is_heading(letter):
            headings.enter(block.body, 2 if letter == SECTION else 3)
        elif (
            block.body.strip() and letter != EARLIER and not key.endswith("-late")
        ):  # these stand on another day's page
            seconds = tuple(_second(clock) for clock in times(block.mark))
            kind = ENTRY_KINDS.get(letter, "thread")
            if kind == "thread":
                questions, rest = read(block.body)
                entries.append(PageEntry(key, kind, headings.section, headings.topic, seconds, questions, rest))
            else:
                entries.append(PageEntry(key, kind, headings.section, headings.topic, seconds, (), plain(block.body)))
        entries.extend(_free(block.gap, headings))
    entries.extend(_free(parsed.tail, headings))
    return tuple(entries)


def read(
    body: str, opening: Callable[[str], tuple[str, str] | None] | None = None
) -> tuple[tuple[PageQuestion, ...], str]:
    """The questions of an entry with their answers, and the words before the first of them.

    `opening` tells a line that opens a question or an answer, and what it says; by default those of our own form.
    """
    opening = opening or own_label
    questions: list[tuple[list[str], list[list[str]]]] = []
    before: list[str] = []
    for line in body.split("\n"):
        if OPEN_LINE.match(line) or COMMENT.fullmatch(line.rstrip()) or RULE.fullmatch(line):
            continue
        kind, words = opening(line) or ("", line)
        quotes = opening is not own_label and line.lstrip().startswith(">")
        if not kind and quotes and questions and not questions[-1][1]:
            kind, words = "answer", line.lstrip("> ")  # some quote what was answered
        if kind == "question":
            questions.append(([words], []))
        elif questions and kind == "answer":
            questions[-1][1].append([words])
        elif not questions:
            before.append(line)
        elif questions[-1][1]:
            questions[-1][1][-1].append(line)
        else:
            questions[-1][0].append(line)
    result = tuple(
        PageQuestion(words, tuple(a for answer in answers if (a := plain("\n".join(answer)))))
        for question, answers in questions
        if (words := plain("\n".join(question)))
    )
    return result, plain("\n".join(before))


def _anybodys(line: str) -> tuple[str, str] | None:
    label = any_label(line)
    return label[:2] if label else None


def plain(markdown: str) -> str:
    """Markdown as plain words, a paragraph a line, personal data masked."""
    text = PICTURE.sub("", markdown)
    text = BARE.sub(r"\1", LINK.sub(r"\1 \2", text))
    rows = (html.unescape(row).strip().removeprefix("- ") for row in text.split("\n"))
    return mask("\n".join(row for row in rows if row))[0]


class _Headings:
    """The headings that an entry stands under."""

    def __init__(self) -> None:
        self.section = ""
        self.topic = ""

    def enter(self, line: str, depth: int) -> None:
        title = NUMBERED.sub("", plain(line.strip().lstrip("#")).strip())
        if depth <= 2:
            self.section, self.topic = title, ""
        else:
            self.topic = title


def _free(text: str, headings: _Headings) -> Iterator[PageEntry]:
    """What the editor wrote outside the marks: questions and answers of their own, one entry each."""
    rows: list[str] = []
    for line in [*text.split("\n"), "# "]:
        opens = _anybodys(line)
        heading = HEADING.match(line) if opens is None else None
        ends = heading is not None or RULE.fullmatch(line) is not None
        if (ends or (opens and opens[0] == "question")) and rows:
            questions, _ = read("\n".join(rows), _anybodys)
            for question in questions:
                key = hashlib.sha256(f"{headings.topic}\x1f{question.text}".encode()).hexdigest()[:10]
                yield PageEntry(f"h{key}", "thread", headings.section, headings.topic, (), (question,))
            rows = []
        if heading and heading[2]:
            headings.enter(heading[2], len(heading[1]))
        elif not ends:
            rows.append(line)


def _second(clock: str) -> int:
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    return hours * 3600 + minutes * 60 + seconds


def alike(one: str, other: str) -> float:
    """How much two texts share, by pairs of characters, from 0 to 1."""
    return dice(character_pairs(one), character_pairs(other), one == other)


def dice(one: Set[str], other: Set[str], same: bool = False) -> float:
    """The Dice coefficient of two texts' pairs; where one has none, whether the texts are the same."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else float(same)


def character_pairs(text: str) -> set[str]:
    """The pairs of characters of a text, signs left out."""
    text = "".join(c for c in text if c.isalnum())
    return {text[i : i + 2] for i in range(len(text) - 1)}


def matched(texts: Sequence[str], others: Sequence[str], least: float = 0.3) -> list[int | None]:
    """For each text the place of the other that it was made from, None where none is like it; each goes once."""
    pairs, other_pairs = [character_pairs(t) for t in texts], [character_pairs(t) for t in others]
    scored = []
    for i, a in enumerate(pairs):
        for j, b in enumerate(other_pairs):
            score = dice(a, b, texts[i] == others[j])
            if score > least:
                scored.append((-score, i, j))
    places: list[int | None] = [None] * len(texts)
    used: set[int] = set()
    for _, i, j in sorted(scored):
        if places[i] is None and j not in used:
            places[i] = j
            used.add(j)
    return places
