"""How well found questions, answers and talks agree with what editors published.

    figures([counts(found.questions, published.questions), …])     # pooled over days

A found question is right where it shares a message with a published one, one to one, the best-scored first. An answer
is right where it shares a message with an answer of the published question that its question matched; a question with
more than `PRINTED` answers is a printed discussion and left out there. "In window" leaves out what was found in
stretches of a log that the editors did not take up: such a question is not wrong, only not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

PRINTED = 12  # answers over which a published question is a printed discussion
APART = 40  # messages under which two published questions belong to one stretch


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answers, each as header positions of the log."""

    messages: tuple[int, ...]
    answers: tuple[tuple[int, ...], ...] = ()
    score: float = 0.0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Speech:
    """A guest's talk: the speaker's label in the log, header positions."""

    speaker: str
    messages: tuple[int, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What was published, or found, of a day. `log` and `digest` are the files; a thread holds follow-ups too.

    `whole`: an editor went over the whole day, so a question that is not there was left out on purpose.
    """

    day: str
    room: str
    threads: tuple[tuple[Asked, ...], ...]
    talk: Speech | None = None
    log: str = ""
    digest: str = ""
    whole: bool = False

    @property
    def questions(self) -> tuple[Asked, ...]:
        return tuple(q for thread in self.threads for q in thread)


@dataclass(frozen=True, slots=True)
class Counts:
    """What a day adds to the figures."""

    right: int = 0
    found: int = 0
    inside: int = 0  # found in the stretches that were taken up
    published: int = 0
    r_precision: float = 0.0
    average: float = 0.0
    links_right: int = 0
    links_wrong: int = 0
    links_found: int = 0  # published answers that were found
    links_published: int = 0


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


def matched(found: Sequence[Asked], published: Sequence[Asked]) -> dict[int, int]:
    """Places of found questions → places of the published ones they are, one to one, the best-scored first."""
    owner: dict[int, list[int]] = {}
    for j, q in enumerate(published):
        for m in q.messages:
            owner.setdefault(m, []).append(j)
    taken: set[int] = set()
    pairs: dict[int, int] = {}
    for p in sorted(range(len(found)), key=lambda p: -found[p].score):
        for m in found[p].messages:
            free = next((j for j in owner.get(m, ()) if j not in taken), None)
            if free is not None:
                pairs[p] = free
                taken.add(free)
                break
    return pairs


def windows(published: Sequence[Asked]) -> tuple[tuple[int, int], ...]:
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


def links(found: Asked, published: Asked) -> tuple[list[tuple[int, ...]], set[int]]:
    """The published answers that each found answer is, and all that were found."""
    wanted = [frozenset(a) for a in published.answers]
    each = [tuple(x for x, g in enumerate(wanted) if not g.isdisjoint(a)) for a in found.answers]
    return each, {x for hit in each for x in hit}


def counts(found: Sequence[Asked], published: Sequence[Asked], *, whole: bool = False) -> Counts:
    """What a day adds to the figures; `whole`: its editor went over the whole day, so all of it is in window."""
    pairs = matched(found, published)
    order = sorted(range(len(found)), key=lambda p: (-found[p].score, min(found[p].messages, default=0)))
    hits = [p in pairs for p in order]
    k = len(published)
    seen, average = 0, 0.0
    for n, hit in enumerate(hits, 1):
        if hit:
            seen += 1
            average += seen / n
    right = wrong = got = 0
    for p, j in pairs.items():
        if len(published[j].answers) > PRINTED:
            continue
        each, reached = links(found[p], published[j])
        right += sum(map(bool, each))
        wrong += sum(not hit for hit in each)
        got += len(reached)
    spans = windows(published)
    return Counts(
        right=len(pairs),
        found=len(found),
        inside=sum(whole or within(q.messages, spans) for q in found),
        published=k,
        r_precision=sum(hits[:k]) / k if k else 0.0,
        average=average / k if k else 0.0,
        links_right=right,
        links_wrong=wrong,
        links_found=got,
        links_published=sum(len(q.answers) for q in published if len(q.answers) <= PRINTED),
    )


def f1(precision: float, recall: float) -> float:
    """Harmonic mean, 0 where both are."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def figures(days: Sequence[Counts]) -> Figures:
    """The figures of several days."""
    s = {f.name: sum(getattr(d, f.name) for d in days) for f in fields(Counts)}
    n = max(1, len(days))
    precision, recall = s["right"] / max(1, s["found"]), s["right"] / max(1, s["published"])
    inside = s["right"] / max(1, s["inside"])
    link_precision = s["links_right"] / max(1, s["links_right"] + s["links_wrong"])
    link_recall = s["links_found"] / max(1, s["links_published"])
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
        questions=int(s["published"]),
        predicted=int(s["found"]),
        days=len(days),
    )


def talk_figures(pairs: Iterable[tuple[Speech | None, Speech | None]]) -> TalkFigures:
    """The figures of talks, given (found, published) of each day.

    A found message outside the published talk's stretch is wrong; one inside that the editor did not print is not
    counted, for editors cut and reword.
    """
    talks = speaker = talkless = false = hit = said = want = 0
    for found, published in pairs:
        if published is None:
            talkless += 1
            false += found is not None
            continue
        talks += 1
        want += len(published.messages)
        if found is None:
            continue
        speaker += found.speaker == published.speaker
        low, high = min(published.messages), max(published.messages)
        right = len(set(found.messages) & set(published.messages))
        hit += right
        said += right + sum(not low <= m <= high for m in found.messages)
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


def slips(found: Sequence[Asked], published: Sequence[Asked], *, whole: bool = False) -> tuple[Slip, ...]:
    """What a day missed and wrongly kept, in order of the log."""
    return tuple(
        sorted(_slips(found, published, whole), key=lambda s: (s.of or s.messages, bool(s.of), s.messages, s.what))
    )


def _slips(found: Sequence[Asked], published: Sequence[Asked], whole: bool) -> Iterator[Slip]:
    pairs = matched(found, published)
    spans = windows(published)
    for p, q in enumerate(found):
        if p not in pairs:
            yield Slip("question wrong", q.messages, q.score, inside=whole or within(q.messages, spans))
    reached = set(pairs.values())
    for j, q in enumerate(published):
        if j not in reached:
            yield Slip("question missed", q.messages)
    for p, j in pairs.items():
        if len(published[j].answers) > PRINTED:
            continue
        each, got = links(found[p], published[j])
        for answer, hit in zip(found[p].answers, each, strict=True):
            if not hit:
                yield Slip("answer wrong", answer, of=found[p].messages)
        for x, answer in enumerate(published[j].answers):
            if x not in got:
                yield Slip("answer missed", answer, of=published[j].messages)


@dataclass(frozen=True, slots=True)
class Change:
    """What a change of rules does to a day: slips that are new, slips that are gone."""

    day: str
    room: str
    before: Figures
    after: Figures
    worse: tuple[Slip, ...]
    better: tuple[Slip, ...]


def change(before: Record, after: Record, published: Record) -> Change:
    """What the rules behind `after` do to a day that those behind `before` did not, and the other way round."""
    was, now = (slips(r.questions, published.questions, whole=published.whole) for r in (before, after))
    old, new = ({(s.what, s.messages, s.of) for s in each} for each in (was, now))
    return Change(
        published.day,
        published.room,
        figures([counts(before.questions, published.questions, whole=published.whole)]),
        figures([counts(after.questions, published.questions, whole=published.whole)]),
        tuple(s for s in now if (s.what, s.messages, s.of) not in old),
        tuple(s for s in was if (s.what, s.messages, s.of) not in new),
    )
