"""Settings of a project, and where things lie: logs, digests, rules, templates.

They come from `digest.toml` in the working folder, or else from `[tool.digest]` in its `pyproject.toml`:

    logs = "seeds"              # <day>-chat.markdown, or <room>/<day>-chat.markdown
    out = "digests"
    rules = "rules"             # builds on the packaged rules; a list where there are several
    templates = "templates"     # your own in place of the packaged ones, file by file
    room = "proddev"            # taken where several rooms have the day
    me = "Ada Novak"            # who exported the logs and stands in them as 我
    agreed = ["Ada Novak"]      # may be named in a digest
    image_hosts = ["img.example.org"]
    encoding = "utf-8"
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import unicodedata
from dataclasses import dataclass, fields
from pathlib import Path

from digest import files
from digest.errors import DigestError, Location, Problem, UsageError

_PACKAGE = Path(__file__).parents[1]
LOG_SUFFIXES = ("markdown", "md", "txt", "json", "jsonl", "csv", "zip", "xls", "log")

_LOG_NAME = re.compile(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?:-chat)?\.(?:{'|'.join(LOG_SUFFIXES)})")
NO_LOGS = "no logs there. Put one in, named like 2017-05-27-chat.markdown, or name another folder with --logs"
OF_MANY_DAYS = re.compile(r"faq|[0-9]{4}-(?:[0-9]{2}|W[0-9]{2})")  # pages that faq, month and week write, by name
_LONGEST_FOLDER = 100  # bytes; most file systems take 255
_UNSAFE = re.compile(r'[ /\\:*?"<>|]+')
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])(?:\..*)?", re.I)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a project's file of settings says, paths resolved against the working folder."""

    root: Path
    logs: Path
    out: Path
    rules: tuple[Path, ...]  # the packaged ones first; each folder changes rules of those before it
    templates: tuple[Path, ...]  # the user's own first, the packaged ones last
    room: str = ""
    me: str = ""
    agreed: tuple[str, ...] = ()
    image_hosts: tuple[str, ...] = ()
    encoding: str = "utf-8"


class SettingsError(UsageError):
    """A file of settings that can't be used; carries every problem found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


@dataclass(frozen=True, slots=True, order=True)
class DayLog:
    """A log on disk."""

    day: dt.date
    room: str
    path: Path


_TEXTS = ("logs", "out", "room", "me", "encoding", "templates")
_LISTS = ("rules", "agreed", "image_hosts")
KEYS = tuple(field.name for field in fields(Settings) if field.name != "root")


def settings(root: Path | None = None) -> Settings:
    """The settings of the project in `root`, the working folder where None; the defaults where it has no file."""
    root = (root or Path.cwd()).absolute()
    path, values, text = _values(root)
    problems = [
        _problem(path, text, key, "S101", f"unknown setting '{key}'{_did_you_mean(key)}")
        for key in values
        if key not in KEYS
    ]
    problems += [
        _problem(path, text, key, "S102", f"'{key}' is a text: write {key} = \"…\"")
        for key in _TEXTS
        if not isinstance(values.get(key, ""), str)
    ]
    for key in _LISTS:
        value = values.get(key, [])
        if not isinstance(value, str) and not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
            problems.append(_problem(path, text, key, "S103", f"'{key}' is a list of texts: write {key} = [\"…\"]"))
    if problems:
        raise SettingsError(tuple(sorted(problems)))

    def one(key: str, default: str = "") -> str:
        return str(values.get(key, default))

    def many(key: str) -> tuple[str, ...]:
        value = values.get(key, [])
        return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else ()

    rules = _folders(path, text, root, "rules", many("rules"))
    templates = _folders(path, text, root, "templates", (one("templates"),) if one("templates") else ())
    return Settings(
        root=root,
        logs=root / one("logs", "seeds"),
        out=root / one("out", "digests"),
        rules=_distinct((packaged_rules(), *rules)),
        templates=_distinct((*templates, packaged_templates())),
        room=one("room"),
        me=one("me"),
        agreed=many("agreed"),
        image_hosts=many("image_hosts"),
        encoding=one("encoding", "utf-8"),
    )


def _values(root: Path) -> tuple[Path, dict[str, object], str]:
    """The file that holds the settings, what it says, and its text."""
    for name in ("digest.toml", "pyproject.toml"):
        path = root / name
        if not path.exists() and not path.is_symlink():
            continue
        import tomllib

        text = files.read_text(Path(os.path.realpath(path)))
        try:
            table: object = tomllib.loads(text.removeprefix("\ufeff"))
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            if name == "pyproject.toml" and "tool.digest" not in text:
                continue  # somebody else's file, and nothing of ours in it
            raise UsageError(f"{path}: not TOML: {error}. Mend it and run the command again") from None
        if name == "pyproject.toml":
            for key in ("tool", "digest"):
                table = table.get(key) if isinstance(table, dict) else None
            if table is None:
                continue
        if not isinstance(table, dict):
            raise UsageError(f"{path}: tool.digest is no table. Write [tool.digest]")
        return path, table, text
    return root / "digest.toml", {}, ""


def _problem(path: Path, text: str, key: str, code: str, message: str) -> Problem:
    line = next(
        (n for n, line in enumerate(text.splitlines(), 1) if re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line)), 0
    )
    return Problem(Location(str(path), line), code, message)


def _did_you_mean(key: str) -> str:
    import difflib

    near = difflib.get_close_matches(key, KEYS, 1)
    return f" (did you mean '{near[0]}'?)" if near else f". Known are {', '.join(KEYS)}"


def _folders(path: Path, text: str, root: Path, key: str, named: tuple[str, ...]) -> tuple[Path, ...]:
    """The user's folders: those he named, all of which must be there, or else the one of the usual name."""
    if not named:
        if (root / key).is_symlink() and not (root / key).exists():
            raise UsageError(f"{root / key}: a symlink that leads nowhere. Mend it or take it away")
        return (root / key,) if (root / key).is_dir() else ()
    gone = [name for name in named if not (root / name).is_dir()]
    if gone:
        raise SettingsError(
            tuple(_problem(path, text, key, "S104", f"no folder '{name}'. Make it or correct '{key}'") for name in gone)
        )
    return tuple(root / name for name in named)


