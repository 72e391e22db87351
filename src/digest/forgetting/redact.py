"""A person's words and names taken out of a page: what they said goes, where they are named another word stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from digest.conversation.people.labels import fold
from digest.page import grammar
from digest.page.entries import plain
from digest.page.escape import escape
from digest.page.grammar import ANSWER, HEADING, MARK, OPEN, OPEN_LINE, QUESTION, RULE, STAMP, TOPIC, own_label
from digest.project.forgotten import GOES_ON, INSTEAD, overlapped

GRAM = 6  # characters that, standing together, tell whose words they are
PAGE = re.compile(r"\[[0-9-]{10}\]\([^)\n]{1,300}\.md\)")
TITLE = re.compile(r"(?<=\n)(title: +\")([^\"\n]*)(\")(?=\n)")
SHARE = 0.5  # share of a passage's grams that are a person's, from which on it is theirs


@dataclass(frozen=True)
class Redactor:
    """What tells a person: names, the longest first, what they said, and their words by entry as the store has them."""

    names: tuple[str, ...]
    texts: tuple[str, ...]
    entries: Mapping[str, frozenset[str]] = field(default_factory=dict)
    others: re.Pattern[str] | None = None  # what finds the longer names of others: these stay

    @cached_property
    def grams(self) -> frozenset[str]:
        return frozenset(gram for text in self.texts for gram in _grams(bared(text)))

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        if not self.names:
            return None
        # a page holds a name as it is written in Markdown
        spelt = dict.fromkeys(form for name in self.names for form in (fold(name), fold(escape(name, "x", "x"))))
        return re.compile("|".join(map(_whole, sorted(spelt, key=lambda n: (-len(n), n)))))

    def renamed(self, text: str) -> tuple[str, int]:
        """The text with another word for each of the names, and how many there were."""
        if self.pattern is None:
            return text, 0
        parts: list[str] = []
        last = number = 0
        longer = [match.span() for match in self.others.finditer(text)] if self.others else []
        for match in self.pattern.finditer(fold(text)):
            start, end = match.span()
            if overlapped(start, end, longer):
                continue
            parts += [text[last:start], INSTEAD]
            last, number = end, number + 1
        return "".join([*parts, text[last:]]), number

    @cached_property
    def whole(self) -> Mapping[str, frozenset[str]]:
        return {entry: frozenset(bared(t) for t in texts) for entry, texts in self.entries.items()}

    def owns(self, passage: str, entry: str) -> bool:
        """Whether a passage is the person's words, edited or not."""
        bare = bared(passage)
        if bare and bare in self.whole.get(entry, ()):
            return True
        grams = _grams(bare)
        return bool(grams) and sum(g in self.grams for g in grams) >= SHARE * len(grams)


def _whole(name: str) -> str:
    """A name as an expression: one of Latin letters is no part of a longer word."""
    before = r"(?<![A-Za-z0-9])" if name[0].isascii() and name[0].isalnum() else ""
    after = r"(?![A-Za-z0-9])" if name[-1].isascii() and name[-1].isalnum() else ""
    if name[0] == "@":
        after = rf"(?!{GOES_ON.pattern})"  # else the beginning of a longer label
    return before + re.escape(name) + after


def _grams(bare: str) -> list[str]:
    return [bare[i : i + GRAM] for i in range(len(bare) - GRAM + 1)]


def bared(text: str) -> str:
    """Letters and digits alone, links of ours to other pages left out."""
    return "".join(c for c in plain(PAGE.sub("", text)) if c.isalnum())


@dataclass(frozen=True, slots=True)
class _Passage:
    """Lines that belong together: `kind` is question, answer, open, mark, frame (headings, rules, stamp) or text."""

    kind: str
    lines: tuple[str, ...]
    entry: str

    @property
    def words(self) -> str:
        text = "\n".join(self.lines)
        for opening in (QUESTION, ANSWER):
            text = opening.sub("", text, count=1)
        return text


def redacted(text: str, redactor: Redactor, entry: str = "") -> tuple[str, int, int]:
    """The page without the person; how many passages went and how many names were replaced.

    A question of theirs goes with its answers. Where only their answers stood, the question is open again.
    """
    passages = list(_passages(text, entry.partition(":")[2] or entry))
    kept: list[_Passage] = []
    gone = 0
    for block in _blocks(passages):
        left, out = _block(block, redactor)
        gone += out
        kept += left
    page = text
    if gone:
        page = "\n".join(line for passage in _headed(kept, _bare(passages)) for line in passage.lines)
        page = TITLE.sub(lambda line: _titled(line, redactor), page, count=1)
        page = re.sub(r"\n{4,}", "\n\n\n", page)
    page, names = redactor.renamed(page)
    return page, gone, names


