"""Rules on a turn and one before it → the score of the pair.

A rule looks at one side (the words of the child, the length of the parent), at a number between the two (the gap, the
words they share), or at other rules (`all`). Sides are looked at once a turn, numbers that no rule asks for never, and
all rules on one number are one table: its sorted bounds with the sum of the weights between them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from math import inf, sqrt
from typing import Any

from digest.facts import Facts, after, talked
from digest.model import Evidence
from digest.rules import kinds
from digest.rules.kind import Kind
from digest.rules.model import Rule, Subject

Number = Callable[[int, int], float]  # of child and parent
Interval = tuple[float, float]  # both ends in it
# bits the child must have, bits of the parent, numbers with their bounds, bits neither may have, tests that must fail
Test = tuple[int, int, tuple[tuple[int, float, float], ...], int, int, tuple[Any, ...]]
PARENT, OTHER, NONE = 1, 2, 0


class Pairs:
    """Scores of pairs by the rules of one subject.

    A parent is one of `parents`, each a group of turns (a question of several turns is one parent), in order.
    `begin(child, candidates)` must be called before the pairs of a child are scored: some rules compare candidates.
    """

    def __init__(self, facts: Facts, subject: Subject, parents: Sequence[Sequence[int]]) -> None:
        self.facts = facts
        self.subject = subject
        self.rules = subject.rules
        self.parents = parents
        self.turns = facts.turns
        self.replies: list[list[int]] = [[] for _ in parents]  # children given to each parent so far
        self.hops: Mapping[int, int] = {}  # links from the child of now to each parent
        self.child = -1
        self._numbers: dict[Any, int] = {}
        self._functions: list[Number] = []
        self._sided = _Sides(facts, subject, parents)
        self._compile()

    # ---- what a rule needs ------------------------------------------------------------------------------------

    def _compile(self) -> None:
        place = {rule.id: k for k, rule in enumerate(self.rules)}
        steps: dict[int, list[tuple[Interval, int]]] = {}
        child_side: list[int] = []
        parent_side: list[int] = []
        self._combined: list[tuple[Test, int]] = []
        for k in range(len(self.rules)):
            test = self._any(k, place)
            child, parent, intervals, *never = test
            plain = not any(never)
            if plain and not child and not parent and len(intervals) == 1:
                number, low, high = intervals[0]
                steps.setdefault(number, []).append(((low, high), k))
            elif plain and not intervals and child == 1 << k and not parent:
                child_side.append(k)
            elif plain and not intervals and parent == 1 << k and not child:
                parent_side.append(k)
            else:
                self._combined.append((test, k))
        weights = [rule.weight for rule in self.rules]
        tables = [(n, *_table(of)) for n, of in sorted(steps.items())]
        self._fired_steps = tables
        self._steps = [
            (n, bounds, [sum(weights[k] for k in stretch) for stretch in fired])
            for n, bounds, fired in tables
            if any(weights[k] for stretch in fired for k in stretch)
        ]
        self._weighing = [(test, weights[k]) for test, k in self._combined if weights[k]]
        self._child_fired, self._child_score = _sums(self._sided.child, child_side, weights)
        self._parent_fired, self._parent_score = _sums(self._sided.parent, parent_side, weights)

    def _single(self, k: int, rule: Rule) -> Test:
        side = side_of(rule.kind)
        if side == "both":
            return (1 << k, 1 << k, (), 0, 0, ())
        if side == "child":
            return (1 << k, 0, (), 0, 0, ())
        if side == "parent":
            return (0, 1 << k, (), 0, 0, ())
        return (0, 0, tuple(self._intervals(rule.kind)), 0, 0, ())

    def _flatten(self, rule: Rule, place: Mapping[str, int]) -> Test:
        kind = rule.kind
        assert isinstance(kind, kinds.All)
        child = parent = not_child = not_parent = 0
        intervals: list[tuple[int, float, float]] = []
        forbidden: list[Any] = []
        for name in kind.of:
            c, p, numbers, nc, np, no = self._any(place[name], place)
            child, parent, not_child, not_parent = child | c, parent | p, not_child | nc, not_parent | np
            intervals += numbers
            forbidden += no
        for name in kind.not_:
            c, p, numbers, nc, np, no = self._any(place[name], place)
            if bin(c).count("1") + bin(p).count("1") + len(numbers) == 1 and not nc | np and not no and not numbers:
                not_child, not_parent = not_child | c, not_parent | p
            else:
                forbidden.append((c, p, numbers, nc, np, no))
        return (child, parent, tuple(intervals), not_child, not_parent, tuple(forbidden))

    def _any(self, k: int, place: Mapping[str, int]) -> Test:
        rule = self.rules[k]
        return self._flatten(rule, place) if isinstance(rule.kind, kinds.All) else self._single(k, rule)

    def _intervals(self, kind: Kind) -> list[tuple[int, float, float]]:
        """The numbers that a rule on both turns asks for, with their bounds."""
        if isinstance(kind, kinds.Gap):
            wanted = [
                (("turns",), kind.min_turns, kind.max_turns),
                (("messages",), kind.min_messages, kind.max_messages),
                (("seconds",), kind.min_time, kind.max_time),
            ]
            return [
                (self._number(key), -inf if low is None else low, inf if high is None else high)
                for key, low, high in wanted
                if low is not None or high is not None
            ]
        if isinstance(kind, kinds.PairQuote):
            code = {"parent": PARENT, "other": OTHER, "none": NONE}[kind.of]
            return [(self._number(("quote",)), code, code)]
        if isinstance(kind, kinds.PairMention):
            if kind.of in ("child", "back-other"):
                code = PARENT if kind.of == "child" else OTHER
                return [(self._number(("back",)), code, code)]
            code = {"parent": PARENT, "other": OTHER, "none": NONE}[kind.of]
            return [(self._number(("mention",)), code, code)]
        if isinstance(kind, kinds.SameSpeaker):
            code = 0 if kind.of == "neither" else 1
            return [(self._number(("same",)), code, code)]
        if isinstance(kind, kinds.SharedWords):
            made = [(self._number(("shared", kind.of, kind.long)), _low(kind.min), _high(kind.max))]
            if kind.best:
                made.append((self._number(("best", kind.of)), 1, 1))
            return made
        if isinstance(kind, kinds.Between):
            return [(self._number(("between", kind.what, kind.act)), _low(kind.min), _high(kind.max))]
        if isinstance(kind, kinds.Typing):
            return [(self._number(("typing",)), -inf, kind.pace - 1e-9)]
        if isinstance(kind, kinds.Talked):
            return [(self._number(("talked",)), _low(kind.min), _high(kind.max))]
        if isinstance(kind, kinds.Reacts):
            return [(self._number(("reacts", kind.act)), 1, kind.turns)]
        if isinstance(kind, kinds.Returns):
            return [(self._number(("returns", kind.naming, kind.act)), 1, kind.turns)]
        if isinstance(kind, kinds.Chain):
            return [(self._number(("chain", kind.of, kind.turns)), _low(kind.min), _high(kind.max))]
        if isinstance(kind, kinds.Order):
            return [(self._number(("order",)), _low(kind.min), _high(kind.max))]
        if isinstance(kind, kinds.Linked):
            return [(self._number(("linked",)), kind.min or 1, _high(kind.max))]
        raise NotImplementedError(type(kind).__name__)

    def _number(self, key: tuple[Any, ...]) -> int:
        if key not in self._numbers:
            self._numbers[key] = len(self._functions)
            self._functions.append(getattr(self, f"_{key[0]}")(*key[1:]))
        return self._numbers[key]

    # ---- scoring ----------------------------------------------------------------------------------------------

    def begin(self, child: int, candidates: Sequence[int]) -> None:
        """Look at a child against its candidates, the nearest first."""
        self.child = child
        self.candidates = candidates
        self._at = {p: n for n, p in enumerate(candidates, 1)}
        self._last = {p: self.last(child, p) for p in candidates}
        self._memo: dict[Any, Any] = {}
        bits = self._sided.child[child]
        self._live = [
            (parent, intervals, no_parent, forbidden, weight)
            for (mine, parent, intervals, no_child, no_parent, forbidden), weight in self._weighing
            if mine & bits == mine and not no_child & bits
        ]

    def last(self, child: int, parent: int) -> int:
        """The parent's last turn before the child."""
        group = self.parents[parent]
        return group[0] if len(group) == 1 else group[max(0, bisect_left(group, child) - 1)]

    def score(self, child: int, parent: int) -> float:
        """The sum of the weights of the rules that fire on a pair."""
        total = self._child_score[child] + self._parent_score[parent]
        numbers = [f(child, parent) for f in self._functions]
        for n, bounds, weights in self._steps:
            total += weights[bisect_right(bounds, numbers[n])]
        bits = self._sided.parent[parent]
        for needed, intervals, no_parent, forbidden, weight in self._live:
            if needed & bits != needed or no_parent & bits:
                continue
            for n, low, high in intervals:
                if not low <= numbers[n] <= high:
                    break
            else:
                if not forbidden or not self._forbids(forbidden, child, parent, numbers):
                    total += weight
        return total

    def fired(self, child: int, parent: int) -> list[int]:
        """Places of the rules that fire on a pair, ascending; also those of weight 0."""
        numbers = [f(child, parent) for f in self._functions]
        found = [*self._child_fired[child], *self._parent_fired[parent]]
        for n, bounds, fired in self._fired_steps:
            found += fired[bisect_right(bounds, numbers[n])]
        found += [k for test, k in self._combined if self._holds(test, child, parent, numbers)]
        return sorted(found)

    def evidence(self, child: int, parent: int) -> tuple[Evidence, ...]:
        """The rules behind a pair's score, the heaviest first."""
        rules = [self.rules[k] for k in self.fired(child, parent) if self.rules[k].weight]
        return tuple(Evidence(r.id, r.weight) for r in sorted(rules, key=lambda r: (-abs(r.weight), r.id)))

    def _holds(self, test: tuple[Any, ...], child: int, parent: int, numbers: Sequence[float]) -> bool:
        mine, theirs, intervals, no_child, no_parent, forbidden = test
        c, p = self._sided.child[child], self._sided.parent[parent]
        return (
            mine & c == mine
            and theirs & p == theirs
            and not no_child & c
            and not no_parent & p
            and all(low <= numbers[n] <= high for n, low, high in intervals)
            and not self._forbids(forbidden, child, parent, numbers)
        )

    def _forbids(self, tests: Sequence[Any], child: int, parent: int, numbers: Sequence[float]) -> bool:
        return any(self._holds(test, child, parent, numbers) for test in tests)

    # ---- numbers between two turns ----------------------------------------------------------------------------

    def _turns(self) -> Number:
        return lambda i, p: i - self._last[p]

    def _messages(self) -> Number:
        turns = self.turns
        return lambda i, p: turns[i].messages[0] - turns[self._last[p]].messages[-1]

    def _seconds(self) -> Number:
        turns = self.turns
        return lambda i, p: turns[i].start - turns[self._last[p]].end

    def _quote(self) -> Number:
        turns = self.turns

        def code(i: int, p: int) -> int:
            quotes = turns[i].quotes
            if not quotes:
                return NONE
            return PARENT if any(j in quotes for j in self.parents[p]) else OTHER

        return code

    def _mention(self) -> Number:
        turns = self.turns

        def code(i: int, p: int) -> int:
            named = turns[i].mentions
            if not named:
                return NONE
            if turns[self._last[p]].speaker in named:
                return PARENT
            if "near" not in self._memo:
                people = {turns[self._last[q]].speaker for q in self.candidates}
                self._memo["near"] = not people.isdisjoint(named)
            return OTHER if self._memo["near"] else NONE

        return code

    def _back(self) -> Number:
        turns = self.turns

        def code(i: int, p: int) -> int:
            named = turns[self._last[p]].mentions
            if not named:
                return NONE
            return PARENT if turns[i].speaker in named else OTHER

        return code

    def _same(self) -> Number:
        turns = self.turns
        return lambda i, p: turns[i].speaker == turns[self._last[p]].speaker

    def _shared(self, of: str, long: bool) -> Number:
        sizes = self.facts.sizes

        def amount(i: int, p: int) -> float:
            value = self._sums(of, i).get(p, 0.0)
            return value / sqrt(sizes[self._last[p]] + 3) if long and value else value

        return amount

    def _best(self, of: str) -> Number:
        def is_best(i: int, p: int) -> bool:
            sums = self._sums(of, i)
            if ("best", of) not in self._memo:
                self._memo["best", of] = max(sums.values(), default=0.0)
            return bool(0.0 < sums.get(p, 0.0) == self._memo["best", of])

        return is_best

    def _sums(self, of: str, child: int) -> dict[int, float]:
        """Weight of what the child shares with each candidate."""
        found = self._memo.get(of)
        if found is None:
            held = getattr(self.facts, of)
            mine = held[child]
            found = self._memo[of] = {}
            if mine:
                keys = mine.keys()
                for p in self.candidates:
                    group = self.parents[p]
                    theirs = held[group[0]].keys() if len(group) == 1 else {w for j in group for w in held[j]}
                    common = keys & theirs
                    if common:
                        found[p] = round(sum(mine[w] for w in common), 6)
        return found

    def _between(self, what: str, act: str) -> Number:
        facts, turns = self.facts, self.turns
        if act:
            taken = facts.acts.taken.get(act) or [False] * len(turns)
            of = {s: [j for j in places if taken[j]] for s, places in facts.spoken.items()}
            every: Sequence[int] = [j for j in facts.all_spoken if taken[j]]
        else:
            of, every = {s: list(places) for s, places in facts.spoken.items()}, facts.all_spoken
        count = facts.between
        if what == "anyone":
            return lambda i, p: count(every, self._last[p], i)
        if what == "parent-speaker":
            return lambda i, p: count(of.get(turns[self._last[p]].speaker, ()), self._last[p], i)
        if what == "child-speaker":
            return lambda i, p: count(of.get(turns[i].speaker, ()), self._last[p], i)
        if what == "others":

            def others(i: int, p: int) -> int:
                j = self._last[p]
                pair = {turns[i].speaker, turns[j].speaker}
                return count(every, j, i) - sum(count(of.get(s, ()), j, i) for s in pair)

            return others

        def speakers(i: int, p: int) -> int:
            j = self._last[p]
            places = every[bisect_right(every, j) : bisect_left(every, i)]
            return len({turns[x].speaker for x in places} - {turns[i].speaker})

        return speakers

    def _typing(self) -> Number:
        turns, openings = self.turns, self.facts.openings
        return lambda i, p: (turns[i].start - turns[self._last[p]].end) / openings[i] if openings[i] else inf

    def _talked(self) -> Number:
        turns = self.turns

        def times(i: int, p: int) -> int:
            if "talked" not in self._memo:
                self._memo["talked"] = talked(self.facts, i)
            return self._memo["talked"].get(turns[self._last[p]].speaker, 0)  # type: ignore[no-any-return]

        return times

    def _reacts(self, act: str) -> Number:
        facts, turns = self.facts, self.turns
        taken = facts.acts.taken.get(act) if act else None

        def distance(i: int, p: int) -> int:
            j = self._last[p]
            own = facts.spoken.get(turns[i].speaker, ())
            k = bisect_left(own, j) - 1
            if k < 0 or turns[j].speaker == turns[i].speaker or (taken is not None and not taken[own[k]]):
                return 0
            return j - own[k]

        return distance

    def _returns(self, naming: bool, act: str) -> Number:
        turns = self.turns
        taken = self.facts.acts.taken.get(act) if act else None

        def distance(i: int, p: int) -> int:
            if "after" not in self._memo:
                self._memo["after"] = after(self.facts, i)
            speaker = turns[self._last[p]].speaker
            if speaker == turns[i].speaker:
                return 0
            for n, j in enumerate(self._memo["after"], 1):
                if turns[j].speaker != speaker or (taken is not None and not taken[j]):
                    continue
                if not naming:
                    return n
                if turns[i].speaker in turns[j].mentions:
                    return n
            return 0

        return distance

    def _chain(self, of: str, near: int | None) -> Number:
        turns = self.turns

        def replies(i: int, p: int) -> int:
            found = self.replies[p]
            if near is not None:
                found = [j for j in found if i - j <= near]
            if of == "anyone" or not found:
                return len(found)
            mine = sum(turns[j].speaker == turns[i].speaker for j in found)
            return mine if of == "child-speaker" else len(found) - mine

        return replies

    def _order(self) -> Number:
        return lambda i, p: self._at[p]

    def _linked(self) -> Number:
        return lambda i, p: self.hops.get(p, 0)


