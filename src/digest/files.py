"""Reading and writing files so that nothing is lost: plain files only, written whole or not at all.

Nothing is read or written through a symlink, and what is written stays below the folder that was chosen.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import signal
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from digest.errors import ConflictError, DigestError, UsageError

_EXCHANGE = 2  # RENAME_EXCHANGE of Linux
_TEMP = ".digest-"  # then the process's number, a counter and `.tmp`
_numbers = itertools.count()
_LOCK = "lock"
STATE = ".digest"  # the folder of a project's own state

_KINDS = (
    (stat.S_ISLNK, "a symlink"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def read_bytes(path: Path, *, limit: int = 1 << 30) -> bytes:
    """What the plain file at `path` holds; links, pipes, devices and files over `limit` bytes are refused."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(fd, "rb") as file:  # noqa: PTH123 - the descriptor is what makes it safe
            info = os.fstat(fd)
            _plain(path, info.st_mode)
            if info.st_size > limit:
                raise UsageError(f"{path}: {info.st_size:,} bytes; more than {limit:,} are not read. Split the file")
            return file.read()
    except (OSError, ValueError) as error:
        raise told(path, error, "read") from None


def read_text(path: Path, *, limit: int = 1 << 30) -> str:
    """The UTF-8 text in `path`, line ends as they are."""
    data = read_bytes(path, limit=limit)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{path}:{line}: byte {error.start} is not UTF-8; left as it is. Mend it in an editor"
        ) from None


def lies(path: Path) -> bool:
    """Whether anything stands at `path`, be it a symlink that leads nowhere."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        raise told(path, error, "read") from None
    return True


def remove(path: Path, *, within: Path) -> None:
    """Take the plain file at `path` away, where there is one; no symlink in the path below `within` is followed."""
    root, parts = _below(path, within)
    try:
        folder = _folder(root, parts[:-1])
        try:
            _content(path, parts[-1], folder)  # refuses what is no file
            os.unlink(parts[-1], dir_fd=folder)
        finally:
            os.close(folder)
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise told(path, error, "write") from None


class _Unset:
    """Stands for "whatever is there now"."""


UNSET = _Unset()


def write_atomic(
    path: Path,
    data: bytes | str,
    *,
    within: Path | None = None,
    expected: bytes | _Unset | None = UNSET,
    backup: Path | None = None,
    keep: Path | None = None,
) -> None:
    """Put `data` in `path`, whole or not at all; folders that are missing below `within` are made.

    `expected` is what the caller saw there at first, None for no file: where it is something else by now, nothing is
    written and ConflictError is raised. By default it is what stands there at the call. `backup` is a path in the same
    file system that keeps the old content, somewhere below `keep`. `within` and `keep` (default: the file's own folder)
    are the folders that may be written in: a path that leaves them, by `..` or by a symlink, is refused.
    """
    content = data.encode("utf-8") if isinstance(data, str) else data
    root, parts = _below(path, within)
    try:
        folder = _folder(root, parts[:-1])
    except (OSError, ValueError) as error:
        raise told(path, error, "write") from None
    try:
        before = _content(path, parts[-1], folder) if isinstance(expected, _Unset) else expected
        _replace(path, parts[-1], folder, content, before, backup, keep)
    except (OSError, ValueError) as error:
        raise told(path, error, "write") from None
    finally:
        os.close(folder)


def _replace(
    path: Path, name: str, folder: int, content: bytes, before: bytes | None, backup: Path | None, keep: Path | None
) -> None:
    temp = _temp_name()
    try:
        _unchanged(path, name, folder, before)  # before the backup, which a changed file must not take the place of
        _write_new(temp, folder, content, _mode(name, folder))
        if backup is not None and before is not None:
            _link(name, folder, backup, before, keep)
        _unchanged(path, name, folder, before)
        _into_place(path, temp, name, folder, content, before)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temp, dir_fd=folder)
        raise
    try:
        _sync(folder)
    except OSError as error:
        raise DigestError(
            f"{path}: written, but the disk did not confirm it ({error.strerror}). Check the disk"
        ) from None


def _unchanged(path: Path, name: str, folder: int, before: bytes | None) -> None:
    if _content(path, name, folder) != before:
        raise _meanwhile(path)


def _meanwhile(path: Path) -> ConflictError:
    return ConflictError(f"{path}: someone else changed it meanwhile; nothing was written. Run the command again")


def _into_place(path: Path, temp: str, name: str, folder: int, content: bytes, before: bytes | None) -> None:
    """Let the new file take the old one's place, and its name the new one's, in one step; then look what came out.

    Between a look at the old file and a rename over it an editor's program may save, and its save would be gone. So
    the two change places, and where what comes out isn't what was expected, they change back: whatever she saved last
    ends in its place.
    """
    put, expected = content, before
    while True:
        try:
            exchanged = before is not None and _exchange(temp, name, folder)
        except FileNotFoundError:
            raise _meanwhile(path) from None
        if not exchanged:
            os.rename(temp, name, src_dir_fd=folder, dst_dir_fd=folder)
            return
        out = _content(path, temp, folder) or b""
        if out == expected:
            break
        put, expected = out, put
    os.unlink(temp, dir_fd=folder)
    if put is not content:
        raise _meanwhile(path)


def _exchange(one: str, other: str, folder: int) -> bool:
    """Let two files of a folder change names; False where the system can't."""
    import ctypes

    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(folder, os.fsencode(one), folder, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM):
        return False
    raise OSError(number, os.strerror(number), other)


def _temp_name() -> str:
    return f"{_TEMP}{os.getpid()}-{next(_numbers)}.tmp"


def _sync(folder: int) -> None:
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system that knows no sync of folders
            raise


def _write_new(name: str, folder: int, content: bytes, mode: int | None) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)  # of a dead process that had our number
    fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666, dir_fd=folder)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(fd, view) :]
        if mode is not None:
            os.fchmod(fd, mode)
        os.fsync(fd)
    finally:
        os.close(fd)


