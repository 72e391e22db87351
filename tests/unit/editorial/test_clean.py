"""Cleaning on invented chat."""

from __future__ import annotations

import pytest

from digest.editorial.clean import Cleaning, Role, aside, clean, items, lines, remark, unwanted, without
from digest.model import Image, Line, Mention
from places import ROOT


def from_rules() -> Cleaning:

    import yaml

    lists = yaml.safe_load((ROOT / "rules/clean.yml").read_text("utf-8"))["lists"]
    return Cleaning(**{name: tuple(str(item) for item in items) for name, items in lists.items()})


CLEANING = from_rules()


@pytest.mark.parametrize(
    ("role", "text", "expected"),
    [
        ("question", "请教一下，渠道怎么路由", "渠道怎么路由"),
        ("question", "请教一下渠道怎么路由", "渠道怎么路由"),
        ("question", "大家好，想请教大家一个问题，错误码谁来封装", "错误码谁来封装"),
        ("question", "想请问大家个问题，错误码谁来封装？？", "错误码谁来封装？"),
        ("question", "各位大神， 问个问题：日切怎么做 谢谢！", "日切怎么做"),
        ("question", "请问发散是随机的么", "请问发散是随机的么"),
        ("question", "问题是谁来承担成本", "问题是谁来承担成本"),
        ("question", "大家的日切是怎么做的", "大家的日切是怎么做的"),
        ("question", "限额怎么做[微笑][强]", "限额怎么做"),
        ("question", "限额怎么做??", "限额怎么做"),
        ("question", "能做限额吗??", "能做限额吗?"),
        ("question", "有没有方案？谢谢大家", "有没有方案？"),
        ("question", "? ，这个能分账吗", "这个能分账吗"),
        ("question", "求一份模板，多谢林老师", "求一份模板"),
        ("answer", "嗯，可以的", "可以的"),
        ("answer", "嗯嗯是的", "是的"),
        ("answer", "哈哈哈 我们也一样", "我们也一样"),
        ("answer", "额度按天算", "额度按天算"),
        ("answer", "哦，那要走对账", "那要走对账"),
        ("answer", "嗯", "嗯"),
        ("answer", "谢谢", "谢谢"),
        ("answer", "[强][强]", ""),
        ("answer", "传[证件类型]和[OK]", "传[证件类型]和"),
        ("answer", "按[2017]年的规定", "按[2017]年的规定"),
        ("answer", "感谢信要盖章", "感谢信要盖章"),
        ("answer", "先看  这里　再看那里", "先看 这里 再看那里"),
        ("answer", "对 ， 就这样 。", "对，就这样。"),
        ("answer", "看 https://example.org/a?b=1??c 这里", "看 https://example.org/a?b=1??c 这里"),
        ("answer", "@林山-某行-研发?这个要看渠道", "这个要看渠道"),
        ("answer", "写信到 someone@example.org", "写信到 someone@example.org"),
        ("answer", "👍🏻不错", "不错"),
        ("question", "顺路问个事情，限额按什么做", "限额按什么做"),
        ("question", "感谢分享，有一个问题哈 日切是几点", "日切是几点"),
        ("question", "嗯嗯，谢啦，那预付卡也能用？", "那预付卡也能用？"),
        ("question", "求教各位大神：同一笔两次扣款怎么退", "同一笔两次扣款怎么退"),
        ("question", "请问一下账期怎么算", "账期怎么算"),
        ("question", "请教一个各位大神，账期怎么算", "账期怎么算"),
        ("question", "打扰一下，错误码谁封装", "错误码谁封装"),
        ("question", "甲—> 乙 ? ?乙—>丙 会死锁么", "甲—> 乙 乙—>丙 会死锁么"),
        ("answer", "一天通知几次好？答：三次", "三次"),
        ("answer", "答：三次", "三次"),
        ("answer", "他答应了：三次", "他答应了：三次"),
        ("answer", "这个我上周问过= =", "这个我上周问过"),
        ("answer", "怎么算都不对:)", "怎么算都不对"),
        ("answer", "a == b 就相等", "a == b 就相等"),
        ("talk", "嗯，先说背景", "嗯，先说背景"),
        ("talk", "大家好，今天分享账务。", "今天分享账务。"),
    ],
)
def test_a_text_is_cleaned_as_an_editor_would(role: Role, text: str, expected: str) -> None:
    assert clean(text, CLEANING, role) == expected


