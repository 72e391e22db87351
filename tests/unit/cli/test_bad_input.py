"""What an ordinary day with broken files brings: one line, the place, the next step, and nothing lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli import DAY, put, run

LOG = f"seeds/{DAY}-chat.markdown"
PAGE = f"digests/{DAY}.md"


def refused(result: Any, *words: str) -> bool:
    lines = result.err.splitlines()
    return result.status == 2 and len(lines) == 1 and all(word in lines[0] for word in words)


@pytest.mark.parametrize("encoding", ["idna", "punycode"])
def test_an_encoding_of_host_names_is_none_of_logs(here: Path, capsys: Any, encoding: str) -> None:
    assert refused(run(capsys, "build", DAY, "--encoding", encoding), encoding, "Try utf-8")


def test_utf_32_is_not_taken_for_utf_16(here: Path, capsys: Any) -> None:
    log = here / LOG
    log.write_bytes(log.read_text("utf-8").encode("utf-32"))
    assert refused(run(capsys, "build", DAY), "Try --encoding utf-32")
    assert run(capsys, "build", DAY, "--encoding", "utf-32").status == 0


def test_a_room_whose_name_is_no_utf_8_is_told_and_the_others_are_built(here: Path, capsys: Any) -> None:
    try:
        put(here, room=os.fsdecode(b"bad\xff"))
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    result = run(capsys, "build", "--all")
    assert result.status == 2 and "is not UTF-8" in result.err and (here / PAGE).exists()


def test_a_room_of_terminal_codes_gives_its_commands_to_nobody(here: Path, capsys: Any) -> None:
    put(here, room="\x1b[31m")
    result = run(capsys, "build", DAY, "--room", "nowhere")
    assert result.status == 2 and "\x1b" not in result.err


def test_a_room_with_a_space_is_quoted_in_the_next_step(here: Path, capsys: Any) -> None:
    put(here, room="two words")
    out = run(capsys, "build", DAY, "--room", "two words").out
    assert "--room 'two words'" in " ".join(out.split()) or "explain" not in out


def test_the_folder_of_digests_is_no_room(built: Path, capsys: Any) -> None:
    (built / LOG).rename(built / f"{DAY}-chat.markdown")
    assert "(unchanged)" in run(capsys, "build", DAY, "--logs", ".").out


def test_a_warning_names_the_log_as_the_user_does(here: Path, capsys: Any) -> None:
    log = here / LOG
    log.write_bytes(log.read_bytes().rstrip())
    assert run(capsys, "build", DAY).err.startswith(f"digest: warning: {LOG}: ")


def test_a_log_that_shrank_is_told(built: Path, capsys: Any) -> None:
    log = built / LOG
    top = log.read_text("utf-8").partition("\n> ")[0]
    log.write_text(top + "\n", "utf-8")
    before = (built / PAGE).read_bytes()
    result = run(capsys, "build", DAY)
    assert "the log shrank" in result.err and (built / PAGE).read_bytes() == before


def test_a_digest_without_its_last_mark_is_damaged_and_not_all_well(built: Path, capsys: Any) -> None:
    page = built / PAGE
    page.write_text(page.read_text("utf-8").rpartition("<!-- digest:")[0], "utf-8")
    assert run(capsys, "status").status == 1
    assert "last mark" in " ".join(run(capsys, "doctor").out.split())


@pytest.mark.parametrize("broken", ['[{"key": 1, "base": 2, "mine": 3, "theirs": 4}]', "[" * 100_000])
def test_a_broken_file_of_conflicts_is_told(built: Path, capsys: Any, broken: str) -> None:
    path = built / ".digest/conflicts" / f"{DAY}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(broken, "utf-8")
    for command in (("status",), ("diff", DAY), ("resolve", DAY)):
        assert refused(run(capsys, *command), "digest doctor")
    assert run(capsys, "doctor").status == 0


def test_no_backup_is_written_through_a_symlink(built: Path, capsys: Any) -> None:
    elsewhere = built / "elsewhere"
    elsewhere.mkdir()
    (built / ".digest/backups").symlink_to(elsewhere)
    page = built / PAGE
    page.write_text(page.read_text("utf-8").replace("一般在哪一层做封装", "在哪一层封装"), "utf-8")
    before = page.read_bytes()
    assert refused(run(capsys, "build", DAY, "--fresh"), "backups", "symlink")
    assert page.read_bytes() == before and not list(elsewhere.iterdir())


def test_a_store_with_broken_text_is_told_and_can_be_rebuilt(built: Path, capsys: Any) -> None:
    run(capsys, "index")
    with sqlite3.connect(".digest/store.db", isolation_level=None) as db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_schema SET name = CAST(x'ff61' AS TEXT) WHERE name = 'words'")
    db.close()
    assert refused(run(capsys, "search", "网关"), "digest index --rebuild")
    assert run(capsys, "index", "--rebuild").status == 0
    assert run(capsys, "search", "网关").status == 0


def test_a_folder_in_the_stores_place_is_told(built: Path, capsys: Any) -> None:
    (built / ".digest/store.db").mkdir()
    assert refused(run(capsys, "index", "--rebuild"), "store.db", "Move it away")


@pytest.mark.parametrize(
    ("template", "words"),
    [
        (b"\xff\xfe", ("thread.md.j2:1", "not UTF-8")),
        (b"x" * 1_000_001, ("thread.md.j2", "1,000,000")),
        (b"{% include 'thread.md.j2' %}", ("thread.md.j2:1", "recursion")),
    ],
)
def test_a_template_that_cannot_be_used_is_named(
    here: Path, capsys: Any, template: bytes, words: tuple[str, ...]
) -> None:
    (here / "templates").mkdir()
    (here / "templates/thread.md.j2").write_bytes(template)
    assert refused(run(capsys, "build", DAY), *words)
    assert not (here / PAGE).exists()


def test_a_graph_is_written_over_no_log_and_no_digest(built: Path, capsys: Any) -> None:
    for path in (LOG, PAGE):
        before = (built / path).read_bytes()
        assert refused(run(capsys, "graph", DAY, "-o", path), path)
        assert (built / path).read_bytes() == before


@pytest.mark.parametrize("name", ["digest.toml", "rules"])
def test_settings_behind_a_symlink_that_leads_nowhere_are_not_passed_over(here: Path, capsys: Any, name: str) -> None:
    (here / name).symlink_to("nowhere")
    assert run(capsys, "build", DAY).status == 2


def test_settings_with_a_byte_order_mark_are_read(here: Path, capsys: Any) -> None:
    (here / "digest.toml").write_bytes(b'\xef\xbb\xbfout = "pages"\n')
    run(capsys, "build", DAY)
    assert (here / "pages" / f"{DAY}.md").exists()


def test_a_name_longer_than_a_path_can_be_is_one_line(here: Path, capsys: Any) -> None:
    (here / "digest.toml").write_text(f'logs = "{"x" * 5000}"\n')
    assert refused(run(capsys, "build", DAY), "too long")


@pytest.mark.parametrize("args", [("--help",), ("rules", "list"), ("build", DAY)])
def test_an_output_that_takes_nothing_is_one_line_and_status_2(here: Path, args: tuple[str, ...]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, "-m", "digest", *args], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2 and b"full" in done.stderr and b"Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("folder", ["digests", ".digest", ".digest/bases"])
def test_a_folder_that_may_not_be_read_is_told(built: Path, capsys: Any, folder: str) -> None:
    (built / folder).chmod(0)
    try:
        for command in (("build", DAY), ("status",)):
            assert "no permission" in run(capsys, *command).err
    finally:
        (built / folder).chmod(0o755)


def test_a_terminal_that_knows_no_chinese_gets_what_it_can_show(built: Path) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-m", "digest", "people", DAY], env=env, capture_output=True, check=False)
    assert done.returncode == 0 and done.stderr == b"" and rb"\u" in done.stdout
