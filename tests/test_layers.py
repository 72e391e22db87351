"""Who may import whom: each room those of its own level and of lower ones. docs/architecture.md draws them."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from places import ROOT

SOURCE = ROOT / "src" / "digest"

# a module may import those of its own layer and of lower ones; what is not named here is a stage
LAYERS = {
    name: level
    for level, names in enumerate(
        (
            ("errors", "model"),
            ("files", "words", "masks", "text"),
            ("rules",),
            ("importers",),
            ("conversation",),
            ("editorial",),
            ("page", "project"),
            ("stages",),
            ("reports", "learning", "knowledge"),
            ("subjects",),
            ("forgetting",),
            ("workflows",),
            ("cli",),
            ("__main__", "__init__"),
        )
    )
    for name in names
}
DOORS = {  # who alone may import a library
    "networkx": ("conversation", "reports"),
    "jieba": ("words",),
    "rjieba": ("words",),
    "typer": ("cli",),
    "click": (),
    "jinja2": ("page",),
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
    layer = LAYERS[mine]
    for name, line in imported(path):
        parts = name.split(".")
        if parts[0] == "digest" and len(parts) > 1:
            theirs = LAYERS.get(parts[1], 0)
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


def test_the_contracts_on_imports_hold(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    lint_imports = pytest.importorskip("importlinter.cli").lint_imports
    monkeypatch.chdir(ROOT)
    status = lint_imports(no_cache=True, no_logo=True)
    assert status == 0, capsys.readouterr().out


# names that still have two meanings; they may only become fewer
TWO_MEANINGS = frozenset(
    [
        "Asked",
        "Change",
        "Day",
        "Format",
        "Lexicon",
        "Neighbours",
        "Person",
        "Place",
        "Record",
        "Report",
        "Said",
        "Span",
        "Traced",
    ]
)


def test_a_class_name_has_one_meaning() -> None:
    names = Counter(
        node.name
        for path in FILES
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef)
    )
    assert {name for name, times in names.items() if times > 1} <= TWO_MEANINGS
