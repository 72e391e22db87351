"""The docs say what the program does: every command stands there, and what they show it saying it does say.

A fenced `console` block holds commands (`$ digest …`) and what they print; a line `…` stands for lines left out. The
README's are run in order in one folder that holds the seed's log. A block after `<!-- file: NAME -->` is put into that
file; one after `<!-- piece: HH:MM:SS,… -->` holds the entries of the built digest that open with those messages. After
a change of the program, or of what is shown, write them anew and read the difference:

    DIGEST_GOLDEN=1 pytest tests/test_docs.py
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from digest.rules.reference import reference
from digest.subjects import load
from places import ROOT

ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
RULES = ROOT / "docs" / "rules.md"
HOUSE = ROOT / "docs" / "architecture.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
BENCHMARKS = ROOT / "benchmarks" / "README.md"
BUILD, TESTS = "digest build 2017-05-27", "bin/pytest"  # what .ci/run looks for
GOLDEN = bool(os.environ.get("DIGEST_GOLDEN"))
DIGEST = Path("digests", "2017-05-27.md")
HEAD = ("| key | takes | meaning | default |", "|---|---|---|---|")

_FENCE = re.compile(r"(?:<!-- (file|piece): (\S+) -->\n)?```(\w*)\n(.*?)```\n", re.S)


@dataclass(frozen=True)
class Block:
    """A fenced block: what it is in, where its body stands in the page, what it holds."""

    language: str
    what: str  # file, piece or nothing
    name: str
    start: int
    body: str


def named(path: Path) -> str:
    """A page's path in the project."""
    return str(path.relative_to(ROOT))


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return [Block(m[3], m[1] or "", m[2] or "", m.start(4), m[4]) for m in _FENCE.finditer(page)]


