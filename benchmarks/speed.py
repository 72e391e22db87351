"""How fast the program is, against what it promises: speed.py [help] [day] [parse] [corpus] [--runs N].

Without names all are measured. Exit status 1 where one misses its limit. What is compared runs in turns, so that
whatever else the machine does falls on both; medians are told.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "seeds"
SHARED = Path(os.environ.get("DIGEST_SHARED") or ROOT.parent / "shared")
LOGS = SHARED / "corpus" / "logs"
START = "from digest.cli.app import main; main()"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what was measured, what is promised; `limit` is the most, or the least where `least`."""

    what: str
    value: float
    unit: str
    limit: float
    least: bool = False
    also: str = ""

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.least else self.value <= self.limit

    def __str__(self) -> str:
        bound = "at least" if self.least else "at most"
        verdict = "" if self.met else "  MISSED"
        also = f"  ({self.also})" if self.also else ""
        return f"{self.what:<34} {self.value:8.2f} {self.unit:<8} {bound} {self.limit:g}{verdict}{also}"


@dataclass(frozen=True, slots=True)
class Run:
    """A process: seconds on the wall, CPU seconds, peak memory in MB."""

    wall: float
    cpu: float
    peak: float


def process(command: Sequence[str], cwd: Path) -> Run:
    """What a process of its own costs."""
    began = time.perf_counter()
    child = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if child.returncode:
        raise SystemExit(f"{' '.join(command)}: ended with {child.returncode}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def digest(*args: str) -> list[str]:
    """The command line of `digest args…`, as its console script starts it."""
    return [sys.executable, "-c", START, *args]


def help_ratio(runs: int) -> list[Figure]:
    """`digest --help` against `import typer`."""
    pairs = [
        (process([sys.executable, "-c", "import typer"], ROOT), process(digest("--help"), ROOT))
        for _ in range(2 * runs)
    ]
    base, ours = (median(pair[n].cpu for pair in pairs) for n in (0, 1))
    also = f"CPU {ours * 1000:.0f} ms against {base * 1000:.0f} ms"
    return [Figure("digest --help / import typer", ours / base, "times", 2.5, also=also)]


def cold_day(runs: int) -> list[Figure]:
    """The seed's day, from a cold start to the written file."""
    made = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            made.append(process(digest("build", "2017-05-27", "--logs", str(SEEDS)), Path(folder)))
    wall, cpu = median(r.wall for r in made), median(r.cpu for r in made)
    quickest = min(r.wall for r in made)
    also = f"CPU {cpu:.2f} s, quickest {quickest:.2f} s, {max(r.peak for r in made):.0f} MB"
    return [Figure("the seed's day, cold", wall, "s", 0.8, also=also)]


def parsing(runs: int) -> list[Figure]:
    """Reading alone, in one process, files in the cache."""
    from digest import importers

    paths = sorted(LOGS.rglob("*.markdown")) or [SEEDS / "2017-05-27-chat.markdown"] * 40
    size = sum(path.stat().st_size for path in paths) / 1e6
    rates = []
    for _ in range(runs):
        began = time.process_time()
        for path in paths:
            importers.read(path)
        rates.append(size / (time.process_time() - began))
    return [Figure("parsing alone", max(rates), "MB/s", 50, least=True, also=f"{len(paths)} files, {size:.1f} MB")]


def corpus(runs: int) -> list[Figure]:
    """Every log of the corpus in one process, written to disk."""
    if not LOGS.is_dir():
        print(f"corpus: skipped, {LOGS} is not there. Set DIGEST_SHARED to the folder that holds corpus/logs")
        return []
    with tempfile.TemporaryDirectory() as folder:
        run = process(digest("build", "--all", "--logs", str(LOGS)), Path(folder))
        written = len(list(Path(folder).rglob("*.md")))
    also = f"CPU {run.cpu:.1f} s, {written} digests"
    return [Figure("all logs in one process", run.wall, "s", 30, also=also), Figure("its memory", run.peak, "MB", 300)]


FIGURES: dict[str, Callable[[int], list[Figure]]] = {
    "help": help_ratio,
    "day": cold_day,
    "parse": parsing,
    "corpus": corpus,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*FIGURES, []], help="what to measure")
    parser.add_argument("--runs", type=int, default=7, help="how often")
    given = parser.parse_args()
    found = []
    for name in given.names or FIGURES:
        for figure in FIGURES[name](given.runs):
            print(figure, flush=True)
            found.append(figure)
    if load := os.getloadavg()[0]:
        print(f"\nload {load:.1f} on {os.cpu_count()} cores; this process took {resource.getrusage(0).ru_utime:.1f} s")
    sys.exit(0 if all(figure.met for figure in found) else 1)


if __name__ == "__main__":
    main()
