"""Labels of people: two spellings made one, how like two labels are, and where `@label` stands in a text.

A label is a remark or nickname as the exporter sees it (`Finn`); a mention is the card its owner set in the group
(`name-company-role-city`). Two labels of one person share a name, a nickname, or at least a company.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import fsum, log

# The commonest family names, which tell a name part from a company part.
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范石廖贾夏韦付方白邹孟熊"
    "秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅"
    "童凌毕单季裴霍涂苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应"
    "臧闵苟邬边卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储燕楚鄢劳谌奚粟冼蔺楼盘满闻位厉郜阚茆劉張陳楊黃趙吳孫馬羅鄭"
)

# Cities, roles, trades: shared by many, so no sign of one person; rules/people.yml may set others.
COMMON = (
    *("北京", "上海", "深圳", "广州", "杭州", "南京", "成都", "重庆", "武汉", "西安", "苏州", "天津", "厦门", "长沙"),
    *("佛山", "珠海", "济南", "青岛", "大连", "郑州", "合肥", "福州", "宁波", "无锡", "昆明", "浙江", "广东", "江苏"),
    *("产品", "技术", "研发", "架构", "开发", "测试", "运营", "风控", "经理", "总监", "主管", "高级", "专家", "负责"),
    *("负责人", "架构师", "工程师", "产品经理", "技术经理", "项目经理", "技术总监", "产品总监", "项目总监", "研发经理"),
    *("开发经理", "研发总监", "系统", "支付", "金融", "互联网金融", "互金", "银行", "科技", "公司", "集团", "清算"),
    *("结算", "清结算", "跨境", "消费金融", "第三方支付", "管理", "商务", "市场", "创业", "电商", "数据", "聚合支付"),
    *("pm", "pl", "rd", "cto", "ceo", "coo", "gm", "vp", "php", "java", "bj", "sh", "sz", "gz", "hz", "po", "qa"),
    *("ui", "dev", "pd", "dba", "pmd", "pay", "tl", "bd", "it"),
)

NICKNAME = 5.5  # likeness that a shared latin nickname alone can reach: many people are called Michael

_FOLD: dict[int, int | str] = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)}
_FOLD |= dict.fromkeys((0x2005, 0x3000, 0xA0), " ")
_FOLD |= dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0x2500), "-")
_PART = re.compile(r"[^-_~|/+·•.,，、()（）\s@#*&:\[\]]+")
_PIECE = re.compile(r"[a-z][a-z0-9]*|[0-9]+|[㐀-鿿]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def fold(text: str) -> str:
    """The text with full-width forms, dashes and case made one, character for character."""
    out = text.translate(_FOLD)
    low = out.lower()
    return low if len(low) == len(out) else "".join(c.lower() if len(c.lower()) == 1 else c for c in out)


@lru_cache(1 << 15)
def key(label: str) -> str:
    """What makes two spellings of a label one: composed, folded, lost emoji and spare spaces out."""
    text = fold(unicodedata.normalize("NFC", label)).replace("?", "")
    return " ".join(text.split()) or label.strip()


# ---------------------------------------------------------------- likeness


@dataclass(frozen=True, slots=True)
class Parts:
    """A label taken apart."""

    key: str
    name: str  # the piece that most looks like a name or nickname in Chinese, "" where none does
    full: bool  # `name` opens with a family name and has two or three characters
    nick: str  # the latin word it opens with
    latin: frozenset[str]  # latin words that are no role or city
    grams: frozenset[str]  # pairs of Chinese characters, roles and cities left out


@lru_cache(1 << 15)
def parts(label: str, common: frozenset[str]) -> Parts:
    """A label taken apart, without the words that many labels share."""
    whole = key(label)
    spaced = fold(_CAMEL.sub(" ", unicodedata.normalize("NFC", label)))
    name, full, nick = "", False, ""
    latin, grams = set[str](), set[str]()
    for place, part in enumerate(_PART.findall(spaced)):
        for piece in _PIECE.findall(part):
            if piece in common:
                continue
            if piece.isascii():
                if len(piece) > 1 and not piece.isdigit():
                    latin.add(piece)
                    nick = nick or (piece if place == 0 else "")
                continue
            grams.update(piece[i : i + 2] for i in range(len(piece) - 1))
            looks = 2 <= len(piece) <= 3 and piece[0] in SURNAMES
            if (looks and not full) or (not name and place == 0 and len(piece) <= 4):
                name, full = piece, looks
    return Parts(whole, name, full, nick, frozenset(latin), frozenset(grams - common))


def rarity(labels: Iterable[Parts], total: int) -> dict[str, float]:
    """What it is worth to share a gram or word: the log of how few of the day's persons have it."""
    count: dict[str, int] = {}
    for label in labels:
        for gram in label.grams | label.latin:
            count[gram] = count.get(gram, 0) + 1
    return {g: max(0.0, log((total + 2) / n)) for g, n in count.items()}


