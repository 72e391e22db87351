"""The digest in `digests/` is what the program writes. `DIGEST_GOLDEN=1 pytest tests/test_golden.py` writes it anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from places import ROOT

PAGE = Path("digests/2017-05-27.md")


def test_the_published_digest_of_the_seeds_day_is_what_the_program_writes(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    subprocess.run([sys.executable, "-m", "digest", "build", "2017-05-27"], cwd=tmp_path, check=True)
    written = (tmp_path / PAGE).read_bytes()
    if os.environ.get("DIGEST_GOLDEN"):
        (ROOT / PAGE).write_bytes(written)
    assert (ROOT / PAGE).read_bytes() == written


def test_small_talk_and_rhetoric_stand_nowhere_in_it() -> None:
    page = (ROOT / PAGE).read_text("utf-8")
    found = [s for s in ("今天还上班吧", "发个不错的工作机会给大家可以吧", "你说他是程序员么", "央企还跳") if s in page]
    assert not found