def _bare(passages: Sequence[_Passage]) -> frozenset[str]:
    """The marks of topics that hold no entry."""
    marks = set()
    for n, passage in enumerate(passages):
        if passage.kind == "mark" and _key(passage)[0] == TOPIC:
            after = next((p for p in passages[n + 1 :] if p.kind != "frame" or STAMP.fullmatch(p.lines[0])), None)
            if after is None or after.kind == "frame" or grammar.is_heading(_key(after)):
                marks.add(passage.lines[0])
    return frozenset(marks)


def _key(passage: _Passage) -> str:
    match = MARK.fullmatch(passage.lines[0])
    return match[1] if match else ""


def _headed(passages: Sequence[_Passage], bare: frozenset[str]) -> Iterator[_Passage]:
    """The passages without the headings of topics that hold no entry any more; those in `bare` never held one."""
    emptied = _bare(passages) - bare
    dropping = False
    for passage in passages:
        if passage.kind == "mark":
            dropping = passage.lines[0] in emptied
        elif STAMP.fullmatch(passage.lines[0]):
            dropping = False
        if not dropping:
            yield passage


def _titled(line: re.Match[str], redactor: Redactor) -> str:
    """A line of the front matter without the topics of the title that are the person's words."""
    day, dash, rest = line[2].partition("-")
    parts = rest.split("、")
    kept = [part for part in parts if not redactor.owns(part, "")]
    return line[0] if len(kept) == len(parts) else f"{line[1]}{day}{dash if kept else ''}{'、'.join(kept)}{line[3]}"


def _passages(text: str, entry: str) -> Iterator[_Passage]:
    kind, lines = "text", list[str]()
    for line in text.split("\n"):
        new = _kind(line)
        breaks = new is not None or (kind == "text" and lines and not lines[-1].strip() and line.strip())
        if breaks and lines:
            yield _Passage(kind, tuple(lines), entry)
            lines = []
        if new == "mark" and (mark := MARK.fullmatch(line)):
            entry = mark[1].partition(":")[2]
        if breaks:
            kind = new or "text"
        lines.append(line)
    yield _Passage(kind, tuple(lines), entry)


def _kind(line: str) -> str | None:
    if MARK.fullmatch(line):
        return "mark"
    if STAMP.fullmatch(line) or RULE.fullmatch(line) or HEADING.match(line):
        return "frame"
    if label := own_label(line):
        return label[0]
    return "open" if OPEN_LINE.match(line) else None


def _blocks(passages: Sequence[_Passage]) -> Iterator[list[_Passage]]:
    """From mark to mark; headings, rules and the stamp stand alone."""
    block: list[_Passage] = []
    for passage in passages:
        if passage.kind in ("mark", "frame") and block:
            yield block
            block = []
        block.append(passage)
        if passage.kind == "frame":
            # what is written below a heading without a mark is judged by itself
            yield block
            block = []
    if block:
        yield block


def _block(block: list[_Passage], redactor: Redactor) -> tuple[list[_Passage], int]:
    """What is left of a block, and how many passages went."""
    left: list[_Passage] = []
    gone = 0
    dropping = False  # the answers of a question that went
    answered = False
    for passage in block:
        if passage.kind in ("mark", "frame"):
            left.append(passage)
        elif passage.kind == "question":
            if answered:
                left, answered = _opened(left), False
            dropping = redactor.owns(passage.words, passage.entry)
            if dropping:
                gone += 1
            else:
                left.append(passage)
        elif dropping:
            gone += passage.kind == "answer"
        elif passage.kind != "open" and redactor.owns(passage.words, passage.entry):
            gone += 1
            answered = answered or passage.kind == "answer"
        else:
            left.append(passage)
    if answered:
        left = _opened(left)
    if gone and all(p.kind == "mark" or not "".join(p.lines).strip() for p in left):
        left = []
    return left, gone


def _opened(left: list[_Passage]) -> list[_Passage]:
    """The last question marked as open where no answer to it is left."""
    last = next((n for n in reversed(range(len(left))) if left[n].kind == "question"), None)
    if last is None or any(p.kind in ("answer", "open") for p in left[last:]):
        return left
    return [*left[: last + 1], _Passage("open", (OPEN, ""), left[last].entry), *left[last + 1 :]]
