"""The public door: a project's days, conversations and pages without a terminal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import digest
from cli import DAY, put


def test_a_project_gives_its_days_their_conversations_and_their_pages(tmp_path: Path) -> None:
    put(tmp_path)
    project = digest.Project(tmp_path)
    (day,) = project.days()
    assert day.day.isoformat() == DAY
    assert len(project.log(day).messages) == 8
    conversation = project.conversation(DAY)
    assert conversation.log.day.isoformat() == DAY and conversation.links
    assert "错误码" in project.page(day)


def test_every_public_name_is_there() -> None:
    assert all(getattr(digest, name) is not None for name in digest.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        digest.nonsense  # noqa: B018


def test_importing_the_package_imports_none_of_its_rooms() -> None:
    code = "import digest, sys; sys.exit(any(name.startswith('digest.') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
