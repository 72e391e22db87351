"""An invented project with two days, indexed in this process."""

from __future__ import annotations

import contextlib
import io
from functools import lru_cache
from pathlib import Path
from typing import Any

from cli import DAY, SAID, Result, put
from digest.knowledge import schema, search
from digest.project import folders
from digest.project import settings as config
from digest.project.settings import Settings
from digest.stages import Stages
from digest.subjects import load
from digest.workflows import index
from digest.workflows.index import IndexReport

__all__ = ["DAY", "LATER", "NEXT", "SAID", "ask", "indexed", "put", "run", "stages"]

NEXT = "2031-03-05"
LATER = (
    ("10:00:00", "林山", "请问有人做过热点账户的缓冲记账吗？怎么控制透支？"),
    ("10:01:10", "木木", "缓冲记账先记流水，再汇总入账，透支要靠额度控制"),
    ("10:30:00", "小石-甲公司-开发", "请教一下，Kafka 消息重复消费怎么处理？"),
)


@lru_cache(1)
def stages() -> Stages:
    return Stages(load((config.packaged_rules(),)))


def indexed(project: Settings, **options: Any) -> IndexReport:
    """Bring the store up to date."""
    return index.index(project, stages, **{"processes": 1, **options})


def ask(project: Settings, query: str, **filters: Any) -> tuple[search.Hit, ...]:
    """The hits of a search."""
    with schema.reading(folders.store_path(project.root)) as db:
        return search.search(db, query, search.Filters(**filters)).hits


def run(root: Path, *args: object) -> Result:
    """Run `digest args…` in this process, in the folder of a project."""
    from digest.cli.app import app

    out, err, status = io.StringIO(), io.StringIO(), 0
    with contextlib.chdir(root), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            app([str(a) for a in args], prog_name="digest")
        except SystemExit as end:
            status = int(end.code or 0)
    return Result(status, out.getvalue(), err.getvalue())
