"""How the items of a long work are gone through: one after the other here, or spread over forked processes.

An engine gives the result of each item, in the order of the items. A cluster's would be a third function like these.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_work: Callable[[Any], Any]  # of a worker's process, which is told once and does nothing else


class Runner(Protocol):
    """Results of `work` for each item, in the order of the items; each is made when it is taken, or before."""

    def __call__(self, work: Callable[[T], R], items: Sequence[T], /) -> Iterator[R]: ...


def serial(work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
    """Results one by one, each made when it is taken."""
    return map(work, items)


def forked(work: Callable[[T], R], items: Sequence[T], processes: int | None = None) -> Iterator[R]:
    """Results made by as many forked processes as there are processors, or items.

    `work` and what it holds is inherited by the processes, not sent to them: load what all need before.
    """
    number = min(len(items), processes or len(os.sched_getaffinity(0)))
    if number <= 1:
        yield from map(work, items)
        return
    import multiprocessing  # start-up: a run in which nothing changed needs no workers

    gc.collect()
    gc.freeze()  # else the first collection in a child copies every page it shares with us
    try:
        with multiprocessing.get_context("fork").Pool(number, initializer=_begin, initargs=(work,)) as pool:
            yield from pool.imap(_called, items)
    finally:
        gc.unfreeze()


def _begin(work: Callable[[Any], Any]) -> None:
    global _work
    _work = work
    # the terminal sends Ctrl-C to all of us; the children leave it to the parent, who ends them
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # a day's values go when the day is done: they point in no circles. To look for some took a fortieth of the time
    # even once a chunk, for what is kept for the next days is gone through too
    gc.disable()


def _called(item: Any) -> Any:
    return _work(item)
