"""The store's file: its tables, how they came to be, and how it is opened.

Ids of rows that belong to a log are `log << SHIFT | n`: a log's rows lie together, and go by a range of ids without an
index. Full-text tables hold no text (`content=''`): what they were fed is made again from the rows, see words.py.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from digest.errors import DigestError, UsageError

SHIFT = 24  # a log of 16 million messages still fits
REBUILD = "Build it again with: digest index --rebuild"

FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE logs (
    id INTEGER PRIMARY KEY,
    room TEXT NOT NULL,
    day TEXT NOT NULL,
    path TEXT NOT NULL,             -- "" where only a digest is left of the day
    digest TEXT NOT NULL,           -- path of the digest's file, "" where there is none
    stamp TEXT NOT NULL,            -- hash of all that the rows were made of
    title TEXT NOT NULL,
    headers INTEGER NOT NULL,
    talk TEXT NOT NULL,             -- the talk's title
    guest INTEGER,                  -- who gave it
    UNIQUE (room, day)
);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    position INTEGER NOT NULL,      -- of the header in the log's file
    second INTEGER NOT NULL,
    speaker INTEGER NOT NULL,
    turn INTEGER NOT NULL,          -- number of the turn in its log
    text TEXT NOT NULL              -- mentions taken out, personal data masked
);
CREATE TABLE turns (id INTEGER PRIMARY KEY, speaker INTEGER NOT NULL, start INTEGER NOT NULL, acts TEXT NOT NULL);
CREATE TABLE links (child INTEGER PRIMARY KEY, parent INTEGER NOT NULL, score REAL NOT NULL);  -- turns
CREATE TABLE topics (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,              -- as in the digest's mark
    kind TEXT NOT NULL,             -- thread, talk, notice, resource
    section TEXT NOT NULL,
    topic INTEGER,
    kept INTEGER NOT NULL           -- 0: a candidate that stands in no digest
);
CREATE INDEX entries_by_key ON entries (key);
CREATE TABLE questions (
    id INTEGER PRIMARY KEY,
    entry INTEGER NOT NULL,
    key TEXT NOT NULL,
    state TEXT NOT NULL,            -- answered, open; said: no question; asked: left out, answers not looked for
    score REAL NOT NULL,
    speaker INTEGER,
    messages TEXT NOT NULL,         -- positions
    text TEXT NOT NULL
);
CREATE INDEX questions_by_entry ON questions (entry);
CREATE TABLE answers (
    id INTEGER PRIMARY KEY,
    question INTEGER NOT NULL,
    speaker INTEGER,
    messages TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX answers_by_question ON answers (question);
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, agreed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE labels (label TEXT PRIMARY KEY, person INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE words (
    word TEXT PRIMARY KEY,
    times INTEGER NOT NULL,         -- in the messages
    tells REAL NOT NULL             -- how rare it is in the language, from 0 to 1
) WITHOUT ROWID;
CREATE VIRTUAL TABLE message_words USING fts5(
    text, content='', columnsize=0, tokenize="unicode61 remove_diacritics 0"
);
CREATE VIRTUAL TABLE question_words USING fts5(
    question, answers, topic, content='', columnsize=0, tokenize="unicode61 remove_diacritics 0"
);
"""

MIGRATIONS: tuple[tuple[str, str], ...] = (("first-tables", FIRST),)


class StoreError(DigestError):
    """A store that can't be used as it stands."""


class NoStoreError(StoreError):
    """There is no store yet."""


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """The store at `path` to read from; StoreError where there is none, or none that can be used."""
    if not path.exists():
        raise NoStoreError(f"{path}: nothing is indexed yet. Run: digest index")
    with _told(path):
        connection = _connected(path, "ro")
        try:
            behind = [name for name, _ in MIGRATIONS if name not in _checked(path, connection)]
            if behind:
                raise StoreError(f"{path}: made by an older digest. Run: digest index")
            connection.execute("PRAGMA mmap_size = 268435456")
            yield connection
        finally:
            connection.close()