class _Sides:
    """Which rules on one side hold, as bits: `child[turn]` and `parent[parent]`."""

    def __init__(self, facts: Facts, subject: Subject, parents: Sequence[Sequence[int]]) -> None:
        self.facts = facts
        number = len(facts.turns)
        self.child = [0] * number
        whole = [0] * number
        rules = subject.rules
        for i, turn in enumerate(facts.turns):
            child = parent = 0
            for k in subject.texts.fires(turn.text):
                side = side_of(rules[k].kind)
                child |= (side == "child") << k
                parent |= (side == "parent") << k
            self.child[i], whole[i] = child, parent
        for k, rule in enumerate(rules):
            side = side_of(rule.kind)
            if not side or isinstance(rule.kind, kinds.PairPattern | kinds.PairLexicon):
                continue
            for into, mine in ((self.child, "child"), (whole, "parent")):
                if side in (mine, "both"):
                    for i in self._turns(rule.kind, mine):
                        into[i] |= 1 << k
        self.parent = [0] * len(parents)
        for p, group in enumerate(parents):
            for j in group:
                self.parent[p] |= whole[j]

    def _turns(self, kind: Kind, side: str) -> list[int]:
        """The turns of which a rule on one side holds."""
        facts, acts = self.facts, self.facts.acts
        turns, states = facts.turns, facts.scene.states
        every = range(len(turns))
        if isinstance(kind, kinds.PairActs):
            taken = acts.taken.get(getattr(kind, side)) or ()
            return [i for i, yes in enumerate(taken) if yes]
        if isinstance(kind, kinds.PairScored):
            low, high = _low(kind.min), _high(kind.max)
            return [i for i, score in enumerate(acts.scores.get(kind.act) or ()) if low <= score <= high]
        if isinstance(kind, kinds.PairLength):
            low, high = _low(kind.min), _high(kind.max)
            return [i for i in every if low <= facts.sizes[i] <= high]
        if isinstance(kind, kinds.PairSpeaker):
            scene = facts.scene
            if kind.is_ == "regular":
                return [i for i in every if turns[i].speaker not in scene.guests | scene.owners]
            whom = {"guest": scene.guests, "owner": scene.owners, "host": scene.owners}.get(kind.is_, frozenset())
            return [i for i in every if turns[i].speaker in whom]
        if isinstance(kind, kinds.PairState):
            return [i for i in every if states[i][0] == kind.is_]
        if isinstance(kind, kinds.PairMedia):
            what = {"image": "images", "link": "links"}.get(kind.of)
            amount = [getattr(t, what) if what else len(t.quotes) for t in turns]
            return [i for i in every if amount[i] >= kind.min]
        raise NotImplementedError(type(kind).__name__)


