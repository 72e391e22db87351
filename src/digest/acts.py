"""Turns → dialogue acts: each rule that fires adds its weight, an act is taken over its threshold.

Acts are scored in the order in which `rules/questions.yml` declares them, so a rule may look at acts declared before
its own. What a rule sees beside the turn's own words: the turns near it, the state of the day, who speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from digest.model import Act, Evidence, Turn
from digest.rules import kinds
from digest.rules.match import TextRules, within
from digest.rules.model import Rule, Subject

Holds = Callable[[int], bool]


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

    def has(self, turn: int, act: str) -> bool:
        return act in self.taken and self.taken[act][turn]

    def of(self, turn: int) -> tuple[str, ...]:
        """The acts a turn has."""
        return tuple(act for act, taken in self.taken.items() if taken[turn])

    def act(self, turn: int, act: str) -> Act:
        """One act of a turn with its evidence, the heaviest first."""
        rules = self.rules[act]
        evidence = (Evidence(rules[k].id, rules[k].weight) for k in self.fired[act][turn])
        return Act(
            turn,
            act,
            self.scores[act][turn],
            self.taken[act][turn],
            tuple(sorted(evidence, key=lambda e: (-abs(e.weight), e.rule))),
        )


def acts(scene: Scene, subject: Subject) -> Acts:
    """Dialogue acts of a day's turns by the rules of `subject` (questions)."""
    return _Evaluator(scene, subject).run()


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


def size(text: str) -> int:
    """How many characters of a text are words."""
    return sum(map(str.isalnum, text))


