"""Who may import whom: model, errors < config, tokens < rules < stages < pipeline < cli."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "digest"

# a module may import those of its own layer and of lower ones; what is not named here is a stage
LAYERS = {
    "model": 0,
    "errors": 0,
    "files": 1,
    "config": 1,
    "tokens": 1,
    "escape": 1,
    "privacy": 1,
    "rules": 2,
    "importers": 2,
    "pipeline": 4,
    "learning": 5,
    "store": 5,
    "cli": 6,
    "__main__": 7,
}
STAGE = 3
DOORS = {  # who alone may import a library
    "networkx": ("linking", "graph"),
    "jieba": ("tokens",),
    "rjieba": ("tokens",),
    "typer": ("cli",),
    "click": (),
    "jinja2": ("render",),
    "yaml": ("rules",),
}


def room(path: Path) -> str:
    """The module or package of ours that a file belongs to."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, ours as `digest.x`, with the line; also inside functions."""
    package = ("digest", *path.relative_to(SOURCE).parent.parts)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            name = ".".join(part for part in (base, node.module) if part)
            if name == "digest":
                for alias in node.names:
                    yield f"digest.{alias.name}", node.lineno
            else:
                yield name, node.lineno


FILES = sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_nothing_imports_upward(path: Path) -> None:
    mine = room(path)
    layer = LAYERS.get(mine, STAGE)
    for name, line in imported(path):
        parts = name.split(".")
        if parts[0] == "digest" and len(parts) > 1:
            theirs = LAYERS.get(parts[1], STAGE)
            assert theirs <= layer, f"{path}:{line}: {mine} imports {name}, which stands above it"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_each_library_has_one_door(path: Path) -> None:
    for name, line in imported(path):
        doors = DOORS.get(name.split(".")[0])
        assert doors is None or room(path) in doors, f"{path}:{line}: {name} may be imported by {doors} alone"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_only_the_commands_print(path: Path) -> None:
    if room(path) in ("cli", "__main__"):
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print", f"{path}:{node.lineno}: only the commands print"
