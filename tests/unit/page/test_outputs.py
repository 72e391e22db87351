"""No command whose target the user chooses writes over what this project did not write."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from digest.page import outputs
from digest.project import settings as config
from indexed import DAY, put, run

LOG = f"seeds/{DAY}-chat.markdown"
COMMANDS = (
    ("export", "--format", "jsonl"),
    ("export", "--format", "csv"),
    ("export", "--format", "qa"),
    ("export", "--format", "jsonl", "--pseudonyms"),
    ("graph", DAY, "--format", "svg", "--out"),
    ("extract", LOG, "--out"),
    ("rules", "schema", "--out"),
)


def command(words: tuple[str, ...], target: object) -> tuple[object, ...]:
    return (*words, target) if words[-1] == "--out" else (words[0], target, *words[1:])


@pytest.fixture
def here(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    put(root)
    for words in (("init",), ("build", DAY), ("index",)):
        assert run(root, *words).status == 0
    (root / "rules" / "own.yml").write_text("subject: links\n", "utf-8")
    return root


def contents(root: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in root.rglob("*") if p.is_file() and ".digest" not in p.parts}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("more", [(), ("--force",)])
def test_logs_digests_rules_settings_and_state_are_never_a_target(
    here: Path, words: tuple[str, ...], more: tuple[str, ...]
) -> None:
    (here / "to-seeds").symlink_to("seeds")
    before = contents(here)
    for target in (
        LOG,
        "seeds/new.markdown",
        f"to-seeds/{DAY}-chat.markdown",
        f"digests/../{LOG}",
        here / LOG,
        f"digests/{DAY}.md",
        "rules/own.yml",
        "templates/digest.md.j2",
        "digest.toml",
        ".digest/key",
        ".digest/forgotten",
        ".digest/store.db",
        ".digest/backups/x.md",
    ):
        result = run(here, *command(words, target), *more)
        assert result.status == 2, target
        assert contents(here) == before, target
    assert not (here / ".digest" / "forgotten").exists()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_foreign_file_is_left_unless_forced_and_then_it_is_kept(here: Path, words: tuple[str, ...]) -> None:
    target = here / "foreign.svg"
    target.write_text("somebody's own", "utf-8")
    told = run(here, *command(words, target))
    assert told.status == 2 and "--force" in told.err and "Traceback" not in told.err
    assert target.read_text("utf-8") == "somebody's own"
    forced = run(here, *command(words, target), "--force")
    assert forced.status == 0
    assert target.read_text("utf-8") != "somebody's own"
    kept = list((here / ".digest" / "backups" / "outputs").iterdir())
    assert [path.read_text("utf-8") for path in kept] == ["somebody's own"]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_what_it_wrote_is_written_again_but_not_what_was_edited_since(here: Path, words: tuple[str, ...]) -> None:
    target = here / "out.svg"
    for _ in range(2):
        assert run(here, *command(words, target)).status == 0
    target.write_text("edited", "utf-8")
    assert run(here, *command(words, target)).status == 2
    assert target.read_text("utf-8") == "edited"


def test_a_folder_that_is_not_ours_takes_force(here: Path) -> None:
    page = here / "docs" / "index.md"
    page.parent.mkdir()
    page.write_text("# A site of its own\n", "utf-8")
    (here / "docs" / "other.md").write_text("other", "utf-8")
    before = contents(here)
    for target in (".", here, "docs", "rules", "seeds"):
        assert run(here, "export", target, "--format", "markdown").status == 2
    assert contents(here) == before
    forced = run(here, "export", ".", "--format", "markdown", "--force")
    assert forced.status == 0 and "what stood there" in forced.out
    kept = (here / ".digest" / "backups" / "outputs").iterdir()
    assert [path.read_text("utf-8") for path in kept] == ["# A site of its own\n"]
    assert (here / "docs" / "other.md").read_text("utf-8") == "other"
    assert run(here, "export", ".", "--format", "markdown").status == 0


def test_a_page_of_an_export_that_somebody_edited_is_left(here: Path) -> None:
    assert run(here, "export", "site").status == 0
    page = here / "site" / "docs" / f"{DAY}.md"
    page.write_text("edited", "utf-8")
    assert run(here, "export", "site").status == 2
    assert page.read_text("utf-8") == "edited"


def test_an_export_that_is_refused_is_not_noted(here: Path) -> None:
    (here / "docs").mkdir()
    (here / "docs" / "x").write_text("x", "utf-8")
    assert run(here, "export", ".", "--format", "markdown").status == 2
    assert not (here / ".digest" / "exports.json").exists()
    assert not outputs.record(here).exports


def test_what_an_older_version_exported_is_written_again_with_a_backup(here: Path) -> None:
    assert run(here, "export", "all.jsonl").status == 0
    assert run(here, "export", "site").status == 0
    (here / ".digest" / "outputs.json").unlink()
    (here / "all.jsonl").write_text("older", "utf-8")
    (here / "site" / "docs" / "index.md").write_text("older", "utf-8")
    assert run(here, "export", "all.jsonl").status == 0
    assert run(here, "export", "site").status == 0
    kept = list((here / ".digest" / "backups" / "outputs").iterdir())
    assert [path.read_text("utf-8") for path in kept] == ["older", "older"]


def test_a_file_behind_a_symlink_stays(here: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.svg"
    outside.write_text("x", "utf-8")
    (here / "link.svg").symlink_to(outside)
    for more in ((), ("--force",)):
        assert run(here, "graph", DAY, "-o", "link.svg", *more).status == 2
    os.link(here / LOG, here / "hard.svg")
    assert run(here, "graph", DAY, "-o", "hard.svg", "--force").status == 0
    assert outside.read_text("utf-8") == "x"
    assert (here / LOG).read_text("utf-8").startswith("---")


def test_a_digest_of_another_project_is_no_target(here: Path, tmp_path: Path) -> None:
    other = tmp_path / "copy.md"
    other.write_bytes((here / "digests" / f"{DAY}.md").read_bytes())
    assert run(here, "export", other, "--format", "jsonl", "--force").status == 2
    assert "digest:" in other.read_text("utf-8")


def test_where_the_whole_project_holds_the_logs_exports_have_a_place(tmp_path: Path) -> None:
    path = put(tmp_path)
    path.rename(tmp_path / path.name)
    (tmp_path / "digest.toml").write_text('logs = "."\n', "utf-8")
    assert run(tmp_path, "build", DAY).status == 0
    assert run(tmp_path, "graph", DAY, "-o", "day.svg").status == 0
    for name in (path.name, "2031-03-05.md", "faq.md"):
        assert run(tmp_path, "graph", DAY, "--format", "svg", "-o", name, "--force").status == 2


def test_the_record_of_a_moved_project_still_tells(here: Path) -> None:
    assert run(here, "graph", DAY, "-o", "day.svg").status == 0
    new = here.with_name("moved")
    here.rename(new)
    assert run(new, "graph", DAY, "-o", "day.svg").status == 0
    stored = json.loads((new / ".digest" / "outputs.json").read_text("utf-8"))
    assert list(stored["files"]) == ["day.svg", "rules/schema.json"]
    assert outputs.place(new / "day.svg") in outputs.record(new).files


def test_a_damaged_record_is_told(here: Path) -> None:
    (here / ".digest" / "outputs.json").write_text("[", "utf-8")
    told = run(here, "graph", DAY, "-o", "day.svg")
    assert told.status == 2 and "damaged" in told.err
    assert not (here / "day.svg").exists()


def test_the_schema_that_init_wrote_is_written_anew(here: Path) -> None:
    path = here / "rules" / "schema.json"
    text = path.read_text("utf-8")
    stored = json.loads((here / ".digest" / "outputs.json").read_text("utf-8"))
    assert list(stored["files"]) == ["rules/schema.json"]
    assert run(here, "rules", "schema", "--out", "rules/schema.json").status == 0
    path.write_text("edited", "utf-8")
    assert run(here, "rules", "schema", "--out", "rules/schema.json").status == 2
    assert run(here, "rules", "schema", "--out", "rules/schema.json", "--force").status == 0
    assert path.read_text("utf-8") == text


def test_init_asks_before_it_settles_among_other_things(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("x", "utf-8")
    told = run(tmp_path, "init")
    assert told.status == 2 and "thesis.docx" in told.err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]
    assert run(tmp_path, "init", "--force").status == 0
    assert config.settings(tmp_path).logs == tmp_path / "seeds"


@pytest.mark.parametrize("more", [(), ("--fresh",), ("--format", "json")])
@pytest.mark.parametrize("suffix", ["md", "json"])
def test_no_digest_takes_the_place_of_a_log(tmp_path: Path, suffix: str, more: tuple[str, ...]) -> None:
    log = put(tmp_path)
    log.rename(path := log.with_name(f"{DAY}.{suffix}"))
    before = path.read_bytes()
    assert run(tmp_path, "build", DAY, "--out", "seeds", *more).status == 2
    (tmp_path / "digest.toml").write_text('out = "seeds"\n', "utf-8")
    assert run(tmp_path, "build", DAY, *more).status == 2
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    assert path.read_bytes() == before


@pytest.mark.parametrize("out", ["digests", "elsewhere"])
def test_json_that_build_did_not_write_goes_into_a_backup(here: Path, out: str) -> None:
    path = here / out / f"{DAY}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text("somebody's own", "utf-8")
    for _ in range(2):
        assert run(here, "build", DAY, "--format", "json", "--out", out).status == 0
    kept = list((here / ".digest" / "backups" / "outputs").iterdir())
    assert [p.read_text("utf-8") for p in kept] == ["somebody's own"]


def test_a_folder_of_an_export_that_leads_among_the_digests_is_refused(here: Path) -> None:
    (here / "site").mkdir()
    (here / "site" / "docs").symlink_to(here / "digests")
    before = contents(here)
    for more in ((), ("--force",)):
        assert run(here, "export", "site", *more).status == 2
    assert contents(here) == before
