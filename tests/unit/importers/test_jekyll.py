"""The reader of Jekyll Markdown: what it keeps, merges, counts and refuses."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import importers
from digest.errors import DigestError, LogError, UsageError
from digest.importers.jekyll import split_quote
from digest.importers.source import NoMessages
from digest.model import Image, Log, Message, Quote
from places import SEED, SHARED

SAMPLES = Path(__file__).parent / "samples"
DAY = dt.date(2031, 3, 4)
FRONT = '---\ntitle:      "t"\ndate:       2031-03-04 12:00:00\ntag:\t\t  [chat]\n---\n'
HEADER = re.compile(r"^>\s*(\d{1,2}:\d{2}:\d{2})\s+(.*)$")  # as the scorer of the shared bench counts


def log_text(*messages: tuple[str, str, str]) -> str:
    return FRONT + "".join(f"> {clock}  {name}  \n   \n{body} \n   \n" for clock, name, body in messages)


def read(tmp_path: Path, content: str | bytes, name: str = "2031-03-04-chat.markdown", **how: object) -> Log:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return importers.read(path, **how)  # type: ignore[arg-type]


def test_the_sample_reads_as_expected() -> None:
    log = importers.read(SAMPLES / "jekyll.markdown")
    found = dataclasses.asdict(log) | {"path": "jekyll.markdown", "day": str(log.day)}
    assert json.loads(json.dumps(found)) == json.loads((SAMPLES / "jekyll.json").read_text())


def test_the_seed_has_all_its_headers() -> None:
    log = importers.read(SEED)
    assert (log.headers, len(log.messages), log.room, log.day) == (453, 453, "", dt.date(2017, 5, 27))
    assert log.warnings == ()


def test_messages_are_as_if_built_one_by_one(tmp_path: Path) -> None:
    (message,) = read(tmp_path, log_text(("07:01:43", "Ada", "hello"))).messages
    assert message == Message((0,), 7 * 3600 + 103, "Ada", "hello", "hello", line=6)
    assert hash(message) == hash(dataclasses.replace(message))
    with pytest.raises(dataclasses.FrozenInstanceError):
        message.text = "other"  # type: ignore[misc]


def test_a_header_without_body_or_name_still_counts(tmp_path: Path) -> None:
    log = read(tmp_path, FRONT + "> 07:00:00  \n> 07:00:01  Ada\n> 07:00:02  Bo\n\nhi\n")
    assert [(m.position, m.speaker, m.text) for m in log.messages] == [(0, "", ""), (1, "Ada", ""), (2, "Bo", "hi")]
    assert log.oddities == {"empty bodies": 2, "empty names": 1}


@pytest.mark.parametrize(
    ("body", "quote", "own"),
    [
        ("「Ada：which one?」 - - - - - - the second", Quote("Ada", "which one?"), "the second"),
        ("「 Ada Novak : a：b」c」 ---- own", Quote("Ada Novak", "a：b」c"), "own"),
        ("?Ada：which one?? - - - - the second", Quote("Ada", "which one?"), "the second"),
        ("「Ada：which one?」 the second", None, "「Ada：which one?」 the second"),
        ("「no name」 - - - - x", None, "「no name」 - - - - x"),
        ("?? what: is this", None, "?? what: is this"),
    ],
)
def test_a_quote_is_cut_off_the_own_words(body: str, quote: Quote | None, own: str) -> None:
    assert split_quote(body) == (quote, own)


def test_pictures_are_taken_out_of_the_text(tmp_path: Path) -> None:
    log = read(tmp_path, log_text(("07:00:00", "Ada", "see ![07:00](http://img.example.org/a.png) here")))
    assert log.messages[0].images == (Image("07:00", "http://img.example.org/a.png"),)
    assert log.messages[0].text == "see  here"
    assert log.messages[0].raw == "see ![07:00](http://img.example.org/a.png) here"


def test_entities_are_decoded_three_times_and_the_raw_text_is_kept(tmp_path: Path) -> None:
    log = read(tmp_path, log_text(("07:00:00", "A&amp;B", "1 &amp;amp;gt; 0"), ("07:00:01", "C", "&#" + "9" * 6000)))
    assert log.messages[0].text == "1 > 0"
    assert log.messages[0].raw == "1 &amp;amp;gt; 0"
    assert log.messages[0].speaker == "A&B"
    assert log.messages[1].text == "\N{REPLACEMENT CHARACTER}"


def test_what_nobody_sees_is_dropped_and_counted(tmp_path: Path) -> None:
    log = read(tmp_path, log_text(("07:00:00", "A\u202eda", "a\0b\x10c\u200b \u2066d 👩\u200d💻 @Bo\u2005x")))
    assert log.messages[0].speaker == "Ada"
    assert log.messages[0].text == "abc d 👩\u200d💻 @Bo\u2005x"
    assert log.oddities == {"control characters": 2, "invisible characters": 3}


def test_composed_and_decomposed_names_are_one(tmp_path: Path) -> None:
    log = read(tmp_path, log_text(("07:00:00", "Jos\u00e9", "a"), ("07:00:01", "Jose\u0301", "b")))
    assert len({m.speaker for m in log.messages}) == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_change_nothing(tmp_path: Path, end: str, mark: str) -> None:
    plain = log_text(("07:00:00", "Ada", "hello"), ("07:00:01", "Bo", "more"))
    log = read(tmp_path, (mark + plain.replace("\n", end)).encode())
    assert log == read(tmp_path, plain)


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-16-le", "utf-16-be"])
def test_another_encoding_is_named_and_then_read(tmp_path: Path, encoding: str) -> None:
    text = log_text(("07:00:00", "阿达", "早上好，今天的对账文件到了吗"), ("07:00:02", "小石", "已经到了"))
    with pytest.raises(LogError, match=f"(?s)--encoding {encoding}") as told:
        read(tmp_path, text.encode(encoding))
    assert "\n" not in str(told.value)
    log = read(tmp_path, text.encode(encoding), encoding=encoding)
    assert [m.speaker for m in log.messages] == ["阿达", "小石"]


@pytest.mark.parametrize("encoding", ["klingon", "base64", "a\0b", ""])
def test_an_unknown_encoding_is_refused(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(UsageError, match="no such encoding"):
        read(tmp_path, FRONT, encoding=encoding)


def test_a_file_cut_off_in_a_character_is_refused_with_the_offset(tmp_path: Path) -> None:
    data = log_text(("07:00:00", "Ada", "早")).encode()
    cut = data[: data.index("早".encode()) + 2]
    with pytest.raises(LogError, match=f"byte {len(cut) - 2}.*cut off"):
        read(tmp_path, cut)


def test_a_file_cut_off_in_a_message_is_kept_with_a_warning(tmp_path: Path) -> None:
    log = read(tmp_path, log_text(("07:00:00", "Ada", "hello")) + "> 07:00:01  Bo  \n   \nhal")
    assert log.messages[1].text == "hal"
    assert log.oddities["cut off"] == 1
    assert len(log.warnings) == 1


def test_a_stray_byte_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r":8: byte \d+ \(0xff\)"):
        read(tmp_path, log_text(("07:00:00", "Ada", "hello")).encode().replace(b"hello", b"he\xffllo"))


def test_a_line_of_more_than_a_megabyte_is_refused_with_its_number(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r":8: a line of more than 1,000,000 bytes"):
        read(tmp_path, log_text(("07:00:00", "Ada", "x" * 3_000_000)))
    assert len(read(tmp_path, log_text(("07:00:00", "Ada", "x" * 999_000))).messages) == 1


@pytest.mark.parametrize("content", [b"", b"\n\n", FRONT.encode(), b"---\ntitle: x\n---\n", b"---\nlayout: sou"])
def test_an_empty_day_is_no_error(tmp_path: Path, content: bytes) -> None:
    log = read(tmp_path, content)
    assert (log.messages, log.headers, log.day) == ((), 0, DAY)


def test_an_empty_file_of_no_day_is_no_failure_either(tmp_path: Path) -> None:
    with pytest.raises(NoMessages, match="no messages") as told:
        read(tmp_path, b"", name="chat.markdown")
    assert told.value.exit_status == 0


def test_a_text_without_headers_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="no message header"):
        read(tmp_path, FRONT + "Q：why?\n\nA1：because\n")


def test_a_file_of_another_kind_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="not a log of a format we know"):
        read(tmp_path, b"\x7fELF\x02\x01\x01", name="2031-03-04.bin")


def test_days_that_disagree_are_both_shown(tmp_path: Path) -> None:
    text = log_text(("07:00:00", "Ada", "hello"))
    with pytest.raises(LogError, match=r"2031-03-05.*2031-03-04"):
        read(tmp_path, text, name="2031-03-05-chat.markdown")
    with pytest.raises(LogError, match=r"2031-03-06.*2031-03-04"):
        read(tmp_path, text, day=dt.date(2031, 3, 6))


def test_without_front_matter_the_name_or_the_caller_gives_the_day(tmp_path: Path) -> None:
    text = "> 07:00:00  Ada\n\nhello\n"
    assert read(tmp_path, text).day == DAY
    assert read(tmp_path, text, name="chat.markdown", day=DAY).day == DAY
    with pytest.raises(LogError, match="--day"):
        read(tmp_path, text, name="chat.markdown")


def test_a_clock_that_goes_back_keeps_the_order_and_warns(tmp_path: Path) -> None:
    log = read(tmp_path, log_text(("07:00:05", "Ada", "a"), ("07:00:01", "Bo", "b"), ("25:61:00", "Bo", "c")))
    assert [m.text for m in log.messages] == ["a", "b", "c"]
    assert log.oddities == {"clock going back": 1, "impossible times": 1}
    assert [w.split(": ")[0].rsplit(":")[-1] for w in log.warnings] == ["10", "14"]


def test_neighbours_that_are_the_same_are_one_message(tmp_path: Path) -> None:
    log = read(tmp_path, log_text(*[("07:00:00", "Ada", "hello")] * 3, ("07:00:01", "Ada", "hello")))
    assert [m.positions for m in log.messages] == [(0, 1, 2), (3,)]
    assert log.headers == 4
    assert log.oddities == {"exact duplicates": 2}


def test_a_log_that_stands_twice_in_the_file_is_read_once(tmp_path: Path) -> None:
    day = [("07:00:00", "Ada", "hello"), ("07:00:00", "Bo", "hello"), ("07:30:00", "Ada", "more")]
    log = read(tmp_path, log_text(*day, *day))
    assert [m.positions for m in log.messages] == [(0, 3), (1, 4), (2, 5)]


def test_a_doubled_export_teaches_the_other_label(tmp_path: Path) -> None:
    rows = []
    for n, text in enumerate(["how are accounts settled", "[强]", "at night, in one batch", "thank you all"]):
        rows += [(f"07:00:{n:02}", "ada", text), (f"07:00:{n:02}", "Ada-Bank-Dev", text)]
    log = read(tmp_path, log_text(*rows, ("07:01:00", "Bo", "bye")))
    assert [m.positions for m in log.messages] == [(0, 1), (2, 3), (4, 5), (6, 7), (8,)]
    assert {m.speaker for m in log.messages} == {"ada", "Bo"}
    assert [m.also for m in log.messages] == [("Ada-Bank-Dev",)] * 4 + [()]
    assert log.oddities == {"doubled messages": 4}


def test_two_people_who_cheer_in_the_same_second_stay_two(tmp_path: Path) -> None:
    log = read(tmp_path, log_text(("07:00:00", "Ada", "[强]"), ("07:00:00", "Bo", "[强]"), ("07:00:09", "Cy", "hi")))
    assert [m.positions for m in log.messages] == [(0,), (1,), (2,)]


def test_in_a_doubled_export_two_people_who_cheer_stay_two(tmp_path: Path) -> None:
    rows = []
    for n, (one, other) in enumerate([("ada", "Ada-Bank"), ("bo", "Bo-Bank")] * 3):
        rows += [
            (f"07:00:{n:02}", one, f"a long sentence number {n}"),
            (f"07:00:{n:02}", other, f"a long sentence number {n}"),
        ]
    rows += [("07:05:00", "ada", "[强]"), ("07:05:00", "bo", "[强]")]
    log = read(tmp_path, log_text(*rows))
    assert [m.positions for m in log.messages][-2:] == [(12,), (13,)]


def test_many_equal_messages_take_no_time(tmp_path: Path) -> None:
    started = time.process_time()
    log = read(tmp_path, FRONT + "> 07:00:00  Ada\n\nhello\n\n" * 100_000)
    assert len(log.messages) == 1
    assert len(log.messages[0].positions) == 100_000
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    "body",
    ["![" * 400_000, "![a](" * 150_000, "「a：" + "」 " * 200_000, "?a：" + "? " * 300_000, "「" + " " * 900_000,
     "[" * 900_000, "&" * 900_000, "&#" * 400_000, "> " + " " * 900_000 + "x", ">" + "1:" * 400_000,
     "「a：」" + "- " * 400_000, "「a：」" + " -" * 2 + " " * 800_000],
)  # fmt: skip
def test_no_body_makes_the_reader_slow(tmp_path: Path, body: str) -> None:
    started = time.process_time()
    read(tmp_path, log_text(("07:00:00", "Ada", "before"), ("07:00:01", "Bo", body)).rstrip())
    assert time.process_time() - started < 5


@pytest.mark.parametrize("kind", ["symlink", "fifo", "folder", "device", "nothing"])
def test_only_plain_files_are_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "2031-03-04-chat.markdown"
    if kind == "symlink":
        (tmp_path / "real").write_text(FRONT)
        path.symlink_to(tmp_path / "real")
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path = Path("/dev/zero")
    with pytest.raises(DigestError, match={"nothing": "no such file", "fifo": "a pipe"}.get(kind, kind)) as told:
        importers.read(path)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("place", "room"), [("seeds", ""), ("seeds/dev", "dev"), ("logs/dev", "dev"), ("elsewhere", ""), ("a/b", "")]
)
def test_the_room_is_the_folder_below_the_logs(tmp_path: Path, place: str, room: str) -> None:
    (tmp_path / place).mkdir(parents=True)
    text = log_text(("07:00:00", "Ada", "hello"))
    assert read(tmp_path / place, text).room == room
    assert read(tmp_path / place, text, room="mine").room == "mine"


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="jekyll"):
        read(tmp_path, FRONT, format="telegraph")


@given(st.binary(max_size=300))
def test_no_bytes_bring_the_reader_down(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()
    for prefix in (b"", FRONT.encode() + b"> 07:00:00  Ada\n\n"):
        for encoding in ("utf-8", "gbk", "utf-16", "utf-7"):
            try:
                read(folder, prefix + data, encoding=encoding)
            except DigestError as error:
                assert str(error)


PIECES = st.sampled_from(
    ["> 07:00:00  Ada", "> 7:00:01 Bo", ">07:00:01\u3000Cy", "> 07:00:02  ", "> 07:00:02", ">", "> 99:99:99 x",
     "---", "\t",
     "hello", "", "   ", "[强]", "&amp;gt; 07:00:00  Eve", "「Ada：hello」 - - - - hi", "![a](b)", "\x0b",
     "\x85> 07:00:03  No",
     "\u2028", "> ０７:00:00  Wide", "> 07:00:00\x1cx"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30))
def test_every_header_gives_a_position(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    text = FRONT + "\n\n".join(["> 06:00:00  First", *lines])
    log = read(tmp_path_factory.getbasetemp(), text)
    assert log.headers == sum(bool(HEADER.match(line)) for line in text.split("\n"))
    assert sorted(p for m in log.messages for p in m.positions) == list(range(log.headers))
    assert [m.positions for m in log.messages] == sorted(m.positions for m in log.messages)
    for message in log.messages:
        assert HEADER.match(text.split("\n")[message.line - 1])


def test_a_pasted_line_that_looks_like_a_header_is_text(tmp_path: Path) -> None:
    body = "停在这一行？\n> 02:15:07  worker-3 waiting\n> 02:15:09  worker-3 timeout\n\n"
    log = read(tmp_path, f"{FRONT}> 10:00:05  Ada\n\n{body}> 10:03:20  Bo\n\n多半是\n")
    assert [(m.speaker, m.text.count("worker-3")) for m in log.messages] == [("Ada", 2), ("Bo", 0)]
    assert log.oddities["pasted lines like headers"] == 2


def test_a_header_that_is_nearly_right_keeps_its_words_in_its_own_mouth(tmp_path: Path) -> None:
    headers = ("> 10:02  Bo", "> 下午 2:03:00  Cy", "> 15：04：00  Di")
    text = f"{FRONT}> 10:00:05  Ada\n\nhello\n\n" + "".join(f"{header}\n\nhello\n\n" for header in headers)
    log = read(tmp_path, text)
    assert [(m.clock, m.speaker) for m in log.messages[1:]] == [
        ("10:02:00", "Bo"),
        ("14:03:00", "Cy"),
        ("15:04:00", "Di"),
    ]
    assert log.oddities["headers nearly right"] == 3 and "`> 10:02  Bo`" in log.warnings[0]


@pytest.mark.corpus
def test_the_whole_corpus_reads_without_a_warning() -> None:
    logs = sorted((SHARED / "corpus" / "logs").glob("*/*.markdown"))
    for path in logs:
        log = importers.read(path)
        assert log.headers == sum(bool(HEADER.match(line)) for line in path.read_text().split("\n"))
        assert (log.room, log.warnings) == (path.parent.name, ())
        doubled = log.oddities.get("doubled messages", 0)
        assert doubled == 0 or log.day.month == 12 or log.headers == 2
