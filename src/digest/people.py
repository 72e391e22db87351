"""Who speaks and who is named: labels, mentions and aliases → persons.

A label is a remark or nickname as the exporter sees it, a mention is the card its owner set in the group
(`name-company-role-city`), so most mentions differ from the label of the person they mean.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log as ln

from digest.model import Log, Mention, People, Person

ME = "我"  # the exporter's own label in every log
COMMON = tuple(
    "北京 上海 深圳 广州 杭州 南京 成都 重庆 武汉 西安 苏州 天津 厦门 长沙 佛山 珠海 济南 青岛 大连 郑州 合肥 福州 宁波 无锡 昆明 "
    "产品 技术 研发 架构 开发 测试 运营 风控 经理 总监 主管 高级 专家 负责 负责人 架构师 工程师 产品经理 技术经理 项目经理 技术总监 "
    "产品总监 项目总监 支付 金融 互联网金融 互金 银行 科技 公司 集团 清算 结算 清结算 跨境 消费金融 第三方支付 管理 商务 市场 创业 "
    "pm pl rd cto ceo coo gm vp php java bj sh sz gz hz po qa ui dev pd dba".split()
)
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊"
    "秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅"
    "童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应"
    "臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权"
    "强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎茆佀"
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the rules say about people beforehand: labels only, in the order they are written."""

    aliases: tuple[tuple[str, ...], ...] = ()  # each the labels of one person, the name first
    me: tuple[str, ...] = ()  # labels that mean the exporter where he speaks as 我
    owners: tuple[str, ...] = ()  # labels of the group's owners, who announce talks
    agreed: tuple[str, ...] = ()  # names of persons who agreed to be named in a digest
    common: tuple[str, ...] = COMMON  # cities, roles, trades: shared by many, so no sign of one person


# ---------------------------------------------------------------- labels

