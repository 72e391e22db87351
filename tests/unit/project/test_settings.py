"""Settings: what the file of a project may say, and what is said of a wrong one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from digest.errors import DigestError, UsageError
from digest.project import settings as config
from places import ROOT
from projects import project

DAY = dt.date(2031, 3, 4)
CHECKOUT = ROOT


def test_a_folder_without_settings_gets_the_defaults(tmp_path: Path) -> None:
    found = config.settings(tmp_path)
    assert (found.logs, found.out) == (tmp_path / "seeds", tmp_path / "digests")
    assert found.rules == (config.packaged_rules(),)
    assert (found.room, found.agreed, found.encoding) == ("", (), "utf-8")


def test_the_packaged_rules_of_a_checkout_are_its_own_folder() -> None:
    assert config.packaged_rules() == CHECKOUT / "rules"
    assert config.settings(CHECKOUT).rules == (CHECKOUT / "rules",)


def test_the_users_rules_come_after_the_packaged_and_his_templates_before(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "mine").mkdir()
    found = project(tmp_path, toml='templates = "mine"')
    assert found.rules == (config.packaged_rules(), tmp_path / "rules")
    assert found.templates == (tmp_path / "mine", config.packaged_templates())


def test_a_file_of_settings_is_read(tmp_path: Path) -> None:
    found = project(tmp_path, toml='logs = "chats"\nroom = "dev"\nagreed = ["Ada"]\nimage_hosts = "img.example.org"\n')
    assert (found.logs, found.room) == (tmp_path / "chats", "dev")
    assert (found.agreed, found.image_hosts) == (("Ada",), ("img.example.org",))


def test_pyproject_is_read_where_there_is_no_digest_toml(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.digest]\nout = "pages"\n')
    assert config.settings(tmp_path).out == tmp_path / "pages"
    assert project(tmp_path, toml='out = "own"').out == tmp_path / "own"


@pytest.mark.parametrize("text", ["[project]\nname = 'x'\n", "[tool.other]\n", "tool = 3\n", "not = = toml"])
def test_a_pyproject_of_somebody_else_is_passed_over(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert config.settings(tmp_path).out == tmp_path / "digests"


def test_every_wrong_setting_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(config.SettingsError) as told:
        project(tmp_path, toml='logs = "a"\nagred = ["Ada"]\nroom = 3\nimage_hosts = [1]\nzzzzzz = 1\n')
    lines = str(told.value).splitlines()
    assert [line.split("digest.toml:")[1][:16] for line in lines] == [
        "2: error S101: u", "3: error S102: '", "4: error S103: '", "5: error S101: u",
    ]  # fmt: skip
    assert "did you mean 'agreed'?" in lines[0]
    assert "Known are logs, out" in lines[3]


def test_the_file_that_init_writes_names_every_setting_and_is_read_as_the_defaults(tmp_path: Path) -> None:
    for folder in ("rules", "templates"):
        (tmp_path / folder).mkdir()
    defaults = config.settings(tmp_path)
    assert project(tmp_path, toml=config.template()) == defaults
    rows = "\n".join(row.removeprefix("# ") for row in config.template().splitlines() if " = " in row)
    written = project(tmp_path, toml=rows)
    assert [name for name in config.KEYS if getattr(written, name) in ("", ())] == []


def test_a_folder_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(config.SettingsError, match=r"digest\.toml:1: error S104: no folder 'gone'"):
        project(tmp_path, toml='rules = "gone"\n')


@pytest.mark.parametrize("text", ["logs = ", "[", "a = " + "[" * 5000])
def test_what_is_not_toml_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="not TOML") as told:
        project(tmp_path, toml=text)
    assert "\n" not in str(told.value)


def test_a_broken_installation_is_told(tmp_path: Path) -> None:
    with pytest.raises(DigestError, match="Install digest again"):
        config._packaged("rules", tmp_path / "gone")
