"""How fast the program is, against what it promises: speed.py [help] [day] [parse] [corpus] [--runs N].

Without names all are measured. Exit status 1 where one misses its limit. What is compared runs in turns, so that
whatever else the machine does falls on both; medians are told.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
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
BYTECODE = Path(tempfile.gettempdir()) / f"digest-benchmark-{os.getpid()}"  # gone when we end
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
    """What a process of its own costs. Modules are compiled beforehand, as they are where a package is installed."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(BYTECODE)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    began = time.perf_counter()
    child = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, env=environment)
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
    process(digest("--help"), ROOT)
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
    for _ in range(runs + 1):
        with tempfile.TemporaryDirectory() as folder:
            made.append(process(digest("build", "2017-05-27", "--logs", str(SEEDS)), Path(folder)))
    del made[0]  # it compiled the modules
    wall, cpu = median(r.wall for r in made), median(r.cpu for r in made)
    quickest = min(r.wall for r in made)
    also = f"CPU {cpu:.2f} s, quickest {quickest:.2f} s, {max(r.peak for r in made):.0f} MB"
    return [Figure("the seed's day, cold", wall, "s", 0.8, also=also)]


def parsing(runs: int) -> list[Figure]:
    """Text in memory → the time, name and body of each message; and beside it from the file to the Log.

    Parsing is what the importer does to the text alone: headers found, times worked out, names and bodies cleaned,
    entities decoded, quotes and pictures cut off. The rest makes Messages of it, looks for doubled ones and for
    oddities. Each file counts with its best run: a few of some thousand readings always meet a busy neighbour.
    """
    from digest import importers
    from digest.importers import jekyll
    from digest.importers.source import Source

    paths = sorted(LOGS.rglob("*.markdown")) or [SEEDS / "2017-05-27-chat.markdown"] * 40
    size = sum(path.stat().st_size for path in paths) / 1e6
    texts = [Source.of(path).text() for path in paths]
    starts = [found.start() if (found := jekyll.HEADER.search(text)) else len(text) for text in texts]
    parsed = _best(runs, [lambda t=t, s=s: jekyll.parsed(t, s, {}) for t, s in zip(texts, starts, strict=True)])  # type: ignore[misc]
    read = _best(runs, [lambda p=p: importers.read(p) for p in paths])  # type: ignore[misc]
    also = f"{len(paths)} files, {size:.1f} MB; from file to Log {size / read:.0f} MB/s"
    return [Figure("parsing alone", size / parsed, "MB/s", 50, least=True, also=also)]


def _best(runs: int, works: Sequence[Callable[[], object]]) -> float:
    """Seconds for all of some works, each with its best run."""
    best = [float("inf")] * len(works)
    for _ in range(runs):
        for n, work in enumerate(works):
            began = time.perf_counter()
            work()
            best[n] = min(best[n], time.perf_counter() - began)
    return sum(best)


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
    try:
        for name in given.names or FIGURES:
            for figure in FIGURES[name](given.runs):
                print(figure, flush=True)
                found.append(figure)
    finally:
        shutil.rmtree(BYTECODE, ignore_errors=True)
    if load := os.getloadavg()[0]:
        print(f"\nload {load:.1f} on {os.cpu_count()} cores; this process took {resource.getrusage(0).ru_utime:.1f} s")
    sys.exit(0 if all(figure.met for figure in found) else 1)


if __name__ == "__main__":
    main()
