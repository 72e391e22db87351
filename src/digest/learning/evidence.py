"""What the fitting learns replies from: quotes, mentions and published answers.

A quoted reply names its parent outright, so links are learnt from what else speaks for it; a mention names its speaker.
Both are there without any digest. A published answer replies to its question or to an answer before it. Which turns
answer a question is learnt from published digests alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from digest.conversation.conversation import Conversation
from digest.conversation.questions import Candidate
from digest.conversation.replies import answers as answers_stage
from digest.conversation.replies import links as links_stage
from digest.conversation.replies.answers import AnswerTurn
from digest.conversation.replies.kinds import PairMention
from digest.conversation.replies.links import Choice, Example
from digest.conversation.replies.turn_features import TurnFeatures, turn_features
from digest.learning import fit
from digest.learning.figures import DayRecord, RecordedQuestion, windows, within
from digest.rules.kinds import All
from digest.rules.model import Rule, Subject
from digest.stages import Stages

MENTIONED = 0.1  # what a mention teaches, a quote being 1
ANSWERED = 0.15  # what a published answer teaches
NEAREST = 5  # turns of the mentioned that may be meant, the nearest
THRESHOLDS = tuple(n / 50 for n in range(3, 26))  # of answers: 0.06, 0.08, … 0.5


@dataclass(frozen=True, slots=True)
class Replying:
    """A day's examples for links: the table, and how many of its first groups are quotes."""

    table: fit.Table
    sizes: tuple[int, ...]  # candidates of each group
    quotes: int
    lost: int  # quotes whose parent is no candidate

    def found(self, weights: fit.Vector) -> int:
        """How many quotes' parents are the best candidate; of equals the nearest."""
        odds = fit.scores(self.table, weights)
        at = found = 0
        for size in self.sizes[: self.quotes]:
            best = max(range(at, at + size), key=lambda k: (odds[k], -k))
            found += bool(self.table.right[best])
            at += size
        return found


@dataclass(frozen=True, slots=True)
class Answered:
    """A day's examples for answers, and what is needed to print answers from their scores."""

    day: Conversation
    features: TurnFeatures
    groups: tuple[Candidate, ...]
    examples: tuple[Example, ...]
    table: fit.Table
    known_rows: fit.Vector  # 1 where the row's question was published


def replying(day: Conversation, stages: Stages, published: DayRecord | None = None) -> Replying | None:
    """Examples for links from a day's quotes, its mentions and what was published of it; None where there are none."""
    turns = day.turns
    quoting_turns = links_stage.quoted(day.log, turns)
    quoted = {t.index: _run(day, t.quotes) for t in quoting_turns if t.quotes}
    # what is quoted must be found without its quote
    bare = replace(day.day_turns, turns=tuple(replace(t, quotes=()) if t.quotes else t for t in turns))
    known = turn_features(bare, day.acts, stages.vocabulary)
    subject, how = stages.rules.subject("links"), stages.link_settings
    named = {t.index: t.mentions[0] for t in turns if len(t.mentions) == 1 and known.sizes[t.index] > 2}
    printed = _printed_before(day, published) if published is not None else {}
    wanted = {i: frozenset[int]() for i in named} | printed | quoted
    silent = _mentioning(subject)
    groups: list[tuple[Sequence[Sequence[int]], frozenset[int], float]] = []
    spoken: list[tuple[Sequence[Sequence[int]], frozenset[int], float]] = []
    lost = 0
    for example in links_stage.examples(known, stages.link_rules, how, wanted):
        if example.child in quoted:
            if example.right:
                groups.append((example.fired, example.right, 1.0))
            else:
                lost += 1
            continue
        if example.child in printed and example.right:
            spoken.append((example.fired, example.right, ANSWERED))
        if example.child in named and (meant := _meant(example, turns, named[example.child])) is not None:
            fired = [[k for k in row if k not in silent] for row in example.fired]
            spoken.append((fired, meant, MENTIONED))
    quotes = len(groups)
    groups += spoken
    if not groups:
        return None
    return Replying(_table(groups, len(subject.rules)), tuple(len(g[0]) for g in groups), quotes, lost)


def _run(day: Conversation, quotes: Sequence[int]) -> frozenset[int]:
    """The quoted turns and those of the same speaker right beside them: which of them is meant is all the same."""
    turns = day.turns
    found: set[int] = set()
    for q in quotes:
        low = high = q
        while low > 0 and turns[low - 1].speaker == turns[q].speaker:
            low -= 1
        while high + 1 < len(turns) and turns[high + 1].speaker == turns[q].speaker:
            high += 1
        found.update(range(low, high + 1))
    return frozenset(found)


def _printed_before(day: Conversation, published: DayRecord) -> dict[int, frozenset[int]]:
    """For each turn that was published as an answer its question's turns and the answers printed before it."""
    of_position = links_stage.places(day.turns)
    found: dict[int, frozenset[int]] = {}
    for asked in published.questions:
        above = {of_position[p] for p in asked.messages if p in of_position}
        for turn in sorted({of_position[p] for answer in asked.answers for p in answer if p in of_position}):
            found[turn] = found.get(turn, frozenset()) | {t for t in above if t < turn}
            above.add(turn)
    return found