def test_a_message_of_mere_opening_goes_where_the_question_stands_in_another() -> None:
    assert clean("请教一个问题", CLEANING, "question") == "请教一个问题"
    assert clean("请教一个问题", CLEANING, "question", alone=False) == ""
    assert clean("谢谢大家", CLEANING, "answer", alone=False) == ""


def test_only_the_first_row_loses_its_opening_and_the_last_its_thanks() -> None:
    text = "请教一下，两个问题\n请教一下怎么写\n谢谢\n[抱拳]"
    assert clean(text, CLEANING, "question") == "两个问题\n请教一下怎么写"


def test_mentions_are_cut_by_their_spans() -> None:
    text = "我看@甲乙 丙?说的对 @丁"
    mentions = [Mention(2, 8, "甲乙 丙", None), Mention(12, 14, "丁", None)]
    assert without(text, mentions) == "我看说的对 "


def test_words_that_a_mention_parted_stay_two() -> None:
    assert without("use@Tim?Redis", [Mention(3, 8, "Tim", None)]) == "use Redis"


def test_links_and_pictures_become_lines_of_their_own() -> None:
    text = "看这两篇\nhttps://example.org/a\n[对账入门](http://example.org/b)"
    assert lines(text, 7, CLEANING, images=[Image("图", "http://example.org/c.png")]) == (
        Line("看这两篇", 7),
        Line("", 7, "link", "https://example.org/a"),
        Line("对账入门", 7, "link", "http://example.org/b"),
        Line("图", 7, "image", "http://example.org/c.png"),
    )


def test_a_message_of_emoji_alone_gives_no_line() -> None:
    assert lines("[强]\n[鼓掌]", 1, CLEANING) == ()


def test_without_rules_nothing_but_noise_goes() -> None:
    assert clean("请教一下，怎么做[强]", Cleaning(), "question") == "请教一下，怎么做[强]"


@pytest.mark.parametrize(
    ("row", "parts"),
    [
        ("有两种做法：1、每天查一次。 2、等通知，再核对", ["有两种做法：", "1、每天查一次。", "2、等通知，再核对"]),
        ("（1）先冻结余额；（2）次日再扣款", ["（1）先冻结余额；", "（2）次日再扣款"]),
        ("步骤 ①登记订单 ②发起支付 ③通知商户", ["步骤", "①登记订单", "②发起支付", "③通知商户"]),
        ("一、先说账户体系，二、再说日切怎么做", ["一、先说账户体系，", "二、再说日切怎么做"]),
        ("一、二、三类户都能开", ["一、二、三类户都能开"]),
        ("升级到 1.2.3 版本，2.0 还没发", ["升级到 1.2.3 版本，2.0 还没发"]),
        ("限额 1、2 万都有", ["限额 1、2 万都有"]),
        ("看 https://example.org/1.html 2.html", ["看 https://example.org/1.html 2.html"]),
        ("2、没有第一条的不算清单", ["2、没有第一条的不算清单"]),
    ],
)
def test_a_list_in_one_line_is_cut_before_its_items(row: str, parts: list[str]) -> None:
    found = items(row)
    assert [part for part, _ in found] == parts
    assert [item for _, item in found[-2:]] == [True, True][: len(found)] or len(found) == 1


def test_items_of_an_answer_are_lines_of_their_own() -> None:
    found = lines("两步：1. 先登记订单 2. 再发起支付", 3, CLEANING)
    assert [(line.kind, line.text) for line in found] == [
        ("text", "两步："),
        ("item", "1.先登记订单"),
        ("item", "2.再发起支付"),
    ]


@pytest.mark.parametrize(
    ("text", "goes"),
    [
        ("今晚八点有分享，大家别错过", True),
        ("先抢红包再听", True),
        ("请各位改群昵称", True),
        ("某所发布二维码支付新规 https://example.org/a", False),
        ("我司招聘支付产品经理，坐标杭州", False),
        ("在 https://example.org/a", True),
        ("https://example.org/a 这个吗", True),
        ("https://example.org/a\n谁知道怎么下载", True),
        ("链接：https://example.org/s/1x2y 密码：ab12", True),
        ("https://example.org/a 对账入门", False),
    ],
)
def test_notices_for_the_day_itself_are_not_wanted(text: str, goes: bool) -> None:
    assert unwanted(text, _ours()) is goes


