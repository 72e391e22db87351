"""Days gone through the program and held against what was published of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from digest import stages as pipeline
from digest.conversation import questions as questions_stage
from digest.conversation.acts.model import Acts
from digest.conversation.conversation import Conversation
from digest.conversation.questions import QUESTION, Candidate, QuestionSettings
from digest.learning import figures, records
from digest.learning.figures import Counts, DayRecord, Figures, RecordedQuestion, RecordedTalk, Slip, TalkFigures
from digest.model import Log
from digest.stages import Stages

Source = tuple[Log, DayRecord]  # a log, and what was published of it


@dataclass(frozen=True, slots=True)
class Measured:
    """A day: what was published, what was found."""

    day: Conversation
    published: DayRecord
    found: DayRecord

    @property
    def counts(self) -> Counts:
        return figures.day_counts(self.found, self.published)

    @property
    def slips(self) -> tuple[Slip, ...]:
        return figures.day_slips(self.found, self.published)

    @property
    def talks(self) -> tuple[RecordedTalk | None, RecordedTalk | None]:
        return self.found.talk, self.published.talk

    def clock(self, position: int) -> str:
        """When the message at a header position was sent; "" where the log has none there."""
        return next((m.clock for m in self.day.log.messages if position in m.positions), "")


@dataclass(frozen=True, slots=True)
class Share:
    """What a rule does over days: on how many turns it fired, how many of them stand in stretches that were taken up,
    how many were published; what F1 loses without it, in window and over the whole day (nothing is fitted anew)."""

    rule: str
    act: str
    weight: float
    fired: int
    inside: int
    right: int
    window_f1: float | None = None
    q_f1: float | None = None
    link_f1: float | None = None  # of rules for answers; of rules for links the share of quotes that lose their parent


def measured(sources: Iterable[Source], stages: Stages) -> Iterator[Measured]:
    """The days one after the other."""
    for log, published in sources:
        day = pipeline.analyse(log, stages, evidence=False)
        yield Measured(day, published, records.of_day(day, pipeline.questions(day, stages)))


def _counts(predicted: Sequence[RecordedQuestion], published: DayRecord) -> Counts:
    return figures.counts(predicted, published.questions, whole=published.whole, neutral=published.neutral)


def total(days: Sequence[Measured]) -> tuple[Figures, TalkFigures]:
    """The figures over all days."""
    return figures.figures([d.counts for d in days]), figures.talk_figures(d.talks for d in days)


def kept(day: Conversation, scores: Sequence[float], asking: QuestionSettings) -> tuple[Candidate, ...]:
    """The questions of a day that would be kept if its turns had these scores (log-odds)."""
    acts = day.acts
    rated = Acts({**acts.scores, QUESTION: list(scores)}, acts.taken, acts.fired, acts.rules)
    # what is under the threshold is not kept, so it need not be found
    found = questions_stage.candidates(day.day_turns, rated, replace(asking, floor=max(asking.floor, asking.threshold)))
    turns = day.turns
    return tuple(c for c in found if c.score >= asking.threshold and any(turns[t].text for t in c.turns))


def asked(day: Conversation, scores: Sequence[float], asking: QuestionSettings) -> tuple[RecordedQuestion, ...]:
    """The same with the positions of their messages; without answers."""
    turns = day.turns
    return tuple(
        RecordedQuestion(tuple(sorted(p for t in c.turns for p in turns[t].positions)), (), c.score)
        for c in kept(day, scores, asking)
    )


def shares(days: Sequence[Measured], asking: QuestionSettings) -> tuple[Share, ...]:
    """What each rule for questions does over days, the most useful first; then those of the other acts, by id."""
    baseline = [_counts(asked(d.day, d.day.acts.scores[QUESTION], asking), d.published) for d in days]
    with_all = figures.figures(baseline)
    found = []
    for act, rules in (days[0].day.acts.rules if days else {}).items():
        tallies, turns = _tallies(days, act, len(rules))
        for k, rule in enumerate(rules):
            fired, inside, right = tallies[k]
            losses: tuple[float | None, float | None] = (None, None)
            if act == QUESTION:
                without = figures.figures(_without(days, [t[k] for t in turns], rule.weight, asking, baseline))
                losses = (with_all.window_f1 - without.window_f1, with_all.q_f1 - without.q_f1)
            found.append(Share(rule.id, act, rule.weight, fired, inside, right, *losses))
    return tuple(sorted(found, key=lambda s: (s.act != QUESTION, -(s.window_f1 or 0.0), s.act, s.rule)))


def _tallies(days: Sequence[Measured], act: str, rules: int) -> tuple[list[list[int]], list[list[list[int]]]]:
    """For each rule of an act: turns on which it fired, those of them in window, those published; and for each day
    and rule the turns."""
    made = [[0, 0, 0] for _ in range(rules)]
    turns = []
    for d in days:
        marks = labels(d.day, d.published)
        here: list[list[int]] = [[] for _ in range(rules)]
        for turn, on in enumerate(d.day.acts.fired[act]):
            inside, right = marks[turn]
            for k in on:
                tally = made[k]
                tally[0] += 1
                tally[1] += inside
                tally[2] += right
                here[k].append(turn)
        turns.append(here)
    return made, turns


def labels(day: Conversation, published: DayRecord) -> list[tuple[bool, bool]]:
    """For each turn: whether it stands in a stretch that was taken up, whether it was published as a question."""
    spans = figures.windows(published.questions)
    wanted = {m for q in published.questions for m in q.messages}
    return [
        (published.whole or figures.within(turn.positions, spans), not wanted.isdisjoint(turn.positions))
        for turn in day.turns
    ]


def _without(
    days: Sequence[Measured],
    fired: Sequence[Sequence[int]],
    weight: float,
    asking: QuestionSettings,
    baseline: Sequence[Counts],
) -> list[Counts]:
    """What the days add to the figures where a rule that fired on these turns of each weighs nothing."""
    line = math.log(asking.threshold / (1 - asking.threshold)) if 0 < asking.threshold < 1 else 0.0
    made = []
    for d, turns, before in zip(days, fired, baseline, strict=True):
        scores = d.day.acts.scores[QUESTION]
        # only a turn that crosses the line changes what is kept
        if not any((scores[t] >= line) != (scores[t] - weight >= line) for t in turns):
            made.append(before)
            continue
        changed = list(scores)
        for t in turns:
            changed[t] -= weight
        made.append(_counts(asked(d.day, changed, asking), d.published))
    return made
