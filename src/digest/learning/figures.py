"""How well predicted questions, answers and talks agree with what editors published.

    figures([counts(predicted.questions, published.questions), …])     # pooled over days

A predicted question is right where it shares a message with a published one, one to one, the best-scored first. An
answer is right where it shares a message with an answer of the published question that its question matched; a question
with more than `PRINTED` answers is a printed discussion and left out there. "By message" counts single messages under a
question instead, so that answers glued together show. "In window" leaves out predictions in stretches of a log that the
editors did not take up: such a question is not wrong, only not kept. "Effort" is the editor's operations from the draft
to her page (drop an entry, add a question, remove, add or move an answer) against picking everything by hand: 1 saves
nothing. Neutral messages were printed under a label that asks nothing: a wrong question there is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

PRINTED = 12  # answers over which a published question is a printed discussion
APART = 40  # messages under which two published questions belong to one stretch


@dataclass(frozen=True, slots=True)
class RecordedQuestion:
    """A question with its answers, each as header positions of the log."""

    messages: tuple[int, ...]
    answers: tuple[tuple[int, ...], ...] = ()
    score: float = 0.0
    text: str = ""


@dataclass(frozen=True, slots=True)
class RecordedTalk:
    """A guest's talk: the speaker's label in the log, header positions."""

    speaker: str
    messages: tuple[int, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class DayRecord:
    """What was published, or predicted, of a day. `log` and `digest` are the files; a thread holds follow-ups too.

    `whole`: an editor went over the whole day, so a question that is not there was left out on purpose. `neutral`:
    messages printed under a label that asks nothing of its own.
    """

    day: str
    room: str
    threads: tuple[tuple[RecordedQuestion, ...], ...]
    talk: RecordedTalk | None = None
    log: str = ""
    digest: str = ""
    whole: bool = False
    neutral: frozenset[int] = frozenset()

    @property
    def questions(self) -> tuple[RecordedQuestion, ...]:
        return tuple(q for thread in self.threads for q in thread)


@dataclass(frozen=True, slots=True)
class Counts:
    """What a day adds to the figures."""

    right: int = 0
    predicted: int = 0
    inside: int = 0  # predicted in the stretches that were taken up
    published: int = 0
    r_precision: float = 0.0
    average: float = 0.0
    links_right: int = 0
    links_wrong: int = 0
    links_reached: int = 0  # published answers that were predicted
    links_published: int = 0
    messages_right: int = 0
    messages_predicted: int = 0
    messages_published: int = 0
    operations: int = 0  # from the draft to the editor's page
    by_hand: int = 0  # from nothing to it


@dataclass(frozen=True, slots=True)
class Figures:
    """Pooled over days, but R-precision and average precision, which are their means."""

    q_precision: float
    q_recall: float
    q_f1: float
    window_precision: float
    window_f1: float
    r_precision: float
    average_precision: float
    link_precision: float
    link_recall: float
    link_f1: float
    message_link_f1: float
    message_link_precision: float
    effort: float
    questions: int
    predicted: int
    days: int


@dataclass(frozen=True, slots=True)
class TalkFigures:
    """Days with a talk, the right speaker on how many; days without one, a talk claimed on how many; message F1."""

    talks: int
    talk_speaker: int
    talkless: int
    talk_false: int
    talk_f1: float


def matched(predicted: Sequence[RecordedQuestion], published: Sequence[RecordedQuestion]) -> dict[int, int]:
    """Places of predicted questions → places of the published ones they are, one to one, the best-scored first."""
    owner: dict[int, list[int]] = {}
    for j, q in enumerate(published):
        for m in q.messages:
            owner.setdefault(m, []).append(j)
    taken: set[int] = set()
    pairs: dict[int, int] = {}
    for p in sorted(range(len(predicted)), key=lambda p: -predicted[p].score):
        for m in predicted[p].messages:
            free = next((j for j in owner.get(m, ()) if j not in taken), None)
            if free is not None:
                pairs[p] = free
                taken.add(free)
                break
    return pairs


def cleared(
    predicted: Sequence[RecordedQuestion], published: Sequence[RecordedQuestion], neutral: frozenset[int]
) -> Sequence[RecordedQuestion]:
    """The predicted questions without those that match nothing and touch a neutral message."""
    if not neutral:
        return predicted
    right = matched(predicted, published)
    return [q for p, q in enumerate(predicted) if p in right or neutral.isdisjoint(q.messages)]


def windows(published: Sequence[RecordedQuestion]) -> tuple[tuple[int, int], ...]:
    """First and last position of the stretches of a log that its digest takes up."""
    spans = sorted((min(q.messages), max(q.messages + tuple(m for a in q.answers for m in a))) for q in published)
    out: list[list[int]] = []
    for low, high in spans:
        if out and low - out[-1][1] <= APART:
            out[-1][1] = max(out[-1][1], high)
        else:
            out.append([low, high])
    return tuple((low, high) for low, high in out)


def within(positions: Iterable[int], spans: Sequence[tuple[int, int]]) -> bool:
    """Whether one of the positions lies in one of the stretches."""
    return any(low <= m <= high for m in positions for low, high in spans)


def links(predicted: RecordedQuestion, published: RecordedQuestion) -> tuple[list[tuple[int, ...]], set[int]]:
    """The published answers that each predicted answer is, and all that were reached."""
    wanted = [frozenset(a) for a in published.answers]
    each = [tuple(x for x, g in enumerate(wanted) if not g.isdisjoint(a)) for a in predicted.answers]
    return each, {x for hit in each for x in hit}


def counts(
    predicted: Sequence[RecordedQuestion],
    published: Sequence[RecordedQuestion],
    *,
    whole: bool = False,
    neutral: frozenset[int] = frozenset(),
) -> Counts:
    """What a day adds to the figures; `whole`: its editor went over the whole day, so all of it is in window."""
    predicted = cleared(predicted, published, neutral)
    pairs = matched(predicted, published)
    order = sorted(range(len(predicted)), key=lambda p: (-predicted[p].score, min(predicted[p].messages, default=0)))
    hits = [p in pairs for p in order]
    k = len(published)
    seen, average = 0, 0.0
    for n, hit in enumerate(hits, 1):
        if hit:
            seen += 1
            average += seen / n
    pairs_counted = {p: j for p, j in pairs.items() if len(published[j].answers) <= PRINTED}
    counted = [q for q in published if len(q.answers) <= PRINTED]
    right_links = wrong_links = reached_links = right_messages = said = 0
    for p, j in pairs_counted.items():
        each, reached = links(predicted[p], published[j])
        right_links += sum(map(bool, each))
        wrong_links += sum(not hit for hit in each)
        reached_links += len(reached)
        messages = {m for a in predicted[p].answers for m in a}
        said += len(messages)
        right_messages += len(messages & {m for a in published[j].answers for m in a})
    spans = windows(published)
    inside = [p for p, q in enumerate(predicted) if whole or within(q.messages, spans)]
    return Counts(
        right=len(pairs),
        predicted=len(predicted),
        inside=len(inside),
        published=k,
        r_precision=sum(hits[:k]) / k if k else 0.0,
        average=average / k if k else 0.0,
        links_right=right_links,
        links_wrong=wrong_links,
        links_reached=reached_links,
        links_published=sum(len(q.answers) for q in counted),
        messages_right=right_messages,
        messages_predicted=said,
        messages_published=sum(len({m for a in q.answers for m in a}) for q in counted),
        operations=_operations(predicted, published, pairs, inside),
        by_hand=k + sum(len(q.answers) for q in counted),
    )


def _operations(
    predicted: Sequence[RecordedQuestion],
    published: Sequence[RecordedQuestion],
    pairs: dict[int, int],
    inside: Sequence[int],
) -> int:
    """Operations from the draft to the editor's page: an answer that stands under a wrong question is moved once."""
    matches = set(pairs.values())
    missing = [
        set(a) for j, q in enumerate(published) if j not in matches and len(q.answers) <= PRINTED for a in q.answers
    ]
    wrong: list[set[int]] = []
    for p, j in pairs.items():
        if len(published[j].answers) > PRINTED:
            continue
        each, reached = links(predicted[p], published[j])
        wrong += [set(a) for a, hit in zip(predicted[p].answers, each, strict=True) if not hit]
        missing += [set(a) for x, a in enumerate(published[j].answers) if x not in reached]
    moved = sum(any(answer & other for other in missing) for answer in wrong)
    dropped = sum(p not in pairs for p in inside)
    return dropped + len(published) - len(matches) + len(wrong) + len(missing) - moved


