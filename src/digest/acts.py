"""Turns → dialogue acts: each rule that fires adds its weight, an act is taken over its threshold.

Acts are scored in the order in which `rules/questions.yml` declares them, so a rule may look at acts declared before
its own. What a rule sees beside the turn's own words: the turns near it, the state of the day, who speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import compress
from typing import Any

from digest.model import Act, Evidence, Link, Turn
from digest.rules import kinds
from digest.rules.kind import Kind
from digest.rules.match import TextRules, within
from digest.rules.model import Rule, Subject
from digest.surroundings import Surroundings, bits, standing

Column = Sequence[bool]


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


class _Evaluator:
    """Scores the acts of one day. A rule's condition becomes a column: for each turn whether it holds.

    Sets of turns are bits of an integer, so that looking at the turns near one is a single `&`.
    """

    def __init__(self, scene: Scene, subject: Subject, links: Callable[[Acts], Sequence[Link]] | None = None) -> None:
        self.scene = scene
        self.find_links = links
        self.turns = scene.turns
        self.total = len(scene.turns)
        self.subject = subject
        self.sizes = [size(t.text) for t in self.turns]
        self.surroundings = Surroundings(self.turns, self.sizes)
        self.shares: dict[tuple[int, str], list[float]] = {}
        self.columns: dict[str, Column] = {}
        self.results = Acts({}, {}, {})
        self.place = {rule.id: i for i, rule in enumerate(subject.rules)}
        self.hits = [subject.texts.fires(t.text) for t in self.turns]
        self.spoken: dict[int, int] = {}  # person → bits of the turns spoken
        for i, turn in enumerate(self.turns):
            self.spoken[turn.speaker] = self.spoken.get(turn.speaker, 0) | 1 << i

    def run(self) -> Acts:
        text: dict[int, list[int]] = {}
        for i, places in enumerate(self.hits):
            for place in places:
                text.setdefault(place, []).append(i)
        for rule in self.subject.rules:
            if isinstance(rule.kind, kinds.Pattern | kinds.Lexicon):
                column = [False] * self.total
                for i in text.get(self.place[rule.id], ()):
                    column[i] = True
                self.columns[rule.id] = column
        for act, about in self.subject.tables.get("acts", {}).items():
            rules = self.subject.of_act(act)
            columns = [self.column(rule) for rule in rules]
            weights = [rule.weight for rule in rules]
            bias, threshold = about["bias"], about["threshold"]
            on: list[list[int]] = [[] for _ in self.turns]
            for place, fires in enumerate(columns):
                for i in compress(range(self.total), fires):  # most rules fire on few turns
                    on[i].append(place)
            fired = [tuple(places) for places in on]
            scores = [bias + sum(map(weights.__getitem__, places)) for places in fired]
            self.results.scores[act] = scores
            self.results.taken[act] = [score > threshold for score in scores]
            self.results.fired[act] = fired
            self.results.rules[act] = rules
        return self.results

    def column(self, rule: Rule) -> Column:
        """For each turn whether the rule's condition holds."""
        if rule.id not in self.columns:
            self.columns[rule.id] = _CONDITIONS[type(rule.kind)](self, rule.kind)
        return self.columns[rule.id]

    def length(self, kind: kinds.Length) -> Column:
        low, high = kind.min or 0, _most(kind.max)
        return [low <= n <= high for n in self.sizes]

    def mention(self, kind: kinds.Mention) -> Column:
        if kind.of == "none":
            return [not t.mentions for t in self.turns]
        if kind.of == "anyone":
            return [bool(t.mentions) for t in self.turns]
        if kind.of == "several":
            return [len(t.mentions) > 1 for t in self.turns]
        whom = self.scene.owners if kind.of == "owner" else self.scene.guests
        return [not whom.isdisjoint(t.mentions) for t in self.turns]

    def speaker(self, kind: kinds.Speaker) -> Column:
        bits = self.part(kind.is_)
        return [bool(bits >> i & 1) for i in range(self.total)]

    def part(self, part: str) -> int:
        """Bits of the turns whose speaker has a part on that day."""
        if part == "newcomer":
            return sum(bits & -bits for bits in self.spoken.values())
        whom = {"guest": self.scene.guests, "owner": self.scene.owners, "host": self.scene.owners}.get(part, ())
        return sum(self.spoken.get(person, 0) for person in whom)

    def hour(self, kind: kinds.Hour) -> Column:
        low, high = kind.from_, kind.to
        if low <= high:
            return [low <= t.start < high for t in self.turns]
        return [t.start >= low or t.start < high for t in self.turns]

    def state(self, kind: kinds.State) -> Column:
        low, high = kind.since_min or 0, _most(kind.since_max)
        return [name == kind.is_ and low <= since <= high for name, since in self.scene.states]

    def scored(self, kind: kinds.Scored) -> Column:
        if kind.act not in self.results.taken:
            return [False] * self.total
        if kind.min is None and kind.max is None:
            return self.results.taken[kind.act]
        return [within(score, kind.min, kind.max) for score in self.results.scores[kind.act]]

    def media(self, kind: kinds.Media) -> Column:
        if kind.of == "image":
            return [t.images >= kind.min for t in self.turns]
        if kind.of == "link":
            return [t.links >= kind.min for t in self.turns]
        return [len(t.quotes) >= kind.min for t in self.turns]

    def all(self, kind: kinds.All) -> Column:
        rules = self.subject.by_id
        if any(r not in rules for r in kind.of):  # one is switched off: it never fires
            return [False] * self.total
        yes = [self.column(rules[r]) for r in kind.of]
        no = [self.column(rules[r]) for r in kind.not_ if r in rules]
        fires = [all(row) for row in zip(*yes, strict=True)] if yes else [True] * self.total
        for column in no:
            fires = [on and not off for on, off in zip(fires, column, strict=True)]
        return fires

    def near(self, kind: kinds.Near) -> Column:
        mask = (1 << self.total) - 1
        if kind.act:
            mask &= bits(self.results.taken.get(kind.act, ()))
        if kind.speaker:
            mask &= self.part(kind.speaker)
        if kind.min_length is not None or kind.max_length is not None:
            low, high = kind.min_length or 0, _most(kind.max_length)
            mask &= bits([low <= n <= high for n in self.sizes])
        if kind.mention == "back":  # only who names somebody can name this one's speaker
            mask &= bits([bool(t.mentions) for t in self.turns])
        return self.surroundings.near(kind, mask)

    def around(self, kind: kinds.Around) -> Column:
        low, high = kind.min if kind.min is not None else -1.0, kind.max if kind.max is not None else 2.0
        key = (kind.turns, kind.act)
        if key not in self.shares:
            taken = self.results.taken.get(kind.act, [False] * self.total) if kind.act else None
            self.shares[key] = self.surroundings.shares(kind.turns, taken)
        return [low <= share <= high for share in self.shares[key]]

    @cached_property
    def links(self) -> Sequence[Link]:
        return self.find_links(self.results) if self.find_links else ()

    @cached_property
    def replies(self) -> list[tuple[int, int, float]]:
        """Links with words between different people: child, parent, probability."""
        turns, sizes = self.turns, self.sizes
        return [
            (link.child, link.parent, link.score)
            for link in self.links
            if turns[link.child].speaker != turns[link.parent].speaker and sizes[link.child] > 2
        ]

    @cached_property
    def parents(self) -> list[tuple[int, int, float]]:
        """The likeliest link of each turn that leads to another person's: child, parent, probability."""
        turns = self.turns
        return [
            (link.child, link.parent, link.score)
            for link in self.links
            if link.rank == 0 and turns[link.child].speaker != turns[link.parent].speaker
        ]

    @cached_property
    def dialogue(self) -> dict[int, float]:
        """The turns whose parent replies to the same speaker's own words, with the probability that it does."""
        turns = self.turns
        best = {link.child: link for link in self.links if link.rank == 0}
        return {
            child: best[parent].score
            for child, parent, _ in self.parents
            if parent in best and turns[best[parent].parent].speaker == turns[child].speaker
        }

    def reply(self, kind: kinds.Reply) -> Column:
        mask = (1 << self.total) - 1
        if kind.act:
            mask &= bits(self.results.taken.get(kind.act, ()))
        if kind.other_than:
            mask &= ~bits(self.results.taken.get(kind.other_than, ()))
        if kind.speaker:
            mask &= self.part(kind.speaker)
        if kind.min_length is not None:
            mask &= bits([n >= (kind.min_length or 0) for n in self.sizes])
        held = [0.0] * self.total
        # most of these rules look at any turn: no bit need be asked for then
        counts = None if mask == (1 << self.total) - 1 else set(standing(mask))
        if kind.of == "others":
            for child, parent, score in self.replies:
                if counts is None or child in counts:
                    held[parent] = held[parent] + score if kind.sum else max(held[parent], score)
        else:
            for child, parent, score in self.parents:
                if (counts is None or parent in counts) and (
                    kind.of == "parent" or self.dialogue.get(child, -1.0) > kind.min
                ):
                    held[child] = score
        return [score > kind.min for score in held]

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
        return said_before


_CONDITIONS: dict[type[Kind], Callable[[_Evaluator, Any], Column]] = {
    kinds.Length: _Evaluator.length,
    kinds.Mention: _Evaluator.mention,
    kinds.Speaker: _Evaluator.speaker,
    kinds.Hour: _Evaluator.hour,
    kinds.State: _Evaluator.state,
    kinds.Scored: _Evaluator.scored,
    kinds.Media: _Evaluator.media,
    kinds.All: _Evaluator.all,
    kinds.Near: _Evaluator.near,
    kinds.Around: _Evaluator.around,
    kinds.Reply: _Evaluator.reply,
    kinds.Repeats: _Evaluator.repeats,
}


def _most(bound: int | None) -> int:
    return 10**9 if bound is None else bound
