"""Odd disks, odd terminals, odd settings: a line that says what to do, and nothing lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from digest.project import folders
from indexed import DAY, put, run

STORE = Path(".digest", "store.db")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    put(tmp_path, said=(("09:00:00", "林山", "请教一下，热点账户的缓冲记账怎么控制透支额度？😀"),))
    for words in (("build", "--all"), ("index",)):
        assert run(tmp_path, *words).status == 0
    return tmp_path


@pytest.mark.parametrize("content", [b"", b"not a database, but long enough to be looked at as one"])
def test_a_store_that_a_full_disk_left_empty_keeps_nobody_from_being_forgotten(here: Path, content: bytes) -> None:
    (here / STORE).write_bytes(content)
    assert run(here, "forget", "林山", "--yes").status == 0
    assert "热点账户" not in (here / "digests" / f"{DAY}.md").read_text("utf-8")


def test_a_pipe_in_the_place_of_the_store_is_told_and_not_waited_for(here: Path) -> None:
    (here / STORE).unlink()
    os.mkfifo(here / STORE)
    for words in (("search", "热点"), ("index",), ("faq",), ("export", "all.jsonl")):
        told = run(here, *words)
        assert told.status == 2 and "not a file" in told.err, words


def test_a_disk_that_nobody_writes_to_can_be_searched(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    made: set[str] = set()
    for words in (("search", "热点"), ("month", "2031-03", "--dry-run")):
        assert run(here, *words).status == 0
        made |= {path.name for path in folders.store_path(here).parent.iterdir()}
    assert not {"store.db-wal", "store.db-shm"} & made


@pytest.mark.parametrize("name", ["logs", "out", "rules", "templates", "encoding", "room", "me", "agreed"])
def test_a_nul_in_the_settings_is_a_problem_in_a_line(here: Path, name: str) -> None:
    (here / "digest.toml").write_text(f'{name} = "a\\u0000b"\n', "utf-8")
    for words in (("build", "--all"), ("status",), ("index",)):
        told = run(here, *words)
        assert told.status == 2 and "S102" in told.err and "Traceback" not in told.err


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "latin-1"])
def test_json_is_json_whatever_the_terminal_knows(here: Path, encoding: str) -> None:
    words = [sys.executable, "-m", "digest", "extract", f"seeds/{DAY}-chat.markdown"]
    env = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    printed = subprocess.run(words, cwd=here, env=env, capture_output=True, check=True).stdout
    assert "透支额度" in json.loads(printed)["questions"][0]["text"]
    assert b"\\ud83d\\ude00" in printed or "😀" not in json.dumps(json.loads(printed), ensure_ascii=False)


def test_doctor_touches_nothing_behind_a_symlink(here: Path, tmp_path: Path) -> None:
    outside = here / "outside"
    outside.mkdir()
    (outside / "notes.md").write_text("somebody's own", "utf-8")
    (here / ".digest" / "conflicts").symlink_to(outside)
    told = run(here, "doctor")
    assert told.status == 1 and "symlink" in told.out
    assert (outside / "notes.md").read_text("utf-8") == "somebody's own"


def test_a_table_holds_no_characters_that_a_terminal_obeys(tmp_path: Path) -> None:
    put(tmp_path, said=(("09:00:00", "林山", "请教一下，热点账户的\x1b[31m缓冲记账怎么\x07控制透支额度？"),))
    (tmp_path / "digests").mkdir()
    assert run(tmp_path, "index").status == 0
    assert run(tmp_path, "export", "all.csv").status == 0
    text = (tmp_path / "all.csv").read_text("utf-8")
    assert "热点账户" in text and not {"\x1b", "\x07"} & set(text)