def _link(name: str, folder: int, backup: Path, before: bytes, keep: Path | None) -> None:
    """Keep the old content under `backup`: a second name for the file, or a copy where the disk knows no links."""
    root, parts = _below(backup, keep)
    try:
        there = _folder(root, parts[:-1])
    except OSError as error:
        raise told(backup, error, "write") from None
    temp = _temp_name()
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temp, dir_fd=there)
        try:
            os.link(name, temp, src_dir_fd=folder, dst_dir_fd=there, follow_symlinks=False)
        except FileNotFoundError:  # another program's rename came in between
            raise _meanwhile(backup) from None
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EXDEV, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS):
                raise
            _write_new(temp, there, before, None)
        _content(backup, parts[-1], there)  # refuses a backup that is a link or a device
        os.rename(temp, parts[-1], src_dir_fd=there, dst_dir_fd=there)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temp, dir_fd=there)  # a rename onto another name of the same file does nothing
        _sync(there)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temp, dir_fd=there)
        raise
    finally:
        os.close(there)


def _content(path: Path, name: str, folder: int) -> bytes | None:
    """What the file holds, None where there is none."""
    try:
        fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        return None
    with open(fd, "rb") as file:  # noqa: PTH123 - the descriptor is what makes it safe
        _plain(path, os.fstat(fd).st_mode)
        return file.read()


