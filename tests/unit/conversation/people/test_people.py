"""People: labels, mentions and aliases → persons. Names are invented, but for the seed's log."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest

from digest.conversation.people import people as stage
from digest.conversation.people.labels import key, spans, told
from digest.conversation.people.people import Known, learn, named, people, plain_spans
from digest.importers import read
from digest.model import Log, Mention, Message, People, Quote
from places import ROOT

NOTHING = told(())


def log(*rows: tuple[str, str], day: int = 1, step: int = 20) -> Log:
    """A log of (speaker, text), a message every `step` seconds."""
    messages = tuple(Message((i,), 32400 + i * step, who, text) for i, (who, text) in enumerate(rows))
    return Log("x.markdown", "room", dt.date(2020, 1, day), messages, len(messages))


def cut(text: str, *known: str) -> list[str]:
    return [text[s.start : s.end] for s in spans(text, told(known))]


def meant(found: People, label: str) -> str | None:
    mention = next(m for row in found.mentions for m in row if m.label == label)
    return None if mention.person is None else found.persons[mention.person].name


CROWD = tuple(
    (name, "大家早")
    for name in (
        "雷小满-某行-架构",
        "贺知秋 蓝港CTO",
        "Finn",
        "陶然-云帆-产品",
        "宋一鸣",
        "Mona-青禾-风控",
        "白鹭",
        "焦大-北海-运营",
        "纪晓-南山-清算",
        "孟十一",
    )
)


# ---------------------------------------------------------------- where a mention stands


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("@雷小满-某行-架构-上海?群主早", ["@雷小满-某行-架构-上海?"]),
        ("@雷小满-某行-架构-上海\u2005群主早", ["@雷小满-某行-架构-上海\u2005"]),
        ("@雷小满-某行-架构-上海  这个怎么做", ["@雷小满-某行-架构-上海 "]),
        ("感谢@Mona 的整理。", ["@Mona "]),
        ("华为的还行？@雷小满-某行-架构-上海", ["@雷小满-某行-架构-上海"]),
        ("@Mona @白鹭 是做网关的", ["@Mona ", "@白鹭 "]),
        ("＠雷小满－某行－架构－上海 在吗", ["＠雷小满－某行－架构－上海 "]),
        ("@孟???恭喜", ["@孟???"]),
        ("@??桂花-某行-产品-深圳?好", ["@??桂花-某行-产品-深圳?"]),
        ("@Summer 凉夏-某行-GM-BJ 到哪了", ["@Summer 凉夏-某行-GM-BJ "]),
        ("@雷小满 某行 产品 上海?好的", ["@雷小满 某行 产品 上海?"]),
        ("@某行 雷小满?雷总", ["@某行 雷小满?"]),
        ("@Mona你来一个专题分享吧，就说这个图", ["@Mona"]),
        ("@@白鹭 谢谢", ["@@白鹭 "]),
        ("@Mona[强]", ["@Mona"]),
        ("@雷小满 某行 风控产品经理?", ["@雷小满 某行 风控产品经理?"]),
        ("@雷小满 你们用什么产品?", ["@雷小满 "]),
        ("那个 @Transactional 只对外部调用有效", []),
        ('装 @vue/cli 还是 @Component("x")', []),
        ("看 @@version 的值", []),
        ("用 ^[a.]+@[a.]+$ 够吗?", []),
        ("(*@ο@*) 哇", []),
    ],
)
def test_a_mention_ends_where_its_label_ends(text: str, mentions: list[str]) -> None:
    assert cut(text) == mentions


@pytest.mark.parametrize(
    "text",
    [
        "发到 someone@example.com 就好",
        "见 https://medium.com/@someone/post",
        "有事@ 我",
        "邮箱someone@example.com.cn，谢谢",
        "今天还上班吧？",
    ],
)
def test_addresses_are_no_mentions(text: str) -> None:
    assert cut(text) == []


def test_a_name_after_a_web_address_is_a_mention() -> None:
    assert cut("https://example.com/a.html@雷小满-某行-架构-上海 看这个") == ["@雷小满-某行-架构-上海 "]


def test_a_question_after_a_space_is_not_part_of_the_label() -> None:
    assert cut("@Mona 你在吗?") == ["@Mona "]
    assert cut("@Mona 什么时候发布?") == ["@Mona "]


def test_a_label_known_to_hold_spaces_is_taken_whole() -> None:
    assert cut("@Blue Fish 到哪了", "Blue  Fish") == ["@Blue Fish "]


def test_a_known_card_may_be_followed_by_words_outright() -> None:
    assert cut("@雷小满-某行-架构-上海你们用的哪个", "雷小满-某行-架构-上海") == ["@雷小满-某行-架构-上海"]


def test_a_sentence_after_a_bare_at_sign_is_left_alone() -> None:
    text = "@今天晚上的分享改到明天晚上八点开始请大家互相转告一下"
    assert cut(text) == []


@pytest.mark.slow
def test_long_text_costs_linear_time() -> None:
    text = "@" + "a-" * 50_000 + "@" * 50_000
    assert len(spans(text, NOTHING)) < 10


# ---------------------------------------------------------------- what is left when mentions are cut out


def test_the_lost_space_goes_with_the_mention() -> None:
    text = "@雷小满-某行-架构-上海?你们怎么做"
    found = people(log(("Finn", text), ("雷小满-某行-架构", "好")))
    assert plain_spans(text, found.mentions[0]) == "你们怎么做"


def test_lost_emoji_go_and_spaces_collapse() -> None:
    mention = Mention(2, 7, "Mona", None)
    assert plain_spans("感谢@Mona 的整理??，  辛苦", (mention,)) == "感谢 的整理， 辛苦"


def test_a_single_question_mark_stays() -> None:
    assert plain_spans("用哪个?", ()) == "用哪个?"


# ---------------------------------------------------------------- who speaks


def test_composed_and_decomposed_spellings_are_one_person() -> None:
    found = people(log(("Andr\u00e9", "早"), ("Andre\u0301", "早")))
    assert found.speaker == (0, 0)
    assert len(found.persons) == 1


def test_doubled_labels_are_one_person_with_an_alias() -> None:
    day = log(("Finn", "早"), ("方小语-某行-产品", "好"))
    doubled = Message((2, 3), 40000, "Finn", "在吗", also=("方小语-某行-产品",))
    found = people(Log("x", "r", day.day, (*day.messages, doubled), 4))
    assert found.speaker == (0, 0, 0)
    assert found.persons[0].name == "Finn"
    assert found.persons[0].aliases == ("方小语-某行-产品",)


def test_two_exporters_in_a_merged_log_stay_two_people() -> None:
    messages = (
        Message((0, 1), 100, "我", "早", also=("雷小满",)),
        Message((2, 3), 200, "贺知秋", "早", also=("我",)),
        Message((4,), 300, "我", "好"),
    )
    found = people(Log("x", "r", dt.date(2020, 1, 1), messages, 5))
    assert len({*found.speaker}) == 3
    assert found.persons[found.speaker[1]].name == "贺知秋"


# ---------------------------------------------------------------- who is meant


@pytest.mark.parametrize(
    ("label", "speaker"),
    [
        ("雷小满-某行清算（总行）-技术-北京", "雷小满-某行-架构"),
        ("贺知秋-蓝港-技术-北京", "贺知秋 蓝港CTO"),
        ("南山-清算-纪晓-深圳", "纪晓-南山-清算"),
        ("宋一鸣-东方(前)-开发-广州", "宋一鸣"),
    ],
)
def test_a_card_is_resolved_by_likeness_of_names(label: str, speaker: str) -> None:
    found = people(log(*CROWD, ("孟十一", f"@{label}?早")))
    assert meant(found, label) == speaker
    assert "likeness of names" in found.mentions[-1][0].why


def test_the_same_role_and_city_make_nobody_alike() -> None:
    found = people(log(*CROWD, ("孟十一", "@辛夷-某某-架构-上海?早")))
    assert meant(found, "辛夷-某某-架构-上海") is None


def test_different_full_names_in_one_company_are_two_people() -> None:
    found = people(log(*CROWD, ("孟十一", "@柳青-蓝港-技术-北京?早")))
    assert meant(found, "柳青-蓝港-技术-北京") is None


def test_two_speakers_of_one_nickname_leave_it_open() -> None:
    day = log(("Otto-远山-架构", "早"), ("Otto-近水-产品", "早"), *CROWD, ("Finn", "@Otto?早"), *CROWD)
    mention = people(day).mentions[len(CROWD) + 2][0]
    assert mention.person is None
    assert mention.candidates == (0, 1)


def test_the_talk_decides_between_two_of_one_nickname() -> None:
    day = log(
        ("Otto-近水-产品", "早"),
        *CROWD,
        *CROWD,
        ("Otto-远山-架构", "我们的幂等表放在缓存里"),
        ("Finn", "@Otto?幂等表怎么清理"),
        ("Otto-远山-架构", "幂等表每天清理一次"),
        ("Finn", "@Otto?明白"),
        ("Otto-远山-架构", "客气"),
        *CROWD,
    )
    assert meant(people(day), "Otto") == "Otto-远山-架构"


def test_a_card_unlike_any_label_is_resolved_by_the_talk_of_the_day() -> None:
    block = (("白鹭", "网关的幂等表要定期清理"), ("Finn", "@小乔_产品-某宝-上海?幂等表多久清理"), ("白鹭", "每天清理"))
    day = log(*CROWD, *block, *CROWD, ("宋一鸣", "@小乔_产品-某宝-上海?还在吗"), ("白鹭", "在"), *CROWD)
    found = people(day)
    assert meant(found, "小乔_产品-某宝-上海") == "白鹭"
    assert "the talk alone" in next(m.why for row in found.mentions for m in row)
    assert "小乔_产品-某宝-上海" in found.persons[found.speaker[6]].aliases


def test_one_weak_sign_decides_nothing() -> None:
    found = people(log(*CROWD, ("Finn", "@小乔_产品-某宝-上海?早"), *CROWD))
    assert meant(found, "小乔_产品-某宝-上海") is None


def test_nobody_mentions_himself() -> None:
    day = log(*CROWD, *(("Finn", "@小乔_产品-某宝-上海?早"),) * 3)
    assert all(
        day.messages[i].speaker != "Finn" or all(m.person is None for m in row)
        for i, row in enumerate(people(day).mentions)
    )


def test_everyone_is_nobody() -> None:
    found = people(log(*CROWD, ("Finn", "@所有人 今晚八点分享"), ("白鹭", "@all 收到")))
    assert [row[0].why for row in found.mentions[-2:]] == ["everyone", "everyone"]


def test_a_quote_of_earlier_words_shows_whose_card_it_names() -> None:
    day = log(*CROWD, ("白鹭", "网关的幂等表要定期清理"), ("Finn", "@小乔_产品-某宝-上海?好"))
    quoting = Message((90,), 50000, "Finn", "多久一次", quote=Quote("小乔_产品-某宝-上海", "网关的幂等表要定期清理"))
    found = people(Log("x", "r", day.day, (*day.messages, quoting), 91))
    assert meant(found, "小乔_产品-某宝-上海") == "白鹭"
    assert named(found, "小乔_产品-某宝-上海") == (6,)


# ---------------------------------------------------------------- what the rules know


def test_an_alias_of_the_rules_resolves_a_mention() -> None:
    known = Known(aliases=(("白鹭", "小乔_产品-某宝-上海"),))
    found = people(log(*CROWD, ("Finn", "@小乔_产品-某宝-上海?早")), known)
    assert meant(found, "小乔_产品-某宝-上海") == "白鹭"
    assert found.mentions[-1][0].why == "a known alias"


def test_aliases_of_the_rules_join_speakers() -> None:
    found = people(log(("Finn", "早"), ("方小语", "早")), Known(aliases=(("方小语", "Finn"),)))
    assert found.speaker == (0, 0)


def test_the_exporter_is_named_by_his_card() -> None:
    known = Known(me=("老獾-某艺-经理-北京",))
    found = people(log(("我", "早"), ("Finn", "@老獾-某艺-经理-北京?早")), known)
    assert meant(found, "老獾-某艺-经理-北京") == "我"


def test_a_quotes_name_finds_its_person_by_likeness() -> None:
    found = people(log(*CROWD))
    assert named(found, "贺知秋-蓝港-技术-北京") == (1,)
    assert named(found, "辛夷-某某-架构-上海") == ()


def test_labels_learnt_over_days_resolve_what_one_day_leaves_open() -> None:
    def day(n: int) -> Log:
        block = (
            ("白鹭", f"网关的幂等表要定期清理{n}"),
            ("Finn", "@小乔_产品-某宝-上海?幂等表多久清理"),
            ("白鹭", "每天"),
        )
        return log(*CROWD, *block, *CROWD, day=n)

    known = learn([day(1), day(2), day(3)])
    assert ("白鹭", "小乔_产品-某宝-上海") in known.aliases
    found = people(log(*CROWD, ("Finn", "@小乔_产品-某宝-上海?早"), *CROWD), known)
    assert meant(found, "小乔_产品-某宝-上海") == "白鹭"


def test_learning_twice_gives_the_same() -> None:
    days = [log(*CROWD, ("Finn", "@宋一鸣-东方-开发-广州?早"), ("宋一鸣", "早"), day=n) for n in (1, 2, 3)]
    assert learn(days) == learn(days)


# ---------------------------------------------------------------- the seed's day


@pytest.fixture(scope="module")
def seed() -> tuple[Log, People]:
    day = read(ROOT / "seeds" / "2017-05-27-chat.markdown")
    return day, people(day, Known(me=("老熊-爱奇艺-技术经理-北京",)))


@pytest.mark.parametrize(
    ("label", "speaker"),
    [
        ("郭芬-中央结算（中债登）-北京", "郭芬-中央结算公司"),
        ("老熊-爱奇艺-技术经理-北京", "我"),
        ("Summer 梁夏-丰瑞祥-GM-BJ", "Summer  梁夏"),
        ("小吴_产品-承泰-上海", "dio"),
        ("高俊奇-黑钻-RD", "名叫旺达的鱼"),
        ("Tim_魔线_产品_深圳", "Tim-魔线科技-产品总监"),
        ("唯品会-金融-hardy", "hardy-唯品会金融"),
        ("双眼皮Eagle", "EagleCheng-兴业银行架构师"),
        ("文东-拉卡拉-技术-上海", "程文东-拉卡拉PL"),
        ("索马里-连连支付-风控-杭州", "潘儒刚-连连支付PM"),
        ("铁手_蘑菇街_技术_杭州", "蘑菇街_陈宗"),
        ("CSII-崔奕", None),
        ("Nada", None),
    ],
)
def test_the_seeds_mentions_mean_who_they_mean(seed: tuple[Log, People], label: str, speaker: str | None) -> None:
    found = {key(m.label): m.person for row in seed[1].mentions for m in row}
    person = found[key(label)]
    assert (None if person is None else key(seed[1].persons[person].name)) == (
        None if speaker is None else key(speaker)
    )


def test_the_exporter_is_found_from_the_seeds_talk_alone(seed: tuple[Log, People]) -> None:
    found = people(seed[0])
    assert meant(found, "老熊-爱奇艺-技术经理-北京") == "我"


def test_a_bare_tim_stays_open_on_the_seeds_day(seed: tuple[Log, People]) -> None:
    found = seed[1]
    names = [found.persons[p].name for p in named(found, "Tim")]
    assert sorted(names) == ["Tim-深圳百灵鸟-架构", "Tim-魔线科技-产品总监"]


def test_the_seeds_mentions_are_cut_exactly(seed: tuple[Log, People]) -> None:
    day, found = seed
    at = next(i for i, m in enumerate(day.messages) if m.clock == "14:30:42")
    assert plain_spans(day.messages[at].text, found.mentions[at]) == "到哪了"
    at = next(i for i, m in enumerate(day.messages) if m.clock == "18:40:17")
    assert plain_spans(day.messages[at].text, found.mentions[at]) == "是ping++的。"


def test_the_packaged_words_that_many_share_are_the_codes_own() -> None:
    yaml = pytest.importorskip("yaml")
    rules = yaml.safe_load((ROOT / "rules" / "people.yml").read_text(encoding="utf-8"))
    assert tuple(rules["lists"]["common"]) == stage.COMMON


def test_people_need_no_heavy_import() -> None:
    heavy = "{'yaml', 'jieba', 'networkx', 'numpy', 'jinja2', 're2'}"
    code = f"import sys, digest.conversation.people.people; print(sorted({heavy} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
