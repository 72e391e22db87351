"""`digest init`: one's own copy of the rules and templates."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

from digest import files
from digest.errors import UsageError
from digest.page import outputs
from digest.project import settings as config
from digest.rules import schema
from digest.subjects import SUBJECTS
from digest.workflows import project

SCHEMA = "schema.json"
OF_PROJECT = ("digest.toml", files.STATE, "seeds")  # one of them tells that the folder is a project's
# what may stand in a folder that becomes one
BESIDE = re.compile(r"\..*|pyproject\.toml|digests|rules|templates|(?:README|LICENSE)\b.*", re.IGNORECASE)
POINTER = f"# yaml-language-server: $schema={SCHEMA}\n"


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The project's folder; default: this one.", show_default=False)
    ] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Also in a folder that holds other things.")] = False,
) -> None:
    """Make a folder ready: your own copy of the rules and templates, and digest.toml.

    What is there already is never overwritten.
    """
    root = folder.absolute()
    others = [path.name for path in _listing(root) if not BESIDE.fullmatch(path.name)]
    if others and not force and not any(files.lies(root / name) for name in OF_PROJECT):
        raise UsageError(
            f"{folder}: holds other things, such as {others[0]}. Choose a folder of its own, or --force; what is "
            "there already is not overwritten either way"
        )
    wanted: list[tuple[Path, str]] = [
        (Path("digest.toml"), config.template()),
        (Path("rules", SCHEMA), schema.text(SUBJECTS)),
    ]
    for path in sorted(config.packaged_rules().glob("*.yml")):
        text = files.read_text(path)
        wanted.append((Path("rules", path.name), text if POINTER in text else POINTER + text))
    for path in sorted(config.packaged_templates().glob("*.j2")):
        wanted.append((Path("templates", path.name), files.read_text(path)))
    new = kept = 0
    written: list[Path] = []
    for name, text in wanted:
        path = root / name
        if path.exists() or path.is_symlink():
            kept += 1
            continue
        files.write_atomic(path, text, within=root, expected=None)
        new += 1
        if path.name == SCHEMA:
            written.append(path)
        print(f"new   {project.shown(path)}")
    # what the program wrote by itself it may write anew
    with files.lock(root):
        outputs.note(config.settings(root), written)
    for folder_name in ("seeds", "digests"):
        (root / folder_name).mkdir(exist_ok=True)
    also = f", {kept} were there and stay as they are" if kept else ""
    print(f"{new} files written{also}")
    there = "" if root.resolve() == Path.cwd() else f"cd {shlex.quote(project.shown(root))}, "
    print(f"next  {there}put a log into seeds, named like 2017-05-27-chat.markdown, then digest build 2017-05-27")


def _listing(root: Path) -> list[Path]:
    try:
        return sorted(root.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise files.told(root, error, "write") from None
