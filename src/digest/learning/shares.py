"""What each rule for answers and links does over days; those of the acts are told by `measure.shares`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from digest.conversation.questions import QUESTION
from digest.learning import evidence, figures, fit, measure
from digest.learning.evidence import Answered
from digest.learning.figures import Counts
from digest.learning.measure import Measured, Share
from digest.stages import Stages


def answers(days: Sequence[Measured], stages: Stages) -> tuple[Share, ...]:
    """For each rule for answers: pairs of turn and question on which it fired, those of published questions, those
    that are right; and what link F1 loses without it (nothing is fitted anew)."""
    rules = stages.rules.subject("answers").rules
    threshold = stages.answer_settings.threshold
    weights = fit.vector([*(r.weight for r in rules), stages.answer_settings.none])
    made: list[tuple[Measured, Answered]] = []
    for d in days:
        groups = measure.kept(d.day, d.day.acts.scores[QUESTION], stages.question_settings)
        if (one := evidence.answered(d.day, d.published, groups, stages, 1.0)) is not None:
            made.append((d, one))
    baseline = [_counts(d, one, weights, threshold) for d, one in made]
    chosen = [_chosen(one.table, weights, threshold) for _, one in made]
    whole = figures.figures(baseline).link_f1
    columns = [(one.table.rows.tocsc(), one.known_rows) for _, one in made]
    found = []
    for k, rule in enumerate(rules):
        fired = inside = right = 0
        counts = list(baseline)
        without = weights.copy()
        without[k] = 0.0
        for n, ((d, one), (matrix, known)) in enumerate(zip(made, columns, strict=True)):
            rows = matrix.indices[matrix.indptr[k] : matrix.indptr[k + 1]]
            fired += len(rows)
            inside += int(known[rows].sum())
            right += int((one.table.right[rows] * known[rows]).sum())
            if weights[k] and len(rows) and (_chosen(one.table, without, threshold) != chosen[n]).any():
                counts[n] = _counts(d, one, without, threshold)
        found.append(Share(rule.id, "answers", rule.weight, fired, inside, right, None, None, _loss(whole, counts)))
    return tuple(sorted(found, key=lambda s: (-(s.link_f1 or 0.0), s.rule)))


def _loss(whole: float, counts: Sequence[Counts]) -> float:
    return whole - figures.figures(counts).link_f1


def _counts(d: Measured, made: Answered, weights: fit.Vector, threshold: float) -> Counts:
    (found,) = evidence.printed(made, weights, (threshold,))
    return figures.counts(found, d.published.questions)


def _chosen(table: fit.Table, weights: fit.Vector, threshold: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which rows are over the threshold."""
    assert table.starts is not None
    odds = fit.scores(table, weights)
    sizes = np.diff(np.append(table.starts, table.size))
    raised = np.exp(odds - np.repeat(np.maximum.reduceat(odds, table.starts), sizes))
    return np.asarray(raised / np.repeat(np.add.reduceat(raised, table.starts), sizes) > threshold)


def links(days: Sequence[Measured], stages: Stages) -> tuple[Share, ...]:
    """For each rule for links: candidates of quoted replies on which it fired, those that are the parent; and how many
    of the quotes that find their parent lose it without the rule, as a share of all."""
    rules = stages.rules.subject("links").rules
    weights = fit.vector([*(r.weight for r in rules), 0.0])
    made = [q for d in days if (q := evidence.replying(d.day, stages)) is not None and q.quotes]
    total = max(1, sum(q.quotes + q.lost for q in made))
    base = sum(q.found(weights) for q in made)
    columns = [(q.table.rows.tocsc(), sum(q.sizes[: q.quotes])) for q in made]
    found = []
    for k, rule in enumerate(rules):
        fired = right = 0
        without = weights.copy()
        without[k] = 0.0
        for q, (matrix, end) in zip(made, columns, strict=True):
            rows = matrix.indices[matrix.indptr[k] : matrix.indptr[k + 1]]
            rows = rows[rows < end]
            fired += len(rows)
            right += int(q.table.right[rows].sum())
        loss = (base - sum(q.found(without) for q in made)) / total if weights[k] else 0.0
        found.append(Share(rule.id, "links", rule.weight, fired, fired, right, None, None, loss))
    return tuple(sorted(found, key=lambda s: (-(s.link_f1 or 0.0), s.rule)))