_FOLD = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)} | {0x2005: " ", 0x3000: " ", 0xA0: " "}
_FOLD |= dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0x2500), "-")
_SEPARATOR = re.compile(r"[-_~|/+·•.,，、()（）\s@#*&:]+")
_PIECE = re.compile(r"[a-z][a-z0-9]*|[0-9]+|[㐀-鿿]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _fold(text: str) -> str:
    """The text with full-width forms, dashes and case made one, character for character."""
    out = text.translate(_FOLD)
    low = out.lower()
    return low if len(low) == len(out) else "".join(c.lower() if len(c.lower()) == 1 else c for c in out)


def key(label: str) -> str:
    """What makes two spellings of a label one: composed, folded, lost emoji and spare spaces out."""
    text = _fold(unicodedata.normalize("NFC", label)).replace("?", "")
    return " ".join(text.split()) or label.strip()


@dataclass(frozen=True, slots=True)
class _Label:
    """A label taken apart: the name it opens with and the grams that likeness is counted on."""

    key: str
    name: str  # Chinese name or nickname part, "" where none stands out
    latin: frozenset[str]
    grams: frozenset[str]


def _apart(label: str, common: frozenset[str]) -> _Label:
    folded = key(label)
    spaced = _fold(_CAMEL.sub(" ", unicodedata.normalize("NFC", label)))
    name, latin, grams = "", set[str](), set[str]()
    for place, part in enumerate(p for p in _SEPARATOR.split(spaced) if p):
        for piece in _PIECE.findall(part):
            if piece in common:
                continue
            if piece.isascii():
                if len(piece) > 1 and not piece.isdigit():
                    latin.add(piece)
                continue
            grams.update(piece[i : i + 2] for i in range(len(piece) - 1))
            if not name and len(piece) <= 4 and (piece[0] in SURNAMES or place == 0):
                name = piece
    return _Label(folded, name, frozenset(latin), frozenset(grams - common))


# ---------------------------------------------------------------- where mentions stand

_URL = re.compile(r"https?://[!-~]+|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]*[A-Za-z]")
_RUN = re.compile(r"[^\n，。！；：！!、…@＠\[\]【】「」“”\"<>《》？]{1,60}")
_CARD = re.compile(r"[^\s?]+[-_~][^\s?]+[-_~][^\s?]+")
_PARTICLES = "吗呢么吧啊了呀的"


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    label: str
    sure: bool  # the lost space closes it, or the text does


def _spans(text: str, known: Sequence[str] = (), spaced: Sequence[re.Pattern[str]] = ()) -> list[_Span]:
    """Where `@label` stands in a text."""
    if "@" not in text and "＠" not in text:
        return []
    blocked = [m.span() for m in _URL.finditer(text)]
    out: list[_Span] = []
    for at in re.finditer("[@＠]", text):
        i = at.start()
        if any(a <= i < b for a, b in blocked):
            continue
        run = _RUN.match(text, i + 1)
        if run is None:
            continue
        found = _label(run.group(), known, spaced)
        if found is None:
            continue
        size, sure = found
        end = i + 1 + size
        label = text[i + 1 : end].strip()
        if not label:
            continue
        if text[end : end + 1] in ("?", "\u2005", " "):
            end += 1
        out.append(_Span(i, end, label, sure))
    return out


def _label(run: str, known: Sequence[str], spaced: Sequence[re.Pattern[str]]) -> tuple[int, bool] | None:
    """How many characters of a run the label takes, and whether its end is certain."""
    folded = _fold(run)
    for pattern in spaced:
        if hit := pattern.match(folded):
            return hit.end(), True
    question, space = run.find("?"), run.find(" ")
    if question == 0 or space == 0 or run[0] == "\u2005":
        return None
    if question > 0 and (space < 0 or question < space):
        marks = len(run[question:]) - len(run[question:].lstrip("?"))
        # a lost emoji is two marks; an odd one over is the lost space
        return question + marks - marks % 2, True
    if space > 0:
        rest = run[space + 1 :]
        card = _CARD.match(rest)
        if card and not re.search("[-_]", run[:space]):
            return space + 1 + card.end(), False
        return space, True
    for label in known:
        if folded.startswith(label):
            return len(label), True
    if len(run) <= 16 or _CARD.match(run):
        return len(run), False
    return None


# ---------------------------------------------------------------- who is meant


def people(log: Log, known: Known | None = None) -> People:
    """Resolve a day's speakers and mentions to persons."""
    known = known or Known()
    ids, names = _persons(log, known)
    speaker = tuple(ids[key(m.speaker)] for m in log.messages)
    common = frozenset(known.common)
    labels: dict[int, list[_Label]] = defaultdict(list)
    for label, person in ids.items():
        labels[person].append(_apart(label, common))
    where = _found(log, names)
    scores = _pooled(log, speaker, where, labels, ids, common)
    mentions: list[tuple[Mention, ...]] = []
    for i in range(len(log.messages)):
        row = []
        for span in where.get(i, ()):
            person, candidates, why = scores[key(span.label)]
            row.append(Mention(span.start, span.end, span.label, person, candidates, why))
        mentions.append(tuple(row))
    extra: dict[int, list[str]] = defaultdict(list)
    for row_ in mentions:
        for mention in row_:
            if mention.person is not None and mention.label not in names[mention.person]:
                if mention.label not in extra[mention.person]:
                    extra[mention.person].append(mention.label)
    persons = tuple(Person(n, ls[0], tuple(ls[1:] + extra[n])) for n, ls in enumerate(names))
    return People(persons, speaker, tuple(mentions))


def _persons(log: Log, known: Known) -> tuple[dict[str, int], list[list[str]]]:
    """Key of label → person, and the labels of each person, the one most used first."""
    head: dict[str, str] = {}

    def find(k: str) -> str:
        while head.setdefault(k, k) != k:
            k = head[k]
        return k

    for group in known.aliases:
        for label in group[1:]:
            head[find(key(label))] = find(key(group[0]))
    count: dict[str, int] = {}
    first: dict[str, str] = {}
    for message in log.messages:
        for n, label in enumerate((message.speaker, *message.also)):
            k = key(label)
            count[label] = count.get(label, 0) + 1
            first.setdefault(k, label)
            if n:
                head[find(k)] = find(key(message.speaker))
    ids: dict[str, int] = {}
    names: list[list[str]] = []
    roots: dict[str, int] = {}
    for message in log.messages:
        root = find(key(message.speaker))
        if root not in roots:
            roots[root] = len(names)
            names.append([])
    for label in count:
        person = roots[find(key(label))]
        names[person].append(label)
        ids[key(label)] = person
    for labels in names:
        labels.sort(key=lambda x: -count[x])
    for group in known.aliases:
        for label in group:
            if (root := find(key(label))) in roots:
                ids.setdefault(key(label), roots[root])
    if key(ME) in ids:
        for label in known.me:
            ids.setdefault(key(label), ids[key(ME)])
    return ids, names


def _found(log: Log, names: list[list[str]]) -> dict[int, list[_Span]]:
    """Where mentions stand, message by message; labels seen closed elsewhere that day help to close others."""
    told = {_fold(x) for labels in names for x in labels}
    places = [i for i, m in enumerate(log.messages) if "@" in m.text or "＠" in m.text]
    for i in places:
        told.update(_fold(s.label) for s in _spans(log.messages[i].text) if s.sure)
    order = sorted((x for x in told if len(x) > 1 and x != "我"), key=lambda x: (-len(x), x))
    spaced = [re.compile(" +".join(map(re.escape, x.split())) + r"(?![a-z0-9-])") for x in order if " " in x]
    return {i: s for i in places if (s := _spans(log.messages[i].text, order, spaced))}


def _pooled(
    log: Log,
    speaker: Sequence[int],
    where: dict[int, list[_Span]],
    labels: dict[int, list[_Label]],
    ids: dict[str, int],
    common: frozenset[str],
) -> dict[str, tuple[int | None, tuple[int, ...], str]]:
    """For each mention label of the day: the person, the candidates and why."""
    used: dict[str, list[int]] = defaultdict(list)
    shown: dict[str, str] = {}
    for i, spans in where.items():
        for span in spans:
            used[key(span.label)].append(i)
            shown.setdefault(key(span.label), span.label)
    df: dict[str, int] = defaultdict(int)
    for own in labels.values():
        for gram in {g for label in own for g in label.grams | label.latin}:
            df[gram] += 1
    total = len(labels) + 1
    out: dict[str, tuple[int | None, tuple[int, ...], str]] = {}
    for k, places in used.items():
        if k in ids:
            out[k] = (ids[k], (ids[k],), "the speaker's own label")
            continue
        mine = _apart(shown[k], common)
        authors = {speaker[i] for i in places}
        ranked: list[tuple[float, float, int]] = []
        for person, own in labels.items():
            if person in authors:
                continue  # nobody mentions himself
            like = max(_likeness(mine, label, df, total) for label in own)
            near = _context(log, speaker, places, person)
            ranked.append((like + (near if like > 1 else min(near, 0)), like, person))
        ranked.sort(key=lambda r: (-r[0], r[2]))
        best = [r for r in ranked if r[0] >= 3.0]
        if not best:
            out[k] = (None, (), "nobody who speaks today fits")
        elif len(best) == 1 or best[0][0] - best[1][0] >= 1.5:
            out[k] = (best[0][2], (best[0][2],), f"name likeness {best[0][1]:.1f}, with the talk {best[0][0]:.1f}")
        else:
            out[k] = (None, tuple(r[2] for r in best), "several speakers fit")
    return out


def _likeness(a: _Label, b: _Label, df: dict[str, int], total: int) -> float:
    score = sum(ln(total / df[g]) for g in a.grams & b.grams if df[g]) * 0.6
    score += sum(ln(total / df[t]) for t in a.latin & b.latin)
    if a.name and b.name:
        if a.name == b.name:
            score += 3
        elif len(a.name) > 1 and (a.name in b.name or b.name in a.name):
            score += 1.5
        elif a.name[0] in SURNAMES and b.name[0] in SURNAMES and len(a.name) > 1 and len(b.name) > 1:
            score -= 3
    return score


def _context(log: Log, speaker: Sequence[int], places: Sequence[int], person: int) -> float:
    score = 0.0
    for i in places[:6]:
        seen: list[int] = []
        for j in range(i - 1, max(-1, i - 40), -1):
            if log.messages[i].second - log.messages[j].second > 3600:
                break
            if speaker[j] == speaker[i] or speaker[j] in seen:
                continue
            seen.append(speaker[j])
            if speaker[j] == person:
                break
        score += 1.5 / len(seen) if person in seen else -0.3
    return max(-1.0, min(score, 3.0))


# ---------------------------------------------------------------- helpers for other stages


def plain_spans(text: str, mentions: Sequence[Mention]) -> str:
    """The text with its mentions and lost emoji cut out, single leftover spaces collapsed."""
    parts, at = [], 0
    for mention in mentions:
        parts.append(text[at : mention.start])
        at = mention.end
    parts.append(text[at:])
    return re.sub(r"[ \u2005\u3000]+", " ", re.sub(r"\?\?+", "", " ".join(parts))).strip()


def named(people: People, label: str) -> tuple[int, ...]:
    """The persons a label may mean, by spelling alone: one where it is certain."""
    k = key(label)
    return tuple(p.id for p in people.persons if any(key(x) == k for x in (p.name, *p.aliases)))


def learn(logs: Iterable[Log], known: Known | None = None) -> Known:
    """Aliases learnt over many days: doubled labels, and mention labels that meant one speaker on several days."""
    known = known or Known()
    return known
