"""What a build did → the few figures that its editor wants to see, and the lines that say them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from digest.conversation.conversation import Conversation
from digest.conversation.questions import QuestionSettings
from digest.conversation.replies.answers import AnswerSettings
from digest.editorial.select import BELOW
from digest.model import Answer, Digest, Log, Question
from digest.text import count, listed

CLOSEST = 3  # questions left out that are named, the best ones
DOUBTS = 6  # doubtful answers and questions that are named, the most doubtful ones


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of one day. `left_out` counts candidates by reason, `closest` are the best of those under the line."""

    day: str
    room: str
    log: str
    messages: int
    people: int = 0
    oddities: Mapping[str, int] = field(default_factory=dict)
    talk: str | None = None  # its title, "" where it has none
    answered: int = 0
    open: int = 0
    answers: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    closest: tuple[tuple[str, float], ...] = ()  # clock and probability
    threshold: float = 0.0
    masked: Mapping[str, int] = field(default_factory=dict)
    doubtful_answers: tuple[tuple[str, float], ...] = ()  # clock and probability, the least likely first
    doubtful_questions: tuple[tuple[str, float], ...] = ()

    @property
    def name(self) -> str:
        return f"{self.day} {self.room}" if self.room else self.day

    @property
    def questions(self) -> int:
        return self.answered + self.open


def empty(log: Log) -> Summary:
    """The summary of a day on which nobody said anything."""
    return Summary(log.day.isoformat(), log.room, log.path, 0, oddities=dict(log.oddities))


def summary(
    day: Conversation,
    questions: Sequence[Question],
    digest: Digest,
    masked: Mapping[str, int],
    question_settings: QuestionSettings,
    answer_settings: AnswerSettings,
) -> Summary:
    """The figures of a day that was built. A question is open where its digest says so."""
    threshold = question_settings.threshold
    kept = [q for q in questions if q.kept]
    led_on = _led_on(digest)
    answered = sum(1 for q in kept if q.answers or q.id in led_on)
    left = sorted((q for q in questions if not q.kept), key=lambda q: (-q.score, q.messages))
    below = [q for q in left if q.why_not == BELOW]
    return Summary(
        day=day.log.day.isoformat(),
        room=day.log.room,
        log=day.log.path,
        messages=len(day.log.messages),
        people=len(set(day.people.speaker)),
        oddities=dict(day.log.oddities),
        talk=day.talk.title if day.talk else None,
        answered=answered,
        open=len(kept) - answered,
        answers=sum(len(q.answers) for q in kept),
        left_out=dict(sorted(Counter(q.why_not or "left out" for q in left).items())),
        closest=tuple((day.log.messages[q.messages[0]].clock, q.score) for q in below[:CLOSEST]),
        masked=dict(masked),
        threshold=threshold,
        doubtful_answers=_doubtful(day, (a for q in kept for a in q.answers), answer_settings.doubtful),
        doubtful_questions=_doubtful(day, kept, question_settings.doubtful),
    )


def _doubtful(day: Conversation, printed: Iterable[Question | Answer], least: float) -> tuple[tuple[str, float], ...]:
    """Clock and probability of what is printed with less than `least`, the least likely first."""
    doubtful = sorted((one.score, day.log.messages[one.messages[0]].clock) for one in printed if one.score < least)
    return tuple((clock, score) for score, clock in doubtful)


def _led_on(digest: Digest) -> frozenset[str]:
    """Questions that lead on to an answered one of their entry: they wait for nothing."""
    return frozenset(q.id for entry in digest.entries for q in entry.questions[: max(0, entry.last_answered)])


def details(s: Summary) -> tuple[tuple[str, str], ...]:
    """A summary as (what, figures), one a line."""
    rows = [("read", f"{count(s.messages, 'message')} by {count(s.people, 'person', 'people')}")]
    if s.oddities:
        rows.append(("odd", ", ".join(f"{kind}: {n:,}" for kind, n in sorted(s.oddities.items()))))
    if s.talk is not None:
        rows.append(("talk", s.talk or "one without a title"))
    rows.append(("questions", f"{s.questions} found: {s.answered} answered, {s.open} open"))
    if s.left_out:
        why = {f"{what} of {s.threshold:g}" if what == BELOW else what: n for what, n in s.left_out.items()}
        closest = ", ".join(f"{clock} ({score:.3f})" for clock, score in s.closest)
        rows.append(("left out", listed(why) + (f"; the closest: {closest}" if closest else "")))
    doubts = (("answer", s.doubtful_answers), ("question", s.doubtful_questions))
    if any(places for _, places in doubts):
        shown = (f"{count(len(places), what)}: {_clocks(places)}" for what, places in doubts if places)
        rows.append(("check", "first " + "; ".join(shown)))
    if s.masked:
        rows.append(("masked", listed(s.masked)))
    return tuple(rows)


def _clocks(places: Sequence[tuple[str, float]]) -> str:
    more = " …" if len(places) > DOUBTS else ""
    return ", ".join(clock for clock, _ in places[:DOUBTS]) + more


def brief(s: Summary) -> str:
    """A summary in one line, without the day's name."""
    talk = ", a talk" if s.talk is not None else ""
    masked = f", {sum(s.masked.values())} masked" if s.masked else ""
    return f"{count(s.messages, 'message')}, {s.answered} answered, {s.open} open{talk}{masked}"


def total(days: Sequence[Summary]) -> str:
    """Several days in one line."""
    with_talk = sum(1 for s in days if s.talk is not None)
    return (
        f"{count(len(days), 'day')}: {count(sum(s.messages for s in days), 'message')}, "
        f"{sum(s.answered for s in days)} answered, {sum(s.open for s in days)} open, {count(with_talk, 'talk')}, "
        f"{sum(sum(s.masked.values()) for s in days)} masked"
    )