def said(body: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a console block with the lines shown below it."""
    for part in re.split(r"^\$ ", body, flags=re.M)[1:]:
        command, *lines = part.splitlines()
        yield command, lines


def pieces(lines: list[str]) -> list[list[str]]:
    """The runs of lines between `…`."""
    runs: list[list[str]] = [[]]
    for line in lines:
        if line.strip() == "…":
            runs.append([])
        else:
            runs[-1].append(line)
    return [run for run in runs if run]


def again(lines: list[str], printed: list[str]) -> list[str]:
    """What was printed, cut to what the lines show: a run between `…` begins where its first word is printed."""
    if not any(line.strip() == "…" for line in lines):
        return printed
    shown: list[str] = []
    place = 0
    for run in pieces(lines):
        first = run[0].split()[:1]
        if shown or lines[0].strip() == "…":
            place = next((n for n in range(place, len(printed)) if printed[n].split()[:1] == first), len(printed))
            shown.append("…")
        shown += printed[place : place + len(run)]
        place += len(run)
    return [*shown, "…"] if lines[-1].strip() == "…" else shown


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the seed's log, and a `digest` to call there."""
    (tmp_path / "seeds").mkdir()
    shutil.copy(ROOT / "seeds" / "2017-05-27-chat.markdown", tmp_path / "seeds")
    (tmp_path / "bin").mkdir()
    digest = tmp_path / "bin" / "digest"
    digest.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m digest "$@"\n', "utf-8")
    digest.chmod(0o755)
    return tmp_path


def ran(command: str, folder: Path) -> list[str]:
    """What a command prints, on either stream."""
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    env = {k: v for k, v in os.environ.items() if k != "COLUMNS"} | {"PATH": path, "PYTHONUTF8": "1"}
    done = subprocess.run(
        command, shell=True, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return [line.rstrip() for line in done.stdout.decode().splitlines()]


def piece(page: str, times: str) -> str:
    """The entries of a digest that open with the messages of these times, below their headings."""
    asked = re.compile(rf"<!-- q:\w+ (?:{times.replace(',', '|')})")
    shown = []
    for topic in re.split(r"^(?=<!-- [ts]:)", page, flags=re.M):
        heading, _, rest = topic.partition("\n")[2].strip().partition("\n\n")
        entries = rest.split("\n\n---\n\n")
        wanted = [entry for entry in entries if asked.match(entry)]
        if wanted:
            shown.append("\n\n".join([heading, "\n\n---\n\n".join(wanted), *["…"] * (len(wanted) < len(entries))]))
    return "\n\n".join(shown) + "\n"


def test_what_the_readme_shows_is_what_the_program_says(folder: Path) -> None:
    page = ENGLISH.read_text("utf-8")
    written, end = "", 0
    ran(BUILD, folder)
    for block in blocks(page):
        body = block.body
        if block.what == "file":
            path = folder / block.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body, "utf-8")
        elif block.what == "piece":
            body = piece((folder / DIGEST).read_text("utf-8"), block.name)
        elif block.language == "console":
            body = ""
            for command, lines in said(block.body):
                printed = ran(command, folder)
                body += f"$ {command}\n" + "".join(f"{line}\n" for line in again(lines, printed))
        if not GOLDEN:
            assert body == block.body, "DIGEST_GOLDEN=1 writes it anew"
        written += page[end : block.start] + body
        end = block.start + len(block.body)
    if GOLDEN:
        ENGLISH.write_text(written + page[end:], "utf-8")
        bodies = [block.body for block in blocks(written + page[end:])]
        page, written, end = CHINESE.read_text("utf-8"), "", 0
        for block, body in zip(blocks(page), bodies, strict=True):
            written += page[end : block.start] + body
            end = block.start + len(block.body)
        CHINESE.write_text(written + page[end:], "utf-8")


def test_both_readmes_show_the_same() -> None:
    assert blocks(CHINESE.read_text("utf-8")) and not [
        (one.body, other.body)
        for one, other in zip(blocks(ENGLISH.read_text("utf-8")), blocks(CHINESE.read_text("utf-8")), strict=True)
        if (one.language, one.what, one.name, one.body) != (other.language, other.what, other.name, other.body)
    ]


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its full name."""
    import typer.main

    from digest.cli.app import app

    def walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
        names = command.list_commands(None) if hasattr(command, "list_commands") else ()
        if not names:
            yield name, command
        for sub in names:
            yield from walk(f"{name} {sub}", command.get_command(None, sub))

    yield from walk("digest", typer.main.get_command(app))


@pytest.mark.parametrize("path", [ENGLISH, CHINESE], ids=["english", "chinese"])
def test_every_command_stands_in_the_readme_with_its_purpose(path: Path) -> None:
    rows = dict(re.findall(r"^\| `(digest[a-z ]*[a-z])[^|`]*` \| (\S.*\S) \|$", path.read_text("utf-8"), re.M))
    names = {name for name, command in commands() if not command.hidden}
    assert sorted(rows) == sorted(names)


def test_every_option_that_the_readmes_name_is_there() -> None:
    known = {option for _, command in commands() for p in command.params for option in (*p.opts, *p.secondary_opts)}
    for path in (ENGLISH, CHINESE):
        prose = re.sub(r"^    .*$", "", path.read_text("utf-8"), flags=re.M)
        assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", prose)) <= known | {"--help"}


@pytest.mark.parametrize("path", [ENGLISH, CHINESE], ids=["english", "chinese"])
@pytest.mark.parametrize("needle", [BUILD, TESTS])
def test_the_two_commands_stand_once_as_code(path: Path, needle: str) -> None:
    lines = [line for line in path.read_text("utf-8").splitlines() if line.startswith("    ") and needle in line]
    assert len(lines) == 1
    assert lines[0].startswith("    python3 -m venv .venv && ")


def test_the_two_commands_are_the_same_in_both_languages() -> None:
    english, chinese = (re.findall(r"^    python3 .*$", path.read_text("utf-8"), re.M) for path in (ENGLISH, CHINESE))
    assert english == chinese


@pytest.mark.parametrize(
    "path",
    [
        ENGLISH,
        CHINESE,
        CONTRIBUTING,
        *sorted((ROOT / "docs").glob("*.md")),
        *sorted((ROOT / "examples").rglob("README.md")),
    ],
    ids=named,
)
def test_every_link_within_the_project_leads_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text("utf-8"))
    assert targets
    assert not [target for target in targets if not (path.parent / target).exists()]


@pytest.mark.parametrize("path", [HOUSE, CONTRIBUTING, BENCHMARKS], ids=named)
def test_every_path_that_is_named_is_there(path: Path) -> None:
    names = re.findall(r"`([\w./-]+(?:/|\.py|\.md|\.toml|\.yml))`", path.read_text("utf-8"))
    theirs = {"digest.toml", ".digest/", "templates/"}  # in a user's project
    homes = (ROOT, ROOT / "src" / "digest", path.parent)
    assert names
    assert not [name for name in names if name not in theirs and not any((home / name).exists() for home in homes)]


def test_every_task_and_hook_that_is_named_is_there() -> None:
    pages = "".join(path.read_text("utf-8") for path in (ENGLISH, CHINESE, CONTRIBUTING))
    tasks = re.findall(r"^@nox\.session\ndef (\w+)", (ROOT / "noxfile.py").read_text("utf-8"), re.M)
    assert set(re.findall(r"nox -s (\w+)", pages)) <= set(tasks)
    hooks = re.findall(r"^- id: (\S+)", (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"), re.M)
    assert re.findall(r"- id: (digest-\S+)", RULES.read_text("utf-8")) == hooks


def test_every_room_stands_in_the_house() -> None:
    page = HOUSE.read_text("utf-8")
    source = ROOT / "src" / "digest"
    rooms = [f"{path.parent.name}/" for path in source.glob("*/__init__.py")] + [
        path.name for path in source.glob("[a-z]*.py")
    ]
    assert not [room for room in rooms if not re.search(rf"^\| (`[\w.]+`, )*`{re.escape(room)}`", page, re.M)]


def test_every_setting_stands_in_the_readmes() -> None:
    from digest.project.settings import KEYS

    for path in (ENGLISH, CHINESE):
        page = path.read_text("utf-8")
        assert not [key for key in KEYS if f"`{key}`" not in page]


def test_the_reference_of_rules_is_what_the_code_declares() -> None:
    page = RULES.read_text("utf-8")
    head, mark, rest = page.partition("<!-- made from the code from here on -->\n\n")
    wanted = reference(load([ROOT / "rules"]))
    assert mark
    if GOLDEN:
        rest = wanted
        RULES.write_text(head + mark + rest, "utf-8")
    assert rest == wanted, "DIGEST_GOLDEN=1 writes it anew"
