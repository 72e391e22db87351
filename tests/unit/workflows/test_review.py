"""How digests stand, as values that a page or a program could show; nothing is printed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from cli import DAY, put
from digest import Project
from digest.workflows import build, review


def test_states_and_changes_come_as_values_and_nothing_is_printed(tmp_path: Path, capsys: Any) -> None:
    log = put(tmp_path)
    project = Project(tmp_path)
    assert [row.state for row in review.states(project.settings)] == ["missing"]
    list(build.build(project.days(), project.settings, project.stages))
    assert [row.state for row in review.states(project.settings)] == ["untouched"]
    same = review.compare(project.settings, DAY)
    assert not (same.edits or same.rebuild or same.exit_status)

    same.path.write_text(same.path.read_text("utf-8").replace("银行通道", "银行渠道"), "utf-8")
    log.write_text(log.read_text("utf-8").replace("只认内部", "只认自己"), "utf-8")
    (row,) = review.states(project.settings)
    assert row == replace(row, state="edited", stale=True, deleted=())
    changed = review.compare(project.settings, DAY)
    assert any("银行渠道" in line for line in changed.edits)
    assert not changed.rebuild  # the editor changed this entry: what the rules would is for her to take
    assert any("只认自己" in sentence for proposal in changed.proposals for sentence in proposal.new)
    assert changed.exit_status == 1
    assert review.doctor(project.settings) == ()
    assert capsys.readouterr() == ("", "")


def test_a_doctor_finds_nothing_where_nothing_was_built(tmp_path: Path) -> None:
    assert review.doctor(Project(tmp_path).settings) is None
