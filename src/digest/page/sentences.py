"""Three-way merge of an entry's text: paragraph by paragraph, and sentence by sentence where both sides changed one.

The editor's text always stays. What the rules changed elsewhere is taken over; where both changed the same sentence in
different ways, hers is kept and the clash told. Spaces and line breaks alone are no change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Woven:
    """The merged text; `clashes`: both sides changed the same sentence; `passed`: changes of the rules not taken."""

    text: str
    clashes: tuple[Clash, ...] = ()
    passed: int = 0


@dataclass(frozen=True, slots=True)
class _Change:
    """A stretch of the base and what one side made of it."""

    low: int
    high: int
    text: tuple[str, ...]


def bare(text: str) -> str:
    """`text` without white space: what it says, however it is laid out."""
    return "".join(text.split())


def weave(base: str, mine: str, theirs: str) -> Woven:
    """`mine` with what `theirs` changed against `base`."""
    if mine == base:
        return Woven(theirs)
    if bare(theirs) in (bare(base), bare(mine)):
        return Woven(mine)
    if bare(mine) == bare(base):
        return Woven(theirs)
    old, hers, new = (text.rstrip("\n") + END for text in (base, mine, theirs))
    woven = _merged(old, hers, new, _paragraphs, _sentences)
    return Woven(woven.text.strip("\n"), woven.clashes, woven.passed)


def sentences(text: str) -> list[str]:
    """The sentences of a text, without labels."""
    return [LABEL.sub("", piece).strip() for piece in _sentences(text) if bare(LABEL.sub("", piece))]


def _paragraphs(text: str) -> list[str]:
    return PARAGRAPH.findall(text)


def _sentences(text: str) -> list[str]:
    return SENTENCE.findall(text)


def _merged(
    base: str,
    mine: str,
    theirs: str,
    pieces: Callable[[str], list[str]],
    finer: Callable[[str], list[str]] | None,
) -> Woven:
    olds, ours, news = pieces(base), pieces(mine), pieces(theirs)
    left, right = _changes(olds, ours), _changes(olds, news)
    out: list[str] = []
    clashes: list[Clash] = []
    passed = place = 0
    shown = _places(olds, ours)
    for low, high, mines, theirss in _groups(left, right):
        out.extend(shown.get(i, "") for i in range(place, low))
        place = high
        hers, new = _side(olds, low, high, mines), _side(olds, low, high, theirss)
        if not theirss or bare("".join(hers)) == bare("".join(new)):
            out.extend(hers)
        elif not mines:
            _add(out, new, apart=finer is not None)
        elif low == high:
            # an answer that she put in herself comes only once
            known = {bare(LABEL.sub("", piece)) for piece in hers} if finer is not None else set()
            out.extend(hers)
            _add(out, [piece for piece in new if bare(LABEL.sub("", piece)) not in known], apart=finer is not None)
        elif not bare("".join(hers)) or not bare("".join(new)):
            # one took it out: the editor's word counts, whichever way
            out.extend(hers)
            passed += 1
        elif finer is not None:
            inner = _merged("".join(olds[low:high]), "".join(hers), "".join(new), finer, None)
            out.append(inner.text)
            clashes += inner.clashes
            passed += inner.passed
        else:
            out.extend(hers)
            clashes.append(Clash(*("".join(side).strip() for side in (olds[low:high], hers, new))))
    out.extend(shown.get(i, "") for i in range(place, len(olds)))
    return Woven("".join(out), tuple(clashes), passed)


def _add(out: list[str], pieces: Sequence[str], apart: bool) -> None:
    if apart and pieces and out and not out[-1].endswith(END):
        out[-1] = out[-1].rstrip("\n") + END  # else the two would be one paragraph on the page
    out.extend(pieces)


def _matcher(olds: Sequence[str], news: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(
        None, [bare(old) or "\n" for old in olds], [bare(new) or "\n" for new in news], autojunk=False
    )


def _changes(olds: Sequence[str], news: Sequence[str]) -> list[_Change]:
    ops = _matcher(olds, news).get_opcodes()
    return [_Change(low, high, tuple(news[start:end])) for tag, low, high, start, end in ops if tag != "equal"]


def _places(olds: Sequence[str], ours: Sequence[str]) -> dict[int, str]:
    """Piece of the base → how the editor's text lays it out, where it stands in both."""
    found: dict[int, str] = dict(enumerate(olds))
    for low, start, size in _matcher(olds, ours).get_matching_blocks():
        found.update((low + i, ours[start + i]) for i in range(size))
    return found


def _groups(left: Sequence[_Change], right: Sequence[_Change]) -> list[tuple[int, int, list[_Change], list[_Change]]]:
    """Changes of both sides in the base's order; those that touch the same pieces stand together."""
    marked = sorted([(c.low, c.high, 0, c) for c in left] + [(c.low, c.high, 1, c) for c in right], key=lambda m: m[:3])
    groups: list[tuple[int, int, list[_Change], list[_Change]]] = []
    for low, high, side, change in marked:
        last = groups[-1] if groups else None
        if last is not None and (low < last[1] or (low == high == last[0] == last[1])):
            sides = (last[2], last[3])
            sides[side].append(change)
            groups[-1] = (last[0], max(last[1], high), *sides)
        else:
            groups.append((low, high, [] if side else [change], [change] if side else []))
    return groups


def _side(olds: Sequence[str], low: int, high: int, changes: Sequence[_Change]) -> list[str]:
    """The stretch `low` to `high` of the base as one side has it."""
    out: list[str] = []
    place = low
    for change in changes:
        out.extend(olds[place : change.low])
        out.extend(change.text)
        place = change.high
    out.extend(olds[place:high])
    return out
