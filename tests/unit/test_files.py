"""Writing whole or not at all, plain files only, one run at a time."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import files
from digest.errors import ConflictError, DigestError, UsageError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_is_written_with_the_folders_it_needs(tmp_path: Path) -> None:
    files.write_atomic(tmp_path / "out" / "dev" / "a.md", "早\n", within=tmp_path)
    assert (tmp_path / "out" / "dev" / "a.md").read_bytes() == "早\n".encode()
    assert names(tmp_path / "out" / "dev") == ["a.md"]


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, old: bytes, new: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()
    files.write_atomic(folder / "a.md", old)
    files.write_atomic(folder / "a.md", new, expected=old, backup=folder / "a.bak")
    assert files.read_bytes(folder / "a.md") == new
    assert files.read_bytes(folder / "a.bak") == old


def test_the_mode_of_the_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("old")
    path.chmod(0o640)
    files.write_atomic(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_file_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("the editor's")
    with pytest.raises(ConflictError, match="changed it meanwhile"):
        files.write_atomic(path, "ours", expected=b"what we saw", backup=tmp_path / "a.bak")
    with pytest.raises(ConflictError):
        files.write_atomic(path, "ours", expected=None)
    assert path.read_text() == "the editor's"
    assert names(tmp_path) == ["a.md"]


def test_a_file_changed_while_the_new_one_is_written_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.md"
    path.write_text("old")
    sync = os.fsync

    def edit(fd: int) -> None:
        path.write_text("the editor's")
        sync(fd)

    monkeypatch.setattr(os, "fsync", edit)
    with pytest.raises(ConflictError):
        files.write_atomic(path, "ours")
    assert path.read_text() == "the editor's"
    assert names(tmp_path) == ["a.md"]


def test_a_save_at_the_very_moment_of_writing_is_left_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.md"
    path.write_text("old")
    real, saves = files._exchange, ["first", "second", "third"]

    def late(*arguments: object) -> bool:
        if saves:
            (tmp_path / "b").write_text(f"the editor's {saves.pop(0)}")
            (tmp_path / "b").replace(path)
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "_exchange", late)
    with pytest.raises(ConflictError, match="meanwhile"):
        files.write_atomic(path, "ours", backup=tmp_path / "a.bak")
    assert path.read_text() == "the editor's third"
    assert names(tmp_path) == ["a.bak", "a.md"]


def test_a_system_that_cannot_exchange_files_renames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_exchange", lambda *_: False)
    (tmp_path / "a.md").write_text("old")
    files.write_atomic(tmp_path / "a.md", "new")
    assert (tmp_path / "a.md").read_text() == "new"
    assert names(tmp_path) == ["a.md"]


def test_a_file_that_is_gone_meanwhile_stays_gone(tmp_path: Path) -> None:
    with pytest.raises(ConflictError):
        files.write_atomic(tmp_path / "a.md", "ours", expected=b"old")
    assert names(tmp_path) == []


@pytest.mark.parametrize("call", ["write", "fsync", "rename", "open", "fchmod"])
@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "read-only"), (errno.EIO, "could not write"),
     (errno.EACCES, "no permission"), (errno.EDQUOT, "share of the disk")],
)  # fmt: skip
def test_a_fault_of_the_disk_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, words: str
) -> None:
    path = tmp_path / "a.md"
    path.write_text("old")
    real = getattr(os, call)

    def fail(*arguments: object, **more: object) -> object:
        # Reading still works: it is writing that the disk refuses.
        if call == "open" and not int(str(arguments[1])) & os.O_CREAT:
            return real(*arguments, **more)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)
    if call == "rename":
        monkeypatch.setattr(files, "_exchange", fail)
    with pytest.raises(DigestError, match=words) as told:
        files.write_atomic(path, "new")
    monkeypatch.undo()
    assert str(path) in str(told.value)
    assert "Nothing was changed" in str(told.value)
    assert "\n" not in str(told.value)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.md"]


def test_ctrl_c_leaves_nothing_half_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.md"
    path.write_text("old")

    def interrupt(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "write", interrupt)
    with pytest.raises(KeyboardInterrupt):
        files.write_atomic(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.md"]


def test_a_disk_without_links_gets_a_copy_as_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "a.md").write_text("old")
    files.write_atomic(tmp_path / "a.md", "new", backup=tmp_path / "a.bak")
    assert (tmp_path / "a.bak").read_text() == "old"


@pytest.mark.parametrize("kind", ["symlink", "dangling", "fifo", "folder"])
def test_only_plain_files_are_written(tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / "a.md", tmp_path / "other"
    if kind == "symlink":
        other.write_text("precious")
    if kind in ("symlink", "dangling"):
        path.symlink_to(other)
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(UsageError, match="not a file"):
        files.write_atomic(path, "new")
    assert other.exists() == (kind == "symlink")
    if kind == "symlink":
        assert other.read_text() == "precious"
    assert not [name for name in names(tmp_path) if name.endswith(".tmp")]


@pytest.mark.parametrize("way", ["../b.md", "x/../../b.md", "/etc/b.md", ".", "link/b.md", "file/b.md", "nul\0.md"])
def test_nothing_is_written_outside_the_folder(tmp_path: Path, way: str) -> None:
    out, outside = tmp_path / "out", tmp_path / "outside"
    out.mkdir()
    outside.mkdir()
    (out / "link").symlink_to(outside)
    (out / "file").write_text("a file")
    with pytest.raises(DigestError) as told:
        files.write_atomic(out / way, "new", within=out)
    assert "\n" not in str(told.value)
    assert names(outside) == []
    assert names(tmp_path) == ["out", "outside"]


def test_a_name_that_is_too_long_is_told(tmp_path: Path) -> None:
    with pytest.raises(DigestError, match="too long"):
        files.write_atomic(tmp_path / ("x" * 300), "new")
    with pytest.raises(DigestError, match="too long"):
        files.read_bytes(tmp_path / ("x" * 300))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_missing_permission_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("old")
    (tmp_path / "a.md").chmod(0)
    with pytest.raises(DigestError, match="no permission to read"):
        files.read_bytes(tmp_path / "a.md")


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 11)
    with pytest.raises(UsageError, match="11 bytes"):
        files.read_bytes(tmp_path / "a", limit=10)


def test_broken_text_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"one\ntwo \xff\n")
    with pytest.raises(UsageError, match=r"a\.md:2: byte 8 is not UTF-8"):
        files.read_text(tmp_path / "a.md")
    (tmp_path / "a.md").write_bytes(b"one\r\ntwo")
    assert files.read_text(tmp_path / "a.md") == "one\r\ntwo"


def test_only_one_run_at_a_time_holds_the_lock(tmp_path: Path) -> None:
    with files.lock(tmp_path), pytest.raises(DigestError, match="another digest run"), files.lock(tmp_path, wait=0):
        pytest.fail("two runs at once")
    with files.lock(tmp_path, wait=0):
        pass  # it was let go


def test_a_lock_that_is_a_symlink_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".digest").mkdir()
    (tmp_path / ".digest" / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DigestError, match="symlink"), files.lock(tmp_path):
        pytest.fail("it followed the symlink")
    assert not (tmp_path / "elsewhere").exists()


def test_being_told_to_stop_unwinds_and_lets_the_lock_go(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as stopped, files.lock(tmp_path):
        os.kill(os.getpid(), signal.SIGTERM)
    assert stopped.value.code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) == before
    with files.lock(tmp_path, wait=0):
        pass


def test_a_killed_run_leaves_the_old_file_and_what_it_left_is_swept(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("old")
    script = (
        "import os, signal, sys; from pathlib import Path; from digest import files\n"
        "files._exchange = lambda *a: os.kill(os.getpid(), signal.SIGKILL)\n"
        "files.write_atomic(Path(sys.argv[1]), 'new')"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_text() == "old"
    assert len(names(tmp_path)) == 2
    files.sweep(tmp_path)
    assert names(tmp_path) == ["a.md"]
    files.sweep(tmp_path / "nowhere")
