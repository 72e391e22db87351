"""How the weights of questions, links and answers are each learnt; `tune` puts them together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from digest import stages as pipeline
from digest.conversation.questions import QUESTION
from digest.learning import evidence, figures, fit, measure
from digest.learning.figures import Counts
from digest.learning.measure import Measured
from digest.model import Log
from digest.rules.edit import Setting
from digest.rules.model import Rule
from digest.stages import Stages

SUBJECTS = ("questions", "links", "answers")
STEP = 0.05  # weights are written in such steps, so that a person can read them
THRESHOLDS = tuple(n / 50 for n in range(6, 31))  # 0.12, 0.14, … 0.6
BESIDE = 2  # thresholds on either side that count with one
HELD = 10.0  # how much more strongly links are held to what they are: quotes are few, and fit upon fit would drift

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Fitting:
    """How weights are fitted."""

    folds: int = 10
    strength: float = 30.0  # how strongly weights are pulled to 0, or to what they are
    window_weight: float = 0.15  # what a turn counts that stands outside the stretches that editors took up
    keep: bool = False  # pull to what the weights are, not to 0: for few days
    aim: str = "both"  # F1 that thresholds are chosen for: in window, whole day, both


@dataclass(frozen=True, slots=True)
class Learnt:
    """A subject's numbers: for each fold (none where the days taught nothing), then for all days."""

    folds: tuple[tuple[Setting, ...], ...]
    final: tuple[Setting, ...]
    thresholds: tuple[float, ...]  # by fold
    examples: int
    scores: tuple[tuple[float, ...], ...] = ()  # of questions: each day's turns, by weights that never saw the day
    quotes: tuple[int, int, int] | None = None  # of links: parents found before, after, of how many
    notes: tuple[str, ...] = field(default=())


def rounded(weight: float) -> float:
    """A weight in steps that a person can read."""
    return round(round(weight / STEP) * STEP, 2) + 0.0


def _rounded(weights: fit.Vector) -> fit.Vector:
    return fit.vector([rounded(w) for w in weights])


def _settings(subject: str, rules: Sequence[Rule], weights: fit.Vector, tables: Sequence[fit.Table]) -> list[Setting]:
    """New weights; a rule that never fired on these days keeps its own, for nothing was learnt of it."""
    fired = fit.fired(fit.joined(tables))
    return [Setting(subject, (r.id,), rounded(w)) for r, w, n in zip(rules, weights, fired, strict=False) if n]


def _without(tables: Sequence[fit.Table | None], folds: Sequence[int], fold: int) -> list[fit.Table]:
    return [t for t, f in zip(tables, folds, strict=True) if f != fold and t is not None]