def f1(precision: float, recall: float) -> float:
    """Harmonic mean, 0 where both are."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def figures(days: Sequence[Counts]) -> Figures:
    """The figures of several days."""
    s = {f.name: sum(getattr(d, f.name) for d in days) for f in fields(Counts)}
    n = max(1, len(days))
    precision, recall = s["right"] / max(1, s["predicted"]), s["right"] / max(1, s["published"])
    inside = s["right"] / max(1, s["inside"])
    link_precision = s["links_right"] / max(1, s["links_right"] + s["links_wrong"])
    link_recall = s["links_reached"] / max(1, s["links_published"])
    message_precision = s["messages_right"] / max(1, s["messages_predicted"])
    message_recall = s["messages_right"] / max(1, s["messages_published"])
    return Figures(
        q_precision=precision,
        q_recall=recall,
        q_f1=f1(precision, recall),
        window_precision=inside,
        window_f1=f1(inside, recall),
        r_precision=s["r_precision"] / n,
        average_precision=s["average"] / n,
        link_precision=link_precision,
        link_recall=link_recall,
        link_f1=f1(link_precision, link_recall),
        message_link_f1=f1(message_precision, message_recall),
        message_link_precision=message_precision,
        effort=s["operations"] / max(1, s["by_hand"]),
        questions=int(s["published"]),
        predicted=int(s["predicted"]),
        days=len(days),
    )


def talk_figures(pairs: Iterable[tuple[RecordedTalk | None, RecordedTalk | None]]) -> TalkFigures:
    """The figures of talks, given (predicted, published) of each day.

    A predicted message outside the published talk's stretch is wrong; one inside that the editor did not print is not
    counted, for editors cut and reword.
    """
    talks = speaker = talkless = false = hit = said = want = 0
    for predicted, published in pairs:
        if published is None:
            talkless += 1
            false += predicted is not None
            continue
        talks += 1
        want += len(published.messages)
        if predicted is None:
            continue
        speaker += predicted.speaker == published.speaker
        low, high = min(published.messages), max(published.messages)
        right = len(set(predicted.messages) & set(published.messages))
        hit += right
        said += right + sum(not low <= m <= high for m in predicted.messages)
    return TalkFigures(talks, speaker, talkless, false, f1(hit / max(1, said), hit / max(1, want)))


# ---------------------------------------------------------------- what went wrong, and what a change does


@dataclass(frozen=True, slots=True)
class Slip:
    """Something missed or wrongly kept: `what` is one of SLIPS, `of` the messages of the question it belongs to."""

    what: str
    messages: tuple[int, ...]
    score: float = 0.0
    of: tuple[int, ...] = ()
    inside: bool = True  # in a stretch that the editors took up


SLIPS = ("question missed", "question wrong", "answer missed", "answer wrong")


def slips(
    predicted: Sequence[RecordedQuestion],
    published: Sequence[RecordedQuestion],
    *,
    whole: bool = False,
    neutral: frozenset[int] = frozenset(),
) -> tuple[Slip, ...]:
    """What a day missed and wrongly kept, in order of the log; what `counts` leaves out is no slip either."""
    judged = cleared(predicted, published, neutral)
    return tuple(
        sorted(_slips(judged, published, whole), key=lambda s: (s.of or s.messages, bool(s.of), s.messages, s.what))
    )


def _slips(predicted: Sequence[RecordedQuestion], published: Sequence[RecordedQuestion], whole: bool) -> Iterator[Slip]:
    pairs = matched(predicted, published)
    spans = windows(published)
    for p, q in enumerate(predicted):
        if p not in pairs:
            yield Slip("question wrong", q.messages, q.score, inside=whole or within(q.messages, spans))
    reached = set(pairs.values())
    for j, q in enumerate(published):
        if j not in reached:
            yield Slip("question missed", q.messages)
    for p, j in pairs.items():
        if len(published[j].answers) > PRINTED:
            continue
        each, reached_answers = links(predicted[p], published[j])
        for answer, hit in zip(predicted[p].answers, each, strict=True):
            if not hit:
                yield Slip("answer wrong", answer, of=predicted[p].messages)
        for x, answer in enumerate(published[j].answers):
            if x not in reached_answers:
                yield Slip("answer missed", answer, of=published[j].messages)


@dataclass(frozen=True, slots=True)
class DayChange:
    """What a change of rules does to a day: slips that are new, slips that are gone."""

    day: str
    room: str
    before: Figures
    after: Figures
    worse: tuple[Slip, ...]
    better: tuple[Slip, ...]


def change(before: DayRecord, after: DayRecord, published: DayRecord) -> DayChange:
    """What the rules behind `after` do to a day that those behind `before` did not, and the other way round."""
    was, now = (day_slips(r, published) for r in (before, after))
    old, new = ({(s.what, s.messages, s.of) for s in each} for each in (was, now))
    return DayChange(
        published.day,
        published.room,
        figures([day_counts(before, published)]),
        figures([day_counts(after, published)]),
        tuple(s for s in now if (s.what, s.messages, s.of) not in old),
        tuple(s for s in was if (s.what, s.messages, s.of) not in new),
    )


def day_counts(predicted: DayRecord, published: DayRecord) -> Counts:
    """What a day adds to the figures, as its record says how far its editor went."""
    return counts(predicted.questions, published.questions, whole=published.whole, neutral=published.neutral)


def day_slips(predicted: DayRecord, published: DayRecord) -> tuple[Slip, ...]:
    """What a day missed and wrongly kept, as its record says how far its editor went."""
    return slips(predicted.questions, published.questions, whole=published.whole, neutral=published.neutral)
