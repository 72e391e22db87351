"""From an export's records to logs: zone, midnight, order, doubles, recalls, replies, and the account."""

from __future__ import annotations

import datetime as dt

import pytest

from digest.errors import UsageError
from digest.importers import days
from digest.importers.base import Chat, Parent, Raw, Unreadable
from digest.model import DayPosition, Log

SHANGHAI = days.zone_of("Asia/Shanghai")


def at(clock: str, day: int = 4) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2031-03-{day:02}T{clock}")


def cut(*records: Raw | Unreadable, starts: int = 0, zone: str = "") -> tuple[list[Log], days.Account]:
    account = days.Account()
    hours = dt.timedelta(hours=starts)
    logs = list(days.logs([Chat("room", records, zone)], account, path="x", zone=SHANGHAI, starts=hours))
    assert account.whole
    return logs, account


def texts(*records: Raw | Unreadable) -> list[str]:
    return [message.text for log in cut(*records)[0] for message in log.messages]


@pytest.mark.parametrize(
    "moment", [at("23:50:05"), at("15:50:05").replace(tzinfo=dt.UTC), at("15:50:05").replace(tzinfo=dt.UTC).timestamp()]
)
def test_a_time_is_told_in_the_groups_zone(moment: dt.datetime | float) -> None:
    ((log,), _) = cut(Raw(moment, "hi"))
    assert (log.day, log.messages[0].clock, log.zone) == (dt.date(2031, 3, 4), "23:50:05", "Asia/Shanghai")


def test_a_format_may_fix_the_zone_of_its_wall() -> None:
    ((log,), _) = cut(Raw(at("15:50:05"), "hi"), zone="UTC")
    assert log.messages[0].clock == "23:50:05"


def test_what_is_said_before_the_day_begins_belongs_to_the_evening() -> None:
    records = [Raw(at("23:50:00"), "late?"), Raw(at("00:10:00", 5), "yes"), Raw(at("04:00:00", 5), "morning")]
    logs, _ = cut(*records, starts=4)
    assert [[m.second for m in log.messages] for log in logs] == [[85800, 87000], [14400]]


def test_records_stand_in_order_of_time_and_equal_seconds_keep_theirs() -> None:
    records = [Raw(at("09:00:02"), "c"), Raw(at("09:00:01"), "a"), Raw(at("09:00:01"), "b")]
    assert texts(*records) == ["a", "b", "c"]
    assert cut(*records)[1].back == 1


def test_twins_of_a_second_stay_two_and_a_second_copy_of_the_export_adds_none() -> None:
    copy = lambda: [Raw(at("09:00:00"), "1", "u1"), Raw(at("09:00:00"), "1", "u1"), Raw(at("09:00:05"), "2", "u1")]  # noqa: E731
    assert texts(*copy(), *copy()) == ["1", "1", "2"]
    assert cut(*copy(), *copy())[1].doubled == 3


def test_equal_ids_are_one_message_and_other_words_under_an_id_are_another() -> None:
    records = [Raw(at("09:00:00"), "1", "u1", id=i) for i in ("a", "a", "b")]
    assert texts(*records, Raw(at("09:00:00"), "2", "u1", id="a")) == ["1", "1", "2"]


def test_edits_and_recalls_change_the_message_they_name() -> None:
    first = [Raw(at("09:00:00"), "teh", id="a"), Raw(at("09:00:01"), "secret", id="b")]
    later = [Raw(at("09:01:00"), "the", edits="a"), Raw(at("09:02:00"), "", recalls="b")]
    ((log,), account) = cut(*first, *later)
    assert [(m.text, m.kind, m.edited) for m in log.messages] == [("the", "text", True), ("", "recalled", False)]
    assert (account.records, account.messages, account.recalled, account.edits) == (4, 1, 1, 2)


@pytest.mark.parametrize(
    "parent",
    [
        Parent("m1"),
        Parent(at=at("09:00:00", 3), sender="u1", text="which port?"),
        Parent(at=at("09:00:00", 3), sender="u1"),
        Parent(name="Ada", text="which  port? says…"),
    ],
)
def test_a_reply_finds_its_parent_by_what_the_export_says_of_it(parent: Parent) -> None:
    question = Raw(at("09:00:00", 3), "which port? says the boss", "u1", "Ada", id="m1")
    other = Raw(at("09:00:00", 3), "good morning", "u2", "Bo")
    logs, account = cut(other, question, Raw(at("09:01:00"), "8080", "u2", "Bo", reply_to=parent))
    (reply,) = logs[1].messages
    assert (reply.reply_place, reply.reply_to, reply.reply_id) == (DayPosition(dt.date(2031, 3, 3), 1), None, "m1")
    assert (account.replies, account.lost_replies) == (1, 0)


def test_a_reply_to_what_the_export_does_not_hold_is_counted() -> None:
    assert cut(Raw(at("09:00:00"), "yes", reply_to=Parent("gone")))[1].lost_replies == 1


def test_a_picture_without_text_is_found_by_its_kind() -> None:
    picture = Raw(at("09:00:00"), "", "", "Ada", "image")
    ((log,), _) = cut(picture, Raw(at("09:01:00"), "nice", reply_to=Parent(name="Ada", kind="image")))
    assert log.messages[1].reply_to == 0


def test_what_cannot_be_read_is_counted_and_the_first_of_each_kind_kept() -> None:
    records = [Unreadable(3, "no header", "x"), Unreadable(4, "no header", "y"), Raw(1e30, "z", line=5)]
    _, account = cut(*records)
    assert (account.records, account.unreadable) == (3, 3)
    assert [(e.line, e.kind) for e in account.examples.values()] == [(3, "no header"), (5, "no such time")]


def test_lines_and_indentation_stay_and_what_nobody_sees_goes() -> None:
    assert texts(Raw(at("09:00:00"), "\ufeffif x:\r\n    y\u202f= \u20681\u2069  \n")) == ["if x:\n    y = 1"]


def test_a_zone_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="no such zone"):
        days.zone_of("Moon/Base")
