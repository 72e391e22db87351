"""What all tests share: the invented day in a folder of its own, and which tests run when.

`pytest` leaves the slow tests out, `pytest --slow` takes them along, as CI does. Tests under the marker `corpus` read
logs that are not part of the project; they are skipped where those are not at hand.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli import DAY, put, run
from digest.subjects import load
from digest.words import Vocabulary, vocabulary
from places import CORPUS, RULES, SHARED

MINUTES, SLOW_MINUTES = 4, 6  # on two cores; the second with the slow tests


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the slow tests, too")


def pytest_report_header(config: pytest.Config) -> list[str]:
    slow = config.getoption("--slow")
    corpus = f"in {SHARED}" if CORPUS.is_dir() else "not at hand; DIGEST_SHARED names the folder that holds corpus/"
    return [
        f"takes: about {SLOW_MINUTES if slow else MINUTES} minutes on two cores, "
        + ("slow tests included" if slow else "without the slow tests (--slow runs them, too)"),
        f"corpus: {corpus}",
    ]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    no_corpus = pytest.mark.skip(reason="needs the corpus: set DIGEST_SHARED to the folder that holds it")
    for item in items:
        if item.get_closest_marker("corpus") and not CORPUS.is_dir():
            item.add_marker(no_corpus)
    if not config.getoption("--slow"):
        slow = [item for item in items if item.get_closest_marker("slow")]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not item.get_closest_marker("slow")]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder that holds the log of the invented day; it is the current folder."""
    put(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def built(here: Path, capsys: Any) -> Path:
    """The same folder after a build of the day."""
    assert run(capsys, "build", DAY).status == 0
    return here


@pytest.fixture(scope="session")
def words() -> Vocabulary:
    """The vocabulary of the packaged lexicon."""
    return vocabulary(load([RULES]).subject("lexicon").lists)
