"""Which numbers between two turns the rules ask for, and within what bounds.

A number goes by its name and what it is of: `("between", "anyone", "asks")`; `between.py` counts it.
"""

from __future__ import annotations

from math import inf
from typing import Any

from digest.conversation.replies import kinds
from digest.conversation.replies.sides import bounds
from digest.rules.declare import Kind

Key = tuple[Any, ...]  # a number's name and what it is of
Interval = tuple[float, float]  # both ends in it
NONE, THIS, OTHER = 0, 1, 2  # whom a turn names or quotes
# numbers that are whole and never under 0
COUNTS = frozenset(
    "turns order quote mention back same talked reacts returns best between chain".split()  # noqa: SIM905
)


def asked(kind: Kind) -> list[tuple[Key, Interval]]:
    """The numbers that a rule on both turns asks for, with their bounds."""
    if isinstance(kind, kinds.Gap):
        wanted = [
            (("turns",), bounds(kind.min_turns, kind.max_turns)),
            (("messages",), bounds(kind.min_messages, kind.max_messages)),
            (("seconds",), bounds(kind.min_time, kind.max_time)),
        ]
        return [(key, bound) for key, bound in wanted if bound != (-inf, inf)] or [(("turns",), (-inf, inf))]
    if isinstance(kind, kinds.PairQuote):
        return [(("quote",), _is({"parent": THIS, "other": OTHER, "none": NONE}[kind.of]))]
    if isinstance(kind, kinds.PairMention):
        if kind.of in ("child", "back-other"):
            return [(("back",), _is(THIS if kind.of == "child" else OTHER))]
        return [(("mention",), _is({"parent": THIS, "other": OTHER, "none": NONE}[kind.of]))]
    if isinstance(kind, kinds.SameSpeaker):
        return [(("same",), _is(0 if kind.of == "neither" else 1))]
    if isinstance(kind, kinds.SharedWords):
        amount: tuple[Key, Interval] = (("shared", kind.of, kind.long), bounds(kind.min, kind.max))
        return [amount, (("best", kind.of), _is(1))] if kind.best else [amount]
    if isinstance(kind, kinds.TurnsBetween):
        return [(("between", kind.what, kind.act), bounds(kind.min, kind.max))]
    if isinstance(kind, kinds.Typing):
        return [(("typing",), (-inf, kind.pace))]
    if isinstance(kind, kinds.Talked):
        return [(("talked",), bounds(kind.min, kind.max))]
    if isinstance(kind, kinds.Reacts):
        return [(("reacts", kind.act), (1, kind.turns))]
    if isinstance(kind, kinds.Returns):
        return [(("returns", kind.naming, kind.act), (1, kind.turns))]
    if isinstance(kind, kinds.Chain):
        return [(("chain", kind.of, kind.turns), bounds(kind.min, kind.max))]
    if isinstance(kind, kinds.Order):
        return [(("order",), bounds(kind.min, kind.max))]
    if isinstance(kind, kinds.Reaches):
        return [(("reaches",), bounds(kind.min, kind.max))]
    raise NotImplementedError(type(kind).__name__)


def _is(code: int) -> Interval:
    return code, code
