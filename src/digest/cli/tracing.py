"""A message's trace as lines of a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from digest.cli.term import cut, pad, width, wrapped
from digest.editorial.select import BELOW
from digest.reports.explain import ActTrace, EntryPlace, FiredRule, LinkTrace, Trace

HEAD = 11  # columns of what a row is about
RULE = 26  # columns of a rule's id, at most
LEAST = 0.005  # a weight under this is next to nothing


def lines(trace: Trace, day: str, path: str, columns: int) -> list[str]:
    """The trace in lines of at most so many columns."""
    return [line.rstrip() for line in _lines(trace, day, path, columns)]


def _lines(t: Trace, day: str, path: str, columns: int) -> Iterator[str]:
    yield cut(f"{day} {t.clock}  {t.speaker}", columns)
    yield cut(f"{path}:{t.line}, message {', '.join(map(str, t.positions))}", columns)
    yield ""
    if t.quote:
        yield from _row("quotes", t.quote, columns)
    yield from _row("says", t.text or "(nothing)", columns)
    if t.aliases or t.person != t.speaker:
        also = f", also {', '.join(a for a in t.aliases if a != t.speaker)}" if t.aliases else ""
        yield from _row("person", t.person + also, columns)
    for n, m in enumerate(t.mentions):
        whom = m.person or ("open: " + " or ".join(m.candidates) if m.candidates else "open: nobody here fits")
        yield from _row("mentions" if not n else "", f"@{m.label} → {whom}{f' ({m.why})' if m.why else ''}", columns)
    if t.turn is not None:
        turn = f"#{t.turn.turn}"
        if len(t.clocks) > 1:
            turn += f", {len(t.clocks)} messages that belong together: {' '.join(t.clocks)}"
        yield from _row("turn", turn, columns)
    if t.state and t.state != "no-talk":
        yield from _row("state", t.state + (f" ({t.talk})" if t.talk else ""), columns)
    yield from _question(t, columns)
    yield from _acts(t, columns)
    yield from _links(t, columns)
    yield from _stands(t.places, columns)


def _row(what: str, text: str, columns: int) -> Iterator[str]:
    for n, line in enumerate(wrapped(text, columns - HEAD)):
        yield pad(what if not n else "", HEAD) + line


def _question(t: Trace, columns: int) -> Iterator[str]:
    q = t.question
    if q.verdict == "no candidate":
        text = f"no candidate: {q.score:.3f} ({q.why})"
    else:
        side = "over" if q.score >= q.threshold else "under"
        text = f"{q.verdict}: {q.score:.3f}, {side} the threshold {q.threshold:g}"
        if q.why and q.why != BELOW:
            text += f"; {q.why}"
        text += f"; {q.answers} answers" if q.answers != 1 else "; 1 answer"
        if q.follows:
            text += f"; follows up the question of {q.follows}"
        if len(q.clocks) > 1:
            text += f"; its messages: {' '.join(q.clocks)}"
    yield from _row("question", text, columns)


def _acts(t: Trace, columns: int) -> Iterator[str]:
    yield ""
    if not t.acts:
        yield from _row("acts", "none: no rule fired", columns)
        return
    wide = _wide((f for a in t.acts for f in a.fired), columns)
    for n, act in enumerate(t.acts):
        yield from _act(act, "acts" if not n else "", wide, columns)


def _act(a: ActTrace, what: str, wide: int, columns: int) -> Iterator[str]:
    if a.act == "question":  # whether it is published hangs on the probability, and is said above
        verdict = f"{a.score:+.2f}, a probability of {1 / (1 + math.exp(-a.score)):.3f}"
    else:
        verdict = f"{'yes' if a.taken else 'no'}, {a.score:+.2f} is {'over' if a.taken else 'not over'} {a.threshold:g}"
    yield cut(f"{pad(what, HEAD)}{a.act}: {verdict}  ({a.about})", columns)
    yield f"{pad('', HEAD)}  {a.bias:+6.2f}  to begin with"
    yield from _fired(a.fired, wide, columns)


def _fired(fired: Sequence[FiredRule], wide: int, columns: int) -> Iterator[str]:
    """Rules that fired: weight, id, why, and the words they fired on; those that weigh nothing only counted."""
    heavy = [f for f in fired if abs(f.weight) >= LEAST]
    for f in heavy:
        head = f"{pad('', HEAD)}  {f.weight:+6.2f}  {pad(cut(f.rule, wide), wide)}  "
        why = f"{f.why or f.kind}: “{f.words}”" if f.words.strip() else f.why or f.kind
        for n, line in enumerate(wrapped(why, columns - width(head))):
            yield (head if not n else pad("", width(head))) + line
    if light := len(fired) - len(heavy):
        yield cut(f"{pad('', HEAD + 10)}{light} more fired and weigh next to nothing", columns)


def _wide(fired: Iterable[FiredRule], columns: int) -> int:
    """Columns for the rules' ids."""
    return min(RULE, columns // 4, max((width(f.rule) for f in fired), default=0))


def _links(t: Trace, columns: int) -> Iterator[str]:
    yield ""
    taken = [tie for tie in t.parents if tie.rank == 0]
    if not taken:
        yield from _row("replies to", "nothing that was found", columns)
    for tie in taken:
        yield from _tie(tie, "replies to", columns)
    for n, tie in enumerate(tie for tie in t.parents if tie.rank > 0):
        yield from _tie(tie, "lost" if not n else "", columns, against=taken)
    for n, tie in enumerate(t.children):
        yield from _tie(tie, "replies" if not n else "", columns, evidence=False)


def _tie(
    tie: LinkTrace, what: str, columns: int, *, evidence: bool = True, against: Sequence[LinkTrace] = ()
) -> Iterator[str]:
    """A link; with `against`, only what sets it apart from that one."""
    other = tie.other
    yield cut(f"{pad(what, HEAD)}{tie.score:.2f}  {other.clock}  {other.speaker}: {other.text}", columns)
    if not evidence:
        return
    of_best = [f for best in against for f in best.fired]
    both = {f.rule for f in of_best} & {f.rule for f in tie.fired}
    own = [f for f in tie.fired if f.rule not in both]
    lacks = [f for f in of_best if f.rule not in both]
    wide = _wide((*own, *lacks), columns)
    yield from _fired(own, wide, columns)
    if lacks:
        yield f"{pad('', HEAD)}  and lacks what the one above has:"
        yield from _fired(lacks, wide, columns)
    if both:
        yield cut(f"{pad('', HEAD + 10)}{len(both)} more fired on both alike", columns)


def _stands(places: Sequence[EntryPlace], columns: int) -> Iterator[str]:
    yield ""
    if not places:
        yield from _row("stands", "not in the digest", columns)
    for n, place in enumerate(places):
        path = " › ".join(part for part in (place.section, place.topic, place.role) if part)
        score = f" ({place.score:.2f})" if place.score is not None else ""
        beside = ", for the same person says it right before or after what stands there" if place.beside else ""
        yield from _row("stands" if not n else "", f"{path}{score}, in the entry {place.entry}{beside}", columns)
        yield from _fired(place.fired, _wide(place.fired, columns), columns)