class _Evaluator:
    def __init__(self, scene: Scene, subject: Subject) -> None:
        self.scene = scene
        self.turns = scene.turns
        self.subject = subject
        self.sizes = [size(t.text) for t in self.turns]
        self.starts = [t.start for t in self.turns]
        self.windows: dict[tuple[object, ...], list[tuple[int, ...]]] = {}
        self.counts: dict[tuple[object, ...], list[int]] = {}
        self.results = Acts({}, {}, {})
        rules = subject.rules
        self.place = {rule.id: i for i, rule in enumerate(rules)}
        self.hits = [frozenset(subject.texts.fires(t.text)) for t in self.turns]
        self.earlier = _earlier(self.turns)

    def run(self) -> Acts:
        declared = self.subject.tables.get("acts", {})
        for act, about in declared.items():
            rules = self.subject.of_act(act)
            holds = [self.condition(rule) for rule in rules]
            weights = [rule.weight for rule in rules]
            bias, threshold = about["bias"], about["threshold"]
            scores, fired = [], []
            for i in range(len(self.turns)):
                on = tuple(k for k, hold in enumerate(holds) if hold(i))
                fired.append(on)
                scores.append(bias + sum(weights[k] for k in on))
            self.results.scores[act] = scores
            self.results.taken[act] = [score > threshold for score in scores]
            self.results.fired[act] = fired
            self.results.rules[act] = rules
        return self.results

    def condition(self, rule: Rule) -> Holds:
        """A rule's condition as a function of the turn's index."""
        kind = rule.kind
        if isinstance(kind, kinds.Pattern | kinds.Lexicon):
            place, hits = self.place[rule.id], self.hits
            return lambda i: place in hits[i]
        maker = _CONDITIONS[type(kind)]
        return maker(self, kind)

    def length(self, kind: kinds.Length) -> Holds:
        sizes, low, high = self.sizes, kind.min or 0, 10**9 if kind.max is None else kind.max
        return lambda i: low <= sizes[i] <= high

    def mention(self, kind: kinds.Mention) -> Holds:
        turns, scene = self.turns, self.scene
        if kind.of == "none":
            return lambda i: not turns[i].mentions
        if kind.of == "anyone":
            return lambda i: bool(turns[i].mentions)
        if kind.of == "several":
            return lambda i: len(turns[i].mentions) > 1
        whom = scene.owners if kind.of == "owner" else scene.guests
        return lambda i: not whom.isdisjoint(turns[i].mentions)

    def speaker(self, kind: kinds.Speaker) -> Holds:
        return self.part(kind.is_)

    def part(self, part: str) -> Holds:
        turns, scene = self.turns, self.scene
        if part == "newcomer":
            return lambda i: self.earlier[i] == 0
        whom = {"guest": scene.guests, "owner": scene.owners, "host": scene.owners}.get(part, frozenset())
        return lambda i: turns[i].speaker in whom

    def hour(self, kind: kinds.Hour) -> Holds:
        starts, low, high = self.starts, kind.from_, kind.to
        if low <= high:
            return lambda i: low <= starts[i] < high
        return lambda i: starts[i] >= low or starts[i] < high

    def state(self, kind: kinds.State) -> Holds:
        states, name = self.scene.states, kind.is_
        low, high = kind.since_min or 0, 10**9 if kind.since_max is None else kind.since_max
        return lambda i: states[i][0] == name and low <= states[i][1] <= high

    def scored(self, kind: kinds.Scored) -> Holds:
        act = kind.act
        if kind.min is None and kind.max is None:
            taken = self.results.taken.get(act) or [False] * len(self.turns)
            return lambda i: taken[i]
        scores = self.results.scores.get(act) or [0.0] * len(self.turns)
        return lambda i: within(scores[i], kind.min, kind.max)

    def media(self, kind: kinds.Media) -> Holds:
        turns, least = self.turns, kind.min
        if kind.of == "image":
            return lambda i: turns[i].images >= least
        if kind.of == "link":
            return lambda i: turns[i].links >= least
        return lambda i: len(turns[i].quotes) >= least

    def all(self, kind: kinds.All) -> Holds:
        yes = [self.condition(self.subject.by_id[r]) for r in kind.of]
        no = [self.condition(self.subject.by_id[r]) for r in kind.not_]
        return lambda i: all(h(i) for h in yes) and not any(h(i) for h in no)

    def near(self, kind: kinds.Near) -> Holds:
        windows = self.window(kind.side, kind.whose, kind.turns, kind.reach, kind.within)
        tests: list[Callable[[int, int], bool]] = []
        turns, sizes = self.turns, self.sizes
        if kind.act:
            taken = self.results.taken.get(kind.act) or [False] * len(turns)
            tests.append(lambda i, j: taken[j])
        if kind.speaker:
            part = self.part(kind.speaker)
            tests.append(lambda i, j: part(j))
        if kind.mention == "back":
            tests.append(lambda i, j: turns[i].speaker in turns[j].mentions)
        elif kind.mention == "this":
            tests.append(lambda i, j: turns[j].speaker in turns[i].mentions)
        if kind.min_length is not None or kind.max_length is not None:
            low, high = kind.min_length or 0, 10**9 if kind.max_length is None else kind.max_length
            tests.append(lambda i, j: low <= sizes[j] <= high)
        least = kind.least

        if len(tests) == 1:
            (test,) = tests

            def those(i: int) -> list[int]:
                return [j for j in windows[i] if test(i, j)]
        else:

            def those(i: int) -> list[int]:
                return [j for j in windows[i] if all(test(i, j) for test in tests)]

        if kind.none:
            return lambda i: not those(i)
        if kind.distinct:
            return lambda i: len({turns[j].speaker for j in those(i)}) >= least
        return lambda i: len(those(i)) >= least

    def window(self, side: str, whose: str, most: int, reach: int | None, seconds: int) -> list[tuple[int, ...]]:
        """For each turn the turns that a `near` rule looks at, nearest first."""
        key = (side, whose, most, reach, seconds)
        if key not in self.windows:
            # of other people's turns those without a word don't count: applause is no answer
            turns, sizes, total = self.turns, self.sizes, len(self.turns)
            farthest = reach if reach is not None else most * 2 + 10
            rows = []
            for i, turn in enumerate(turns):
                steps = (
                    range(i + 1, min(total, i + farthest + 1))
                    if side == "after"
                    else range(i - 1, max(-1, i - farthest - 1), -1)
                )
                row: list[int] = []
                for j in steps:
                    gap = turns[j].start - turn.end if side == "after" else turn.start - turns[j].end
                    if gap > seconds:
                        break
                    same = turns[j].speaker == turn.speaker
                    if (whose == "own" and not same) or (whose == "others" and (same or sizes[j] < 2)):
                        continue
                    row.append(j)
                    if len(row) == most:
                        break
                rows.append(tuple(row))
            self.windows[key] = rows
        return self.windows[key]

    def around(self, kind: kinds.Around) -> Holds:
        total, n = len(self.turns), kind.turns
        low, high = kind.min if kind.min is not None else -1.0, kind.max if kind.max is not None else 2.0
        shares: list[float] = []
        if kind.act:
            taken = self.results.taken.get(kind.act) or [False] * total
            sums = [0]
            for flag in taken:
                sums.append(sums[-1] + flag)
            for i in range(total):
                a, b = max(0, i - n), min(total, i + n + 1)
                shares.append((sums[b] - sums[a] - taken[i]) / max(1, b - a - 1))
        else:
            for i in range(total):
                a, b = max(0, i - n), min(total, i + n + 1)
                others = {self.turns[j].speaker for j in range(a, b) if j != i}
                shares.append(len(others) / max(1, b - a - 1))
        return lambda i: low <= shares[i] <= high

    def repeats(self, kind: kinds.Repeats) -> Holds:
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
        return lambda i: said_before[i]


_CONDITIONS: dict[type[kinds.Kind], Callable[[_Evaluator, kinds.Kind], Holds]] = {
    kinds.Length: _Evaluator.length,  # type: ignore[dict-item]
    kinds.Mention: _Evaluator.mention,  # type: ignore[dict-item]
    kinds.Speaker: _Evaluator.speaker,  # type: ignore[dict-item]
    kinds.Hour: _Evaluator.hour,  # type: ignore[dict-item]
    kinds.State: _Evaluator.state,  # type: ignore[dict-item]
    kinds.Scored: _Evaluator.scored,  # type: ignore[dict-item]
    kinds.Media: _Evaluator.media,  # type: ignore[dict-item]
    kinds.All: _Evaluator.all,  # type: ignore[dict-item]
    kinds.Near: _Evaluator.near,  # type: ignore[dict-item]
    kinds.Around: _Evaluator.around,  # type: ignore[dict-item]
    kinds.Repeats: _Evaluator.repeats,  # type: ignore[dict-item]
}


def _earlier(turns: Sequence[Turn]) -> list[int]:
    """How many turns each turn's speaker had before it that day."""
    counts: dict[int, int] = {}
    result = []
    for turn in turns:
        result.append(counts.get(turn.speaker, 0))
        counts[turn.speaker] = result[-1] + 1
    return result
