"""The rules' weights and thresholds, fitted to what editors published.

Days are dealt into folds. For each fold the weights are fitted to the days of the others, rounded as they would be
written, and its threshold is chosen on the others' days too; then the program runs over the fold's days with them. The
figures of these runs are what to expect on days that nobody has seen. What is written is fitted to all days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from digest import evaluate, fit, measure
from digest.evaluate import Counts, Figures
from digest.measure import Measured, Source
from digest.pipeline import Stages
from digest.questions import QUESTION, Asking
from digest.rewrite import Setting
from digest.rules.model import Rules, Subject

STEP = 0.05  # weights are written in such steps, so that a person can read them
THRESHOLDS = tuple(n / 50 for n in range(6, 31))  # 0.12, 0.14, … 0.6
SUBJECTS = ("questions", "links", "answers")


@dataclass(frozen=True, slots=True)
class Fitting:
    """How weights are fitted."""

    folds: int = 10
    strength: float = 30.0  # how strongly weights are pulled to 0, or to what they are
    window_weight: float = 0.15  # what a turn counts that stands outside the stretches that editors took up
    keep: bool = False  # pull to what the weights are, not to 0: for few days
    aim: str = "both"  # F1 that thresholds are chosen for: in window, whole day, both


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


@dataclass(slots=True)
class _Learnt:
    """A subject's numbers: for each fold, then for all days."""

    folds: list[list[Setting]]
    final: list[Setting]
    thresholds: tuple[float, ...]
    examples: int


Progress = Callable[[str, int, int], None]


def tune(
    sources: Sequence[Source], rules: Rules, subjects: Sequence[str], how: Fitting, told: Progress = lambda *_: None
) -> Tuned:
    """New numbers for the rules of `subjects`, fitted to published digests; nothing is written."""
    stages = Stages(rules)
    days: list[Measured] = []
    for n, source in enumerate(sources):
        told("reading", n, len(sources))
        days += measure.measured([source], stages)
    order = sorted(range(len(days)), key=lambda n: (days[n].published.day, days[n].published.room))
    days = [days[n] for n in order]
    folds = [n % how.folds for n in range(len(days))]
    learnt: dict[str, _Learnt] = {}
    if "questions" in subjects:
        learnt["questions"] = _questions(days, folds, rules.subject("questions"), stages.asking, how, told)
    final = [s for one in learnt.values() for s in one.final]
    after: list[Counts] = []
    for fold in range(how.folds):
        told("measuring", fold, how.folds)
        changed = with_numbers(rules, [s for one in learnt.values() for s in one.folds[fold]])
        chosen = [(d.day.log, d.published) for d, f in zip(days, folds, strict=True) if f == fold]
        after += [m.counts for m in measure.measured(chosen, Stages(changed))]
    changes = [(s, was) for s in final if round(was := value(rules, s), 4) != round(s.value, 4)]
    return Tuned(
        tuple(s for s, _ in changes),
        tuple(was for _, was in changes),
        evaluate.figures([d.counts for d in days]),
        evaluate.figures(after),
        with_numbers(rules, final),
        tuple((name, one.thresholds) for name, one in learnt.items()),
        {name: one.examples for name, one in learnt.items()},
    )


def value(rules: Rules, setting: Setting) -> float:
    """What a number is now."""
    subject = rules.subject(setting.subject)
    if len(setting.path) == 1:
        return subject.by_id[setting.path[0]].weight
    found: Any = subject.settings if setting.path[0] == "settings" else subject.tables[setting.path[0]]
    for key in setting.path[1:]:
        found = found[key]
    return float(found)


def with_numbers(rules: Rules, settings: Iterable[Setting]) -> Rules:
    """The rules with other numbers."""
    by_subject: dict[str, list[Setting]] = {}
    for setting in settings:
        by_subject.setdefault(setting.subject, []).append(setting)
    subjects = dict(rules.subjects)
    for name, numbers in by_subject.items():
        subjects[name] = _changed(subjects[name], numbers)
    return replace(rules, subjects=subjects)


