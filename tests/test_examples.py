"""The examples do what they say: their rules pass, their pages are what the program writes, their edits survive.

After a change of what is written, write the pages anew and read the difference:

    DIGEST_GOLDEN=1 pytest tests/test_examples.py
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli import run
from digest.importers import testing
from places import ROOT

MOON = ROOT / "examples" / "moon"
RELAY = ROOT / "examples" / "importer"
PAGES = ROOT / "tests" / "golden" / "moon"
DAYS = ("2031-09-28", "2031-09-29")
STAMP = re.compile(r"<!-- digest:\w+ -->")


@pytest.fixture
def moon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the group's folder without its digests; it is the current folder."""
    shutil.copytree(MOON, tmp_path / "moon", ignore=shutil.ignore_patterns("digests", ".digest"))
    monkeypatch.chdir(tmp_path / "moon")
    return tmp_path / "moon"


def test_the_groups_pages_are_what_the_program_writes(moon: Path, capsys: Any) -> None:
    assert run(capsys, "build", "--all").status == 0
    for day in DAYS:
        page = (moon / "digests" / f"{day}.md").read_text("utf-8")
        if os.environ.get("DIGEST_GOLDEN"):
            (PAGES / f"{day}.md").write_text(page, "utf-8")
            edited = MOON / "digests" / f"{day}.md"
            edited.write_text(STAMP.sub(STAMP.search(page)[0], edited.read_text("utf-8")), "utf-8")  # type: ignore[index]
        assert (PAGES / f"{day}.md").read_text("utf-8") == page, "DIGEST_GOLDEN=1 writes it anew"


def test_the_editors_words_stay_on_a_fresh_clone(moon: Path, capsys: Any) -> None:
    shutil.copytree(MOON / "digests", moon / "digests")
    assert run(capsys, "build", "--all").status == 0
    for day in DAYS:
        assert (moon / "digests" / f"{day}.md").read_bytes() == (MOON / "digests" / f"{day}.md").read_bytes()
    assert "2 edited" in run(capsys, "status").out


def test_the_groups_rules_pass_lint_and_their_own_examples(moon: Path, capsys: Any) -> None:
    assert run(capsys, "rules", "lint").status == 0
    assert run(capsys, "rules", "test").status == 0


def test_every_kind_of_thing_that_a_day_can_hold_stands_in_the_groups_pages() -> None:
    pages = "".join((PAGES / f"{day}.md").read_text("utf-8") for day in DAYS)
    for sign in ("<!-- s:talk", "<!-- s:qa", "<!-- s:late", "<!-- s:notices", "![", "==待回复==", "A（9月29日）："):
        assert sign in pages


def test_the_importers_sample_is_read_as_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(RELAY)
    importer = importlib.import_module("digest_moonradio")
    assert testing.differences(importer, RELAY / "sample.log", RELAY / "expected.json") == []


INSTALLED = """
from pathlib import Path
from digest.importers import chosen, importer
from digest.importers.source import Source
source = Source.of(Path("sample.log"))
print(*chosen(source)[0:1], *(chat.room for chat in importer("moonradio").read(source)))
"""


@pytest.mark.slow
def test_an_importer_that_is_installed_as_a_package_is_chosen_for_its_logs(tmp_path: Path) -> None:
    # into a folder of its own: the environment of the tests stays as it is
    copy, packages = tmp_path / "importer", tmp_path / "packages"
    shutil.copytree(RELAY, copy)
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", packages, copy], check=True)
    env = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{packages}", "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", INSTALLED], cwd=copy, env=env, capture_output=True, check=True)
    assert done.stdout.decode().split() == ["moonradio", "月面支付群", "月球食堂"]
