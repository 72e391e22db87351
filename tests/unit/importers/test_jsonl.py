"""The project's own form of a log: what is written comes back, what is wrong in it is named with its line."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import importers
from digest.errors import DigestError, LogError
from digest.importers import jsonl
from digest.model import KINDS, DayPosition, Image, Log, Message, Quote

DAY = dt.date(2031, 3, 4)
HEAD = '{"log": 1, "room": "", "day": "2031-03-04"}\n'


def log_of(*messages: Message) -> Log:
    return Log("", "", DAY, messages, len(messages), zone="Asia/Shanghai")


def read(folder: Path, text: str) -> Log:
    path = folder / "2031-03-04.jsonl"
    path.write_text(text, "utf-8", newline="")
    return importers.read(path)


def test_a_log_is_a_head_and_a_record_a_line() -> None:
    first = Message((0,), 33302, "Ada", "Two lines:\n    indented", id="m1", sender="u1")
    second = Message((1,), 33300, "Bo", "", images=(Image("", "a.png"),), kind="image", reply_to=0, reply_id="m1")
    late = Message((2,), 90000, "Bo", "yes", minute=True, reply_place=DayPosition(dt.date(2031, 3, 3), 5))
    assert jsonl.text(log_of(first, second, late)).splitlines() == [
        '{"log": 1, "room": "", "day": "2031-03-04", "zone": "Asia/Shanghai"}',
        '{"time": "09:15:02", "name": "Ada", "sender": "u1", "id": "m1", "text": "Two lines:\\n    indented"}',
        '{"time": "09:15:00", "name": "Bo", "kind": "image", "images": [{"label": "", "url": "a.png"}], '
        '"reply_to": 0, "reply_id": "m1"}',
        '{"time": "01:00", "date": "2031-03-05", "name": "Bo", "text": "yes", '
        '"reply_to": 5, "reply_day": "2031-03-03"}',
    ]


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
MESSAGES = st.builds(
    Message,
    positions=st.just((0,)),
    second=st.integers(0, 2 * 86400 - 1),
    speaker=TEXTS,
    text=TEXTS,
    images=st.lists(st.builds(Image, TEXTS, TEXTS), max_size=2).map(tuple),
    quote=st.none() | st.builds(Quote, TEXTS, TEXTS),
    also=st.lists(TEXTS, max_size=2).map(tuple),
    id=st.just(""),
    sender=TEXTS,
    kind=st.sampled_from(KINDS),
    reply_place=st.none() | st.builds(DayPosition, st.just(dt.date(2031, 3, 1)), st.integers(0, 9)),
    edited=st.booleans(),
)


@given(st.lists(MESSAGES, max_size=5))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, messages: list[Message]) -> None:
    placed = [dataclasses.replace(m, positions=(n,), id=f"m{n}") for n, m in enumerate(messages)]
    log = log_of(*placed)
    again = read(tmp_path_factory.getbasetemp(), jsonl.text(log))
    assert [dataclasses.replace(m, raw="", line=0) for m in again.messages] == placed
    assert jsonl.text(again) == jsonl.text(log)


def test_a_parent_is_found_by_its_id_when_records_were_added(tmp_path: Path) -> None:
    rows = [
        {"time": "09:00", "name": "Ada", "text": "new"},
        {"time": "09:01", "name": "Bo", "id": "m1", "text": "why?"},
    ]
    rows.append({"time": "09:02", "name": "Ada", "text": "so", "reply_to": 0, "reply_id": "m1"})
    assert read(tmp_path, HEAD + "".join(json.dumps(row) + "\n" for row in rows)).messages[2].reply_to == 1


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("nonsense", "2: not a JSON object"),
        ("[1]", "2: not a JSON object"),
        ("[" * 100_000, "2: not a JSON object"),
        ("{}", "2: a record needs"),
        ('{"time": "25:00"}', "2: a record needs"),
        ('{"time": "09:00", "kind": "song"}', "2: kind 'song': no such kind"),
        ('{"time": "09:00", "name": 7}', "2: name is no text"),
        ('{"time": "09:00", "images": 7}', "2: a record needs"),
        ('{"time": "09:00", "date": "never"}', "2: 'never' is no day"),
    ],
)
def test_a_line_that_is_no_record_is_named(tmp_path: Path, line: str, problem: str) -> None:
    with pytest.raises(LogError, match=problem):
        read(tmp_path, HEAD + line + "\n")


def test_where_a_day_has_both_forms_the_records_count_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "2031-03-04-chat.markdown").write_text("> 07:00:00  Ada\n\nold\n")
    log = read(tmp_path, HEAD + '{"time": "09:00", "name": "Ada", "text": "new"}\n')
    assert [m.text for m in log.messages] == ["new"]
    assert "2031-03-04-chat.markdown stands beside it and was left out" in log.warnings[0]


@given(st.binary(max_size=200))
def test_no_bytes_bring_the_reader_down(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "2031-03-04.jsonl"
    path.write_bytes(HEAD.encode() + data)
    try:
        importers.read(path)
    except DigestError as error:
        assert "\n" not in str(error)
