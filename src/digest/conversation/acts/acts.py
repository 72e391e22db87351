"""Turns → dialogue acts: each rule that fires adds its weight, an act is taken over its threshold.

Acts are scored in the order in which `rules/questions.yml` declares them, so a rule may look at acts declared before
its own. What a rule sees beside the turn's own words: the turns near it, the state of the day, who speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from digest.conversation.acts import kinds
from digest.conversation.acts.context import Surroundings
from digest.conversation.arrays import Floats, Ints, Truths, inside, truths, whole
from digest.model import Act, Evidence, Link, Turn
from digest.rules.declare import Kind
from digest.rules.kinds import All, Length, Lexicon, Pattern
from digest.rules.match import TextRules, within
from digest.rules.model import Rule, Subject

Column = Truths  # by turn


@dataclass(frozen=True, slots=True)
class Scene:
    """What a day looks like around its turns. `states[i]` is (state, seconds since the talk's end) of turn i."""

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


def acts(scene: Scene, subject: Subject, links: Callable[[Acts], Sequence[Link]] | None = None) -> Acts:
    """Dialogue acts of a day's turns by the rules of `subject` (questions).

    `links` finds the reply links from the acts scored so far; it is called once, before the first act whose rules look
    at replies. Without it those rules don't fire.
    """
    return _Evaluator(scene, subject, links).run()


def spans(act: Act, text: str, subject: Subject) -> Act:
    """The same act, each piece of evidence from a text rule with the span it fired on."""
    rules = [subject.by_id[e.rule] for e in act.evidence]
    found = dict(TextRules(rules, subject.lists).fired(text))
    return Act(
        act.turn,
        act.kind,
        act.score,
        act.taken,
        tuple(Evidence(e.rule, e.weight, found.get(i)) for i, e in enumerate(act.evidence)),
    )


@lru_cache(4096)
def size(text: str) -> int:
    """How many characters of a text are words."""  # several stages ask it of the same turns
    return sum(map(str.isalnum, text))


@dataclass(frozen=True, slots=True)
class Replies:
    """Reply links as arrays, in order."""

    children: Ints
    parents: Ints
    scores: Floats

    @classmethod
    def of(cls, links: Iterable[Link]) -> Replies:
        found = tuple(links)
        return cls(
            whole([link.child for link in found]),
            whole([link.parent for link in found]),
            np.array([link.score for link in found], dtype=np.float64),
        )


class _Evaluator:
    """Scores the acts of one day. A rule's condition becomes a column: for each turn whether it holds.

    Columns are arrays: most rules are told of all turns in a few steps.
    """

    def __init__(self, scene: Scene, subject: Subject, links: Callable[[Acts], Sequence[Link]] | None = None) -> None:
        self.scene = scene
        self.find_links = links
        self.turns = scene.turns
        self.total = len(scene.turns)
        self.subject = subject
        self.sizes = whole([size(t.text) for t in self.turns])
        self.surroundings = Surroundings(self.turns, self.sizes)
        self.shares: dict[tuple[int, str], Floats] = {}
        self.columns: dict[str, Column] = {}
        self.taken: dict[str, Column] = {}
        self.results = Acts({}, {}, {})
        self.place = {rule.id: i for i, rule in enumerate(subject.rules)}
        self.hits = [subject.texts.fires(t.text) for t in self.turns]

    def run(self) -> Acts:
        text: dict[int, list[int]] = {}
        for i, places in enumerate(self.hits):
            for place in places:
                text.setdefault(place, []).append(i)
        for rule in self.subject.rules:
            if isinstance(rule.kind, Pattern | Lexicon):
                column = self.columns[rule.id] = self.nowhere()
                if held := text.get(self.place[rule.id]):
                    column[held] = True
        for act, about in self.subject.tables.get("acts", {}).items():
            rules = self.subject.of_act(act)
            columns = [self.column(rule) for rule in rules]
            weights = np.array([rule.weight for rule in rules], dtype=np.float64)
            # most rules fire on few turns: what fires stands turn by turn, and adds up in the order of the rules
            on, fired = np.array(columns, dtype=np.bool_).reshape(len(rules), self.total).T.nonzero()
            sums = about["bias"] + np.bincount(on, weights[fired], self.total)
            taken = self.taken[act] = sums > about["threshold"]
            ends, places = np.searchsorted(on, np.arange(self.total + 1)).tolist(), fired.tolist()
            self.results.scores[act] = sums.tolist()
            self.results.taken[act] = taken.tolist()
            self.results.fired[act] = [tuple(places[a:b]) for a, b in pairwise(ends)]
            self.results.rules[act] = rules
        return self.results

    def column(self, rule: Rule) -> Column:
        """For each turn whether the rule's condition holds."""
        if rule.id not in self.columns:
            self.columns[rule.id] = _CONDITIONS[type(rule.kind)](self, rule.kind)
        return self.columns[rule.id]

    def nowhere(self) -> Column:
        """What holds of no turn."""
        return np.zeros(self.total, dtype=np.bool_)

    def length(self, kind: Length) -> Column:
        return inside(self.sizes, kind.min or 0, _most(kind.max))

    def mention(self, kind: kinds.TurnMention) -> Column:
        if kind.of == "none":
            return truths([not t.mentions for t in self.turns])
        if kind.of == "anyone":
            return truths([bool(t.mentions) for t in self.turns])
        if kind.of == "several":
            return truths([len(t.mentions) > 1 for t in self.turns])
        whom = self.scene.owners if kind.of == "owner" else self.scene.guests
        return truths([not whom.isdisjoint(t.mentions) for t in self.turns])

    def speaker(self, kind: kinds.Speaker) -> Column:
        return self.part(kind.is_)

    def part(self, part: str) -> Column:
        """The turns whose speaker has a part on that day."""
        if part == "newcomer":
            first: dict[int, int] = {}
            for i, turn in enumerate(self.turns):
                first.setdefault(turn.speaker, i)
            column = self.nowhere()
            column[list(first.values())] = True
            return column
        whom = {"guest": self.scene.guests, "owner": self.scene.owners, "host": self.scene.owners}.get(part, ())
        return truths([t.speaker in whom for t in self.turns])

    def hour(self, kind: kinds.Hour) -> Column:
        low, high = kind.from_, kind.to
        if low <= high:
            return truths([low <= t.start < high for t in self.turns])
        return truths([t.start >= low or t.start < high for t in self.turns])

    def state(self, kind: kinds.DayState) -> Column:
        low, high = kind.since_min or 0, _most(kind.since_max)
        return truths([name == kind.is_ and low <= since <= high for name, since in self.scene.states])

    def scored(self, kind: kinds.ActScore) -> Column:
        if kind.act not in self.taken:
            return self.nowhere()
        if kind.min is None and kind.max is None:
            return self.taken[kind.act]
        return truths([within(score, kind.min, kind.max) for score in self.results.scores[kind.act]])

    def media(self, kind: kinds.Media) -> Column:
        if kind.of == "image":
            return truths([t.images >= kind.min for t in self.turns])
        if kind.of == "link":
            return truths([t.links >= kind.min for t in self.turns])
        return truths([len(t.quotes) >= kind.min for t in self.turns])

    def all(self, kind: All) -> Column:
        rules = self.subject.by_id
        if any(r not in rules for r in kind.of):  # one is switched off: it never fires
            return self.nowhere()
        fires = np.ones(self.total, dtype=np.bool_)
        for r in kind.of:
            fires &= self.column(rules[r])
        for r in kind.not_:
            if r in rules:
                fires &= ~self.column(rules[r])
        return fires

    def near(self, kind: kinds.Near) -> Column:
        looked_for = np.ones(self.total, dtype=np.bool_)
        if kind.act:
            looked_for &= self.taken.get(kind.act, False)
        if kind.speaker:
            looked_for &= self.part(kind.speaker)
        if kind.min_length is not None or kind.max_length is not None:
            looked_for &= inside(self.sizes, kind.min_length or 0, _most(kind.max_length))
        return self.surroundings.near(kind, looked_for)

    def around(self, kind: kinds.Around) -> Column:
        low, high = kind.min if kind.min is not None else -1.0, kind.max if kind.max is not None else 2.0
        key = (kind.turns, kind.act)
        if key not in self.shares:
            taken = self.taken.get(kind.act, self.nowhere()) if kind.act else None
            self.shares[key] = self.surroundings.shares(kind.turns, taken)
        return inside(self.shares[key], low, high)

    @cached_property
    def links(self) -> Sequence[Link]:
        return self.find_links(self.results) if self.find_links else ()

    @cached_property
    def replies(self) -> Replies:
        """Links with words between different people."""
        turns, sizes = self.turns, self.sizes
        return Replies.of(
            link
            for link in self.links
            if turns[link.child].speaker != turns[link.parent].speaker and sizes[link.child] > 2
        )

    @cached_property
    def parents(self) -> Replies:
        """The likeliest link of each turn that leads to another person's."""
        turns = self.turns
        return Replies.of(
            link for link in self.links if link.rank == 0 and turns[link.child].speaker != turns[link.parent].speaker
        )

    @cached_property
    def dialogue(self) -> Floats:
        """How likely each turn's parent replies to the same speaker's own words, -1 where it doesn't."""
        turns = self.turns
        best = {link.child: link for link in self.links if link.rank == 0}
        found = np.full(self.total, -1.0)
        for child, parent in zip(self.parents.children.tolist(), self.parents.parents.tolist(), strict=True):
            if parent in best and turns[best[parent].parent].speaker == turns[child].speaker:
                found[child] = best[parent].score
        return found

    def reply(self, kind: kinds.ReplyLinks) -> Column:
        counts = np.ones(self.total, dtype=np.bool_)
        if kind.act:
            counts &= self.taken.get(kind.act, False)
        if kind.other_than:
            counts &= ~self.taken.get(kind.other_than, self.nowhere())
        if kind.speaker:
            counts &= self.part(kind.speaker)
        if kind.min_length is not None:
            counts &= self.sizes >= (kind.min_length or 0)
        held: Floats = np.zeros(self.total)
        if kind.of == "others":
            those = self.replies
            good = counts[those.children]
            if kind.sum:
                held += np.bincount(those.parents[good], those.scores[good], self.total)
            else:
                np.maximum.at(held, those.parents[good], those.scores[good])
        else:
            those = self.parents
            good = counts[those.parents]
            if kind.of != "parent":
                good &= self.dialogue[those.children] > kind.min
            held[those.children[good]] = those.scores[good]
        return held > kind.min

    def repeats(self, kind: kinds.Repeats) -> Column:
        grams = [frozenset(t.text[k : k + 2] for k in range(len(t.text) - 1)) for t in self.turns]
        seen: dict[str, list[int]] = {}
        said_before = []
        for i, gram in enumerate(grams):
            votes: dict[int, int] = {}
            for g in gram:
                for j in seen.get(g, ()):
                    votes[j] = votes.get(j, 0) + 1
            most = max((n / max(1, len(gram | grams[j])) for j, n in votes.items()), default=0.0)
            said_before.append(len(gram) >= 6 and most >= kind.similarity)
            for g in gram:
                seen.setdefault(g, []).append(i)
        return truths(said_before)


_CONDITIONS: dict[type[Kind], Callable[[_Evaluator, Any], Column]] = {
    Length: _Evaluator.length,
    kinds.TurnMention: _Evaluator.mention,
    kinds.Speaker: _Evaluator.speaker,
    kinds.Hour: _Evaluator.hour,
    kinds.DayState: _Evaluator.state,
    kinds.ActScore: _Evaluator.scored,
    kinds.Media: _Evaluator.media,
    All: _Evaluator.all,
    kinds.Near: _Evaluator.near,
    kinds.Around: _Evaluator.around,
    kinds.ReplyLinks: _Evaluator.reply,
    kinds.Repeats: _Evaluator.repeats,
}


def _most(bound: int | None) -> int:
    return 10**9 if bound is None else bound
