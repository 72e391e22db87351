"""Options that several commands share, each with its help."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class PageFormat(StrEnum):
    """What `build` writes."""

    md = "md"
    json = "json"


class GraphFormat(StrEnum):
    """What `graph` writes."""

    svg = "svg"
    json = "json"
    dot = "dot"
    graphml = "graphml"


Day = Annotated[str, typer.Argument(metavar="DAY", help="The day, such as 2017-05-27.")]
Room = Annotated[
    str | None, typer.Option("--room", metavar="ROOM", help="The room, where the logs folder holds rooms.")
]
Logs = Annotated[Path | None, typer.Option("--logs", metavar="DIR", help="Folder of the logs; default: seeds.")]
Rules = Annotated[
    list[Path] | None,
    typer.Option("--rules", metavar="DIR", help="Folder of rules on top of the packaged ones; may be given again."),
]
Templates = Annotated[
    Path | None, typer.Option("--templates", metavar="DIR", help="Folder of templates in place of the packaged ones.")
]
Encoding = Annotated[
    str | None, typer.Option("--encoding", metavar="NAME", help="Encoding of the logs; default: utf-8.")
]
LogFormat = Annotated[
    str | None,
    typer.Option("--log-format", "--format", metavar="NAME", help="Format of the log; default: seen from it."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Force = Annotated[
    bool, typer.Option("--force", help="Write over files that this project did not write; a backup is kept.")
]
