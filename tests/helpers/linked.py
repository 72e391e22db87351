"""An invented day as the stages leave it, with links."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from cli import put
from digest import importers
from digest.model import Evidence, Link
from digest.project import settings as config
from digest.stages import Stages
from digest.subjects import load
from digest.workflows.project import AnalysedDay, analysed

LINKS = (
    Link(2, 1, 0.9, (Evidence("made-up", 2.0),), 0),
    Link(2, 0, 0.1, (Evidence("made-up", -1.0),), 1),
    Link(3, 2, 0.8, (), 0),
    Link(4, 3, 0.05, (), 0),
)


def work(folder: Path, links: tuple[Link, ...] = LINKS, **said: Any) -> AnalysedDay:
    """A log's day gone through all stages, then with these links."""
    log = importers.read(put(folder, **said))
    made = analysed(log, Stages(load((config.packaged_rules(),))), evidence=True)
    return dataclasses.replace(made, conversation=dataclasses.replace(made.conversation, links=links))
