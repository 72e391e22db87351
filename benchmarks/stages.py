"""Where the time of a cold build goes, stage by stage: stages.py [LOG] [--runs N].

Each run is a process of its own; the figures are CPU milliseconds, medians over the runs, so that a busy machine
disturbs them less than a clock on the wall would.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

SEED = Path(__file__).resolve().parents[1] / "seeds" / "2017-05-27-chat.markdown"


def once(log: Path) -> dict[str, float]:
    """CPU milliseconds of each stage, the interpreter's own start included."""
    rows: dict[str, float] = {"start of Python": time.process_time() * 1000}

    def timed(name: str, run: Callable[[], Any]) -> Any:
        began = time.process_time()
        result = run()
        rows[name] = (time.process_time() - began) * 1000
        return result

    began = time.process_time()
    from digest import importers
    from digest import stages as pipeline
    from digest.conversation import questions as questions_stage
    from digest.conversation import turns as segment
    from digest.conversation.acts.acts import ActScorer
    from digest.conversation.people import people as people_stage
    from digest.conversation.replies import answers as answers_stage
    from digest.conversation.replies import links as links_stage
    from digest.conversation.replies import turn_features as features_stage
    from digest.conversation.talk import talk as talk_stage
    from digest.editorial import select
    from digest.editorial.headings import topics
    from digest.page import render
    from digest.project import settings as config
    from digest.subjects import load

    rows["imports"] = (time.process_time() - began) * 1000
    rules = timed("rules: load", lambda: load((config.packaged_rules(),)))
    stages = pipeline.Stages(rules)
    read = timed("read", lambda: importers.read(log))
    inside: dict[str, float] = {}
    open_: list[float] = []  # of each stage that runs, the time that stages inside it took

    def watched(module: Any, name: str, label: str) -> None:
        inner = getattr(module, name)

        def run(*args: Any, **named: Any) -> Any:
            began = time.process_time()
            open_.append(0.0)
            try:
                return inner(*args, **named)
            finally:
                took = (time.process_time() - began) * 1000
                inside[label] = inside.get(label, 0.0) + took - open_.pop()
                if open_:
                    open_[-1] += took

        setattr(module, name, run)

    for module, name, label in (
        (people_stage, "people", "people"),
        (talk_stage, "talk", "talk"),
        (talk_stage, "state", "talk: state"),
        (talk_stage, "hosts", "talk: hosts"),
        (segment, "turns", "segment"),
        (ActScorer, "before_links", "acts, before the links"),
        (ActScorer, "after_links", "acts, after the links"),
        (features_stage, "turn_features", "turn features (rjieba's dictionary)"),
        (links_stage, "links", "links"),
        (questions_stage, "candidates", "questions"),
        (answers_stage, "given", "answers"),
        (select, "resources", "resources"),
        (topics, "topics", "topics"),
        (topics, "day_title", "title"),
    ):
        watched(module, name, label)
    began = time.process_time()
    day = pipeline.analyse(read, stages, evidence=False)
    rows["analyse, the rest of it"] = (time.process_time() - began) * 1000 - sum(inside.values())
    asked = timed("questions: texts", lambda: pipeline.questions(day, stages))
    before = sum(inside.values())
    began = time.process_time()
    made = pipeline.digest(day, asked, stages)
    rest = (time.process_time() - began) * 1000 - (sum(inside.values()) - before)
    rows["compose, the rest of it"] = rest
    timed("render", lambda: render.page(made, read, stages.layout))
    rows.update(inside)
    rows["all"] = time.process_time() * 1000
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", nargs="?", type=Path, default=SEED)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.once:
        print(json.dumps(once(given.log)))
        return
    command = [sys.executable, __file__, str(given.log), "--once"]
    runs = [json.loads(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(given.runs)]
    for name in sorted(runs[0], key=lambda n: median(r.get(n, 0.0) for r in runs)):
        print(f"{median(r.get(name, 0.0) for r in runs):8.1f} ms  {name}")


if __name__ == "__main__":
    main()