def _meant(example: Example, turns: Sequence[object], person: int) -> frozenset[int] | None:
    places = [n for n, p in enumerate(example.candidates) if turns[p].speaker == person]  # type: ignore[attr-defined]
    return frozenset(places[:NEAREST]) if 0 < len(places) < len(example.candidates) else None


def _mentioning(subject: Subject) -> frozenset[int]:
    """Places of the rules that a mention makes fire."""
    by_id = subject.by_id

    def speaks(rule: Rule) -> bool:
        kind = rule.kind
        if isinstance(kind, All):
            return any(speaks(by_id[name]) for name in (*kind.of, *kind.not_))
        return isinstance(kind, PairMention) and kind.of in ("parent", "other")

    return frozenset(k for k, rule in enumerate(subject.rules) if speaks(rule))


def _table(groups: Sequence[tuple[Sequence[Sequence[int]], frozenset[int], float]], rules: int) -> fit.Table:
    """A table of choices. Place -1 among the right ones stands for choosing none, a row with the bias alone."""
    fired: list[Sequence[int]] = []
    right, weight, starts, biased = [], [], [], []
    for rows, good, worth in groups:
        starts.append(len(fired))
        for n, row in enumerate(rows):
            fired.append(row)
            right.append(n in good)
            biased.append(False)
        if -1 in good:
            fired.append(())
            right.append(True)
            biased.append(True)
        weight += [worth] * (len(fired) - starts[-1])
    return fit.table(fired, right, weight, rules + 1, starts, biased)


def answered(
    day: Conversation, published: DayRecord, groups: Sequence[Candidate], stages: Stages, outside: float
) -> Answered | None:
    """Examples for answers: each turn against the questions that would be kept; None where there are none.

    `outside` is what a turn counts that stands in no stretch that was taken up.
    """
    known = turn_features(day.day_turns, day.acts, stages.vocabulary)
    subject, how = stages.rules.subject("answers"), stages.answer_settings
    turns = day.turns
    of_position = links_stage.places(turns)
    right, matched = _right(day, published, groups, of_position)
    groups_of = [g.turns for g in groups]
    examples = tuple(
        answers_stage.examples(known, groups_of, stages.answer_rules, how, day.links, right, frozenset(matched))
    )
    if not examples:
        return None
    spans = windows(published.questions)
    fired: list[Sequence[int]] = []
    goods, weight, starts, biased = [], [], [], []
    known_rows: list[float] = []
    for example in examples:
        inside = published.whole or within(turns[example.child].positions, spans)
        starts.append(len(fired))
        fired += [*example.fired, ()]
        goods += [n in example.right for n in range(len(example.fired))] + [-1 in example.right]
        biased += [False] * len(example.fired) + [True]
        weight += [1.0 if inside else outside] * (len(example.fired) + 1)
        known_rows += [float(q in matched) for q in example.candidates] + [0.0]
    table = fit.table(fired, goods, weight, len(subject.rules) + 1, starts, biased)
    return Answered(day, known, tuple(groups), examples, table, fit.vector(known_rows))


def _right(
    day: Conversation, published: DayRecord, groups: Sequence[Candidate], of_position: Mapping[int, int]
) -> tuple[dict[int, frozenset[int]], set[int]]:
    """Which questions each turn answers, and which of the questions were published."""
    owner: dict[int, set[int]] = {}
    for q, group in enumerate(groups):
        for t in group.turns:
            owner.setdefault(t, set()).add(q)
    right: dict[int, frozenset[int]] = {}
    known: set[int] = set()
    for asked in published.questions:
        here = {q for p in asked.messages if p in of_position for q in owner.get(of_position[p], ())}
        known |= here
        for turn in {of_position[p] for answer in asked.answers for p in answer if p in of_position}:
            right[turn] = right.get(turn, frozenset()) | here
    return right, known


def printed(
    made: Answered, weights: fit.Vector, thresholds: Sequence[float] = THRESHOLDS
) -> Iterator[tuple[RecordedQuestion, ...]]:
    """For each of the ascending thresholds the day's questions with the answers that these weights would print."""
    odds = fit.scores(made.table, weights)
    none = float(weights[-1])
    found: list[AnswerTurn] = []
    at = 0
    for example in made.examples:
        size = len(example.candidates)
        scores = tuple(float(s) for s in odds[at : at + size])
        at += size + 1
        for q, probability in Choice(example.child, example.candidates, scores, none).best(2):
            if probability > thresholds[0]:
                found.append(AnswerTurn(example.child, q, probability))
    turns, messages = made.day.turns, made.day.log.messages
    groups = [g.turns for g in made.groups]
    found = answers_stage.uncontested(made.features, groups, found)
    for threshold in thresholds:
        each = answers_stage.answers(made.features, groups, [g for g in found if g.score > threshold])
        yield tuple(
            RecordedQuestion(
                tuple(sorted(p for t in g.turns for p in turns[t].positions)),
                tuple(
                    tuple(sorted(p for m in a.messages for p in messages[m].positions))
                    for a in given
                    # what the asker adds explains his question
                    if a.speaker != turns[g.main].speaker
                ),
                g.score,
            )
            for g, given in zip(made.groups, each, strict=True)
        )