def likeness(a: Parts, b: Parts, worth: Mapping[str, float]) -> float:
    """How much two labels speak for one person, in log-odds: below 0 where their names contradict."""
    # neighbouring pairs overlap, so each counts about half
    apart = a.grams.isdisjoint(b.grams)
    score = 0.0 if apart else 0.55 * fsum([worth.get(gram, 0.0) for gram in a.grams & b.grams])
    if a.latin and b.latin:
        for word in sorted(a.latin):
            if word in b.latin:
                score += worth.get(word, 0.0)
            elif len(word) >= 4:
                near = [w for w in b.latin if len(w) >= 4 and (word in w or w in word)]
                score += max((0.6 * worth.get(w, 0.0) for w in near), default=0.0)
    if a.nick and a.nick == b.nick:
        score += 2.5
        if apart:
            score = min(score, NICKNAME)
    if len(a.name) > 1 and a.name in b.key:
        return score + (3.0 if a.full else 1.5)
    if len(b.name) > 1 and b.name in a.key:
        return score + (3.0 if b.full else 1.5)
    if (len(a.name) == 1 and a.name in b.name) or (len(b.name) == 1 and b.name in a.name):
        return score + 1.0
    return score - 5.0 if a.full and b.full else score


# ---------------------------------------------------------------- where mentions stand

# mail addresses and web addresses hold an @ that names nobody
_NO_MENTION = re.compile(
    r"https?://[!-~]+|(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]*[A-Za-z]"
)
_RUN = re.compile(r"[^\n，。！；：！!、…@＠【】「」“”\"<>《》？]{1,60}")
_CARD = re.compile(r"[^\s?_~-]+[-_~][^\s?_~-]*[-_~][^\s?]+")
_ODD = re.compile(r"[\s，。！；：、…@＠【】「」“”\"<>《》？?]")
_GLUE = re.compile(r"[-_~]")
_NO_LABEL = re.compile(
    r"[!->@\\\]^`{-~]|\[[^\u3400-\u9fff]|.*[\\^$*=;{}]"
)  # code, a regular expression, a face made of signs
_CODE_AROUND = re.compile(r"[^\s?]{0,100}[/(=]")  # `@vue/cli`, `@Column(name`
_CALLING = ("谢", "欢迎", "恭喜", "邀请", "联系")  # before whom it is said to
_IN_SENTENCE = re.compile(r"[你您我他她是吗么什怎哪谁有没做能不要了这那]")  # says something, so it is no part of a name
_ASKING = "吗呢么吧啊"
_LAST = re.compile(r"[a-z]+|[㐀-鿿]+")
_ROLES = tuple(word for word in COMMON if len(word) > 2 and not word.isascii())


@dataclass(frozen=True, slots=True)
class Span:
    """A mention in a text: the `@` and the lost space after the label are inside it."""

    start: int
    end: int
    label: str
    sure: bool  # something shows where the label ends


@dataclass(frozen=True, slots=True)
class Told:
    """Labels known beforehand, which show where a mention ends."""

    plain: frozenset[str] = frozenset()  # folded
    cards: tuple[str, ...] = ()  # folded, longest first: those that may be followed by words outright
    odd: tuple[re.Pattern[str], ...] = ()  # labels that hold spaces or marks, longest first


def told(labels: Iterable[str]) -> Told:
    """Labels made ready to close mentions with."""
    known = sorted({fold(x) for x in labels if len(x) > 1}, key=lambda x: (-len(x), x))
    odd = [x for x in known if _ODD.search(x)]
    return Told(
        frozenset(known),
        tuple(x for x in known if x not in odd),
        tuple(re.compile(r"[ \u2005]+".join(map(re.escape, x.split())) + r"(?![a-z0-9_-])") for x in odd),
    )


