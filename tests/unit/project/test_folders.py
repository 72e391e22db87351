"""Where things lie: days, rooms, logs, pages; how a day is written."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import UsageError
from digest.project import folders
from digest.project import settings as config
from projects import project

DAY = dt.date(2031, 3, 4)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("20310304", "Try 2031-03-04"),
        ("２０３１-03-04", "full-width"),
        ("２０３１０３０４", "full-width"),
        ("2031-02-30", "ends on the 28th"),
        ("2031-00-10", "no such month"),
        ("2031-13-10", "no such month"),
        ("2031-03-00", "begin at 01"),
        ("0000-03-04", "no such year"),
        ("../x", "a path"),
        ("/etc/passwd", "a path"),
        ("..", "a path"),
        ("2031-03-04/", "a path"),
        ("2031-3-4", "not a day"),
        ("2031-03-04\n", "not a day"),
        ("yesterday", "not a day"),
        ("", "an empty text"),
        ("x" * 500, "…"),
    ],
)
def test_what_is_no_day_is_refused_with_its_reason(said: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as told:
        folders.parse_day(said)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 200


@given(st.dates())
def test_every_day_of_the_calendar_is_read(day: dt.date) -> None:
    assert folders.parse_day(day.isoformat()) == day


@given(st.text())
def test_any_other_text_is_refused(said: str) -> None:
    try:
        assert folders.parse_day(said).isoformat() == said
    except UsageError as error:
        assert str(error).isprintable()


def test_logs_are_listed_by_day_and_room(tmp_path: Path) -> None:
    found = project(
        tmp_path, "dev/2031-03-05-chat.markdown", "dev/2031-03-04-chat.markdown", "arch/2031-03-04.json",
        "2031-03-01-chat.md", "2031-02-30-chat.md", "notes.md", ".hidden/2031-03-04-chat.md", "2031-03-04-chat.md.bak",
    )  # fmt: skip
    assert [(log.day.day, log.room) for log in folders.days(found)] == [(1, ""), (4, "arch"), (4, "dev"), (5, "dev")]
    assert [log.day.day for log in folders.days(found, "dev")] == [4, 5]
    assert [log.day.day for log in folders.days(found, "")] == [1]
    assert folders.days(project(tmp_path / "empty")) == ()


def test_the_log_of_a_day_is_found(tmp_path: Path) -> None:
    found = project(tmp_path, "2031-03-04-chat.markdown", "dev/2031-03-05-chat.markdown")
    assert folders.find_log(found, DAY).path == tmp_path / "seeds/2031-03-04-chat.markdown"
    assert folders.find_log(found, dt.date(2031, 3, 5)).room == "dev"


def test_where_a_day_has_both_forms_its_log_is_the_one_of_records(tmp_path: Path) -> None:
    found = project(tmp_path, "2031-03-04-chat.markdown", "2031-03-04.jsonl", "2031-03-05-chat.markdown")
    assert folders.find_log(found, DAY).path == tmp_path / "seeds/2031-03-04.jsonl"
    assert [log.path.suffix for log in folders.days(found)] == [".jsonl", ".markdown"]


def test_a_day_that_two_rooms_have_needs_a_room(tmp_path: Path) -> None:
    logs = ("arch/2031-03-04-chat.markdown", "dev/2031-03-04-chat.markdown")
    found = project(tmp_path, *logs)
    with pytest.raises(UsageError, match=r"arch, dev.*--room"):
        folders.find_log(found, DAY)
    assert folders.find_log(found, DAY, "dev").room == "dev"
    assert folders.find_log(project(tmp_path, toml='room = "arch"'), DAY).room == "arch"


@pytest.mark.parametrize("room", ["..", "a/b", "/etc", "x" * 300, "\0", "De"])
def test_a_room_there_is_not_is_refused(tmp_path: Path, room: str) -> None:
    with pytest.raises(UsageError, match="Rooms are dev") as told:
        folders.find_log(project(tmp_path, "dev/2031-03-04-chat.markdown"), DAY, room)
    assert str(told.value).isprintable()


def test_a_day_without_a_log_names_the_nearest(tmp_path: Path) -> None:
    found = project(tmp_path, "dev/2031-03-04-chat.markdown", "dev/2031-05-04-chat.markdown")
    with pytest.raises(UsageError, match="nearest there is: 2031-03-04 --room dev"):
        folders.find_log(found, dt.date(2031, 3, 9))
    with pytest.raises(UsageError, match="nearest"):
        folders.find_log(found, dt.date(2031, 3, 9), "dev")
    with pytest.raises(UsageError, match="no such folder"):
        folders.find_log(config.settings(tmp_path / "dev"), DAY)


def test_two_files_for_one_day_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"2031-03-04-chat\.markdown, 2031-03-04\.json"):
        folders.find_log(project(tmp_path, "2031-03-04-chat.markdown", "2031-03-04.json"), DAY)


def test_a_digest_lies_in_the_folder_of_its_room(tmp_path: Path) -> None:
    found = project(tmp_path)
    assert folders.page_path(found, DAY) == tmp_path / "digests/2031-03-04.md"
    assert folders.page_path(found, DAY, "dev") == tmp_path / "digests/dev/2031-03-04.md"
    assert folders.page_path(found, DAY, "..").parent.parent == tmp_path / "digests"


@given(
    st.one_of(
        st.text(),
        st.sampled_from(["..", ".", "", "a/b", "CON", "nul.txt", "-x", "~", " ", "x" * 300, "支付" * 80, "a."]),
    )
)
def test_any_room_gets_a_safe_folder(room: str) -> None:
    name = folders.safe_folder(room)
    assert name == folders.safe_folder(room)
    assert 0 < len(name.encode()) <= 120
    assert Path(name).parts == (name,)
    assert name not in (".", "..")
    assert not set(name) & set('/\\:*?"<>|\0\n ')
    assert name[0] not in ".-~"
    assert name[-1] not in ". "
    assert name.split(".")[0].upper() not in ("CON", "NUL", "AUX", "PRN")


@given(st.text(), st.text())
def test_two_rooms_share_no_folder(one: str, other: str) -> None:
    import unicodedata

    same = unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
    assert (folders.safe_folder(one) == folders.safe_folder(other)) == same


def test_a_plain_room_keeps_its_name() -> None:
    assert [folders.safe_folder(room) for room in ("proddev", "支付产品群", "a.b_c-1")] == [
        "proddev",
        "支付产品群",
        "a.b_c-1",
    ]
