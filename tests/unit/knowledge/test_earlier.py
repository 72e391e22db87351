"""Open questions that were answered on an earlier day: told of by the knowledge base, never against the editor."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli import Result, put, run

DAY, BETWEEN, LATER = "2031-03-04", "2031-03-06", "2031-03-09"
ANSWERED = (
    ("09:15:02", "Ada  Novak", "请教一下，热点账户的余额更新怎么处理比较好？"),
    ("09:16:07", "小石-甲公司-开发", "@Ada Novak\u2005热点账户我们用缓冲记账，先记流水再汇总更新余额"),
    ("11:20:05", "木木", "请问渠道路由怎么做灰度？"),
    ("11:21:00", "林山", "@木木\u2005按商户号灰度"),
)
OPEN = (
    ("09:15:02", "木木", "想请问大家，热点账户的余额更新一般怎么处理？"),
    ("11:20:05", "林山", "请教一下，对账文件迟到的时候，日切要不要等？"),
    ("15:02:00", "小石-甲公司-开发", "哈哈"),
)
SHOWN = f"以前答过：[{DAY}]({DAY}.md) 热点账户的余额更新怎么处理比较好？"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Path:
    """A project with an answered day, built and indexed, and a later day with an open question like it."""
    monkeypatch.chdir(tmp_path)
    put(tmp_path, DAY, said=ANSWERED)
    put(tmp_path, LATER, said=OPEN)
    run(capsys, "build", DAY)
    run(capsys, "index")
    return tmp_path


def page(day: str = LATER) -> str:
    return Path(f"digests/{day}.md").read_text("utf-8")


def write(text: str, day: str = LATER) -> None:
    Path(f"digests/{day}.md").write_text(text, "utf-8")


def build(capsys: Any, *more: object) -> Result:
    return run(capsys, "build", LATER, *more)


def without_hint(text: str) -> str:
    start = text.index("<!-- b:")
    return text[:start] + text[text.index("<!--", start + 5) :]


def test_an_open_question_shows_where_it_was_answered_before(here: Path, capsys: Any) -> None:
    told = build(capsys)
    assert told.status == 0
    assert f"1 open question answered on {DAY}" in told.out
    text = page()
    assert text.count("以前答过") == 1
    assert text.index("余额更新一般怎么处理") < text.index(SHOWN) < text.index("对账文件迟到")
    assert "(unchanged)" in build(capsys).out
    assert "what a build would change now: nothing" in run(capsys, "diff", LATER).out


def test_without_a_knowledge_base_nothing_is_shown_and_none_is_made(here: Path, capsys: Any) -> None:
    store = here / ".digest" / "store.db"
    store.unlink()
    told = build(capsys)
    assert told.status == 0 and not told.err
    assert "以前答过" not in page() and not store.exists()


def test_a_build_without_a_knowledge_base_never_loads_sqlite(here: Path) -> None:
    (here / ".digest" / "store.db").unlink()
    code = (
        "import sys\nfrom digest.cli.app import main\nsys.argv = ['digest', 'build', sys.argv[1]]\n"
        "try:\n    main()\nfinally:\n    print('loaded' if 'sqlite3' in sys.modules else 'spared')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, LATER], cwd=here, capture_output=True, text=True, check=True)
    assert done.stdout.endswith("spared\n")


def test_a_deleted_hint_stays_deleted(here: Path, capsys: Any) -> None:
    build(capsys)
    write(without_hint(page()))
    assert build(capsys).status == 0
    run(capsys, "index", "--rebuild")
    build(capsys)
    assert "以前答过" not in page() and page().count("==待回复==") == 2
    (gone,) = (line.split()[-1] for line in run(capsys, "status").out.split("\n") if "b:" in line)
    assert run(capsys, "restore", LATER, gone).status == 0
    assert SHOWN in page()


def test_an_edited_hint_stays_edited(here: Path, capsys: Any) -> None:
    build(capsys)
    write(page().replace("以前答过：", "三月四日聊过："))
    assert build(capsys).status == 0
    (here / ".digest" / "store.db").unlink()
    assert build(capsys).status == 0
    assert SHOWN.replace("以前答过：", "三月四日聊过：") in page()


def test_a_hint_comes_into_a_digest_that_is_edited_already(here: Path, capsys: Any) -> None:
    store = here / ".digest" / "store.db"
    kept = store.read_bytes()
    store.unlink()
    build(capsys)
    write(page().replace("热点账户的余额更新一般怎么处理？", "热点账户的余额怎么更新？"))
    store.write_bytes(kept)
    assert build(capsys).status == 0
    text = page()
    assert text.index("热点账户的余额怎么更新？") < text.index(SHOWN) < text.index("对账文件迟到")


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("==待回复==", "A：先记流水，再汇总。", 1),
        lambda text: text[: text.index("<!-- q:")] + text[text.index("<!-- t:", text.index("<!-- q:")) :],
    ],
    ids=["answered", "deleted"],
)
def test_no_hint_comes_to_what_she_answered_or_deleted(here: Path, capsys: Any, edit: Any) -> None:
    store = here / ".digest" / "store.db"
    kept = store.read_bytes()
    store.unlink()
    build(capsys)
    write(edit(page()))
    store.write_bytes(kept)
    assert build(capsys).status == 0
    assert "以前答过" not in page()
    assert "(unchanged)" in build(capsys).out


def test_only_earlier_days_count(here: Path, capsys: Any) -> None:
    put(here, BETWEEN, said=ANSWERED)
    for day in (BETWEEN, LATER, DAY):
        run(capsys, "build", day)
    put(here, "2031-03-02", said=OPEN)
    run(capsys, "build", "2031-03-02")
    run(capsys, "index")
    run(capsys, "build", "--all")
    assert "以前答过" not in page("2031-03-02") + page(DAY) + page(BETWEEN)
    assert f"[{DAY}]" in page() or f"[{BETWEEN}]" in page()


def test_what_stands_in_no_digest_is_not_linked(here: Path, capsys: Any) -> None:
    Path(f"digests/{DAY}.md").unlink()
    run(capsys, "index")
    build(capsys)
    assert "以前答过" not in page()


@pytest.mark.parametrize(
    "asked",
    [
        "想请问大家，热点账户的科目一般怎么设置？",  # another thing of the same subject
        "想请问大家，备付金账户的余额更新一般怎么处理？",  # the same thing of another
        "刚才说的热点账户的余额更新怎么处理？",  # hangs on what was said before it
        "请问怎么处理？",
    ],
)
def test_a_question_that_is_only_near_shows_nothing(here: Path, capsys: Any, asked: str) -> None:
    put(here, LATER, said=(("09:15:02", "木木", asked), *OPEN[1:]))
    build(capsys)
    assert "以前答过" not in page()


def test_other_rooms_count_where_the_rules_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path, DAY, "arch", said=ANSWERED)
    put(tmp_path, LATER, "dev", said=OPEN)
    run(capsys, "build", "--all")
    run(capsys, "index")
    run(capsys, "build", "--all")
    assert "以前答过" not in page(f"dev/{LATER}")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "before.yml").write_text("subject: before\nsettings: {other_rooms: true}\n", "utf-8")
    run(capsys, "index")
    run(capsys, "build", "--all")
    assert f"以前答过：[{DAY}](../arch/{DAY}.md) 热点账户" in page(f"dev/{LATER}")


def test_the_rules_can_do_without(here: Path, capsys: Any) -> None:
    (here / "rules").mkdir()
    (here / "rules" / "before.yml").write_text("subject: before\nsettings: {most: 0}\n", "utf-8")
    build(capsys)
    assert "以前答过" not in page()


def test_a_knowledge_base_that_cannot_be_used_stops_no_build(here: Path, capsys: Any) -> None:
    (here / ".digest" / "store.db").write_bytes(b"no database at all" * 400)
    told = run(capsys, "build", "--all")
    assert told.status == 0
    assert told.err.count("store.db") == 1 and "digest index --rebuild" in told.err
    assert "==待回复==" in page()


def test_the_knowledge_base_takes_no_hint_for_words_of_the_day(here: Path, capsys: Any) -> None:
    build(capsys)
    run(capsys, "index")
    found = run(capsys, "search", "余额更新 怎么处理", "--since", LATER, "--no-raw").out
    assert "以前答过" not in found and "open" in found
