"""What leaves a project: no personal data in any public output, and nothing of who asked to be forgotten."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest import importers
from digest.files import STATE
from digest.forgetting import redact
from digest.masks import mask
from digest.project import folders, forgotten
from indexed import LATER, SAID, put, run
from personal import ADA, FINN, HARMLESS, MEI, SEEDED, SPELLINGS, bare, secrets
from personal import SAID as PERSONAL


@pytest.fixture(scope="module")
def personal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of the seeded day with all that can be made of it."""
    root = tmp_path_factory.mktemp("personal")
    put(root, "2031-03-04", said=PERSONAL)
    put(root, "2031-03-06", said=PERSONAL)
    for command in (
        ("build", "--all"),
        ("index",),
        ("faq",),
        ("month", "2031-03"),
        ("week", "2031-W10"),
        ("export", "all.jsonl"),
        ("export", "all.csv"),
        ("export", "pairs.jsonl", "--format", "qa"),
        ("export", "names.jsonl", "--pseudonyms"),
        ("export", "mkdocs"),
        ("export", "hugo", "--site", "hugo"),
        ("export", "jekyll", "--site", "jekyll"),
    ):
        result = run(root, *command)
        assert result.status == 0, (command, result.err)
    return root


@pytest.fixture(scope="module")
def spelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of a day in which personal data stand in every spelling, among numbers that are none."""
    root = tmp_path_factory.mktemp("spelled")
    texts = [*map(bare, SPELLINGS), *HARMLESS]
    said = []
    for n in range(0, len(texts), 2):
        minute = n // 2
        asker, other = ((ADA, MEI), (MEI, FINN), (FINN, ADA))[n % 3]
        question = f"@{other}?请教一下，热点账户的第{minute}种情况怎么处理？ {texts[n]}"
        answer = f"@{asker}?热点账户的这种情况一般用缓冲记账处理 {[*texts, ''][n + 1]}"
        said.append((f"{9 + minute // 10:02}:{minute % 10 * 5:02}:00", asker, question))
        said.append((f"{9 + minute // 10:02}:{minute % 10 * 5 + 1:02}:00", other, answer))
    put(root, "2031-03-04", said=tuple(said))
    for command in (
        ("build", "--all"),
        ("index",),
        ("faq",),
        ("month", "2031-03"),
        ("export", "all.jsonl"),
        ("export", "pairs.jsonl", "--format", "qa"),
        ("export", "hugo", "--site", "hugo"),
        ("graph", "2031-03-04", "-o", "graph.json"),
    ):
        result = run(root, *command)
        assert result.status == 0, (command, result.err)
    return root


def public(root: Path) -> Iterator[tuple[str, str]]:
    """Every public output with its name."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and STATE not in path.parts and "seeds" not in path.parts:
            yield str(path.relative_to(root)), path.read_text("utf-8")
    for words in (
        "热点账户",
        "怎么处理",
        "手机",
        "邮箱 电话 微信 QQ",
        "身份证 卡号",
        "密码 口令",
        "token sign",
        "小石",
        "林山",
    ):
        for more in ((), ("--json",), ("--raw",)):
            # the query itself is the user's own
            yield f"search {words} {more}", run(root, "search", words, "-n", "50", *more).out.replace(words, "")
    for hit in json.loads(run(root, "search", "怎么", "请问", "渠道", "--json", "-n", "50").out)["hits"]:
        yield f"show {hit['id']}", run(root, "show", hit["id"]).out
        yield f"show {hit['id']} --json", run(root, "show", hit["id"], "--json").out
    yield "privacy", run(root, "privacy").out
    yield "privacy --json", run(root, "privacy", "--json").out


def test_the_seeds_are_thirty_and_stand_in_the_log() -> None:
    values = [value for kind in SEEDED.values() for value in kind]
    assert len(set(values)) == 30
    text = "\n".join(f"{who} {said}" for _, who, said in PERSONAL)
    assert all(value in text for value in values)
    assert len(SEEDED) == 10


def test_no_public_output_holds_personal_data(personal: Path) -> None:
    leaks = {
        (kind, where)
        for where, text in public(personal)
        for kind, values in SEEDED.items()
        for value in values
        if value in text
    }
    assert not leaks


def test_the_outputs_hold_what_was_asked(personal: Path) -> None:
    for name in (
        "all.jsonl",
        "all.csv",
        "pairs.jsonl",
        "digests/2031-03-04.md",
        "digests/faq.md",
        "mkdocs/docs/2031-03-04.md",
    ):
        assert "热点账户" in (personal / name).read_text("utf-8"), name


