"""Digests on disk: edits survive rebuilds, faults and other programs."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from digest import files
from digest.errors import DigestError
from digest.page.merge import Conflict, Damaged
from digest.page.shelf import (
    Shelf,
    _tell,
    build,
    decide,
    decoded,
    doctor,
    encoded,
    open_conflicts,
    resolve,
    restore,
    status,
    versions,
)

PAGE = """---
title: "20240229-示例"
---

> 本文档从“示例群”的聊天记录整理出来。

<!-- s:qa -->
## 一、Q&A

<!-- q:a1a1 09:12:00 -->
Q：缓冲记账会超额吗？

A：会的。要看额度。

---

<!-- q:b2b2 09:20:00 -->
Q：错误码由谁封装？

==待回复==
"""
LATER = PAGE.replace("==待回复==", "A：渠道网关封装。").replace("A：会的。", "A：当然会。")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    (tmp_path / "digests").mkdir()
    return Shelf(tmp_path, tmp_path / "digests")


@pytest.fixture
def path(shelf: Shelf) -> Path:
    return shelf.out / "2024-02-29.md"


def edit(path: Path, old: str, new: str) -> str:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path.read_text("utf-8")


def test_a_first_build_writes_the_page_and_its_stamp(shelf: Shelf, path: Path) -> None:
    assert build(shelf, path, PAGE).what == "new"
    assert path.read_text("utf-8").startswith(PAGE)
    assert status(shelf, path).state == "untouched"


def test_a_second_build_changes_nothing(shelf: Shelf, path: Path) -> None:
    build(shelf, path, PAGE)
    before = path.stat().st_mtime_ns
    assert build(shelf, path, PAGE).what == "unchanged"
    assert path.stat().st_mtime_ns == before


def test_an_edit_and_a_late_answer_meet(shelf: Shelf, path: Path) -> None:
    build(shelf, path, PAGE)
    edit(path, "要看额度。", "要看日终额度。")
    assert status(shelf, path).state == "edited"
    outcome = build(shelf, path, LATER)
    written = path.read_text("utf-8")
    assert "A：会的。要看日终额度。" in written  # an entry that she changed is hers
    assert "A：渠道网关封装。" in written
    assert outcome.what == "merged"
    assert outcome.backup and "要看日终额度。" in outcome.backup.read_text("utf-8")


def clash(shelf: Shelf, path: Path) -> None:
    """Leave a conflict as earlier versions of the program did."""
    _tell(shelf, path, [Conflict("q:a1a1", "会的。", "很少。", "当然会。")])


def test_what_the_rules_would_change_in_an_entry_of_hers_is_a_proposal(shelf: Shelf, path: Path) -> None:
    build(shelf, path, PAGE)
    edit(path, "要看额度。", "要看日终额度。")
    outcome = build(shelf, path, LATER)
    assert [p.key for p in outcome.proposals] == ["q:a1a1"] and not outcome.conflicts
    assert "当然会" not in path.read_text("utf-8")
    decided, left = decide(shelf, path, LATER, [1], accept=True)
    assert len(decided) == 1 and not left
    assert "A：当然会。要看日终额度。" in path.read_text("utf-8")
    assert build(shelf, path, LATER).proposals == () and build(shelf, path, LATER).what == "unchanged"


def test_a_refused_proposal_stays_refused(shelf: Shelf, path: Path) -> None:
    build(shelf, path, PAGE)
    edit(path, "要看额度。", "要看日终额度。")
    decided, left = decide(shelf, path, LATER, [], accept=False)
    assert len(decided) == 1 and not left
    assert "A：会的。要看日终额度。" in path.read_text("utf-8")
    assert build(shelf, path, LATER).proposals == ()
    with pytest.raises(DigestError, match="There is none"):
        decide(shelf, path, LATER, [1], accept=True)


def test_a_conflict_of_an_earlier_version_is_told_until_it_is_settled(shelf: Shelf, path: Path) -> None:
    build(shelf, path, PAGE)
    edit(path, "A：会的。", "A：很少。")
    build(shelf, path, LATER)
    written = path.read_text("utf-8")
    assert "A：很少。" in written and "当然会" not in written and "<<<<" not in written
    clash(shelf, path)
    assert status(shelf, path).state == "conflict"
    told = shelf.conflicts(path, ".md").read_text("utf-8")
    assert all(words in told for words in ("会的。", "很少。", "当然会。"))
    build(shelf, path, LATER)
    assert len(open_conflicts(shelf, path)) == 1
    assert [conflict.key for conflict in resolve(shelf, path, ["a1a1"])] == ["q:a1a1"]
    assert status(shelf, path).state == "edited"
    assert not shelf.conflicts(path, ".md").exists()


def test_a_deleted_entry_stays_deleted_until_it_is_restored(shelf: Shelf, path: Path) -> None:
    build(shelf, path, PAGE)
    edit(path, PAGE[PAGE.index("<!-- q:b2b2") :], "")
    for page in (LATER, PAGE, LATER):
        build(shelf, path, page)
        assert "q:b2b2" not in path.read_text("utf-8")
    assert status(shelf, path).gone == ("q:b2b2",)
    restore(shelf, path, "b2b2", LATER)
    assert "A：渠道网关封装。" in path.read_text("utf-8")
    assert status(shelf, path).gone == ()
    assert build(shelf, path, LATER).what == "unchanged"


def test_restoring_what_is_not_gone_is_refused(shelf: Shelf, path: Path) -> None:
    build(shelf, path, PAGE)
    for key in ("a1a1", "ffff"):
        with pytest.raises(DigestError):
            restore(shelf, path, key, PAGE)


@pytest.mark.parametrize("form", ["crlf", "bom", "both"])
def test_line_ends_and_byte_order_mark_stay_as_the_editor_has_them(shelf: Shelf, path: Path, form: str) -> None:
    build(shelf, path, PAGE)
    content = path.read_bytes().replace("要看额度。".encode(), "要看日终额度。".encode())
    if form in ("crlf", "both"):
        content = content.replace(b"\n", b"\r\n")
    if form in ("bom", "both"):
        content = b"\xef\xbb\xbf" + content
    path.write_bytes(content)
    assert build(shelf, path, PAGE).what == "merged" or path.read_bytes() == content
    build(shelf, path, LATER)
    written = path.read_bytes()
    assert written.startswith(b"\xef\xbb\xbf") == (form != "crlf")
    assert written.count(b"\r\n") == (written.count(b"\n") if form != "bom" else 0)
    assert "要看日终额度。" in written.decode()
    assert "渠道网关" in written.decode()


def test_text_and_form_go_round() -> None:
    for content in (b"", b"a\r\nb\r\n", b"\xef\xbb\xbfa\n", b"a\n"):
        assert encoded(*decoded(content)) == content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        "手写的一页\n".encode(),
        PAGE.encode(),
        b"\xff\xfe\x00",
        (PAGE + "\n<<<<<<< HEAD\n<!-- digest:0123456789abcdef -->\n").encode(),
        (PAGE + "\n<!-- digest:0123456789abcdef -->\n").encode(),
    ],
)
def test_a_file_that_cannot_be_trusted_is_left_as_it_is(shelf: Shelf, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(Damaged) as caught:
        build(shelf, path, LATER)
    assert path.read_bytes() == content
    assert str(path) in str(caught.value)
    assert status(shelf, path).state in ("foreign", "damaged", "unknown")


def test_a_fresh_build_keeps_a_backup(shelf: Shelf, path: Path) -> None:
    path.write_text("手写的一页\n", "utf-8")
    outcome = build(shelf, path, PAGE, fresh=True)
    assert outcome.backup and outcome.backup.read_text("utf-8") == "手写的一页\n"
    assert status(shelf, path).state == "untouched"


def test_a_dry_run_changes_nothing(shelf: Shelf, path: Path) -> None:
    assert build(shelf, path, PAGE, dry_run=True).what == "new"
    assert not path.exists()
    assert not (shelf.project / files.STATE).exists()


def test_a_stale_buffer_merges_against_its_own_base(shelf: Shelf, path: Path) -> None:
    build(shelf, path, PAGE)
    stale = path.read_text("utf-8").replace("要看额度。", "要看日终额度。")
    build(shelf, path, LATER)
    path.write_text(stale, "utf-8")
    build(shelf, path, LATER)
    written = path.read_text("utf-8")
    assert "A：会的。要看日终额度。" in written  # an entry that she changed is hers
    assert "A：渠道网关封装。" in written


def test_a_damaged_base_is_told_and_nothing_is_touched(shelf: Shelf, path: Path) -> None:
    build(shelf, path, PAGE)
    edit(path, "要看额度。", "要看日终额度。")
    [base] = (shelf.project / files.STATE / "bases").iterdir()
    base.write_text("x", "utf-8")
    before = path.read_bytes()
    with pytest.raises(Damaged):
        build(shelf, path, LATER)
    assert path.read_bytes() == before
    assert any(finding.path == base for finding in doctor(shelf, [path]))
    build(shelf, path, PAGE)
    assert doctor(shelf, [path]) == ()


def test_a_clone_without_bases_builds_on_where_nobody_edited(shelf: Shelf, path: Path) -> None:
    build(shelf, path, PAGE)
    shutil.rmtree(shelf.project / files.STATE)
    assert build(shelf, path, PAGE).what == "unchanged"
    shutil.rmtree(shelf.project / files.STATE)
    assert "A：渠道网关封装。" in build(shelf, path, LATER).text
    shutil.rmtree(shelf.project / files.STATE)
    edit(path, "要看额度。", "要看日终额度。")
    with pytest.raises(Damaged):
        build(shelf, path, PAGE)


def test_a_clone_finds_the_base_of_an_edited_digest_where_the_rules_are_the_same(shelf: Shelf, path: Path) -> None:
    for page in (PAGE, LATER):
        build(shelf, path, PAGE, fresh=path.exists())
        edit(path, "要看额度。", "要看日终额度。")
        edit(path, PAGE[PAGE.index("<!-- q:b2b2") :], "")
        build(shelf, path, PAGE)  # the deletion is remembered now
        shutil.rmtree(shelf.project / files.STATE)
        assert status(shelf, path).state == "unknown"
        if page is LATER:
            with pytest.raises(Damaged, match="isn't here"):
                build(shelf, path, LATER)
        assert build(shelf, path, PAGE).what == "unchanged"
        assert status(shelf, path).gone == ("q:b2b2",)
        written = build(shelf, path, LATER).text
        assert "A：会的。要看日终额度。" in written  # an entry that she changed is hers and "q:b2b2" not in written


def test_settling_a_conflict_that_is_none_is_refused(shelf: Shelf, path: Path) -> None:
    build(shelf, path, PAGE)
    with pytest.raises(DigestError, match="None is open"):
        resolve(shelf, path, ["a1a1"])
    edit(path, "A：会的。", "A：很少。")
    build(shelf, path, LATER)
    clash(shelf, path)
    with pytest.raises(DigestError, match="Open are q:a1a1"):
        resolve(shelf, path, ["b2b2"])
    assert len(open_conflicts(shelf, path)) == 1


def test_versions_are_what_was_written_and_what_stands_there(shelf: Shelf, path: Path) -> None:
    build(shelf, path, PAGE)
    mine = edit(path, "要看额度。", "要看日终额度。")
    assert versions(shelf, path) == (PAGE, mine)


def test_doctor_finds_nothing_in_a_healthy_project(shelf: Shelf, path: Path) -> None:
    build(shelf, path, PAGE)
    edit(path, "A：会的。", "A：很少。")
    build(shelf, path, LATER)
    assert doctor(shelf, [path]) == ()


def test_doctor_sweeps_and_sets_aside(shelf: Shelf, path: Path) -> None:
    build(shelf, path, PAGE)
    (shelf.out / ".digest-99.tmp").write_text("x", "utf-8")
    (shelf.out / "room").mkdir()
    (shelf.out / "room" / ".digest-99.tmp").write_text("x", "utf-8")  # killed before its first digest stood there
    shelf.conflicts(path).parent.mkdir(parents=True)
    shelf.conflicts(path).write_text("{", "utf-8")
    shelf.conflicts(path).with_name("other.md").write_text("# Conflicts in other.md", "utf-8")
    findings = doctor(shelf, [path])
    assert len(findings) == 4 and all(finding.mended for finding in findings)
    assert doctor(shelf, [path]) == ()


FAULTS = ("write", "fsync", "rename", "link", "open", "mkdir")


def failing(monkeypatch: pytest.MonkeyPatch, at: int, fail: Callable[[], None]) -> list[int]:
    """Let the at-th call of the operating system fail; the list's length counts the calls."""
    calls: list[int] = []
    for name in FAULTS:
        real: Any = getattr(os, name)

        def wrapped(*args: Any, _real: Any = real, **kwargs: Any) -> Any:
            calls.append(1)
            if len(calls) == at:
                fail()
            return _real(*args, **kwargs)

        monkeypatch.setattr(os, name, wrapped)
    exchange = files._exchange

    def exchanged(*args: Any) -> bool:
        calls.append(1)
        if len(calls) == at:
            fail()
        return exchange(*args)

    monkeypatch.setattr(files, "_exchange", exchanged)
    return calls


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_no_fault_loses_an_edit_and_the_next_run_is_right(
    shelf: Shelf, path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fail() -> None:
        raise OSError(number, os.strerror(number))

    build(shelf, path, PAGE)
    mine = edit(path, "A：会的。要看额度。", "A：很少。要看日终额度。")
    right = build(shelf, path, LATER, dry_run=True).text
    for at in range(1, 200):
        with monkeypatch.context() as patched:
            calls = failing(patched, at, fail)
            try:
                build(shelf, path, LATER)
            except DigestError as error:
                assert str(error)
        assert path.read_text("utf-8") in (mine, right)
        build(shelf, path, LATER)
        assert path.read_text("utf-8") == right
        if len(calls) < at:
            return
        path.write_text(mine, "utf-8")
        resolve(shelf, path)
        if at % 2:  # with and without what the failed run had written already
            for base in (shelf.project / files.STATE / "bases").iterdir():
                if base.name not in mine:
                    base.unlink()
    pytest.fail("more calls than ever")


def test_a_kill_at_any_moment_loses_nothing(shelf: Shelf, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(shelf, path, PAGE)
    mine = edit(path, "A：会的。要看额度。", "A：很少。要看日终额度。")
    right = build(shelf, path, LATER, dry_run=True).text
    for at in range(1, 200):
        child = os.fork()
        if not child:
            failing(monkeypatch, at, lambda: os._exit(9))
            build(shelf, path, LATER)
            os._exit(0)
        _, ended = os.waitpid(child, 0)
        assert path.read_text("utf-8") in (mine, right)
        doctor(shelf, [path])
        build(shelf, path, LATER)
        assert path.read_text("utf-8") == right
        assert not list(shelf.project.rglob(".digest-*.tmp"))
        if os.waitstatus_to_exitcode(ended) == 0:
            return
        path.write_text(mine, "utf-8")
        resolve(shelf, path)
    pytest.fail("more calls than ever")


def test_a_save_during_the_build_wins(shelf: Shelf, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(shelf, path, PAGE)
    edit(path, "要看额度。", "要看日终额度。")
    real = os.link

    def link(*args: Any, **kwargs: Any) -> None:
        real(*args, **kwargs)
        edit(path, "日终", "日初")

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(DigestError):
        build(shelf, path, LATER)
    assert "要看日初额度。" in path.read_text("utf-8")


def test_a_digest_that_is_a_symlink_is_refused(shelf: Shelf, path: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.md").write_text("x", "utf-8")
    path.symlink_to(tmp_path / "elsewhere.md")
    with pytest.raises(DigestError):
        build(shelf, path, PAGE)
    assert (tmp_path / "elsewhere.md").read_text("utf-8") == "x"
