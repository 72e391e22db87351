"""The commands from outside: help, errors, what is imported."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli import DAY, put, run
from places import ROOT

HEAVY = ("jieba", "rjieba", "networkx", "jinja2", "yaml", "re2", "numpy", "scipy", "rich", "pydantic")


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its full name, groups too."""
    import typer.main

    from digest.cli.app import app

    def walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
        yield name, command
        for sub in command.list_commands(None) if hasattr(command, "list_commands") else ():
            yield from walk(f"{name} {sub}", command.get_command(None, sub))

    yield from walk("digest", typer.main.get_command(app))


def modules(code: str, cwd: Path = ROOT) -> set[str]:
    """What a fresh interpreter has imported after the code, top-level names."""
    said = subprocess.run(
        [sys.executable, "-c", code + "\nimport sys; print('\\n@' + ' '.join(sys.modules))"],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=True,
    )
    return {name.partition(".")[0] for name in said.stdout.rpartition("@")[2].split()}


CALL = "from digest.cli.app import app\ntry: app({args!r}, prog_name='digest')\nexcept SystemExit: pass"


def test_the_table_of_commands_says_of_each_what_its_help_begins_with() -> None:
    from digest.cli.app import COMMANDS

    helps = {name.removeprefix("digest "): command for name, command in commands()}
    assert {name: command.help for name, command in COMMANDS.items()} == {
        name: helps[name].get_short_help_str() for name in COMMANDS
    }


def test_help_imports_nothing_heavy() -> None:
    assert not modules(CALL.format(args=["--help"])).intersection(HEAVY)


def test_every_commands_help_imports_nothing_heavy_but_what_its_module_works_with() -> None:
    code = "\n".join(CALL.format(args=[*name.split()[1:], "--help"]) for name, _ in commands())
    assert modules(code).intersection(HEAVY) <= {"numpy"}  # a command's module imports its workflow at the top


def test_building_imports_no_graph_library(tmp_path: Path) -> None:
    put(tmp_path)
    there = modules(CALL.format(args=["build", DAY]), tmp_path)
    assert (tmp_path / "digests" / f"{DAY}.md").is_file()
    assert not there.intersection(("networkx", "scipy", "rich", "pydantic"))


def test_a_choice_that_is_none_is_told_with_those_that_are(capsys: Any) -> None:
    result = run(capsys, "build", DAY, "--format", "doc")
    assert result.status == 2 and "'--format': doc. It is one of md, json" in result.err


def test_a_missing_argument_is_told(capsys: Any) -> None:
    result = run(capsys, "explain", DAY)
    assert result.status == 2 and "TIME" in result.err


def test_every_command_and_option_has_help() -> None:
    for name, command in commands():
        assert command.help, name
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{name}: {parameter.name}"


def test_every_command_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    if "digest build" not in readme:
        pytest.skip("the README is still to be written")
    shown = ((name, c) for name, c in commands() if not (hasattr(c, "commands") or c.hidden))
    missing = [name for name, _ in shown if name not in readme]
    assert not missing


def test_no_arguments_print_help(capsys: Any) -> None:
    result = run(capsys)
    assert result.status == 0
    assert "Usage: digest" in result.out and "build" in result.out


def test_version(capsys: Any) -> None:
    assert re.fullmatch(r"digest \d+\.\d+\S*\n", run(capsys, "--version").out)


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("20310304", "2031-03-04"),
        ("２０３１-03-04", "full-width"),
        ("2031-02-30", "28th"),
        ("../x", "a path"),
        ("/etc/passwd", "a path"),
        ("", "not a day"),
        ("\x1b[31m", "not a day"),
    ],
)
def test_a_bad_day_is_one_line_and_status_2(
    day: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    put(tmp_path)
    monkeypatch.chdir(tmp_path)
    for command in (["build", day], ["explain", day, "09:00"], ["graph", day], ["people", day]):
        result = run(capsys, *command)
        assert result.status == 2
        assert result.out == ""
        assert re.fullmatch(r"digest: [^\n\x1b]+\n", result.err), result.err
        assert says in result.err


def test_bad_rules_are_told_whole_and_nothing_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    put(tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "questions.yml").write_text(
        "subject: questions\nrules:\n  - {id: x, act: question, patern: 吗, weight: 1}\n  - {id: y, weight: 2}\n",
        "utf-8",
    )
    result = run(capsys, "build", DAY)
    assert result.status == 2
    assert result.out == ""
    *problems, last = result.err.splitlines()
    assert "questions.yml:3:" in problems[0] and len(problems) >= 2
    assert last.startswith(f"digest: {len(problems)} problems, nothing was done. Try digest rules explain R")
    assert not (tmp_path / "digests").exists()


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    put(tmp_path)
    command = f"{sys.executable} -m digest extract seeds/{DAY}-chat.markdown | head -c 1; exit ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert ended.stderr == ""
    assert ended.returncode == 0


def test_ctrl_c_is_one_line_and_status_130(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from digest.workflows import project

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    put(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(project, "analysed", stop)
    result = run(capsys, "build", DAY)
    assert result.status == 130
    assert result.err == "digest: stopped; nothing is half done. Run the command again to go on\n"


def test_a_bug_keeps_its_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from digest.workflows import project

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    put(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(project, "analysed", broken)
    with pytest.raises(ZeroDivisionError):
        run(capsys, "build", DAY)


@pytest.mark.parametrize("columns", [80, 120])
def test_help_says_each_command_whole(capsys: Any, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for args in (("--help",), ("rules", "--help")):
        out = run(capsys, *args).out
        assert max(map(len, out.splitlines())) <= columns
        listed = out.partition("Commands:")[2]
        assert "..." not in listed
    assert "built from, conflicts, knowledge base, exports." in " ".join(run(capsys, "--help").out.split())


def test_help_tells_no_types_of_arguments_and_brackets_them_once(capsys: Any) -> None:
    for name, _ in commands():
        out = run(capsys, *name.split()[1:], "--help").out
        assert "<list" not in out and "<str>" not in out and "<path>" not in out and "[[" not in out, name


def test_the_rules_that_help_names_exist(capsys: Any) -> None:
    named = re.search(r"such as ([a-z-]+)\.", run(capsys, "rules", "show", "--help").out)
    assert named and run(capsys, "rules", "show", named[1]).status == 0