def _distinct(folders: tuple[Path, ...]) -> tuple[Path, ...]:
    """The folders, each once: in a checkout the packaged rules are the ones of the working folder."""
    return tuple({os.path.realpath(folder): folder for folder in reversed(folders)}.values())[::-1]


def packaged_rules() -> Path:
    """The folder of the default rules: beside this file where installed, at the top of a checkout."""
    return _packaged("rules", _PACKAGE / "defaults" / "rules", _PACKAGE.parents[1] / "rules")


def packaged_templates() -> Path:
    """The folder of the default templates."""
    return _packaged("templates", _PACKAGE / "page" / "templates")


def _packaged(what: str, *places: Path) -> Path:
    found = next((place for place in places if place.is_dir()), None)
    if found is None:
        raise DigestError(f"{places[0]}: the packaged {what} are gone. Install digest again")
    return found


def parse_day(said: str) -> dt.date:
    """The day that `said` names, which must look like 2017-05-27.

    >>> parse_day("2017-05-27")
    datetime.date(2017, 5, 27)
    """
    shown = _shown(said)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", said):
        year, month, day = (int(part) for part in said.split("-"))
        try:
            return dt.date(year, month, day)
        except ValueError:
            if 1 <= month <= 12 and year:
                import calendar

                last = calendar.monthrange(year, month)[1]
                why = (
                    f"no such day: {year:04d}-{month:02d} ends on the {last}{'st' if last == 31 else 'th'}"
                    if day
                    else "no such day: they begin at 01"
                )
            else:
                why = "no such month" if year else "no such year"
            raise UsageError(f"{shown}: {why}. Write a day of the calendar, such as 2017-05-27") from None
    if any(c.isdigit() and not c.isascii() for c in said):
        raise UsageError(f"{shown}: its digits are not 0 to 9 (full-width?). Write the day as 2017-05-27")
    if "/" in said or "\\" in said or said in (".", ".."):
        raise UsageError(f"{shown}: a path, not a day. Write the day as 2017-05-27, or try digest extract FILE")
    if re.fullmatch(r"[0-9]{8}", said):
        raise UsageError(f"{shown}: a day is written with hyphens. Try {said[:4]}-{said[4:6]}-{said[6:]}")
    raise UsageError(f"{shown}: not a day. Write it as 2017-05-27")


