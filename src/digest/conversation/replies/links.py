"""Turns → reply-to links: for each turn the earlier turn it most likely answers.

A turn's candidates are the turns shortly before it, and earlier ones that it names, quotes or shares words with. Rules
score each pair; a softmax over the candidates and "answers nobody" makes probabilities of the scores.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp

from digest.conversation.replies.compiled import CompiledRules
from digest.conversation.replies.kinds import LINK_KINDS
from digest.conversation.replies.pairs import Pairs
from digest.conversation.replies.turn_features import TurnFeatures
from digest.model import Link, Log, Turn
from digest.rules.declare import Declaration, fraction, odds, span, whole

KEPT, LEAST = 8, 0.03  # so many links of a turn are kept; beyond the best two those at least so likely
TOLD = 2  # so many give their reasons: the best and the one that lost


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """Where parents are looked for and when a link is taken; from rules/links.yml."""

    window: int = span("how far back a parent is looked for", 3600)
    near: int = whole("so many earlier turns are candidates whatever they say", 15, 1, "turns")
    candidates: int = whole("so many more, where they share words", 40, 1, "turns")
    addressed: int = whole("so many earlier turns are candidates where the turn names who spoke", 60, 1, "turns")
    threshold: float = fraction(
        "a link is drawn in a graph, and shown beside a hit, where its probability is over this; digests take all", 0.3
    )
    none: float = odds("score of having no parent", 0.0)


LINKS = Declaration(
    "links", "which turn a turn replies to", LinkSettings, LINK_KINDS, looks_at="pair", acts_of="questions"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A turn's candidates, the nearest first, with their log-odds; `none` is that of answering nobody."""

    child: int
    candidates: tuple[int, ...]
    scores: tuple[float, ...]
    none: float

    def best(self, number: int = 2) -> list[tuple[int, float]]:
        """The likeliest parents with their probabilities, the likeliest first; ties go to the nearer."""
        if not self.candidates:
            return []
        top = max(*self.scores, self.none)
        odds = [exp(s - top) for s in self.scores]
        total = sum(odds) + exp(self.none - top)
        if number == 1:
            order = [odds.index(max(odds))]
        else:
            order = sorted(range(len(odds)), key=odds.__getitem__, reverse=True)[:number]  # stable: the nearer first
        return [(self.candidates[n], odds[n] / total) for n in order]


def links(
    features: TurnFeatures, rules: CompiledRules, how: LinkSettings, *, evidence: bool = False
) -> tuple[Link, ...]:
    """The likeliest parent of each turn (rank 0) and the best candidates that lost, by child and rank.

    `evidence` tells why for ranks 0 and 1; it costs as much again as the links.
    """
    every = []
    for pairs, choice in choices(features, rules, how):
        for rank, (parent, probability) in enumerate(choice.best(KEPT)):
            if rank > 1 and probability < LEAST:
                break
            why = pairs.evidence(choice.candidates.index(parent)) if evidence and rank < TOLD else ()
            every.append(Link(choice.child, parent, probability, why, rank))
    return tuple(every)


def places(turns: Sequence[Turn]) -> dict[int, int]:
    """Header position of a message → its turn."""
    return {p: t.index for t in turns for p in t.positions}


def taken(links: Sequence[Link], threshold: float = -1.0) -> tuple[Link, ...]:
    """The best link of each child, where its probability is over the threshold, in order of the children."""
    return tuple(sorted((k for k in links if k.rank == 0 and k.score > threshold), key=lambda k: (k.child, k.parent)))


def choices(features: TurnFeatures, rules: CompiledRules, how: LinkSettings) -> Iterator[tuple[Pairs, Choice]]:
    """Each turn with its candidates and their scores, in order; the rules may look at the links chosen before."""
    parents = [(t.index,) for t in features.turns]
    pairs = Pairs(features, rules, parents)
    nearby = _Nearby(features, how)
    children = [
        (turn.index, candidates)
        for turn in features.turns
        if (features.sizes[turn.index] or turn.mentions or turn.quotes or turn.images)
        and (candidates := nearby.candidates(turn.index))
    ]
    for i, among, scores in pairs.scored(children):
        choice = Choice(i, tuple(among), tuple(scores), how.none)
        yield pairs, choice
        if pairs.looks_back:
            ((parent, probability),) = choice.best(1)
            if probability > how.threshold:
                pairs.features.replies[parent].append(i)


