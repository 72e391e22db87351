"""A list of the forgotten without its own key is never read as a list of nobody."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from digest.errors import DigestError
from digest.project import forgotten
from indexed import DAY, put, run

READERS = (
    ("build", "--all"),
    ("build", "--all", "--fresh"),
    ("index",),
    ("extract", f"seeds/{DAY}-chat.markdown"),
    ("explain", DAY, "09:15"),
    ("graph", DAY),
    ("people", DAY),
    ("privacy",),
    ("forget", "木木"),
    ("forget", "木木", "--yes"),
)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A project in which somebody was forgotten."""
    root = tmp_path / "project"
    put(root)
    assert run(root, "build", "--all").status == 0
    assert run(root, "forget", "林山", "--yes").status == 0
    return root


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_a_list_without_its_key_stops_whatever_reads_logs(here: Path, words: tuple[str, ...]) -> None:
    key = here / ".digest" / "key"
    key.unlink()
    told = run(here, *words)
    assert (told.status, told.out) == (2, "")
    assert ".digest/key: gone" in told.err and "Bring it back" in told.err
    assert not key.exists()


def test_no_pseudonyms_are_made_with_a_new_key_where_a_list_lost_its_own(here: Path) -> None:
    (here / ".digest" / "key").unlink()
    assert run(here, "export", "all.jsonl", "--pseudonyms").status == 2
    assert not (here / ".digest" / "key").exists()


def test_a_list_does_not_take_another_key_for_its_own(here: Path) -> None:
    (here / ".digest" / "key").write_bytes(bytes(32))
    told = run(here, "build", "--all")
    assert told.status == 2 and "made with another key" in told.err


def test_a_list_without_a_check_value_is_read(here: Path) -> None:
    path = here / ".digest" / "forgotten"
    stored = json.loads(path.read_text("utf-8"))
    assert stored.pop("check")
    (here / forgotten.NOTICE).unlink()
    path.write_text(json.dumps(stored), "utf-8")
    assert "林山" in forgotten.forgotten(here)
    path.write_text(json.dumps(stored["labels"]), "utf-8")
    assert "林山" in forgotten.forgotten(here)
    forgotten.add(here, ["木木"])
    assert json.loads(path.read_text("utf-8"))["check"]


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_a_clone_without_the_private_folder_says_that_it_cannot_know(here: Path, words: tuple[str, ...]) -> None:
    shutil.rmtree(here / ".digest")
    told = run(here, *words)
    assert (told.status, told.out) == (2, "")
    assert "nobody can know whom" in told.err and "Bring .digest/forgotten and .digest/key" in told.err


def test_the_notice_names_nobody_and_another_list_does_not_pass_for_its(here: Path, tmp_path: Path) -> None:
    text = (here / forgotten.NOTICE).read_text("utf-8")
    assert "林山" not in text
    assert all(label not in text for label in json.loads((here / ".digest" / "forgotten").read_text("utf-8"))["labels"])
    other = tmp_path / "other"
    forgotten.add(other, ["木木"])
    for name in ("key", "forgotten"):
        shutil.copy(other / ".digest" / name, here / ".digest" / name)
    with pytest.raises(DigestError, match="another list"):
        forgotten.forgotten(here)


def test_a_file_of_the_users_under_the_notices_name_stays(tmp_path: Path) -> None:
    (tmp_path / forgotten.NOTICE).write_text("things I forgot\n", "utf-8")
    forgotten.add(tmp_path, ["木木"])
    assert (tmp_path / forgotten.NOTICE).read_text("utf-8") == "things I forgot\n"
    assert "木木" in forgotten.forgotten(tmp_path)