def test_personal_data_are_masked_in_every_spelling_and_every_output(spelled: Path) -> None:
    outputs = [*public(spelled), ("store", folders.store_path(spelled).read_bytes().decode("utf-8", "replace"))]
    seen = {s: where for s in SPELLINGS for value in secrets(s) for where, text in outputs if value in text}
    assert len(SPELLINGS) == 115
    assert len(SPELLINGS) - len(seen) >= 105, seen


def test_numbers_of_the_trade_stand_in_the_outputs(spelled: Path) -> None:
    data = folders.store_path(spelled).read_bytes()
    assert len(HARMLESS) >= 60
    assert not [text for text in HARMLESS if text.encode() not in data]
    assert not [text for text in HARMLESS if mask(text) != (text, {})]


def test_privacy_does_not_count_masks(spelled: Path) -> None:
    assert json.loads(run(spelled, "privacy", "--json").out)["pages"] == []
    assert not [s for s in SPELLINGS for once in [mask(bare(s))[0]] if mask(once) != (once, {})]


def test_not_even_the_store_holds_numbers(personal: Path) -> None:
    data = folders.store_path(personal).read_bytes()
    for kind, values in SEEDED.items():
        if kind != "name":
            assert not any(value.encode() in data for value in values), kind


def test_privacy_counts_by_kind_and_place(personal: Path) -> None:
    result = run(personal, "privacy", "--json")
    report = json.loads(result.out)
    assert result.status == 0
    assert report["pages"] == []
    for kind in SEEDED:
        assert report["total"][kind] >= 2, kind
    assert {place["path"] for place in report["logs"]} == {
        "seeds/2031-03-04-chat.markdown",
        "seeds/2031-03-06-chat.markdown",
    }


def test_privacy_finds_what_an_editor_put_into_a_page(tmp_path: Path) -> None:
    put(tmp_path, said=PERSONAL)
    (tmp_path / "digests").mkdir()
    (tmp_path / "digests" / "notes.md").write_text(f"打给{SEEDED['mobile'][0]}，找{SEEDED['name'][2]}\n", "utf-8")
    result = run(tmp_path, "privacy")
    assert result.status == 1
    assert "digests/notes.md: 1 mobile, 1 name" in result.out
    assert SEEDED["mobile"][0] not in result.out


def test_privacy_finds_what_stands_in_a_page_as_markdown_writes_it(tmp_path: Path) -> None:
    put(tmp_path, said=PERSONAL)
    (tmp_path / "digests").mkdir()
    (tmp_path / "digests" / "notes.md").write_text("写给ada.novak&#64;example.org\n", "utf-8")
    assert "digests/notes.md: 1 email" in run(tmp_path, "privacy").out


def test_every_record_has_its_source(personal: Path) -> None:
    rows = [json.loads(line) for line in (personal / "all.jsonl").read_text("utf-8").splitlines()]
    assert rows
    for row in rows:
        assert row["source"]["day"].startswith("2031-03")
        assert row["source"]["messages"]
        assert row["privacy"] == {"masked": True, "names": "agreed"}
        assert "by" not in row
    pairs = [json.loads(line) for line in (personal / "pairs.jsonl").read_text("utf-8").splitlines()]
    assert all([m["role"] for m in pair["messages"]] == ["user", "assistant"] and pair["source"] for pair in pairs)


def test_pseudonyms_are_the_same_for_one_person_and_need_the_key(personal: Path) -> None:
    rows = [json.loads(line) for line in (personal / "names.jsonl").read_text("utf-8").splitlines()]
    names = {row["by"] for row in rows} | {a["by"] for row in rows for a in row["answers"]}
    assert 1 < len(names) <= 3
    assert all(len(name) == 10 and name.startswith("u-") for name in names)
    assert (personal / STATE / "key").stat().st_mode & 0o077 == 0
    assert forgotten.pseudonym(b"another key", "林山") not in names