def _ours() -> Cleaning:

    from digest.subjects import load

    return load([ROOT / "rules"]).settings(Cleaning)


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("麻烦问一下，对账文件几点出？", "对账文件几点出？"),
        ("请假个问题，对账文件几点出？", "对账文件几点出？"),
        ("求助一个问题：对账文件几点出？", "对账文件几点出？"),
        ("有个问题想请教下大家，对账文件几点出？", "对账文件几点出？"),
        ("【求助】对账文件几点出？", "对账文件几点出？"),
        ("亲们，对账文件几点出？", "对账文件几点出？"),
        ("我想问下，对账文件几点出？", "对账文件几点出？"),
        ("小弟咨询一下，对账文件几点出？", "对账文件几点出？"),
        ("好的，谢谢！对账文件几点出？", "对账文件几点出？"),
        ("......对账文件几点出？", "对账文件几点出？"),
        ("对账文件几点出？求指教", "对账文件几点出？"),
        ("对账文件几点出，请大神多多指教。", "对账文件几点出"),
        ("想问下游的对账文件几点出？", "想问下游的对账文件几点出？"),
        ("好的通道怎么选？", "好的通道怎么选？"),
    ],
)
def test_a_question_begins_with_what_it_asks(said: str, printed: str) -> None:
    assert clean(said, _ours(), "question") == printed


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("没法办~ 一家一个样～", "没法办 一家一个样"),
        ("一般6~10次", "一般6~10次"),
        ("1. 先登记订单", "1.先登记订单"),
        ("2) 再发起支付", "2)再发起支付"),
        ("升到 2.1 再说", "升到 2.1 再说"),
        ("wxid_ab12cd34:\n走代付", "走代付"),
        ("lisi_2021:\n走代付", "走代付"),
        ("spring:\n走代付", "spring:\n走代付"),
    ],
)
def test_what_an_editor_would_delete_anywhere_is_gone(said: str, printed: str) -> None:
    assert clean(said, Cleaning()) == printed


@pytest.mark.parametrize(
    ("said", "goes"),
    [
        ("今天请到一位朋友给大家做分享，主题是“对账入门”", True),
        ("今晚分享预告 主讲嘉宾：周小满", True),
        ("入群的朋友请先改群名片", True),
        ("三个月没有冒泡的，即将移除", True),
        ("【支付早报】某所发布新规", True),
        ("我们急招两名对账开发，坐标杭州，有兴趣私信", True),
        ("某公司招聘支付产品经理，简历发我邮箱", True),
        ("邀请好友分享得红包的活动怎么防刷", False),
        ("招聘网站怎么接支付", False),
        ("简历里写对账系统有用吗", False),
        ("修改昵称要不要过风控", False),
    ],
)
def test_what_was_said_to_the_room_is_an_aside(said: str, goes: bool) -> None:
    assert aside(said, _ours()) is goes


@pytest.mark.parametrize(
    ("said", "goes"),
    [
        ("楼上的 你真是大拿", True),
        ("太牛了！", True),
        ("第一次听说", True),
        ("同问", True),
        ("不清楚，要问渠道", False),
        ("支持，走代付", False),
        ("强一致", False),
    ],
)
def test_an_answer_that_only_cheers_is_a_remark(said: str, goes: bool) -> None:
    assert remark(said, _ours()) is goes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("健康检查返回 [OK] 和 [NO] 分别代表什么", "健康检查返回 [OK] 和 [NO] 分别代表什么"),
        ("[OK] 表示存活，[NO] 表示摘除，[ERROR] 才会报警[强]", "[OK] 表示存活，[NO] 表示摘除，[ERROR] 才会报警"),
        ("好的[OK]", "好的"),
        ("收到[OK][OK]明天上线", "收到 明天上线"),
        ("查过了[捂脸]没有这一笔", "查过了 没有这一笔"),
        ("微信里的[红包]功能要另外签约", "微信里的[红包]功能要另外签约"),
        ("正则 ^[\\w.]+@[\\w.]+$ 够用", "正则 ^[\\w.]+@[\\w.]+$ 够用"),
        ("用 @Transactional 注解就行", "用 @Transactional 注解就行"),
        ("装 @vue/cli@3 再试", "装 @vue/cli@3 再试"),
        ("查 @@version 的值", "查 @@version 的值"),
    ],
)
def test_a_code_or_an_at_sign_stays_where_the_sentence_speaks_of_it(text: str, expected: str) -> None:
    assert clean(text, CLEANING) == expected
