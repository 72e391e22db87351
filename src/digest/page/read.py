"""A digest's file in blocks, and put together again byte for byte.

An id stands in a comment before each block; a stamp at the file's end names the base. What stands outside blocks, in
the head, in gaps and after the stamp, is the editor's. Line ends are LF.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from digest.page.grammar import ENTRY_LETTERS, HEADING, MARK, RULE, STAMP, is_heading

NOTHING = "\n\n"  # between two blocks that nothing parts


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the digest under its mark; `gap` is what follows it up to the next mark."""

    key: str  # kind and id: "q:1f3a9c"
    mark: str  # the mark's line, with the blank lines after it
    body: str  # without white space at its end
    gap: str = NOTHING

    @property
    def text(self) -> str:
        return self.mark + self.body + self.gap


@dataclass(frozen=True, slots=True)
class Parsed:
    """A digest's file in pieces; `unparse` puts it together again, byte for byte."""

    head: str
    blocks: tuple[Block, ...] = ()
    stamp: str = ""  # hash of the base
    stamp_line: str = ""
    tail: str = ""  # after the stamp: the editor's


def parse(text: str) -> Parsed:
    """The head, blocks, stamp and tail of a digest; line ends are LF."""
    lines = lines_of(text)
    stamps = [i for i, line in enumerate(lines) if STAMP.fullmatch(line.rstrip("\n"))]
    end = stamps[-1] if stamps else len(lines)
    starts = [i for i in range(end) if MARK.fullmatch(lines[i].rstrip("\n"))]
    first = starts[0] if starts else end
    blocks = [_block(lines[start:stop]) for start, stop in pairwise([*starts, end])]
    line = lines[end] if stamps else ""
    match = STAMP.fullmatch(line.rstrip("\n"))
    return Parsed("".join(lines[:first]), tuple(blocks), match[1] if match else "", line, "".join(lines[end + 1 :]))


def unparse(parsed: Parsed) -> str:
    """The text that `parse` took apart."""
    return parsed.head + "".join(block.text for block in parsed.blocks) + parsed.stamp_line + parsed.tail


def lines_of(text: str) -> list[str]:
    """Lines with their ends; LF alone ends one."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _block(lines: Sequence[str]) -> Block:
    match = MARK.match(lines[0])
    key = match[1] if match else ""
    start = 1
    while start < len(lines) and not lines[start].strip():
        start += 1
    end = start
    while end < len(lines) and not (end > start and _ends(key, lines[end])):
        end += 1
        if is_heading(key):
            break  # a heading is a line
    if start < len(lines) and RULE.fullmatch(lines[start].rstrip("\n")):
        end = start  # nothing is left of the block but what parted it from the next
    body = "".join(lines[start:end])
    rest = body[len(body.rstrip()) :]
    return Block(key, "".join(lines[:start]), body.rstrip(), rest + "".join(lines[end:]))


def _ends(key: str, line: str) -> bool:
    """Whether a line stands behind the block of that key; a talk has small headings of its own."""
    if RULE.fullmatch(line.rstrip("\n")):
        return True
    heading = HEADING.match(line)
    return heading is not None and (len(heading[1]) <= 2 or key[0] != ENTRY_LETTERS["talk"])


def has_words(gap: str) -> bool:
    """Whether a gap holds words of the editor's: more than blank lines and rules."""
    return any(line.strip() and not RULE.fullmatch(line) for line in gap.split("\n"))
