"""What a page or a day's rows are made of, by part: what changed is named, and nothing that counts is overlooked."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from cli import DAY, put
from digest.project import fingerprint, folders, forgotten
from digest.project import settings as config
from digest.project.settings import Settings
from indexed import indexed, run


@pytest.fixture
def project(tmp_path: Path) -> Settings:
    put(tmp_path, DAY)
    for folder in ("rules", "templates"):
        (tmp_path / folder).mkdir()
    return config.settings(tmp_path)


def changed(before: Settings, after: Settings | None = None) -> frozenset[str]:
    """The parts that differ from a fingerprint of the packaged rules and templates alone."""
    plain = replace(before, rules=before.rules[:1], templates=before.templates[-1:])
    return fingerprint.of_project(after or before).changed(str(fingerprint.of_project(plain)))


@pytest.mark.parametrize("name", ["topics.yml", "topics.yaml", "own.yaml"])
def test_a_changed_rule_is_a_change_of_its_subject_alone(project: Settings, name: str) -> None:
    (project.root / "rules" / name).write_text("# ours\nsubject: topics\n")
    assert changed(project) == {"rules.topics"}


def test_a_file_that_holds_no_rules_changes_nothing(project: Settings) -> None:
    (project.root / "rules/.hidden.yml").write_text("subject: topics\n")
    (project.root / "rules/notes.txt").write_text("subject: topics\n")
    (project.root / "templates/notes.txt").write_text("{{ title }}")
    assert changed(project) == frozenset()


@pytest.mark.parametrize("name", ["thread.md.j2", "parts/own.j2"])
def test_a_changed_template_is_a_change_of_the_templates_alone(project: Settings, name: str) -> None:
    path = project.root / "templates" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("Q: {{ question }}")
    assert changed(project) == {"templates"}


def test_every_setting_counts_but_where_things_lie_and_which_room_is_meant(project: Settings) -> None:
    for field in fields(Settings):
        key = config.KEYS.get(field.name)
        if key is None or key.path:
            continue
        other = replace(project, **{field.name: ("x",) if key.many else "x"})
        assert changed(project, other) == ({f"settings.{field.name}"} if field.name != "room" else frozenset())


def test_who_is_forgotten_counts(project: Settings) -> None:
    before = str(fingerprint.of_project(project))
    forgotten.add(project.root, ["林山"])
    assert fingerprint.of_project(project).changed(before) == {"forgotten"}


def test_a_days_files_are_parts_of_their_own(project: Settings) -> None:
    log = folders.days(project)[0].path
    shared = fingerprint.of_project(project)
    before = str(shared.of_day(log=log, digest=None))
    log.write_text(log.read_text("utf-8") + "\n> 23:00:00  林山\n\n晚安\n", "utf-8")
    assert shared.of_day(log=log, digest=None).changed(before) == {"log"}
    assert shared.of_day(log=log, digest=log).changed(before) == {"log", "digest"}


@pytest.mark.parametrize("old", ["0f3a9b21c4d5e6f7", "", "log= =", "no fingerprint at all"])
def test_a_fingerprint_of_an_older_form_differs_in_every_part(project: Settings, old: str) -> None:
    now = fingerprint.of_project(project)
    assert now.changed(old) >= now.parts.keys()


@pytest.mark.parametrize(
    ("path", "text", "stale", "rows"),
    [
        ("rules/own.yaml", "subject: people\nsettings: {me: [林山]}\n", True, 1),
        ("rules/own.yml", "subject: people\nsettings: {me: [林山]}\n", True, 1),
        ("rules/own.yml", "subject: before\nsettings: {most: 2}\n", True, 0),
        ("templates/thread.md.j2", "Q: {{ question }}", True, 0),
        ("digest.toml", 'image_hosts = ["img.example.org"]', True, 1),
        ("digest.toml", 'encoding = "gbk"', True, 1),
        ("digest.toml", 'agreed = ["林山"]', True, 0),
        ("digest.toml", 'room = "dev"', False, 0),
        ("rules/notes.txt", "nothing", False, 0),
    ],
)
def test_status_and_index_see_the_same_changes(project: Settings, path: str, text: str, stale: bool, rows: int) -> None:
    run(project.root, "build", DAY)
    assert indexed(project).written == 1
    (project.root / path).write_text(text)
    assert ("1 stale" in run(project.root, "status").out) == stale
    if "gbk" not in text:  # the log is in none
        assert indexed(config.settings(project.root)).written == rows
