"""The rules' weights and thresholds, fitted to what editors published.

Days are dealt into folds. For each fold the weights are fitted to the days of the others, rounded as they would be
written, and its thresholds are chosen on the others' days too; then the program runs over the fold's days with them.
The figures of these runs are what to expect on days that nobody has seen. What is written is fitted to all days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from digest.learning import figures, measure
from digest.learning import learn as learners
from digest.learning.figures import Counts, Figures
from digest.learning.learn import SUBJECTS, Fitting, Learnt, Progress
from digest.learning.measure import Measured, Source
from digest.model import Log
from digest.rules.edit import Setting
from digest.rules.model import Rules
from digest.stages import Stages

__all__ = ["SUBJECTS", "Fitting", "Tuned", "tune", "value", "with_numbers"]


@dataclass(frozen=True, slots=True)
class Tuned:
    """New numbers, and what they are worth. `before` are the figures by the rules as they were, on the same days."""

    settings: tuple[Setting, ...]  # those that change
    former: tuple[float, ...]  # what each was
    before: Figures
    after: Figures  # by cross-validation
    rules: Rules
    thresholds: tuple[tuple[str, tuple[float, ...]], ...]  # of each subject, by fold
    examples: Mapping[str, int]
    kept: bool = False  # pulled to the former weights, which may have seen the days
    quotes: tuple[int, int, int] | None = None  # parents found before, after (crossed), of how many


def tune(
    sources: Sequence[Source],
    rules: Rules,
    subjects: Sequence[str],
    how: Fitting,
    told: Progress = lambda *_: None,
    logs: Iterable[Log] = (),
) -> Tuned:
    """New numbers for the rules of `subjects`, fitted to published digests; nothing is written.

    `logs` are those whose quotes teach links, beside the ones of `sources`.
    """
    stages = Stages(rules)
    days: list[Measured] = []
    for n, source in enumerate(sources):
        told("reading", n, len(sources))
        days += measure.measured([source], stages)
    days.sort(key=lambda d: (d.published.day, d.published.room))
    folds = [n % how.folds for n in range(len(days))]
    learnt: dict[str, Learnt] = {}
    before = figures.figures([d.counts for d in days])
    if "links" in subjects:
        learnt["links"] = learners.links(days, folds, logs, stages, how, told)
        if len(subjects) > 1:
            # what is learnt next is learnt from links that never saw the day
            linked = [Stages(with_numbers(rules, numbers)) for numbers in learnt["links"].folds]
            days = list(_relinked(days, [linked[fold] for fold in folds] if linked else [], told))
    if "questions" in subjects:
        learnt["questions"] = learners.questions(days, folds, stages, how, told)
    if "answers" in subjects:
        learnt["answers"] = learners.answers(days, folds, stages, learnt.get("questions"), how, told)
    final = [s for one in learnt.values() for s in one.final]
    after: list[Counts] = []
    for fold in range(how.folds):
        told("measuring", fold, how.folds)
        numbers = [s for one in learnt.values() for s in (one.folds[fold] if one.folds else one.final)]
        chosen = [(d.day.log, d.published) for d, f in zip(days, folds, strict=True) if f == fold]
        after += [m.counts for m in measure.measured(chosen, Stages(with_numbers(rules, numbers)))]
    changes = [(s, was) for s in final if round(was := value(rules, s), 4) != round(s.value, 4)]
    return Tuned(
        tuple(s for s, _ in changes),
        tuple(was for _, was in changes),
        before,
        figures.figures(after),
        with_numbers(rules, final),
        tuple((name, one.thresholds) for name, one in learnt.items() if one.thresholds),
        {name: one.examples for name, one in learnt.items()},
        how.keep,
        learnt["links"].quotes if "links" in learnt else None,
    )


def _relinked(days: Sequence[Measured], stages: Sequence[Stages], told: Progress) -> Iterator[Measured]:
    """The days with the links by other rules, each by its own."""
    for n, (day, own) in enumerate(zip(days, stages, strict=False)):
        told("linking anew", n, len(days))
        yield from measure.measured([(day.day.log, day.published)], own)
    yield from days[len(stages) :]


def value(rules: Rules, setting: Setting) -> float:
    """What a number is now."""
    return rules.subject(setting.subject).number(setting.path)


def with_numbers(rules: Rules, settings: Iterable[Setting]) -> Rules:
    """The rules with other numbers."""
    by_subject: dict[str, dict[Sequence[str], float]] = {}
    for setting in settings:
        by_subject.setdefault(setting.subject, {})[setting.path] = setting.value
    changed = {name: rules.subject(name).with_numbers(numbers) for name, numbers in by_subject.items()}
    return replace(rules, subjects={**rules.subjects, **changed})
