"""A day's turns as acts are scored on them, and the acts."""

from __future__ import annotations

from dataclasses import dataclass, field

from digest.model import Act, Evidence, Turn
from digest.rules.model import Rule


@dataclass(frozen=True, slots=True)
class DayTurns:
    """A day's turns, and where they stand. `states[i]` is (state, seconds since the talk's end) of turn i."""

    turns: tuple[Turn, ...]
    states: tuple[tuple[str, int], ...]
    guests: frozenset[int] = frozenset()
    owners: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Acts:
    """Acts of every turn. `scores[act][i]` in log-odds, `taken[act][i]`; `fired[act][i]` the rules behind it."""

    scores: dict[str, list[float]]
    taken: dict[str, list[bool]]
    fired: dict[str, list[tuple[int, ...]]]  # places in `rules[act]`
    rules: dict[str, tuple[Rule, ...]] = field(default_factory=dict)
    # the rank of each rule by its weight, and what each says by rank: the same value for every turn that it fires on
    _ranked: dict[str, tuple[dict[int, int], list[Evidence]]] = field(default_factory=dict, compare=False, repr=False)

    def has(self, turn: int, act: str) -> bool:
        return act in self.taken and self.taken[act][turn]

    def of(self, turn: int) -> tuple[str, ...]:
        """The acts a turn has."""
        return tuple(act for act, taken in self.taken.items() if taken[turn])

    def act(self, turn: int, act: str) -> Act:
        """One act of a turn with its evidence, the heaviest first."""
        if act not in self._ranked:
            rules = self.rules[act]
            order = sorted(range(len(rules)), key=lambda k: (-abs(rules[k].weight), rules[k].id))
            ranks = {k: rank for rank, k in enumerate(order)}
            self._ranked[act] = ranks, [Evidence(rules[k].id, rules[k].weight) for k in order]
        ranks, evidence = self._ranked[act]
        ranked = sorted(map(ranks.__getitem__, self.fired[act][turn]))
        return Act(turn, act, self.scores[act][turn], self.taken[act][turn], tuple(map(evidence.__getitem__, ranked)))
