"""Which words of a page are the editor's, and what is left of a rebuilt entry without them.

A message is known by its clauses, whatever entry they stand in: the rules may find an earlier question, join two
entries or cut a filler away, and the id of an entry changes; the words stay near what they were.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from digest.page.grammar import ANSWER, COMMENT, HEADING, NUMBERED, QUESTION, RULE
from digest.page.sentences import SENTENCE, bare

CLAUSE_END = re.compile(r"[。，？；！,;?!]")
SHORT = 8  # characters under which a clause is anybody's
STANDS = 10  # characters from which a clause must not stand twice
MOSTLY = 0.5  # share of an entry's words from which it is held to be another one
_NUMBER = re.compile(r"^(\s{0,3}(?:\*\*)?(?:A|答))[0-9]{0,2}")


def body_lines(text: str) -> list[str]:
    """The lines that say something, without label, marks and rules."""
    rows = (COMMENT.sub("", row).rstrip() for row in text.split("\n"))
    return [said for row in rows if not RULE.fullmatch(row) and (said := unlabelled(row).strip())]


def unlabelled(line: str) -> str:
    """The line without the label of a question or an answer."""
    for label in (QUESTION, ANSWER):
        if match := label.match(line):
            return line[match.end() :]
    return line


def clauses(text: str, least: int = SHORT) -> list[str]:
    """The clauses of a text, white space out, those of at least so many characters."""
    pieces = (bare(piece) for line in body_lines(text) for piece in CLAUSE_END.split(line))
    return [piece for piece in pieces if len(piece) >= least]


@dataclass(frozen=True, slots=True)
class Words:
    """Clauses that are known, by text; `holds` also knows one that was cut or goes on."""

    known: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Words:
        return cls(frozenset(clause for text in texts for clause in clauses(text)))

    def holds(self, clause: str) -> bool:
        if clause in self.known:
            return True
        return any(clause in other or other in clause for other in self.known)

    def share(self, text: str) -> float:
        """The part of a text's clauses that are known, by their length."""
        said = clauses(text)
        total = sum(map(len, said))
        return sum(len(clause) for clause in said if self.holds(clause)) / total if total else 0.0


@dataclass(slots=True)
class _Item:
    """A question or an answer of an entry: its label and its paragraphs; without label what stands before them."""

    kind: str
    label: str
    paragraphs: list[str]


def _items(body: str) -> list[_Item]:
    items: list[_Item] = []
    for paragraph in re.split(r"\n{2,}", body):
        for kind, pattern in (("question", QUESTION), ("answer", ANSWER)):
            if match := pattern.match(paragraph):
                items.append(_Item(kind, match[0], [paragraph[match.end() :]]))
                break
        else:
            if items:
                items[-1].paragraphs.append(paragraph)
            else:
                items.append(_Item("", "", [paragraph]))
    return items


def without(body: str, unwanted: Callable[[str], bool]) -> str:
    """An entry's text without the sentences that are unwanted; "" where nothing is left of its questions.

    What was asked takes its answers along; an answer without words goes, and the others are numbered anew.
    """
    kept: list[_Item] = []
    cut = dropped = False
    asked = True
    for item in _items(body):
        paragraphs = []
        for paragraph in item.paragraphs:
            left = "".join(piece for piece in SENTENCE.findall(paragraph) if not unwanted(piece))
            cut = cut or left != paragraph
            if any(map(str.isalnum, left)) or (left == paragraph and left.strip()):
                paragraphs.append(left.strip("\n"))
        if item.kind == "question":
            asked = bool(paragraphs)
        if paragraphs and asked:
            kept.append(_Item(item.kind, item.label, paragraphs))
        else:
            dropped = True
    if not cut and not dropped:
        return body
    if not any(item.kind == "question" for item in kept) and any(item.kind == "question" for item in _items(body)):
        return ""
    if dropped:
        _renumber(kept)
    return "\n\n".join(item.label + "\n\n".join(item.paragraphs) for item in kept)


def _renumber(items: Sequence[_Item]) -> None:
    """Number the answers of each question anew; one alone bears no number."""
    groups: list[list[_Item]] = [[]]
    for item in items:
        if item.kind == "question":
            groups.append([])
        elif item.kind == "answer":
            groups[-1].append(item)
    for answers in groups:
        for number, item in enumerate(answers, 1):
            item.label = _NUMBER.sub(rf"\g<1>{number if len(answers) > 1 else ''}", item.label)


def title(body: str) -> str:
    """A heading's words without signs and number, white space out."""
    match = HEADING.match(body)
    return bare(NUMBERED.sub("", match[2] or "")) if match else bare(body)


def line_key(line: str) -> str:
    """What a line says, however it is laid out; a heading's number is the program's."""
    match = HEADING.match(line)
    return f"{match[1]} {title(line)}" if match else bare(line)
