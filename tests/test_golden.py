"""The digest in `digests/` is what the program writes. `DIGEST_GOLDEN=1 pytest tests/test_golden.py` writes it anew."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from digest.cli.app import main

ROOT = Path(__file__).resolve().parent.parent
PAGE = Path("digests/2017-05-27.md")


def test_the_published_digest_of_the_seeds_day_is_what_the_program_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        monkeypatch.setattr("sys.argv", ["digest", "build", "2017-05-27"])
        main()
    assert not stopped.value.code
    written = (tmp_path / PAGE).read_bytes()
    if os.environ.get("DIGEST_GOLDEN"):
        (ROOT / PAGE).write_bytes(written)
    assert (ROOT / PAGE).read_bytes() == written
