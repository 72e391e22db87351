"""`digest import`: what it says, prints and writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from digest.cli.app import app
from places import ROOT

SAMPLE = ROOT / "tests/unit/importers/samples/chatlog_json"


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["import", *words])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_logs_are_written_and_the_account_is_told(folder: Path) -> None:
    status, said, _ = run(str(SAMPLE / "chatlog.json"), "--tz", "Asia/Shanghai")
    assert status == 0
    assert "13 records = 12 messages + 1 system; 3 replies" in said
    assert len(list((folder / "seeds").rglob("*.jsonl"))) == 3


def test_json_prints_what_is_expected_and_writes_nothing(folder: Path) -> None:
    status, said, _ = run(str(SAMPLE / "chatlog.json"), "--tz", "Asia/Shanghai", "--json")
    assert status == 0
    assert json.loads(said)["rooms"] == json.loads((SAMPLE / "expected.json").read_text())["rooms"]
    assert not list(folder.iterdir())


def test_without_a_zone_the_machines_is_named() -> None:
    assert "this machine's zone" in run(str(SAMPLE / "chatlog.json"), "--dry-run")[1]


def test_strict_fails_where_a_record_could_not_be_read(folder: Path) -> None:
    (folder / "x.json").write_text('[{"seq":1,"talker":"a"},7]')
    status, said, _ = run("x.json", "--strict")
    assert status == 1
    assert "2 records = 2 unreadable" in said
    assert "line 1: no time" in said


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["x.txt"], "no such file"),
        (["x.bin"], "no export of a format we know"),
        (["x.bin", "--format", "telegraph"], "no such format"),
        (["x.bin", "--tz", "Moon/Base"], "no such zone"),
        (["x.bin", "--day-starts", "late"], "no time"),
    ],
)
def test_bad_input_is_told_in_a_line(folder: Path, words: list[str], problem: str) -> None:
    (folder / "x.bin").write_bytes(b"\x7fELF")
    status, _, said = run(*words)
    assert status == 2
    assert problem in said
    assert said.count("\n") == 1