def spans(text: str, known: Told) -> list[Span]:
    """Where `@label` stands in a text, in order, none inside another."""
    out: list[Span] = []
    blocked: list[tuple[int, int]] | None = None
    last = 0
    for at in re.finditer("[@＠]", text):
        i = at.start()
        if blocked is None:
            blocked = [m.span() for m in _NO_MENTION.finditer(text)]
        if i < last or (text[i + 1 : i + 2].isascii() and any(a <= i < b for a, b in blocked)):
            continue
        found = _closed(text, i + 1, known)
        if found is None:
            continue
        end, sure = found
        label = text[i + 1 : end].strip()
        if fold(label) not in known.plain and not _addresses(
            text, i, end, label, opening=not text[last:i].strip("@＠ \n")
        ):
            continue
        if text[end : end + 1] in ("?", "\u2005", " ", "\xa0", "\u3000"):
            end += 1
        while i > last and text[i - 1] in "@＠":
            i -= 1  # typed twice
        out.append(Span(i, end, label, sure))
        last = end
    return out


def _addresses(text: str, at: int, end: int, label: str, *, opening: bool) -> bool:
    """Whether the `@` with a label that nobody is known by addresses somebody: `@Transactional` in a sentence does not.

    `opening`: nothing but mentions stands before it.
    """
    before = text[at - 1 : at]
    if _NO_LABEL.match(label) or (before and before in ")]*+\\"):
        return False
    if not label.isascii():
        return not (before.isascii() and before.isalnum() and label[:1].isascii())  # user@host
    if (before and before in "@＠") or (before.isascii() and before.isalnum()) or _CODE_AROUND.match(text, at + 1):
        return False
    return opening or text[end : end + 1] in ("?", "\u2005") or text[:at].rstrip().endswith(_CALLING)


def _closed(text: str, start: int, known: Told) -> tuple[int, bool] | None:
    """Where the label that starts at `start` ends, and whether that is certain; None where there is none."""
    tail = fold(text[start : start + 60])
    for pattern in known.odd:
        if hit := pattern.match(tail):
            return start + hit.end(), True
    matched = _RUN.match(text, start)
    if matched is None:
        return None
    run = tail[: matched.end() - start]
    opening = len(run) - len(run.lstrip("?"))  # a lost emoji may open a name
    if opening > 2 or run[opening : opening + 1] in ("", " "):
        return None
    size, sure = _end(run, opening, matched.end() == len(text))
    folded = run[:size]
    if folded in known.plain:
        return start + size, True
    for label in known.cards:
        if folded.startswith(label) and (_CARD.match(label) or not sure):
            following = folded[len(label)]
            if not (following.isascii() and (following.isalnum() or following in "-_~")):
                return start + len(label), True
    if (sure and size <= 24) or (_CARD.match(folded) and size <= 32) or " " in folded:
        return start + size, sure
    word = re.match(r"[a-z][a-z0-9]+", run)
    if word and size > word.end():
        return start + word.end(), False  # `@Finn来一个`: the words after a latin nickname are the sentence
    return (start + size, sure) if size <= 12 else None


def _end(run: str, opening: int, last: bool) -> tuple[int, bool]:
    """How much of a folded run the label takes, by the lost space or the label's own shape.

    `last`: the text ends with the run, which closes a label; any other mark may as well stand in the sentence.
    """
    question, space = run.find("?", opening), run.find(" ", opening)
    if question > 0 and (space < 0 or question < space):
        marks = len(run[question:]) - len(run[question:].lstrip("?"))
        # a lost emoji at the label's end is two marks, the lost space after it a third
        return question + (marks - 1 if marks % 2 else 0), run[question - 1] not in _ASKING
    if space < 0:
        emoji = run.find("[", opening)
        size = emoji if emoji > 0 else len(run)
        return size, last or emoji > 0
    if 0 < question <= 36 and _closes(run[space + 1 : question], run[question + 1 : question + 2]):
        return question, True
    card = _CARD.match(run, space + 1)
    if card and not _GLUE.search(run[:space]) and len(card.group()) <= 30 and run[card.end() :][:1] in ("", "?", " "):
        return card.end(), True  # `Finn 名字-公司-岗位-城市`: the name itself holds the space
    return space, True


def _closes(tail: str, following: str) -> bool:
    """Whether what stands between the first space and the lost one is still the label: `某公司 产品 上海`, `方小语`.

    Words that follow a `?` outright make it the lost space: who asks leaves off there.
    """
    last = (_LAST.findall(tail) or [""])[-1]
    if last in COMMON or (len(tail) == 3 and tail[0] in SURNAMES and tail[2] not in _ASKING):
        return True
    return not _IN_SENTENCE.search(tail) and (last.endswith(_ROLES) or following not in ("", "?", " "))