def _changed(subject: Subject, numbers: Sequence[Setting]) -> Subject:
    weights = {s.path[0]: s.value for s in numbers if len(s.path) == 1}
    values, tables = dict(subject.settings), dict(subject.tables)
    for s in numbers:
        if len(s.path) > 1 and s.path[0] == "settings":
            values[s.path[1]] = s.value
        elif len(s.path) > 1:
            tables[s.path[0]] = _put(tables[s.path[0]], s.path[1:], s.value)
    made = replace(
        subject,
        settings=values,
        tables=tables,
        rules=tuple(replace(r, weight=weights.get(r.id, r.weight)) for r in subject.rules),
    )
    # the expressions are the same; compiled once they serve every fold
    made.__dict__["texts"] = subject.texts
    return made


def _put(table: Mapping[str, Any], path: Sequence[str], new: float) -> dict[str, Any]:
    key, *rest = path
    return {**table, key: _put(table[key], rest, new) if rest else new}


def rounded(weight: float) -> float:
    """A weight in steps that a person can read."""
    return round(round(weight / STEP) * STEP, 2) + 0.0


# ---------------------------------------------------------------- questions


def _questions(
    days: Sequence[Measured], folds: Sequence[int], subject: Subject, asking: Asking, how: Fitting, told: Progress
) -> _Learnt:
    rules = subject.of_act(QUESTION)
    columns = len(rules) + 1
    tables = []
    for d in days:
        marks = measure.labels(d.day, d.published)
        weights = [1.0 if inside or right else how.window_weight for inside, right in marks]
        tables.append(fit.table(d.day.acts.fired[QUESTION], [right for _, right in marks], weights, columns))
    bias = float(subject.tables["acts"][QUESTION]["bias"])
    former = fit.vector([*(r.weight for r in rules), bias])
    signs = [r.sign for r in rules]
    pull = former if how.keep else None

    def settings(weights: fit.Vector, threshold: float) -> list[Setting]:
        made = [Setting("questions", (r.id,), rounded(w)) for r, w in zip(rules, weights[:-1], strict=True)]
        made.append(Setting("questions", ("acts", QUESTION, "bias"), rounded(weights[-1])))
        return [*made, Setting("questions", ("settings", "threshold"), threshold)]

    every = fit.fitted(fit.joined(tables), signs, how.strength, pull=pull)
    by_fold = []
    counts: list[list[Counts]] = [[] for _ in days]  # of each day, by threshold, from weights that never saw it
    for fold in range(how.folds):
        told("fitting questions", fold, how.folds)
        others = [t for t, f in zip(tables, folds, strict=True) if f != fold]
        found = fit.fitted(fit.joined(others), signs, how.strength, pull=pull)
        by_fold.append(fit.vector([rounded(w) for w in found]))
        for n, d in enumerate(days):
            if folds[n] == fold:
                scores = [float(odds) for odds in fit.scores(tables[n], by_fold[-1])]
                for t in THRESHOLDS:
                    asked = measure.asked(d.day, scores, replace(asking, threshold=t))
                    counts[n].append(evaluate.counts(asked, d.published.questions))
    thresholds = [
        _threshold([c for c, f in zip(counts, folds, strict=True) if f != fold] or counts, how.aim)
        for fold in range(how.folds)
    ]
    return _Learnt(
        [settings(w, t) for w, t in zip(by_fold, thresholds, strict=True)],
        settings(every, _threshold(counts, how.aim)),
        tuple(thresholds),
        sum(t.size for t in tables),
    )


def _threshold(counts: Sequence[Sequence[Counts]], aim: str) -> float:
    """The threshold at which the days' figures are best; of equals the lowest."""

    def worth(k: int) -> float:
        f = evaluate.figures([day[k] for day in counts])
        return {"window": f.window_f1, "day": f.q_f1}.get(aim, (f.window_f1 + f.q_f1) / 2)

    return THRESHOLDS[max(range(len(THRESHOLDS)), key=lambda k: (round(worth(k), 6), -k))]
