"""Where indexing's time goes: index.py [--every N]. CPU seconds for all logs of the corpus, one process."""

from __future__ import annotations

import argparse
import gc
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from digest import importers
from digest import stages as pipeline
from digest.knowledge import rows as made
from digest.knowledge import schema
from digest.knowledge import write as writer
from digest.project import folders
from digest.project import settings as config
from digest.stages import Stages
from digest.subjects import load
from digest.workflows import index

SHARED = Path(os.environ.get("DIGEST_SHARED") or Path(__file__).resolve().parents[2] / "shared")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=4, help="every N-th log; figures are for all")
    given = parser.parse_args()
    if not SHARED.is_dir():
        raise SystemExit("the corpus is not at hand (set DIGEST_SHARED to its folder)")
    spent: Counter[str] = Counter()

    def timed(name: str, run: Callable[[], Any]) -> Any:
        begun = time.process_time()
        result = run()
        spent[name] += time.process_time() - begun  # type: ignore[assignment]
        return result

    def watched(name: str) -> None:
        inner = getattr(pipeline, name)
        setattr(pipeline, name, lambda *args, **named: timed(f"pipeline: {name}", lambda: inner(*args, **named)))

    stages = Stages(load((config.packaged_rules(),)))
    index.warm(stages)
    for name in ("analyse", "questions", "digest"):
        watched(name)
    gc.disable()
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(config.settings(Path(folder)), logs=SHARED / "corpus" / "logs")
        sources = index.day_files(settings)[:: given.every]
        logs = [
            timed("import", lambda s=s: importers.read(s.log, day=s.day, room=s.room))  # type: ignore[misc]
            for s in sources
        ]
        rows = [timed("rows", lambda log=log: made.rows(log, None, stages)) for log in logs]  # type: ignore[misc]
        spent["rows"] -= sum(took for name, took in spent.items() if name.startswith("pipeline"))  # type: ignore[assignment]

        def write() -> None:
            with schema.rebuilding(folders.store_path(settings.root)) as db:
                into = writer.Writer(db, lambda texts: {}, lambda word: 0.5)
                for n in range(0, len(rows), index.CHUNK * index.BATCH):
                    into.begin()
                    for source, row in list(zip(sources, rows, strict=True))[n : n + index.CHUNK * index.BATCH]:
                        into.put(source.name(settings.root), row)
                    into.commit()
                writer.settle(db, {}, (), whole=True)

        timed("write", write)
        size = folders.store_path(settings.root).stat().st_size / sum(s.log.stat().st_size for s in sources if s.log)
    for name, took in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"{took * given.every:7.1f} s  {name}")
    print(f"{sum(spent.values()) * given.every:7.1f} s  all; the store is {size:.2f} times the logs' size")


if __name__ == "__main__":
    main()
