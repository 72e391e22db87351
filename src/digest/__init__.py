"""Write the digest of a technical group chat by rules.

from digest import Project

project = Project()                        # the folder with digest.toml, seeds/, rules/, digests/
for day in project.days():
    print(project.page(day))               # what the rules make of it; `digest build` merges it with your edits
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digest.importers import read as read
    from digest.model import Digest as Digest
    from digest.model import Log as Log
    from digest.stages import Stages as Stages
    from digest.stages import analyse as analyse
    from digest.workflows.project import Project as Project

__version__ = "0.1.0"

# public name -> where it stands; imported on use, for a command must not pay for what it doesn't need
_PLACES = {
    "Project": "digest.workflows.project",
    "Stages": "digest.stages",
    "analyse": "digest.stages",
    "read": "digest.importers",
    "Log": "digest.model",
    "Digest": "digest.model",
}

__all__ = ["Digest", "Log", "Project", "Stages", "__version__", "analyse", "read"]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'digest' has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
