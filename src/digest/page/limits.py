"""Bounds on the time and memory of what somebody else wrote, such as a template."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]

_STATM = Path("/proc/self/statm")


class Overtime(Exception):
    """What was bounded takes too long."""


@contextmanager
def limited(seconds: float, memory: int) -> Iterator[None]:
    """Raise Overtime after so many seconds, and MemoryError past so many bytes more than there are now.

    Time is bounded where signals can be had: in the main thread, not on Windows. Memory is bounded on Linux.
    """
    with _timed(seconds), _sized(memory):
        yield


@contextmanager
def _timed(seconds: float) -> Iterator[None]:
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise Overtime

    former = signal.signal(signal.SIGALRM, stop)
    delay, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, delay, interval)
        signal.signal(signal.SIGALRM, former)


@contextmanager
def _sized(memory: int) -> Iterator[None]:
    try:
        pages = int(_STATM.read_text("ascii").split()[0])
    except (OSError, ValueError):
        pages = 0
    if resource is None or not pages:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = pages * resource.getpagesize() + memory
    if soft != resource.RLIM_INFINITY and soft <= most:
        yield
        return
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
