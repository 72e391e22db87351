"""`digest init`: one's own copy of the rules and templates."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from digest import files
from digest.project import settings as config
from digest.rules import schema
from digest.subjects import SUBJECTS
from digest.workflows import project

SCHEMA = "schema.json"
POINTER = f"# yaml-language-server: $schema={SCHEMA}\n"


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The project's folder; default: this one.", show_default=False)
    ] = Path(),
) -> None:
    """Make a folder ready: your own copy of the rules and templates, and digest.toml.

    What is there already is never overwritten.
    """
    root = folder.absolute()
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
    for name, text in wanted:
        path = root / name
        if path.exists() or path.is_symlink():
            kept += 1
            continue
        files.write_atomic(path, text, within=root, expected=None)
        new += 1
        print(f"new   {project.shown(path)}")
    for folder_name in ("seeds", "digests"):
        (root / folder_name).mkdir(exist_ok=True)
    also = f", {kept} were there and stay as they are" if kept else ""
    print(f"{new} files written{also}")
    there = "" if root.resolve() == Path.cwd() else f"cd {shlex.quote(project.shown(root))}, "
    print(f"next  {there}put a log into seeds, named like 2017-05-27-chat.markdown, then digest build 2017-05-27")