def _threshold(
    counts: Sequence[Sequence[Counts]], thresholds: Sequence[float], worth: Callable[[figures.Figures], float]
) -> float:
    """The threshold around which the days' figures are best; of equals the middle one.

    One day more or less moves the single best by a tenth, so a threshold is worth the mean of those beside it.
    """
    values = [worth(figures.figures([day[k] for day in counts])) for k in range(len(thresholds))]
    beside = [values[max(0, k - BESIDE) : k + BESIDE + 1] for k in range(len(values))]
    means = [round(sum(near) / len(near), 6) for near in beside]
    best = [k for k, mean in enumerate(means) if mean == max(means)]
    return thresholds[best[(len(best) - 1) // 2]]


def _crossed(
    counts: Sequence[Sequence[Counts]],
    folds: Sequence[int],
    number: int,
    thresholds: Sequence[float],
    worth: Callable[[figures.Figures], float],
) -> tuple[float, ...]:
    """For each fold the threshold that is best on the other folds' days."""
    chosen = []
    for fold in range(number):
        others = [c for c, f in zip(counts, folds, strict=True) if f != fold]
        chosen.append(_threshold(others or counts, thresholds, worth))
    return tuple(chosen)


# ---------------------------------------------------------------- questions


def questions(days: Sequence[Measured], folds: Sequence[int], stages: Stages, how: Fitting, told: Progress) -> Learnt:
    """Weights of the rules for questions, their bias and the threshold: yes or no for each turn."""
    subject, asking = stages.rules.subject("questions"), stages.question_settings
    rules = subject.of_act(QUESTION)
    tables = []
    for d in days:
        marks = measure.labels(d.day, d.published)
        weights = [1.0 if inside or right else how.window_weight for inside, right in marks]
        tables.append(fit.table(d.day.acts.fired[QUESTION], [right for _, right in marks], weights, len(rules) + 1))
    signs = [r.sign for r in rules]
    former = fit.vector([*(r.weight for r in rules), float(asking.acts[QUESTION]["bias"])])
    pull = former if how.keep else None
    by_fold = []
    scores: list[tuple[float, ...]] = [()] * len(days)
    counts: list[list[Counts]] = [[] for _ in days]  # of each day, by threshold, from weights that never saw it
    for fold in range(how.folds):
        told("fitting questions", fold, how.folds)
        weights_now = _rounded(fit.fitted(fit.joined(_without(tables, folds, fold)), signs, how.strength, pull=pull))
        by_fold.append(weights_now)
        for n, d in enumerate(days):
            if folds[n] != fold:
                continue
            scores[n] = tuple(float(odds) for odds in fit.scores(tables[n], weights_now))
            for t in THRESHOLDS:
                found = measure.asked(d.day, scores[n], replace(asking, threshold=t))
                counts[n].append(figures.counts(found, d.published.questions, whole=d.published.whole))

    def worth(f: figures.Figures) -> float:
        return {"window": f.window_f1, "day": f.q_f1}.get(how.aim, (f.window_f1 + f.q_f1) / 2)

    def settings(weights: fit.Vector, threshold: float) -> tuple[Setting, ...]:
        bias = Setting("questions", ("acts", QUESTION, "bias"), rounded(weights[-1]))
        line = Setting("questions", ("settings", "threshold"), threshold)
        return (*_settings("questions", rules, weights, tables), bias, line)

    thresholds = _crossed(counts, folds, how.folds, THRESHOLDS, worth)
    every = fit.fitted(fit.joined(tables), signs, how.strength, pull=pull)
    return Learnt(
        tuple(settings(w, t) for w, t in zip(by_fold, thresholds, strict=True)),
        settings(every, _threshold(counts, THRESHOLDS, worth)),
        thresholds,
        sum(t.size for t in tables),
        tuple(scores),
    )


# ---------------------------------------------------------------- links


def links(
    days: Sequence[Measured], folds: Sequence[int], logs: Iterable[Log], stages: Stages, how: Fitting, told: Progress
) -> Learnt:
    """Weights of the rules for links, from quoted replies, mentions and published answers; pulled to what they are.

    `logs` are other ones, of which nothing was published: their quotes and mentions teach too. Quotes are few, and whom
    a mention means is known without any digest: the threshold stays.
    """
    rules = stages.rules.subject("links").rules
    seen = {d.day.log.path for d in days}
    made = [(evidence.replying(d.day, stages, d.published), fold) for d, fold in zip(days, folds, strict=True)]
    for n, log in enumerate(logs):
        told("reading quotes", n % 100, 100)
        if log.path not in seen:
            seen.add(log.path)
            made.append((evidence.replying(pipeline.analyse(log, stages, evidence=False), stages), n % how.folds))
    replying = [(one, fold) for one, fold in made if one is not None]
    former = fit.vector([*(r.weight for r in rules), 0.0])
    if not replying:
        return Learnt((), (), (), 0)
    signs = [r.sign for r in rules]
    tables = [one.table for one, _ in replying]
    of_fold = [fold for _, fold in replying]
    strength = HELD * how.strength
    before = after = 0
    by_fold = []
    for fold in range(how.folds):
        told("fitting links", fold, how.folds)
        others = _without(tables, of_fold, fold)
        weights = _rounded(fit.fitted(fit.joined(others), signs, strength, former, former)) if others else former
        by_fold.append(weights)
        for one, f in replying:
            if f == fold:
                before += one.found(former)
                after += one.found(weights)
    every = fit.fitted(fit.joined(tables), signs, strength, former, former)
    total = sum(one.quotes + one.lost for one, _ in replying)
    return Learnt(
        tuple(tuple(_settings("links", rules, weights, tables)) for weights in by_fold),
        tuple(_settings("links", rules, every, tables)),
        (),
        sum(len(one.sizes) for one, _ in replying),
        quotes=(before, after, total),
    )


# ---------------------------------------------------------------- answers


def answers(
    days: Sequence[Measured],
    folds: Sequence[int],
    stages: Stages,
    asked: Learnt | None,
    how: Fitting,
    told: Progress,
) -> Learnt:
    """Weights of the rules for answers, the odds of answering none, and the threshold.

    The questions that turns are held against are those that would be kept: by weights that never saw the day, where
    those of questions were fitted too.
    """
    rules = stages.rules.subject("answers").rules
    made = []
    for n, d in enumerate(days):
        told("reading answers", n, len(days))
        scores: Sequence[float] = d.day.acts.scores[QUESTION]
        asking = stages.question_settings
        if asked is not None:
            scores, asking = asked.scores[n], replace(asking, threshold=asked.thresholds[folds[n]])
        groups = measure.kept(d.day, scores, asking)
        made.append(evidence.answered(d.day, d.published, groups, stages, how.window_weight))
    tables = [a.table if a is not None else None for a in made]
    signs = [r.sign for r in rules]
    former = fit.vector([*(r.weight for r in rules), stages.answer_settings.none])
    pull = former if how.keep else None
    by_fold = []
    counts: list[list[Counts]] = [[] for _ in days]
    for fold in range(how.folds):
        told("fitting answers", fold, how.folds)
        others = _without(tables, folds, fold)
        weights = _rounded(fit.fitted(fit.joined(others), signs, how.strength, pull=pull)) if others else former
        by_fold.append(weights)
        for n, (d, a) in enumerate(zip(days, made, strict=True)):
            if folds[n] == fold:
                counts[n] = _counts(d, a, weights)

    def settings(weights: fit.Vector, threshold: float) -> tuple[Setting, ...]:
        none = Setting("answers", ("settings", "none"), rounded(weights[-1]))
        line = Setting("answers", ("settings", "threshold"), threshold)
        return (*_settings("answers", rules, weights, every), none, line)

    every = [t for t in tables if t is not None]
    if not every:
        return Learnt((), (), (), 0)
    thresholds = _crossed(counts, folds, how.folds, evidence.THRESHOLDS, _links)
    final = fit.fitted(fit.joined(every), signs, how.strength, pull=pull)
    return Learnt(
        tuple(settings(w, t) for w, t in zip(by_fold, thresholds, strict=True)),
        settings(final, _threshold(counts, evidence.THRESHOLDS, _links)),
        thresholds,
        sum(t.size for t in every),
    )


def _links(f: figures.Figures) -> float:
    return f.link_f1


def _counts(d: Measured, made: evidence.Answered | None, weights: fit.Vector) -> list[Counts]:
    """What a day adds to the figures, by threshold."""
    published = d.published.questions
    if made is None:
        return [figures.counts((), published)] * len(evidence.THRESHOLDS)
    return [figures.counts(found, published) for found in evidence.printed(made, weights)]