def _mode(name: str, folder: int) -> int | None:
    try:
        return stat.S_IMODE(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return None


def _below(path: Path, within: Path | None) -> tuple[Path, tuple[str, ...]]:
    """The folder to start from and the names below it that lead to `path`."""
    root = (path.parent if within is None else within).absolute()
    parts = path.parts[-1:] if within is None else _relative(path.absolute(), root)
    if not parts or any(part in ("", ".", "..") for part in parts):
        raise UsageError(f"{path}: outside {root}. Choose a path below that folder")
    return root, parts


def _relative(path: Path, root: Path) -> tuple[str, ...]:
    try:
        return path.relative_to(root).parts
    except ValueError:
        return ()


def _folder(root: Path, names: tuple[str, ...]) -> int:
    """A descriptor of the folder `names` below `root`, each step made where missing, no symlink followed."""
    root.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    fd = os.open(root, flags)
    for name in names:
        try:
            try:
                os.mkdir(name, dir_fd=fd)
                _sync(fd)
            except FileExistsError:
                pass
            inner = os.open(name, flags | os.O_NOFOLLOW, dir_fd=fd)
        finally:
            os.close(fd)
        fd = inner
    return fd


def _plain(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise UsageError(f"{path}: {_kind(mode)}, not a file. Give the path of a plain file")


def _kind(mode: int) -> str:
    return next((name for test, name in _KINDS if test(mode)), "something strange")


def told(path: Path, error: OSError | ValueError, doing: str) -> DigestError:
    """The error as one line for the user: the path, what is wrong, the next step. `doing` is "read" or "write"."""
    unchanged = "" if doing == "read" else " Nothing was changed."
    if isinstance(error, ValueError):  # a NUL in the path
        return UsageError(f"{str(path)!r}: no path can look like this. Give another one")
    with contextlib.suppress(OSError, ValueError):
        mode = os.lstat(path).st_mode
        if not stat.S_ISREG(mode) and error.errno in (errno.ELOOP, errno.ENXIO, errno.EISDIR, errno.ENODEV):
            return UsageError(f"{path}: {_kind(mode)}, not a file.{unchanged} Give the path of a plain file")
    what, step = {
        errno.ENOENT: ("no such file", "Check the path"),
        errno.EACCES: (f"no permission to {doing} it", "Ask for the right or choose another folder"),
        errno.EPERM: (f"no permission to {doing} it", "Ask for the right or choose another folder"),
        errno.ENOSPC: ("the disk is full", "Make room and run the command again"),
        errno.EDQUOT: ("your share of the disk is full", "Make room and run the command again"),
        errno.EROFS: ("the disk is read-only", "Choose another folder with --out"),
        errno.ENOTDIR: ("a part of the path is a file or a symlink, not a folder", "Choose another path"),
        errno.ELOOP: ("a symlink stands in the path", "Give the path it leads to"),
        errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter one"),
        errno.EISDIR: ("a folder, not a file", "Give the path of a file"),
        errno.EEXIST: ("a file stands where a folder is needed", "Move it away"),
    }.get(error.errno or 0, (f"could not {doing} it ({error.strerror or error})", "Check the disk and try again"))
    return DigestError(f"{path}: {what}.{unchanged} {step}")


class Stopped(SystemExit):
    """SIGTERM came while the project was locked: unwinds as Ctrl-C does, so that temporary files go."""


@contextlib.contextmanager
def lock(project: Path, *, wait: float = 5.0) -> Iterator[None]:
    """Hold the project's lock, so that two runs never write at once; SIGTERM inside unwinds cleanly.

    Waits up to `wait` seconds for another run to end, then raises DigestError.
    """
    import fcntl

    path = project / STATE / _LOCK
    try:
        folder = _folder(project.absolute(), (STATE,))
        try:
            fd = os.open(_LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666, dir_fd=folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise told(path, error, "write") from None
    try:
        _plain(path, os.fstat(fd).st_mode)
        until = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise DigestError(f"{project}: another digest run works here. Try again when it is done") from None
                time.sleep(0.05)
            except OSError as error:
                raise told(path, error, "write") from None
        with _stoppable():
            yield
    finally:
        os.close(fd)  # lets go of the lock; the file stays, for removing it would let two runs in


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped(128 + number)

    signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def sweep(folder: Path) -> None:
    """Remove temporary files that runs which were killed left in `folder`; call it under the lock."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        for name in sorted(entry.name for entry in entries):
            if name.startswith(_TEMP) and name.endswith(".tmp"):
                with contextlib.suppress(OSError):
                    (folder / name).unlink()
