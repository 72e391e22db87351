"""Each format's sample reads as expected; a format is a folder of samples/ that holds both."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import importers
from digest.errors import DigestError
from digest.importers import days, testing
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
    head = b"" if source.path.is_dir() else source.head(HEAD)
    assert importers.claims(head, source.path)[0] == expected.relative_to(SAMPLES).parts[0]


def test_each_export_has_a_sample() -> None:
    assert {path.relative_to(SAMPLES).parts[0] for path in EXPECTED} >= set(importers.EXPORTS)


@given(data=st.data())
@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: str(path.parent.relative_to(SAMPLES)))
def test_no_change_of_a_sample_brings_its_reader_down(
    tmp_path_factory: pytest.TempPathFactory, expected: Path, data: st.DataObject
) -> None:
    name = expected.relative_to(SAMPLES).parts[0]
    original = sample(expected)
    path = tmp_path_factory.getbasetemp() / "export"
    changed = path
    if original.is_dir():
        path = path.with_name("folder")
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(original, path)
        files = sorted(file.relative_to(original) for file in original.rglob("*") if file.is_file())
        changed = path / data.draw(st.sampled_from(files))
        original = original / changed.relative_to(path)
    content = original.read_bytes()
    at = data.draw(st.integers(0, len(content)))
    cut = data.draw(st.integers(0, 40))
    put = data.draw(st.sampled_from([b"", b"\n", b"\n\n", b'"', b"{", b"]", b",", b"\x00", b"[[[", b"99", b"null"]))
    changed.write_bytes(content[:at] + put + content[at + cut :])
    account = days.Account()
    source = Source.of(path, day=dt.date(2031, 3, 4), year=2031)
    try:
        list(days.logs(importers.importer(name).read(source), account, path="", zone=days.zone_of("UTC")))
    except DigestError as error:
        assert str(error)
    else:
        assert account.whole
