"""Three-way merge of an entry's text: paragraph by paragraph, and sentence by sentence where both sides changed one.

The editor's text always stays. What the rules changed elsewhere is taken over; where both changed the same sentence in
different ways, hers is kept and the clash reported. Spaces and line breaks alone are no change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from digest.page.grammar import LABEL, NUMERALS

PARAGRAPH = re.compile(r"[^\n]*\n+|[^\n]+")
# a label is a piece of its own, so that A： may become A1： beside an edited answer; so is a section's number
SENTENCE = re.compile(
    r"\n+"
    rf"|(?:(?<=\n)|\A)(?:#+ +(?:[{NUMERALS}十]+、)?"
    r"|(?:[-*+>] +)*\*{0,2}[A-Za-z\u4e00-\u9fff]{0,2}[0-9]{0,3}[：:]\*{0,2}|(?:[-*+>] +)+)"
    r"|[^\n。！？；]*[。！？；]+|[^\n。！？；]+"
)
END = "\n\n"


@dataclass(frozen=True, slots=True)
class Clash:
    """Words that both sides changed, each in its way."""

    base: str
    edited: str
    rebuilt: str


@dataclass(frozen=True, slots=True)
class MergedText:
    """The merged text; `clashes`: both sides changed the same sentence; `passed`: changes of the rules not taken."""

    text: str
    clashes: tuple[Clash, ...] = ()
    passed: int = 0


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of the base and what one side made of it."""

    low: int
    high: int
    text: tuple[str, ...]


def bare(text: str) -> str:
    """`text` without white space: what it says, however it is laid out."""
    return "".join(text.split())


def weave(base: str, edited: str, rebuilt: str) -> MergedText:
    """`edited` with what `rebuilt` changed against `base`."""
    if edited == base:
        return MergedText(rebuilt)
    if bare(rebuilt) in (bare(base), bare(edited)):
        return MergedText(edited)
    if bare(edited) == bare(base):
        return MergedText(rebuilt)
    base, edited, rebuilt = (text.rstrip("\n") + END for text in (base, edited, rebuilt))
    merged = _merge(base, edited, rebuilt, _paragraphs, _sentences)
    return replace(merged, text=merged.text.strip("\n"))


def sentences(text: str) -> list[str]:
    """The sentences of a text, without labels."""
    return [LABEL.sub("", piece).strip() for piece in _sentences(text) if bare(LABEL.sub("", piece))]


def _paragraphs(text: str) -> list[str]:
    return PARAGRAPH.findall(text)


def _sentences(text: str) -> list[str]:
    return SENTENCE.findall(text)


def _merge(
    base: str,
    edited: str,
    rebuilt: str,
    pieces: Callable[[str], list[str]],
    finer: Callable[[str], list[str]] | None,
) -> MergedText:
    base_pieces, edited_pieces, rebuilt_pieces = pieces(base), pieces(edited), pieces(rebuilt)
    edits, rebuilds = _changes(base_pieces, edited_pieces), _changes(base_pieces, rebuilt_pieces)
    out: list[str] = []
    clashes: list[Clash] = []
    passed = place = 0
    layout = _layout(base_pieces, edited_pieces)
    for low, high, side_edits, side_rebuilds in _groups(edits, rebuilds):
        out.extend(layout.get(i, "") for i in range(place, low))
        place = high
        edited_side = _side(base_pieces, low, high, side_edits)
        rebuilt_side = _side(base_pieces, low, high, side_rebuilds)
        if not side_rebuilds or bare("".join(edited_side)) == bare("".join(rebuilt_side)):
            out.extend(edited_side)
        elif not side_edits:
            _add(out, rebuilt_side, apart=finer is not None)
        elif low == high:
            # an answer that the editor put in comes only once
            known = {bare(LABEL.sub("", piece)) for piece in edited_side} if finer is not None else set()
            out.extend(edited_side)
            _add(
                out,
                [piece for piece in rebuilt_side if bare(LABEL.sub("", piece)) not in known],
                apart=finer is not None,
            )
        elif not bare("".join(edited_side)) or not bare("".join(rebuilt_side)):
            # one took it out: the editor's word counts, whichever way
            out.extend(edited_side)
            passed += 1
        elif finer is not None:
            inner = _merge("".join(base_pieces[low:high]), "".join(edited_side), "".join(rebuilt_side), finer, None)
            out.append(inner.text)
            clashes += inner.clashes
            passed += inner.passed
        else:
            out.extend(edited_side)
            clashes.append(
                Clash(*("".join(side).strip() for side in (base_pieces[low:high], edited_side, rebuilt_side)))
            )
    out.extend(layout.get(i, "") for i in range(place, len(base_pieces)))
    return MergedText("".join(out), tuple(clashes), passed)


def _add(out: list[str], pieces: Sequence[str], apart: bool) -> None:
    if apart and pieces and out and not out[-1].endswith(END):
        out[-1] = out[-1].rstrip("\n") + END  # else the two would be one paragraph on the page
    out.extend(pieces)


def _matcher(base: Sequence[str], other: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(
        None, [bare(piece) or "\n" for piece in base], [bare(piece) or "\n" for piece in other], autojunk=False
    )


def _changes(base: Sequence[str], other: Sequence[str]) -> list[_Stretch]:
    ops = _matcher(base, other).get_opcodes()
    return [_Stretch(low, high, tuple(other[start:end])) for tag, low, high, start, end in ops if tag != "equal"]


def _layout(base: Sequence[str], edited: Sequence[str]) -> dict[int, str]:
    """Piece of the base → how the editor's text lays it out, where it stands in both."""
    layout: dict[int, str] = dict(enumerate(base))
    for low, start, size in _matcher(base, edited).get_matching_blocks():
        layout.update((low + i, edited[start + i]) for i in range(size))
    return layout


def _groups(
    left: Sequence[_Stretch], right: Sequence[_Stretch]
) -> list[tuple[int, int, list[_Stretch], list[_Stretch]]]:
    """Changes of both sides in the base's order; those that touch the same pieces stand together."""
    marked = sorted([(c.low, c.high, 0, c) for c in left] + [(c.low, c.high, 1, c) for c in right], key=lambda m: m[:3])
    groups: list[tuple[int, int, list[_Stretch], list[_Stretch]]] = []
    for low, high, side, change in marked:
        last = groups[-1] if groups else None
        if last is not None and (low < last[1] or (low == high == last[0] == last[1])):
            sides = (last[2], last[3])
            sides[side].append(change)
            groups[-1] = (last[0], max(last[1], high), *sides)
        else:
            groups.append((low, high, [] if side else [change], [change] if side else []))
    return groups


def _side(base: Sequence[str], low: int, high: int, changes: Sequence[_Stretch]) -> list[str]:
    """The stretch `low` to `high` of the base as one side has it."""
    out: list[str] = []
    place = low
    for change in changes:
        out.extend(base[place : change.low])
        out.extend(change.text)
        place = change.high
    out.extend(base[place:high])
    return out
