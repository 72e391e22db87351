"""Builds as processes of their own: several at once, told to stop, killed, and an editor who saves meanwhile.

DIGEST_STOPS=20 DIGEST_SAVES=2000 looks harder.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli import put

pytestmark = pytest.mark.slow  # starts dozens of processes

DAYS = ("2031-03-04", "2031-03-05")
# what an editor's program does: read, add a line, put the new file in the old one's place
EDITOR = """
import os, sys, time
from pathlib import Path
path, last = Path(sys.argv[1]), int(sys.argv[2])
for n in range(last):
    text = path.read_text("utf-8")
    # a program that thinks for a while saves an old buffer
    time.sleep(0.002 * (n % 4))
    aside = path.with_suffix(".swp")
    aside.write_text(text.replace("<!-- digest:", f"她写的第{n}号。\\n\\n<!-- digest:"), "utf-8")
    os.replace(aside, path)
    time.sleep(0.005)
"""
# builds over and over, each time with another answer
BUILDER = """
import sys
from pathlib import Path
from digest import files
from digest.page.shelf import Shelf, build
from digest.errors import ConflictError
path, until = Path(sys.argv[1]), Path(sys.argv[2])
page = path.read_text("utf-8").rpartition("\\n\\n<!-- digest:")[0] + "\\n"
shelf, n = Shelf(path.parents[1], path.parent), 0
while not until.exists() or n % 2:
    n += 1
    try:
        with files.lock(shelf.project):
            build(shelf, path, page.replace("渠道网关，", f"渠道网关{n}，"))
    except ConflictError as error:
        assert "meanwhile" in str(error), error
print(n)
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for day in DAYS:
        put(tmp_path, day)
    monkeypatch.chdir(tmp_path)
    assert started("build", "--all").wait() == 0
    return tmp_path


def started(*args: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "digest", *args], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def page(day: str) -> Path:
    return Path(f"digests/{day}.md")


def edited() -> dict[str, str]:
    """Both digests after an edit, and logs that bring something new."""
    for day in DAYS:
        text = page(day).read_text("utf-8")
        page(day).write_text(text.replace("一般在哪一层做封装", "在哪一层封装"), "utf-8")
        log = Path(f"seeds/{day}-chat.markdown")
        log.write_text(log.read_text("utf-8").replace("业务系统只认", "业务系统就只认"), "utf-8")
    return {day: page(day).read_text("utf-8") for day in DAYS}


def test_builds_at_once_wait_for_each_other(here: Path) -> None:
    edited()
    runs = [started("build", "--all") for _ in range(3)]
    assert [run.wait() for run in runs] == [0, 0, 0]
    for day in DAYS:
        text = page(day).read_text("utf-8")
        assert "在哪一层封装" in text  # what the log changed in that entry is a proposal
        assert text.count("<!-- digest:") == 1


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_build_that_is_stopped_at_any_moment_loses_nothing(here: Path, how: signal.Signals) -> None:
    before = edited()
    chance = random.Random(how)
    start = time.monotonic()
    assert started("build", "--all").wait() == 0
    lasts = time.monotonic() - start
    right = {day: page(day).read_text("utf-8") for day in DAYS}
    for _ in range(int(os.environ.get("DIGEST_STOPS", "2"))):
        for day in DAYS:
            page(day).write_text(before[day], "utf-8")
        run = started("build", "--all")
        time.sleep(lasts * chance.uniform(0.5, 1.05))
        run.send_signal(how)
        run.wait()
        for day in DAYS:
            assert page(day).read_text("utf-8") in (before[day], right[day])
        assert started("doctor").wait() == 0
        assert not list(here.rglob(".digest-*.tmp"))
        assert started("build", "--all").wait() == 0
        assert {day: page(day).read_text("utf-8") for day in DAYS} == right


def test_an_editor_who_saves_during_builds_loses_no_line(here: Path) -> None:
    last = int(os.environ.get("DIGEST_SAVES", "60"))
    path, until = page(DAYS[0]), Path("done")
    builds = subprocess.Popen(
        [sys.executable, "-c", BUILDER, str(path.absolute()), str(until.absolute())],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    subprocess.run([sys.executable, "-c", EDITOR, str(path), str(last)], check=True)
    until.touch()
    out, err = builds.communicate(timeout=60)
    assert builds.returncode == 0, err.decode()
    assert int(out) > 3
    text = path.read_text("utf-8")
    assert [n for n in range(last) if text.count(f"她写的第{n}号。") != 1] == []
    assert started("doctor").wait() == 0
