"""Each format's sample reads as expected; a format is a folder of samples/ that holds both."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest import importers
from digest.importers import testing
from digest.importers.source import HEAD, Source

SAMPLES = Path(__file__).parent / "samples"
EXPECTED = sorted(SAMPLES.rglob("expected.json"))


def sample(expected: Path) -> Path:
    """The file or folder beside what is expected of it."""
    (path,) = (path for path in expected.parent.iterdir() if path != expected)
    return path


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: str(path.parent.relative_to(SAMPLES)))
def test_the_sample_reads_as_expected(expected: Path) -> None:
    name = expected.relative_to(SAMPLES).parts[0]
    assert testing.differences(importers.importer(name), sample(expected), expected) == []


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: str(path.parent.relative_to(SAMPLES)))
def test_the_sample_is_known_by_its_content(expected: Path) -> None:
    source = Source.of(sample(expected))
    assert importers.claims(source.head(HEAD), source.path)[0] == expected.relative_to(SAMPLES).parts[0]


def test_each_export_has_a_sample() -> None:
    assert {path.relative_to(SAMPLES).parts[0] for path in EXPECTED} >= set(importers.EXPORTS)
