"""The store: what it holds of days, how it is brought up to date, and that it works wherever indexing stops."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from digest.errors import DigestError
from digest.knowledge import schema
from digest.knowledge.rows import rows
from digest.project import folders
from digest.project import settings as config
from digest.project.settings import Settings
from digest.stages import Stages
from digest.workflows import index
from indexed import DAY, LATER, NEXT, SAID, ask, indexed, put, run, stages


@pytest.fixture
def project(tmp_path: Path) -> Settings:
    put(tmp_path)
    put(tmp_path, NEXT, said=LATER)
    return replace(config.settings(tmp_path), rules=(config.packaged_rules(),))


def dump(project: Settings) -> list[str]:
    """All that the store holds, but for the order of its rows."""
    tables = ("logs", "messages", "turns", "links", "topics", "entries", "questions", "answers", "words", "meta")
    with schema.reading(folders.store_path(project.root)) as db:
        return sorted(f"{table} {row}" for table in tables for row in db.execute(f"SELECT * FROM {table}"))


def test_every_message_is_stored_without_mentions_and_masked(project: Settings) -> None:
    put(project.root, said=(*SAID, ("16:00:00", "木木", "@林山?我的手机是13912345678，加一下")))
    indexed(project)
    with schema.reading(folders.store_path(project.root)) as db:
        texts = [text for (text,) in db.execute("SELECT text FROM messages")]
    assert "我的手机是[手机号]，加一下" in texts
    assert not any("13912345678" in t or "@" in t for t in texts)


def test_indexing_again_works_out_nothing(project: Settings) -> None:
    assert indexed(project).written == 2

    def fail() -> Stages:
        raise AssertionError("no rules are needed where nothing changed")

    report = index.index(project, fail)
    assert (report.written, report.unchanged) == (0, 2)


def test_a_new_day_costs_itself_alone(project: Settings) -> None:
    indexed(project)
    put(project.root, "2031-03-06", said=LATER)
    report = indexed(project)
    assert (report.written, report.unchanged) == (1, 2)


def test_a_changed_rule_works_out_every_day_anew(project: Settings, tmp_path: Path) -> None:
    indexed(project)
    own = tmp_path / "own"
    own.mkdir()
    (own / "people.yml").write_text("subject: people\nsettings: {me: [林山]}\n")
    report = indexed(replace(project, rules=(*project.rules, own)))
    assert (report.written, report.unchanged) == (2, 0)


def test_a_day_whose_log_is_gone_goes(project: Settings) -> None:
    indexed(project)
    (project.logs / f"{NEXT}-chat.markdown").unlink()
    assert indexed(project).removed == 1
    assert not ask(project, "热点账户")


def test_a_changed_day_leaves_nothing_of_the_old_one(project: Settings) -> None:
    indexed(project)
    put(project.root, NEXT, said=(("10:00:00", "林山", "请问有人用过联机对账吗？哪家的产品好用"),))
    indexed(project)
    assert not ask(project, "热点账户")
    assert ask(project, "联机对账")
    once = dump(project)
    indexed(project, rebuild=True)
    assert [row for row in once if row.startswith("words")] == [row for row in dump(project) if row.startswith("words")]


def test_since_and_room_leave_other_days_alone(project: Settings) -> None:
    indexed(project)
    (project.logs / f"{DAY}-chat.markdown").unlink()
    report = indexed(project, since=folders.parse_day(NEXT))
    assert (report.removed, report.unchanged) == (0, 1)


def test_what_the_editor_changed_is_what_the_store_holds(project: Settings) -> None:
    assert run(project.root, "build", DAY).status == 0
    path = project.out / f"{DAY}.md"
    text = path.read_text("utf-8")
    assert "银行通道返回的错误码" in text
    path.write_text(text.replace("银行通道返回的错误码", "渠道报文里的失败原因"), "utf-8")
    indexed(project)
    hits = ask(project, "失败原因", raw=False)
    assert [hit.kind for hit in hits] == ["thread"]
    assert hits[0].messages == (1,)
    assert hits[0].answers and hits[0].answers[0].messages
    assert not ask(project, '"通道返回的错误码"', raw=False)


def test_a_digest_that_no_program_made_is_stored_by_its_form(project: Settings) -> None:
    project.out.mkdir()
    page = (
        "---\nlayout: post\n---\n\n## 一、自由讨论\n\n### 清算\n\n"
        "Q：T+1 到账怎么算节假日？\n\nA：遇到节假日顺延。\n\n---\n\nQ：谁来付手续费？\n\n==待回复==\n"
    )
    (project.out / "2031-02-01.md").write_text(page, "utf-8")
    indexed(project)
    (hit,) = ask(project, "节假日")
    assert (hit.day, hit.topic, hit.state) == ("2031-02-01", "清算", "answered")
    assert hit.answers[0].text == "遇到节假日顺延。"
    (hit,) = ask(project, "手续费", open=True)
    assert hit.state == "open"


class Stop(Exception):
    """Stands for a kill."""


@pytest.mark.parametrize("after", range(3))
def test_stopping_at_any_day_leaves_a_store_that_works(
    project: Settings, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "CHUNK", 1)
    monkeypatch.setattr(index, "BATCH", 1)
    put(project.root, "2031-03-06", said=LATER)

    def stop(done: int, total: int) -> None:
        if done == after:
            raise Stop

    with pytest.raises(Stop):
        indexed(project, progress=stop)
    with schema.reading(folders.store_path(project.root)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM logs").fetchone() == (after,)
    assert indexed(project).written == 3 - after
    assert ask(project, "热点账户")


def test_a_rebuild_that_stops_leaves_the_old_store(project: Settings) -> None:
    indexed(project)

    def stop(done: int, total: int) -> None:
        raise Stop

    with pytest.raises(Stop):
        indexed(project, rebuild=True, progress=stop)
    assert ask(project, "热点账户")
    assert {p.name for p in folders.store_path(project.root).parent.iterdir()} <= {
        "store.db",
        "store.db-wal",
        "store.db-shm",
    }


def test_side_by_side_and_alone_give_the_same_store(project: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "CHUNK", 1)
    indexed(project)
    alone = dump(project)
    index.index(project, stages, processes=2, rebuild=True)
    assert dump(project) == alone


def test_a_log_that_cannot_be_read_is_told_and_the_others_are_indexed(project: Settings) -> None:
    (project.logs / "2031-03-07-chat.markdown").write_bytes("> 10:00:00  甲  \n\n热点账户\n".encode("gbk"))
    report = indexed(project)
    assert report.written == 2
    assert len(report.failed) == 1
    assert "2031-03-07" in report.failed[0]


@pytest.fixture
def broken(project: Settings) -> Iterator[Path]:
    indexed(project)
    yield folders.store_path(project.root)


def test_no_store_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(DigestError, match="digest index"), schema.reading(folders.store_path(tmp_path)):
        pass


def test_a_store_of_a_newer_program_is_refused(broken: Path) -> None:
    db = sqlite3.connect(broken)
    db.execute("INSERT INTO migrations VALUES ('from-the-future')")
    db.commit()
    db.close()
    for opened in (schema.reading, schema.writing):
        with pytest.raises(DigestError, match=r"newer digest.*--rebuild"), opened(broken):
            pass


@pytest.mark.parametrize("damage", [b"not a database at all" * 99, b""])
def test_a_damaged_store_is_refused_and_can_be_built_again(broken: Path, project: Settings, damage: bytes) -> None:
    broken.write_bytes(damage or broken.read_bytes()[:5000])
    with pytest.raises(DigestError, match="--rebuild"):
        ask(project, "热点账户")
    indexed(project, rebuild=True)
    assert ask(project, "热点账户")


def test_somebody_elses_database_is_left_alone(project: Settings) -> None:
    place = folders.store_path(project.root)
    place.parent.mkdir()
    db = sqlite3.connect(place)
    db.execute("CREATE TABLE photos (id)")
    db.commit()
    db.close()
    with pytest.raises(DigestError, match="not one of digest's"):
        indexed(project)


def test_a_symlink_is_no_store(project: Settings, tmp_path: Path) -> None:
    place = folders.store_path(project.root)
    place.parent.mkdir()
    place.symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(DigestError, match="symlink"):
        indexed(project)


def test_rows_of_an_empty_day_are_none() -> None:
    assert rows(None, None, stages()).entries == ()


def test_a_late_answer_is_the_answer_of_its_question_and_stored_once(project: Settings) -> None:
    project.out.mkdir()
    (project.out / f"{DAY}.md").write_text(
        "<!-- q:aa11aa11aa 11:20:05 -->\nQ：对账文件迟到，日切等吗？\n\nA（3月5日）：我们的日切不等对账文件\n", "utf-8"
    )
    (project.out / f"{NEXT}.md").write_text(
        "<!-- q:aa11aa11aa-late 10:01:10 -->\nQ（3月4日）：对账文件迟到，日切等吗？\n\nA：我们的日切不等对账文件\n",
        "utf-8",
    )
    indexed(project)
    hits = [hit for hit in ask(project, "对账文件 日切", raw=False) if hit.kind == "thread"]
    assert [(h.day, h.text, [a.text for a in h.answers]) for h in hits] == [
        (DAY, "对账文件迟到，日切等吗？", ["我们的日切不等对账文件"])
    ]


def test_a_digest_that_its_editor_wrote_by_hand_is_read_in_her_form(project: Settings) -> None:
    project.out.mkdir()
    (project.out / f"{DAY}.md").write_text(
        "### 错误码\n\n**1 Q：** 银行通道返回的错误码一般在哪层封装？\n\n> 放在渠道网关\n\n"
        "### 日切\n\n追问：对账文件迟到的时候，日切到底要不要等？\n\n网友回答：不等\n\n答：第二天补\n",
        "utf-8",
    )
    indexed(project)
    hits = {h.topic: h for h in ask(project, "错误码 日切", since=DAY, until=DAY, raw=False)}
    assert hits["错误码"].answers[0].text == "放在渠道网关"
    assert [a.text for a in hits["日切"].answers] == ["不等", "第二天补"]


def test_a_question_that_she_wrote_herself_is_known_in_the_log(project: Settings) -> None:
    project.out.mkdir()
    (project.out / f"{DAY}.md").write_text("Q：对账文件迟到的时候，日切要等吗？\n\nA：不等\n", "utf-8")
    indexed(project)
    (hit,) = ask(project, "对账文件 迟到", since=DAY, until=DAY)
    assert (hit.kind, hit.text, hit.messages) == ("thread", "对账文件迟到的时候，日切要等吗？", (6,))


def test_what_was_left_out_is_found_and_is_not_called_open(project: Settings) -> None:
    put(project.root, DAY, said=(*SAID, ("16:00:00", "林山", "今天几点下班？")))
    indexed(project)
    with schema.reading(folders.store_path(project.root)) as db:
        states = {kept: {s for (s,) in rows_} for kept, rows_ in _states(db)}
    assert states[1] <= {"answered", "open", "said"} and states[0] == {"asked"}
    assert {h.kind for h in ask(project, "怎么", open=True)} <= {"thread"}


def _states(db: sqlite3.Connection) -> list[tuple[int, list[tuple[str]]]]:
    return [
        (
            kept,
            db.execute(
                "SELECT state FROM questions WHERE entry IN (SELECT id FROM entries WHERE kept = ?)", (kept,)
            ).fetchall(),
        )
        for kept in (0, 1)
    ]


def test_what_a_killed_rebuild_left_is_swept_away(project: Settings) -> None:
    indexed(project)
    store = folders.store_path(project.root)
    for suffix in ("", "-wal", "-shm"):
        store.with_name(f"{store.name}.new{suffix}").write_bytes(b"half a store")
    indexed(project)
    assert not list(store.parent.glob("*.new*")) and ask(project, "热点账户")
