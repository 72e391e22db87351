"""A folder with logs and settings, as a user has one."""

from __future__ import annotations

from pathlib import Path

from digest.project import settings as config


def project(root: Path, *logs: str, toml: str | None = None) -> config.Settings:
    for log in logs:
        path = root / "seeds" / log
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    if toml is not None:
        (root / "digest.toml").write_text(toml)
    return config.settings(root)
