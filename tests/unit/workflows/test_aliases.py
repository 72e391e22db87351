"""`digest people --learn`: what many days teach about labels stands in the editor's rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli import put, run

DAYS = [f"2031-03-{n:02d}" for n in range(4, 9)]
SAID = (
    ("09:15:02", "Finn", "想请问大家一个问题，银行通道返回的错误码一般在哪一层做封装？"),
    ("09:16:07", "林山", "@方小语-某公司-产品-上海\u2005我们放在渠道网关"),
    ("09:16:40", "Finn", "@林山\u2005明白了，谢谢"),
    ("09:20:00", "木木", "今天天气不错"),
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for day in DAYS:
        put(tmp_path, day, said=SAID)
    (tmp_path / "rules").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_card_that_others_use_for_one_speaker_on_many_days_is_learned(here: Path, capsys: object) -> None:
    result = run(capsys, "people", "--learn")
    assert result.status == 0
    assert "Finn = 方小语-某公司-产品-上海" in result.out
    assert '["Finn", "方小语-某公司-产品-上海"]' in (here / "rules" / "persons-learned.yml").read_text("utf-8")
    assert run(capsys, "rules", "lint").status == 0


def test_learning_twice_writes_the_same_file(here: Path, capsys: object) -> None:
    run(capsys, "people", "--learn")
    before = (here / "rules" / "persons-learned.yml").read_bytes()
    again = run(capsys, "people", "--learn")
    assert "nothing was written" in again.out
    assert (here / "rules" / "persons-learned.yml").read_bytes() == before


def test_the_learned_labels_are_used(here: Path, capsys: object) -> None:
    run(capsys, "people", "--learn")
    put(here, "2031-03-10", said=(*SAID[:1], ("09:17:00", "木木", "@方小语-某公司-产品-上海\u2005放网关")))
    assert "方小语-某公司-产品-上海" in run(capsys, "people", "2031-03-10").out


def test_a_day_and_learning_do_not_go_together(here: Path, capsys: object) -> None:
    assert run(capsys, "people", DAYS[0], "--learn").status == 2
    assert run(capsys, "people").status == 2


def test_the_packaged_rules_are_never_written_to(here: Path, capsys: object) -> None:
    (here / "rules").rmdir()
    result = run(capsys, "people", "--learn")
    assert result.status == 2
    assert "mkdir rules" in result.err
