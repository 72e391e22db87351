"""Settings of a project: what `digest.toml` in its folder says, or else `[tool.digest]` in its `pyproject.toml`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from digest import files
from digest.errors import DigestError, Location, Problem, UsageError

_PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the file of settings: what it means, what it is where it is left out, an example of it."""

    doc: str
    default: str = ""
    example: str = ""
    path: bool = False
    many: bool = False  # a list of texts; one alone may be written as a text

    def line(self, name: str) -> str:
        """The key as `digest init` writes it; what is no path waits behind a comment's sign."""
        value = f'"{self.example or self.default}"'
        written = f"{'' if self.path else '# '}{name} = {f'[{value}]' if self.many and not self.path else value}"
        return f"{written:<26}  # {self.doc}\n"


def _key(doc: str, default: str = "", example: str = "", *, path: bool = False, many: bool = False) -> dict[str, Key]:
    return {"key": Key(doc, default, example, path, many)}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a project's file of settings says, paths resolved against its folder; a field is a key of the file."""

    root: Path
    logs: Path = field(metadata=_key("<day>-chat.markdown, or <room>/<day>-chat.markdown", "seeds", path=True))
    out: Path = field(metadata=_key("where digests are written", "digests", path=True))
    rules: tuple[Path, ...] = field(  # the packaged ones first; each folder changes rules of those before it
        metadata=_key(
            'your rules, on top of the packaged ones; "off: true" switches a packaged one off',
            example="rules",
            path=True,
            many=True,
        )
    )
    templates: tuple[Path, ...] = field(  # the user's own first, the packaged ones last
        metadata=_key("yours in place of the packaged ones, file by file", example="templates", path=True)
    )
    room: str = field(metadata=_key("taken where several rooms have the day", example="payments"))
    me: str = field(metadata=_key("who exported the logs and stands in them as 我", example="Ada Novak"))
    agreed: tuple[str, ...] = field(metadata=_key("may be named in a digest", example="Ada Novak", many=True))
    image_hosts: tuple[str, ...] = field(
        metadata=_key("a picture from elsewhere is shown as text", example="img.example.org", many=True)
    )
    encoding: str = field(metadata=_key("of the logs", "utf-8"))
    elsewhere: bool = False  # `out` is a folder that a command was given, not the project's own


KEYS: Mapping[str, Key] = {each.name: each.metadata["key"] for each in fields(Settings) if each.metadata}


class SettingsError(UsageError):
    """A file of settings that can't be used; carries every problem found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


def template() -> str:
    """The file of settings that `digest init` writes."""
    head = "# What digest needs to know of this folder; every line may go.\n# A path counts from here.\n\n"
    return head + "".join(key.line(name) for name, key in KEYS.items())


def settings(root: Path | None = None) -> Settings:
    """The settings of the project in `root`, the working folder where None; the defaults where it has no file."""
    root = (root or Path.cwd()).absolute()
    path, values, text = _values(root)
    problems = [
        _problem(path, text, name, "S101", f"unknown setting '{name}'{_did_you_mean(name)}")
        for name in values
        if name not in KEYS
    ]
    for name, key in KEYS.items():
        value = values.get(name, "")
        listed = key.many and isinstance(value, list)
        if not all(isinstance(item, str) for item in (value if listed else [value])):  # type: ignore[attr-defined]
            code, kind, example = ("S103", "list of texts", '["…"]') if key.many else ("S102", "text", '"…"')
            problems.append(_problem(path, text, name, code, f"'{name}' is a {kind}: write {name} = {example}"))
        elif "\0" in "".join(value if isinstance(value, list) else [str(value)]):
            problems.append(
                _problem(path, text, name, "S102", f"'{name}' holds a NUL, which no text does: take it out")
            )
    if problems:
        raise SettingsError(tuple(sorted(problems)))

    def one(name: str) -> str:
        return str(values.get(name, KEYS[name].default))

    def many(name: str) -> tuple[str, ...]:
        value = values.get(name, [])
        return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else ()

    rules = _folders(path, text, root, "rules", many("rules"))
    templates = _folders(path, text, root, "templates", (one("templates"),) if one("templates") else ())
    return Settings(
        root=root,
        logs=root / one("logs"),
        out=root / one("out"),
        rules=_distinct((packaged_rules(), *rules)),
        templates=_distinct((*templates, packaged_templates())),
        room=one("room"),
        me=one("me"),
        agreed=many("agreed"),
        image_hosts=many("image_hosts"),
        encoding=one("encoding"),
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

    near = difflib.get_close_matches(key, list(KEYS), 1)
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