@contextlib.contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """The store at `path` to write to, made or brought up to date; hold the project's lock around it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _told(path):
        connection = _connected(path, "rwc")
        try:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # counts only before the first table is made
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA cache_size = -32000")  # KiB
            connection.execute("PRAGMA temp_store = MEMORY")
            done = _checked(path, connection)
            for name, script in MIGRATIONS:
                if name not in done:
                    _migrate(connection, name, script)
            yield connection
            connection.executescript("PRAGMA incremental_vacuum")  # `execute` would give back one page
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


@contextlib.contextmanager
def rebuilding(path: Path) -> Iterator[sqlite3.Connection]:
    """A new store that takes the place of the one at `path` once the block ends well; until then the old one works."""
    if path.is_dir():
        raise StoreError(f"{path}: a folder where the store belongs. Move it away, then: digest index")
    new = _new(path)
    sweep(path)
    try:
        with writing(new) as connection:
            connection.execute("PRAGMA synchronous = OFF")  # nobody reads it before it is whole
            yield connection
            connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        _remove(new)
        raise
    with _told(path):
        _settle(path)
        new.replace(path)


def sweep(path: Path) -> None:
    """Take away what a rebuild that was killed left beside the store at `path`; hold the project's lock around it."""
    _remove(_new(path))


def _new(path: Path) -> Path:
    return path.with_name(path.name + ".new")


def _settle(path: Path) -> None:
    """Leave nothing beside the old store that SQLite would take for part of the new one."""
    if path.exists():
        # its text may be no UTF-8, even that of its schema
        with contextlib.suppress(sqlite3.Error, UnicodeDecodeError):
            old = _connected(path, "rw")
            try:
                old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                old.close()
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    if path.is_symlink():
        raise StoreError(f"{path}: a symlink; a store is never opened through one. Remove it, then: digest index")
    if path.exists() and not path.is_file():
        raise StoreError(f"{path}: not a file, so no store. Move it away, then: digest index")
    # on a disk that nobody writes to, SQLite can't make its own files beside a store
    if mode == "ro" and not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists():
        mode = "ro&immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=10)


def _checked(path: Path, connection: sqlite3.Connection) -> set[str]:
    """Names of the migrations that the store has seen."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if not tables:
        return set()
    if "migrations" not in tables:
        raise StoreError(f"{path}: a database, but not one of digest's. Move it away, then: digest index")
    done = {name for (name,) in connection.execute("SELECT name FROM migrations")}
    if done - {name for name, _ in MIGRATIONS}:
        raise StoreError(f"{path}: made by a newer digest. Update digest, or start over: digest index --rebuild")
    return done


def _migrate(connection: sqlite3.Connection, name: str, script: str) -> None:
    """Take one step, whole or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY) WITHOUT ROWID")
        for statement in _statements(script):
            connection.execute(statement)
        connection.execute("INSERT INTO migrations VALUES (?)", (name,))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> Iterator[str]:
    # executescript would commit before it begins
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """SQLite's errors as lines for the user."""
    try:
        yield
    except sqlite3.OperationalError as error:
        said = str(error)
        if "locked" in said or "busy" in said:
            raise StoreError(f"{path}: another program writes to it. Try again when it is done") from None
        if "readonly" in said or "unable to open" in said:
            raise StoreError(f"{path}: can't be opened ({said}). Nothing was changed. Check its folder") from None
        if "full" in said:
            raise StoreError(f"{path}: the disk is full. Make room and run the command again") from None
        if "malformed" in said or "no such table" in said or "no such column" in said or "disk I/O" in said:
            raise StoreError(f"{path}: damaged ({said}). {REBUILD}") from None
        raise
    except UnicodeEncodeError as error:
        # an argument of bytes that are no UTF-8: logs and digests hold none
        raise UsageError(f"{error.object!a}: no UTF-8, so nothing is called that. Write it anew") from None
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise StoreError(f"{path}: damaged ({error}). {REBUILD}") from None