def test_a_cell_of_a_table_is_never_a_formula(tmp_path: Path) -> None:
    put(tmp_path, said=(("09:00:00", "林山", "=HYPERLINK(1) 请问有人遇到过对账文件这样开头吗？怎么处理？"), *SAID))
    assert run(tmp_path, "index").status == 0
    assert run(tmp_path, "export", "all.csv").status == 0
    rows = list(csv.reader(io.StringIO((tmp_path / "all.csv").read_text("utf-8-sig"))))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_a_full_width_sign_opens_no_formula_either(tmp_path: Path) -> None:
    put(tmp_path, said=(("09:00:00", "林山", "＝1+1 请问有人遇到过对账文件这样开头吗？怎么处理？"), *SAID))
    assert run(tmp_path, "index").status == 0
    assert run(tmp_path, "export", "all.csv").status == 0
    rows = list(csv.reader(io.StringIO((tmp_path / "all.csv").read_text("utf-8-sig"))))
    assert any("对账文件这样开头" in cell for row in rows for cell in row)
    assert not any(cell.startswith(("＝", "=")) for row in rows for cell in row)


def test_a_file_name_cannot_command_the_terminal(tmp_path: Path) -> None:
    put(tmp_path, said=PERSONAL)
    (tmp_path / "digests").mkdir()
    (tmp_path / "digests" / "x\x1b[31m.md").write_text(f"打给{SEEDED['mobile'][0]}\n", "utf-8")
    result = run(tmp_path, "privacy")
    assert "1 mobile" in result.out
    assert "\x1b" not in result.out


@pytest.mark.parametrize(
    "args", [("show", "\udcff"), ("search", "怎么", "--room", "\udcff"), ("faq", "--room", "\udcff")]
)
def test_an_argument_that_is_no_utf_8_is_refused(personal: Path, args: tuple[str, ...]) -> None:
    result = run(personal, *args)
    assert result.status == 2
    assert result.err.startswith("digest: ")


@pytest.mark.parametrize("args", [("x.doc",), ("a", "--site", "wix"), ("no/such/x.csv",), ("x.csv", "--format", "pdf")])
def test_an_export_that_cannot_be_made_is_refused(personal: Path, args: tuple[str, ...]) -> None:
    result = run(personal, "export", *args)
    assert result.status == 2
    assert result.err.startswith("digest: ")


