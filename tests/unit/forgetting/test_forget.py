"""`digest forget` where names are odd, files are damaged, and others must not be hurt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from digest import files
from digest.cli.term import width
from indexed import put, run

ASKED = "请教一下，热点账户的缓冲记账怎么控制透支额度？"
TOLD = "缓冲记账先记流水，再汇总入账，透支要靠额度控制"
QUESTION = ("09:00:00", "林山", ASKED)


def built(root: Path, *said: tuple[str, str, str], day: str = "2031-03-04") -> str:
    """The digest of a day on which this was said."""
    put(root, day, said=said)
    assert run(root, "build", "--all").status == 0
    assert run(root, "index").status == 0
    return page(root, day)


def page(root: Path, day: str = "2031-03-04") -> str:
    return (root / "digests" / f"{day}.md").read_text("utf-8")


def test_a_nickname_that_is_a_word_stays_in_the_sentences_of_others(tmp_path: Path) -> None:
    said = (
        ("09:00:00", "林山", "想请问大家一个问题，支付渠道返回的错误码一般在哪一层做封装？"),
        ("09:01:00", "支付", "我们放在渠道网关，统一转成内部的错误码"),
        ("09:02:00", "木木", "支付网关封装以后，支付业务系统只认内部的错误码就行了"),
    )
    built(tmp_path, *said)
    told = run(tmp_path, "forget", "支付", "--yes")
    assert told.status == 0, told.out
    assert "not looked for inside sentences, only behind an @: 支付" in told.out
    for _ in range(2):
        text = page(tmp_path)
        assert "支付渠道返回的错误码" in text
        assert "支付网关封装以后" in text
        assert "我们放在渠道网关" not in text
        assert run(tmp_path, "build", "--all").status == 0


def test_a_name_that_begins_the_name_of_another_leaves_that_one_whole(tmp_path: Path) -> None:
    said = (
        QUESTION,
        ("09:01:00", "小石", TOLD),
        ("09:02:00", "小石头-乙公司", "小石说得对，小石头这边也是缓冲记账，额度由小石头的风控控制"),
        ("09:03:00", "林山", "@小石头-乙公司\u2005那么透支以后的流水怎么补记呢？"),
        ("09:04:00", "小石头-乙公司", "透支以后的流水第二天补记"),
    )
    built(tmp_path, *said)
    assert run(tmp_path, "forget", "小石", "--yes").status == 0
    for _ in range(2):
        text = page(tmp_path)
        assert "群友说得对，小石头这边" in text
        assert "由小石头的风控" in text
        assert "头-乙公司" not in text.replace("小石头-乙公司", "")
        assert run(tmp_path, "build", "--all").status == 0


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("Ada  Novak", "Ada Novak"),
        ("Tim", "ｔｉｍ"),
        ("梅若兰[强]☁", "梅若兰"),
        ("a.b(c)|*", "a.b(c)|*"),
        ("<Tom>", "<Tom>"),
    ],
)
def test_a_name_is_found_as_others_write_it(tmp_path: Path, label: str, written: str) -> None:
    said = (QUESTION, ("09:01:00", label, "好的"), ("09:02:00", "木木", f"{TOLD}，这是{written} 说过的做法"))
    before = built(tmp_path, *said)
    assert "说过的做法" in before
    edited = tmp_path / "digests" / "2031-03-04.md"
    edited.write_text(before.replace("说过的做法", "说过的好做法"), "utf-8")
    assert run(tmp_path, "forget", label, "--yes").status == 0
    assert "这是群友 说过的好做法" in page(tmp_path)
    assert run(tmp_path, "build", "--fresh", "2031-03-04").status == 0
    assert "这是群友说过的做法" in page(tmp_path).replace(" ", "")


def test_the_labels_that_the_rules_give_to_a_person_are_forgotten_with_him(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "people.yml").write_text("subject: people\npersons:\n  - [Finn, 方小语-某公司]\n", "utf-8")
    built(tmp_path, QUESTION, ("09:01:00", "Finn", TOLD))
    told = run(tmp_path, "forget", "方小语-某公司", "--yes")
    assert told.status == 1
    assert "left to you: rules/people.yml:3" in told.out
    assert "known as: Finn, 方小语-某公司" in told.out
    assert "先记流水" not in page(tmp_path)
    assert "先记流水" not in built(tmp_path, QUESTION, ("09:01:00", "方小语-某公司", TOLD), day="2031-03-05")


def test_who_exported_the_logs_is_forgotten_where_the_settings_say_who_that_is(tmp_path: Path) -> None:
    said = (QUESTION, ("09:01:00", "我", TOLD), ("09:02:00", "林山", "@老熊-丙公司\u2005谢谢，先记流水怎么汇总入账？"))
    built(tmp_path, *said)
    told = run(tmp_path, "forget", "老熊-丙公司", "--yes")
    assert (told.status, told.out) == (2, "")
    assert 'put me = "老熊-丙公司" into digest.toml' in told.err
    (tmp_path / "digest.toml").write_text('me = "老熊-丙公司"\n', "utf-8")
    assert run(tmp_path, "forget", "老熊-丙公司", "--yes").status == 1
    assert "再汇总入账" not in page(tmp_path)
    assert run(tmp_path, "build", "--all").status == 0
    assert "再汇总入账" not in page(tmp_path)


def test_a_file_that_cannot_be_read_is_told_of_and_keeps_nobody_else_from_being_forgotten(tmp_path: Path) -> None:
    built(tmp_path, QUESTION, ("09:01:00", "木木", TOLD))
    bad = tmp_path / "digests" / "0.md"
    bad.write_bytes("木木".encode() + b"\xff")
    (tmp_path / "seeds" / "2031-03-05-chat.markdown").write_bytes(b"\xff\xfe\x00")
    told = run(tmp_path, "forget", "木木", "--yes")
    assert told.status == 1
    assert "digest: digests/0.md: left as it is: " in told.err
    assert "2031-03-05-chat.markdown" in told.err
    assert "先记流水" not in page(tmp_path)


def test_before_anything_is_done_it_says_who_is_meant(tmp_path: Path) -> None:
    built(tmp_path, QUESTION, ("09:01:00", "小石-甲公司-开发", TOLD))
    told = run(tmp_path, "forget", "小石-甲公司-开发")
    assert "known as: 小石-甲公司-开发" in told.out
    assert "not looked for inside sentences, only behind an @: 小石" in told.out
    assert "Perhaps: 小石-甲公司-开发" in run(tmp_path, "forget", "小石").err


OTHERS = (
    ("09:00:00", "小石", "请教一下，对账文件迟到的时候日切要不要等对账文件？"),
    ("09:01:00", "木木", "不等对账文件，日切照常处理，第二天再补"),
)


@pytest.mark.parametrize("site", ["mkdocs", "hugo", "jekyll"])
def test_the_exported_page_of_a_day_that_was_the_persons_alone_goes(tmp_path: Path, site: str) -> None:
    built(tmp_path, *OTHERS, day="2031-03-05")
    built(tmp_path, QUESTION, ("09:01:00", "林山", TOLD))
    assert run(tmp_path, "export", "site", "--site", site).status == 0
    hers = next((tmp_path / "site").rglob("2031-03-05*"))
    own = hers.with_name("2031-01-01.md")
    own.write_text("热点账户的缓冲记账\n", "utf-8")
    assert run(tmp_path, "forget", "林山", "--yes").status == 0
    assert not list((tmp_path / "site").rglob("2031-03-04*"))
    assert hers.exists()
    assert own.exists()


def test_an_export_that_was_stopped_while_it_wrote_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built(tmp_path, *OTHERS, day="2031-03-05")
    built(tmp_path, QUESTION, ("09:01:00", "林山", TOLD))
    put_in_place = files.write_atomic

    def stop(path: Path, data: bytes | str, **more: Any) -> None:
        if "index.md" in str(path):
            raise KeyboardInterrupt
        put_in_place(path, data, **more)

    monkeypatch.setattr(files, "write_atomic", stop)
    assert run(tmp_path, "export", "site").status == 130
    monkeypatch.undo()
    assert list((tmp_path / "site").rglob("2031-03-04*"))
    assert run(tmp_path, "forget", "林山", "--yes").status == 0
    assert not list((tmp_path / "site").rglob("2031-03-04*"))


def test_where_nobody_knows_what_was_exported_nothing_is_called_forgotten(tmp_path: Path) -> None:
    before = built(tmp_path, QUESTION, ("09:01:00", "林山", TOLD))
    (tmp_path / ".digest" / "exports.json").write_text("[1", "utf-8")
    told = run(tmp_path, "forget", "林山", "--yes")
    assert (told.status, told.out) == (2, "")
    assert "exports.json: damaged" in told.err
    assert page(tmp_path) == before


def test_headings_and_the_title_made_of_the_persons_words_go_with_their_entries(tmp_path: Path) -> None:
    text = built(tmp_path, QUESTION, ("09:01:00", "木木", TOLD), *((f"1{at[1:]}", *rest) for at, *rest in OTHERS))
    assert "### 热点账户的缓冲记账" in text
    assert "热点账户的缓冲记账" in text.partition("---\n\n")[0]
    assert run(tmp_path, "forget", "林山", "--yes").status == 0
    after = page(tmp_path)
    assert "热点账户" not in after
    assert "### 对账文件" in after
    assert run(tmp_path, "build", "--all").status == 0
    assert "热点账户" not in page(tmp_path)


def test_exports_of_a_project_that_was_moved_are_still_known(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    built(old, QUESTION, ("09:01:00", "木木", TOLD))
    assert run(old, "export", "all.jsonl").status == 0
    old.rename(new)
    assert run(new, "forget", "木木", "--yes").status == 0
    assert "先记流水" not in (new / "all.jsonl").read_text("utf-8")


def test_a_short_answer_goes_where_nothing_was_indexed_yet(tmp_path: Path) -> None:
    put(tmp_path, "2031-03-04", said=(QUESTION, ("09:01:00", "木木", "限额500")))
    assert run(tmp_path, "build", "--all").status == 0
    assert "限额500" in page(tmp_path)
    assert run(tmp_path, "forget", "木木", "--yes").status == 0
    assert "限额500" not in page(tmp_path)


def test_a_log_did_not_shrink_where_somebody_was_forgotten(tmp_path: Path) -> None:
    text = built(tmp_path, QUESTION, ("09:01:00", "小石", TOLD), ("09:02:00", "木木", "额度控制放在缓冲记账之前"))
    path = tmp_path / "digests" / "2031-03-04.md"
    path.write_text(text.replace("怎么控制透支额度", "怎样控制透支额度"), "utf-8")
    assert run(tmp_path, "forget", "小石", "--yes").status == 0
    assert "09:01:00" in page(tmp_path)  # the mark of an edited entry tells what it was made of
    done = run(tmp_path, "build", "2031-03-04")
    assert done.status == 0 and "shrank" not in done.out + done.err


def test_what_is_said_of_a_forgetting_fits_a_narrow_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    built(tmp_path, QUESTION, ("09:01:00", "支付", TOLD))
    told = run(tmp_path, "forget", "支付")
    assert max(map(width, told.out.splitlines())) <= 60
    assert "Do it with --yes" in " ".join(told.out.split())


def test_eval_and_extract_show_no_words_of_who_was_forgotten(tmp_path: Path) -> None:
    text = built(tmp_path, QUESTION, ("09:01:00", "小石", TOLD), ("09:02:00", "木木", "额度控制放在缓冲记账之前"))
    path = tmp_path / "digests" / "2031-03-04.md"
    path.write_text(text.replace("怎么控制透支额度", "怎样控制透支额度"), "utf-8")
    assert run(tmp_path, "forget", "小石", "--yes").status == 0
    told = run(tmp_path, "eval", "--misses")
    assert told.status == 0 and "questions, in window" in told.out and "先记流水" not in told.out
    told = run(tmp_path, "extract", "seeds/2031-03-04-chat.markdown")
    assert told.status == 0 and "热点账户" in told.out and "先记流水" not in told.out and "小石" not in told.out


def test_whatever_was_written_elsewhere_is_cleaned_or_told(tmp_path: Path) -> None:
    root, outside = tmp_path / "project", tmp_path / "outside"
    outside.mkdir()
    built(root, QUESTION, ("09:01:00", "木木", TOLD), *OTHERS)
    log = "seeds/2031-03-04-chat.markdown"
    (outside / "notes.md").write_text(f"{TOLD}\n", "utf-8")
    for words in (
        ("build", "--all", "--out", outside),
        ("build", "--all", "--format", "json"),
        ("build", "--all", "--format", "json", "--out", outside),
        ("graph", "2031-03-04", "-o", outside / "day.json"),
        ("graph", "2031-03-04", "-o", "day.svg"),
        ("extract", log, "--out", outside / "extract.json"),
        ("export", outside / "all.csv"),
        ("export", outside / "site"),
    ):
        assert run(root, *words).status == 0, words
    holding = {p for p in tmp_path.rglob("*") if p.is_file() and "先记流水" in p.read_text("utf-8", "replace")}
    told = run(root, "forget", "木木", "--yes")
    assert told.status == 1
    left = {p for p in holding if p.is_file() and "先记流水" in p.read_text("utf-8", "replace")}
    assert {p.name for p in holding - left} >= {"2031-03-04.md", "all.csv", "store.db"}
    assert not [p for p in left if p.suffix == ".csv" or (p.name == "2031-03-04.md" and p.parent != outside / "x")]
    for path in left - {outside / "notes.md", root / log}:
        assert f"left to you: {path.relative_to(root) if path.is_relative_to(root) else path}" in told.out
    assert {p.name for p in left} >= {"day.json", "extract.json", "2031-03-04.json"}
    assert (outside / "notes.md").read_text("utf-8") == f"{TOLD}\n"


def test_an_edited_export_is_told_of_and_the_rest_is_exported_anew(tmp_path: Path) -> None:
    built(tmp_path, QUESTION, ("09:01:00", "木木", TOLD), *OTHERS)
    assert run(tmp_path, "export", "site").status == 0
    assert run(tmp_path, "export", "all.jsonl").status == 0
    page = next((tmp_path / "site").rglob("2031-03-04.md"))
    page.write_text(page.read_text("utf-8") + "\nedited\n", "utf-8")
    told = run(tmp_path, "forget", "木木", "--yes")
    assert told.status == 1
    assert "left to you: site/docs/2031-03-04.md: changed since it was exported" in told.out
    assert "edited" in page.read_text("utf-8")
    assert "先记流水" not in (tmp_path / "all.jsonl").read_text("utf-8")


def test_caches_proposals_and_backups_of_any_form_are_told(tmp_path: Path) -> None:
    built(tmp_path, QUESTION, ("09:01:00", "木木", TOLD), *OTHERS)
    names = ("proposals/1.yml", "cache/day.jsonl", "opinions.csv", "backups/outputs/x.0000.jsonl", "deleted.json")
    for name in names:
        path = tmp_path / ".digest" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"text: {TOLD}\n", "utf-8")
    told = run(tmp_path, "forget", "木木", "--yes")
    assert told.status == 1
    for name in names:
        assert f"left to you: .digest/{name}: holds their words" in told.out


def test_what_logs_were_made_of_is_told(tmp_path: Path) -> None:
    export = tmp_path / "chat.json"
    rows = [
        {"seq": n, "time": f"2031-03-04T09:0{n}:00+08:00", "talker": "1@chatroom", "sender": who, "senderName": who,
         "isSelf": False, "type": 1, "content": said, "isChatRoom": True, "talkerName": "pay"}
        for n, (_, who, said) in enumerate((QUESTION, ("09:01:00", "木木", TOLD), *OTHERS))
    ]  # fmt: skip
    export.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    (tmp_path / "seeds").mkdir()
    imported = run(tmp_path, "import", "chat.json", "--tz", "Asia/Shanghai")
    assert imported.status == 0, imported.err
    assert run(tmp_path, "build", "--all").status == 0
    told = run(tmp_path, "forget", "木木", "--yes")
    assert "left to you: chat.json: logs were made of it" in told.out
