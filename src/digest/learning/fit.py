"""Weights that explain labels best: logistic regression and conditional logit, with bounds and a pull to a start.

Everything is sparse and runs in one thread, so that the same input gives the same bits. scipy is imported here alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digest.errors import MissingExtraError

try:
    from scipy.optimize import minimize
    from scipy.sparse import csr_matrix, vstack
except ModuleNotFoundError:
    raise MissingExtraError("scipy", "tune") from None

Vector = NDArray[np.float64]
STEPS = 400


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of what fired. `groups[i]` is where row i's group begins, for a choice among several; none for yes or no.

    Column `columns - 1` is the bias: it has no bounds and is not pulled.
    """

    rows: Any  # csr_matrix
    right: Vector  # 1 where the row is right
    weight: Vector  # of a row; of a group, that of its first row
    starts: NDArray[np.int64] | None = None

    @property
    def size(self) -> int:
        return int(self.rows.shape[0])


def table(
    fired: Sequence[Sequence[int]],
    right: Sequence[bool],
    weight: Sequence[float],
    columns: int,
    starts: Sequence[int] | None = None,
    biased: Sequence[bool] | None = None,
) -> Table:
    """A table of rows, each the places of what fired; a bias is added to the rows that `biased` names, else to all."""
    indices: list[int] = []
    pointers = [0]
    for n, row in enumerate(fired):
        indices += row
        if biased is None or biased[n]:
            indices.append(columns - 1)
        pointers.append(len(indices))
    matrix = csr_matrix(
        (np.ones(len(indices)), np.array(indices, dtype=np.int32), np.array(pointers, dtype=np.int32)),
        shape=(len(fired), columns),
    )
    return Table(
        matrix,
        np.array(right, dtype=np.float64),
        np.array(weight, dtype=np.float64),
        None if starts is None else np.array(starts, dtype=np.int64),
    )


def joined(tables: Sequence[Table]) -> Table:
    """Several tables as one."""
    starts = None
    if any(t.starts is not None for t in tables):
        offsets = np.cumsum([0, *(t.size for t in tables[:-1])])
        starts = np.concatenate([t.starts + o for t, o in zip(tables, offsets, strict=True) if t.starts is not None])
    return Table(
        csr_matrix(vstack([t.rows for t in tables], format="csr")),
        np.concatenate([t.right for t in tables]),
        np.concatenate([t.weight for t in tables]),
        starts,
    )


def fired(data: Table) -> Vector:
    """In how many rows each column stands."""
    return np.asarray(data.rows.sum(axis=0), dtype=np.float64).ravel()


def vector(values: Sequence[float]) -> Vector:
    """Numbers as weights."""
    return np.array(values, dtype=np.float64)


def scores(rows: Table, weights: Vector) -> Vector:
    """Log-odds of each row."""
    return np.asarray(rows.rows @ weights, dtype=np.float64)


def fitted(
    data: Table,
    signs: Sequence[str],
    strength: float,
    start: Vector | None = None,
    pull: Vector | None = None,
) -> Vector:
    """The weights: bounded by `signs` (positive, negative or free), pulled to `pull` (0 where None) with `strength`.

    Yes or no: logistic regression, a row's loss times its weight. Groups: the log of the share of the odds that the
    right rows of each group have, as in a conditional logit with several right choices.
    """
    columns = data.rows.shape[1]
    center = np.zeros(columns) if pull is None else pull
    penalty = np.full(columns, strength)
    penalty[-1] = 1e-6
    bounds = [_bounds(sign) for sign in signs] + [(None, None)]
    transposed = csr_matrix(data.rows.T)

    def loss(weights: Vector) -> tuple[float, Vector]:
        value, slope = _loss(data, np.asarray(data.rows @ weights))
        away = weights - center
        return value + 0.5 * float(penalty @ (away * away)), transposed @ slope + penalty * away

    first = np.zeros(columns) if start is None else start
    low = np.array([-np.inf if b[0] is None else b[0] for b in bounds])
    high = np.array([np.inf if b[1] is None else b[1] for b in bounds])
    found = minimize(
        loss,
        np.clip(first, low, high),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": STEPS, "ftol": 1e-9, "gtol": 1e-5},
    )
    return np.asarray(found.x, dtype=np.float64)


def _bounds(sign: str) -> tuple[float | None, float | None]:
    return {"positive": (0.0, None), "negative": (None, 0.0)}.get(sign, (None, None))


def _loss(data: Table, odds: Vector) -> tuple[float, Vector]:
    if data.starts is None:
        chance = 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
        losses = np.logaddexp(0, odds) - data.right * odds
        return float(data.weight @ losses), data.weight * (chance - data.right)
    starts, counts = data.starts, np.diff(np.append(data.starts, data.size))
    weight = data.weight[starts]
    top = np.repeat(np.maximum.reduceat(odds, starts), counts)
    raised = np.exp(odds - top)
    every = np.add.reduceat(raised, starts)
    good = np.maximum(np.add.reduceat(raised * data.right, starts), 1e-300)
    value = float(weight @ (np.log(every) - np.log(good)))
    each = np.repeat(weight, counts)
    slope = each * (raised / np.repeat(every, counts) - raised * data.right / np.repeat(good, counts))
    return value, slope
