"""Days built one after the other or by several processes: the same digests, the same outcomes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from cli import put
from digest import Project
from digest.workflows import build
from digest.workflows.engine import Runner, forked, serial

DAYS = ("2031-03-04", "2031-03-05", "2031-03-06")


@pytest.mark.parametrize("engine", [serial, partial(forked, processes=2)])
def test_an_engine_gives_results_in_the_order_of_the_items(engine: Runner) -> None:
    assert list(engine(str, [3, 1, 2])) == ["3", "1", "2"]


def test_days_built_by_several_processes_are_those_built_one_after_the_other(tmp_path: Path) -> None:
    outcomes = []
    for name, engine in (("serial", serial), ("forked", partial(forked, processes=2))):
        root = tmp_path / name
        for day in DAYS:
            put(root, day)
        (root / "seeds" / "2031-03-07-chat.markdown").write_bytes(b"\xff\xfe broken")
        project = Project(root)
        built = list(build.build(project.days(), project.settings, project.stages, engine=engine))
        outcomes.append([(type(one), one.exit_status, one.late) for one in built])
    assert outcomes[0] == outcomes[1] and len(outcomes[0]) == len(DAYS) + 1
    pages = [
        sorted(p.read_text("utf-8") for p in (tmp_path / name / "digests").iterdir()) for name in ("serial", "forked")
    ]
    assert pages[0] == pages[1] and len(pages[0]) == len(DAYS)