def _shown(said: str) -> str:
    """What the user typed, fit for one line of a terminal."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in said[:60])
    return (shown + "…" if len(said) > 60 else shown) or "an empty text"


def days(settings: Settings, room: str | None = None) -> tuple[DayLog, ...]:
    """Every log below the logs folder, by day, then room; of one room where `room` is given, "" for none."""
    found = []
    for folder, name in ((settings.logs, ""), *((path, path.name) for path in _rooms(settings))):
        if room is not None and name != room:
            continue
        for path in _listing(folder):
            match = _LOG_NAME.fullmatch(path.name)
            if match and not path.is_dir():
                try:
                    found.append(DayLog(dt.date.fromisoformat(match[1]), name, path))
                except ValueError:
                    continue  # 2017-02-30 is nobody's log
    return tuple(sorted(found))


def find_log(settings: Settings, day: dt.date, room: str | None = None) -> DayLog:
    """The log of `day`; where several rooms have it, the one of `room`, else of `settings.room`."""
    logs = settings.logs
    if not logs.is_dir():
        raise UsageError(f"{logs}: no such folder. Put the logs there, or set logs in digest.toml")
    here = [log for log in days(settings) if log.day == day]
    if room is not None:
        mine = [log for log in here if log.room == room]
        if not mine:
            names = [path.name for path in _rooms(settings)]
            if room not in names:
                known = f"Rooms are {', '.join(names)}" if names else "Leave out --room: the logs have no rooms"
                raise UsageError(f"{_shown(room)}: no such room in {logs}. {known}")
            raise UsageError(f"{logs / room}: no log of {day}{_nearest(settings, day, room)}")
        here = mine
    elif len({log.room for log in here}) > 1:
        here = [log for log in here if log.room == settings.room] or here
    if not here:
        raise UsageError(f"{logs}: no log of {day}{_nearest(settings, day, None)}")
    rooms = sorted({log.room for log in here})
    if len(rooms) > 1:
        listed = ", ".join(name or "(no room)" for name in rooms)
        raise UsageError(f"{day}: {len(rooms)} rooms have a log of it: {listed}. Choose one with --room")
    if len(here) > 1:
        listed = ", ".join(log.path.name for log in here)
        raise UsageError(
            f"{day}: {len(here)} files claim to be its log: {listed}. Keep one of them in {here[0].path.parent}"
        )
    return here[0]


def _nearest(settings: Settings, day: dt.date, room: str | None) -> str:
    near = sorted(days(settings, room), key=lambda log: (abs((log.day - day).days), log))
    if not near:
        return ". Name it <day>-chat.markdown"
    where = f" --room {near[0].room}" if near[0].room else ""
    return f". The nearest there is: {near[0].day}{where}"


def room_of(settings: Settings, path: Path) -> str:
    """The room a log lies in: the folder between the logs folder and the file, "" where there is none."""
    folder = Path(os.path.realpath(path.parent))
    return folder.name if folder.parent == Path(os.path.realpath(settings.logs)) else ""


def digest_path(settings: Settings, day: dt.date, room: str = "") -> Path:
    """Where the digest of `day` belongs: out/<day>.md, out/<room>/<day>.md where there are rooms."""
    return settings.out / safe_folder(room) / f"{day}.md" if room else settings.out / f"{day}.md"


def safe_folder(room: str) -> str:
    """A folder name for `room` that every file system takes; the same room always gets the same one.

    A name that had to be changed ends with eight digits of its hash, so that two rooms never share a folder.

    >>> safe_folder("proddev")
    'proddev'
    """
    plain = unicodedata.normalize("NFC", room)
    seen = "".join(c if c.isprintable() else "-" for c in plain)
    name = _UNSAFE.sub("-", seen).lstrip(".-~").rstrip(".")
    while len(name.encode()) > _LONGEST_FOLDER:
        name = name[:-1]
    if _RESERVED.fullmatch(name):
        name = f"room-{name}"
    if name and name == plain:
        return name
    stamp = hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name or 'room'}-{stamp}"


def store_path(root: Path) -> Path:
    """Where a project's knowledge base lies, whether there is one or not."""
    return root / files.STATE / "store.db"


def _rooms(settings: Settings) -> list[Path]:
    """The folders of logs; that of the digests, where it lies among them, is none."""
    folders = [path for path in _listing(settings.logs) if path.is_dir() and not path.name.startswith(".")]
    return [path for path in folders if not (settings.out.is_dir() and path.samefile(settings.out))]


def _listing(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise files.told(folder, error, "read") from None