def quoted(log: Log, turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns, each with the turns that its messages quote or that the format says they answer.

    A quote names its speaker and gives the text, long ones cut: it is the latest earlier message that begins with it,
    or holds it where it is long enough.
    """
    home = places(turns)
    # most days hold no quote: only then is every text made bare
    quoting = any(m.quote for m in log.messages)
    bare = [_bare(m.text) if quoting else "" for m in log.messages]
    with_quotes = []
    for turn in turns:
        parents: dict[int, None] = {}
        for i in turn.messages:
            message = log.messages[i]
            if message.reply_to is not None and message.reply_to in home:
                parents[home[message.reply_to]] = None
            elif message.quote is not None and (quoted_text := _bare(message.quote.text)):
                for j in range(i - 1, -1, -1):
                    if len(quoted_text) >= 4 and (
                        bare[j].startswith(quoted_text) or (len(quoted_text) > 12 and quoted_text in bare[j])
                    ):
                        parents[home[log.messages[j].position]] = None
                        break
        parents.pop(turn.index, None)
        quotes = tuple(p for p in parents if p < turn.index)
        with_quotes.append(replace(turn, quotes=quotes) if quotes else turn)
    return tuple(with_quotes)


def _bare(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


@dataclass(frozen=True, slots=True)
class Example:
    """What `digest tune` learns from: the rules that fired on each candidate, by place, and which are right.

    `right` holds places in `candidates`; -1 stands for having none.
    """

    child: int
    candidates: tuple[int, ...]
    fired: tuple[tuple[int, ...], ...]
    right: frozenset[int]


def examples(
    features: TurnFeatures, rules: CompiledRules, how: LinkSettings, wanted: dict[int, frozenset[int]]
) -> Iterator[Example]:
    """An example for each turn of `wanted` (child → the turns that are right parents, -1 for none)."""
    for pairs, choice in choices(features, rules, how):
        if choice.child in wanted:
            want = wanted[choice.child]
            right = frozenset(n for n, p in enumerate(choice.candidates) if p in want) | (want & {-1})
            fired = tuple(tuple(pairs.fired(n)) for n in range(len(choice.candidates)))
            yield Example(choice.child, choice.candidates, fired, right)


class _Nearby:
    """Which earlier turns may be a turn's parent."""

    def __init__(self, features: TurnFeatures, how: LinkSettings) -> None:
        self.features, self.how = features, how
        self.ends = [turn.end for turn in features.turns]
        self.holders: dict[str, list[int]] = {}
        for i, words in enumerate(features.words.sets):
            for word in words:
                self.holders.setdefault(word, []).append(i)

    def candidates(self, child: int) -> list[int]:
        """Candidates, the nearest first."""
        how, turns, ends = self.how, self.features.turns, self.ends
        turn = turns[child]
        earliest = turn.start - how.window
        places = []
        far = max(-1, child - how.near - how.candidates - 1)
        near = max(-1, child - how.near - 1)
        for j in range(child - 1, near, -1):
            if ends[j] < earliest:
                break
            places.append(j)
        wanted: set[int] = set()
        for word in self.features.words.sets[child] if near >= 0 else ():
            holders = self.holders[word]
            if holders[0] <= near:
                start = bisect_right(holders, far)
                wanted.update(holders[start : bisect_right(holders, near, start)])
        if turn.mentions:
            first = max(0, child - how.addressed)
            wanted.update(j for j in range(first, near + 1) if turns[j].speaker in turn.mentions)
        if wanted:
            places += sorted((j for j in wanted if ends[j] >= earliest), reverse=True)
        if turn.quotes:
            places += sorted((j for j in turn.quotes if j < child and j not in places), reverse=True)
        return places