# ---------------------------------------------------------------- forgetting


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two days built, one of them edited, with everything made of them."""
    put(tmp_path, "2031-03-04", said=SAID)
    put(tmp_path, "2031-03-05", said=LATER)
    assert run(tmp_path, "build", "--all").status == 0
    path = tmp_path / "digests" / "2031-03-05.md"
    text = path.read_text("utf-8")
    path.write_text(text.replace("透支要靠额度控制", "透支要靠额度来控制（木木 的经验）"), "utf-8")
    for command in (("index",), ("month", "2031-03"), ("export", "all.jsonl"), ("export", "site")):
        assert run(tmp_path, *command).status == 0
    return tmp_path


def test_forgetting_first_only_says_what_it_would_do(project: Path) -> None:
    before = {p: p.read_bytes() for p in project.rglob("*.md")}
    result = run(project, "forget", "木木")
    assert result.status == 0
    assert "Nothing was changed" in result.out
    assert {p: p.read_bytes() for p in project.rglob("*.md")} == before


def test_nothing_of_a_forgotten_person_is_left(project: Path) -> None:
    result = run(project, "forget", "木木", "--yes")
    assert result.status == 0, result.out + result.err
    said = [text for _, who, text in (*SAID, *LATER) if who == "木木" and len(text) > 6]
    for path in sorted(project.rglob("*")):
        if not path.is_file() or "seeds" in path.parts:
            continue
        data = path.read_bytes()
        assert "木木".encode() not in data, path
        for text in said:
            assert text[:8].encode() not in data, (path, text)
    hits = json.loads(run(project, "search", "缓冲记账 先记流水", "--json").out)["hits"]
    assert all("先记流水" not in json.dumps(hit, ensure_ascii=False) for hit in hits)
    assert "passages out" in result.out


def test_other_peoples_words_stay_and_their_questions_wait_again(project: Path) -> None:
    run(project, "forget", "木木", "--yes")
    text = (project / "digests" / "2031-03-05.md").read_text("utf-8")
    assert "热点账户" in text
    assert "==待回复==" in text
    first = (project / "digests" / "2031-03-04.md").read_text("utf-8")
    assert "我们放在渠道网关" in first


def test_building_again_after_forgetting_brings_nothing_back_and_merges(project: Path) -> None:
    run(project, "forget", "木木", "--yes")
    path = project / "digests" / "2031-03-05.md"
    text = path.read_text("utf-8")
    path.write_text(text.replace("热点账户", "热点帐户"), "utf-8")
    result = run(project, "build", "--all")
    assert result.status == 0, result.out + result.err
    again = path.read_text("utf-8")
    assert "热点帐户" in again
    assert "先记流水" not in again


def test_forgetting_twice_is_the_same_as_once(project: Path) -> None:
    run(project, "forget", "木木", "--yes")
    before = {p: p.read_bytes() for p in project.rglob("*.md")}
    run(project, "forget", "木木", "--yes")
    assert {p: p.read_bytes() for p in project.rglob("*.md")} == before


def test_nobody_of_that_name_is_refused(project: Path) -> None:
    assert run(project, "forget", "谁也不是").status == 2
    assert run(project, "forget", "我").status == 2


def test_settings_that_name_the_person_are_left_to_the_user(project: Path) -> None:
    (project / "digest.toml").write_text('agreed = ["木木"]\n', "utf-8")
    result = run(project, "forget", "木木", "--yes")
    assert result.status == 1
    assert "left to you: digest.toml:1" in result.out


def test_the_list_of_the_forgotten_names_nobody(project: Path) -> None:
    run(project, "forget", "木木", "--yes")
    path = project / STATE / "forgotten"
    assert "木木" not in path.read_text("utf-8")
    who = forgotten.forgotten(project)
    assert "木木" in who
    assert "林山" not in who
    log = importers.read(project / "seeds" / "2031-03-05-chat.markdown")
    assert {m.speaker for m in forgotten.without(log, who).messages} == {m.speaker for m in log.messages} - {"木木"}


def test_a_passage_is_known_again_after_an_edit() -> None:
    who = redact.Redactor(("木木",), ("缓冲记账先记流水，再汇总入账，透支要靠额度控制",))
    page = (
        "<!-- q:abc123 10:00:00 -->\nQ：怎么控制透支？\n\nA1：我也想知道这个问题怎么解决\n\n"
        "A2：缓冲记账先记流水，再汇总入账，靠额度控制透支\n\n---\n\n<!-- q:def456 -->\n"
        "Q：别的问题呢？\n\nA：木木 说得对\n"
    )
    text, gone, names = redact.redacted(page, who)
    assert (gone, names) == (1, 1)
    assert "A1：我也想知道" in text
    assert "额度" not in text
    assert "A：群友 说得对" in text


def test_mask_counts_what_the_seeds_are() -> None:
    assert mask(SEEDED["mobile"][0])[1] == {"mobile": 1}


def test_who_is_named_by_others_stays_forgotten_through_later_builds(tmp_path: Path) -> None:
    said = (
        ("09:15:02", "小石-甲公司-开发", "请教一下，梅若兰上次说的热点账户方案怎么落地？Tim也说过要看timeout"),
        ("09:16:07", "木木", "梅若兰说的缓冲记账我们也在用，先记流水再汇总"),
        ("09:17:07", "梅若兰-乙公司-架构", "缓冲记账要注意额度控制和对账"),
        ("09:18:00", "木木", "@梅若兰-乙公司-架构\u2005额度怎么控制？"),
        ("09:19:00", "木木", "「Tim：梅若兰的方案」\n- - - - - -\n好"),
        ("09:20:00", "Tim", "好的"),
    )
    put(tmp_path, "2031-03-04", said=said)
    run(tmp_path, "build", "--all")
    before = (tmp_path / "digests" / "2031-03-04.md").read_text("utf-8")
    run(tmp_path, "index")
    for name in ("梅若兰-乙公司-架构", "Tim"):
        assert run(tmp_path, "forget", name, "--yes").status == 0
    told = run(tmp_path, "build", "--all")
    assert told.status == 0
    after = (tmp_path / "digests" / "2031-03-04.md").read_text("utf-8")
    assert "Q：群友上次说的热点账户方案怎么落地？群友也说过要看timeout" in after
    assert next(line for line in before.split("\n") if "<!-- q:" in line).split()[1] in after
    run(tmp_path, "index")
    for path in sorted(tmp_path.rglob("*")):
        if path.is_file() and "seeds" not in path.parts:
            data = path.read_bytes()
            assert "梅若兰".encode() not in data and b"Tim" not in data, path


def test_a_list_of_the_forgotten_that_an_older_digest_wrote_is_read(project: Path) -> None:
    run(project, "forget", "木木", "--yes")
    path = project / STATE / "forgotten"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8"))["labels"]), "utf-8")
    assert "木木" in forgotten.forgotten(project)
    path.write_text("{}", "utf-8")
    assert run(project, "build", "--all").status == 2