def side_of(kind: Kind) -> str:
    """The side a rule looks at: "child", "parent", "both", or "" where it looks at the two together."""
    if isinstance(kind, kinds.PairActs):
        return "both" if kind.parent and kind.child else "parent" if kind.parent else "child"
    return getattr(kind, "side", "")


def _sums(bits: Sequence[int], rules: Sequence[int], weights: Sequence[float]) -> tuple[list[list[int]], list[float]]:
    """Which of the rules on one side alone fire on each turn, and what they add together."""
    known: dict[int, tuple[list[int], float]] = {}
    for b in bits:
        if b not in known:
            on = [k for k in rules if b >> k & 1]
            known[b] = on, sum(weights[k] for k in on)
    return [known[b][0] for b in bits], [known[b][1] for b in bits]


def _table(rules: Sequence[tuple[Interval, int]]) -> tuple[list[float], list[list[int]]]:
    """Bounds and, for each stretch between them, the rules whose intervals cover it."""
    bounds = sorted({b for (low, high), _ in rules for b in (low, _after(high)) if b not in (-inf, inf)})
    points = [-inf, *bounds]
    return bounds, [[k for (low, high), k in rules if low <= p < _after(high)] for p in points]


def _after(high: float) -> float:
    """The least bound that is over `high` for bisection."""
    from math import nextafter

    return high if high == inf else nextafter(high, inf)


def _low(bound: float | None) -> float:
    return -inf if bound is None else bound


def _high(bound: float | None) -> float:
    return inf if bound is None else bound
