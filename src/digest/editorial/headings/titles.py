"""Titles: noun phrases from the members' own words.

A title stands in a question as contiguous words (blanks between Han and Latin aside), or is joined of two such pieces
by 的 or 和 along one of the patterns of rules/topics.yml: 热点账户怎么处理 → 热点账户的处理. Nothing else is put in.
Every clause of the question offers its noun phrases, whole and in part; a phrase is worth its rarest words, more where
the thread comes back to them. Which parts of speech may follow each other is in `SHAPE`; words are in the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from digest.editorial.headings.title_rules import FILLER, SHAPE, TitleRules
from digest.words import DayWords, Vocabulary, Word

JOINTS = ("的", "和")
GOING_ON = frozenset(("到", "给", "至", "进", "入", "成"))
NOUN_TAGS = frozenset(["n", "ns", "nt", "nz", "nr", "nrt", "nrfg", "j", "an", "vn", "s"])
LOOSE_TAGS = frozenset(("l", "i"))  # idioms and set phrases: 云计算 as well as 没关系
EMPTY = re.compile("[我你他您的了不没个怎什么啥这那能可来]")
VOCATIVE = re.compile("[\u4e00-\u9fff]{1,2}(?:哥|姐|老师|老板)|[\u4e00-\u9fff][总兄]")  # who is spoken to: no subject
GUESSED = re.compile("[一我你他您的了不没个怎什么啥这那能可比被把对给从到在跟但就都也还很更最要会想去来是有]")
VERB_TAGS = frozenset(["v", "vd", "vi"])
ADJECTIVE_TAGS = frozenset(["a", "b", "ad"])
BRACKETS = re.compile(r"（[^（）]{0,60}）|\([^()]{0,60}\)")
QUOTES = re.compile("[“”‘’\"'「」『』]")
BREAKS = re.compile(r"[，。？！；：,?!;:~～…\n\r\t（）()【】\[\]《》<>|]|\.(?![0-9A-Za-z])")
LINK = re.compile(r"https?://[!-~]*")
LATIN = re.compile("[A-Za-z0-9]")
COUNT = re.compile("[0-9一二三四五六七八九十百千万两几ⅠⅡⅢI]")
ENDING = re.compile("(?:[吗呢吧啊呀嘛哈哦不没]|(?<![什怎多这那])么)+$")
WHOLE = 3.0  # what a short question is worth as its own title: more than a phrase of everyday words
NEGATIONS = ("不", "没", "未", "无", "非", "别")
SAYS = 6  # characters from which a clause says what is asked
NAMES = 6.0  # from which score a title says what a question is about
PLACES = (1.8, 0.6, 0.2, 0.0, -0.3, -0.6)  # a question says early what it is about
MOST, LONGEST = 40, 300  # clauses of a text and characters of a clause that are looked at: titles stand early
DECAY = (1.0, 0.6, 0.4, 0.2, 0.1)


@dataclass(frozen=True, slots=True)
class TitleCandidate:
    """A possible title, its score, and why in words: `explain` shows them."""

    text: str
    score: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of a clause that stand together, and their letters."""

    words: tuple[Word, ...]
    letters: str


def titles(
    questions: Sequence[str],
    answers: Sequence[str],
    words: Vocabulary,
    rules: TitleRules,
    day: DayWords | None = None,
    count: int = 5,
    answered: bool = True,
) -> tuple[TitleCandidate, ...]:
    """The best titles of a thread or of several threads under one heading, best first.

    `questions` come with the one that opened the thread first, then its follow-ups or the other threads' questions;
    a later one gives the title only where it is clearly better. Answers lend weight to the words they take up, and give
    the title where the questions hold none, unless `answered` is false.
    """
    weigh = _weights(questions, answers, words, day)
    found = _of(questions[0], words, rules, weigh) if questions else []
    # a later text gives the title where the first question holds none that says much, or a much better one
    first = max((c.score for c in found), default=0.0)
    for question in questions[1:8]:
        later = _of(question, words, rules, weigh)
        found += [_less(c, 1.5 if first < NAMES else 5.0, "from a later question") for c in later]
        # the first that names a subject: what comes after it has gone on from there
        if max((c.score for c in later), default=0.0) >= 3.0:
            break
    whole = _whole(questions[0], words, rules) if questions else ""
    short = bool(whole) and len(clauses(questions[0])) == 1 and width(whole) < rules.longest - 1
    # a question of one clause says itself what it is about; what was answered may lead far from it
    says = short and width(whole) >= SAYS
    if answered and not says and max((c.score for c in found), default=0.0) < 2.0:
        for text in answers[:6]:
            found += [_less(c, 2.5, "from an answer") for c in _of(text, words, rules, weigh)]
    if whole:
        found.append(TitleCandidate(whole, WHOLE if short else 0.0, ("the question itself",)))
    best: dict[str, TitleCandidate] = {}
    for candidate in sorted(found, key=lambda c: -c.score):
        best.setdefault(candidate.text.lower(), candidate)
    return tuple(list(best.values())[:count])


def _less(candidate: TitleCandidate, cost: float, why: str) -> TitleCandidate:
    return TitleCandidate(candidate.text, round(candidate.score - cost, 4), (*candidate.why, why))


def title(
    questions: Sequence[str],
    answers: Sequence[str],
    words: Vocabulary,
    rules: TitleRules,
    day: DayWords | None = None,
) -> str:
    """The best title of a thread; "" where its texts hold no words at all."""
    found = titles(questions, answers, words, rules, day, count=1)
    return found[0].text if found else ""


class Weights:
    """What each word of a thread is worth for its title."""

    def __init__(self, words: Vocabulary, day: DayWords | None, echoes: Mapping[str, float]) -> None:
        self.words = words
        self.day = day
        self.echoes = echoes
        self._known: dict[str, float] = {}

    def of(self, word: str) -> float:
        """A word's worth; it stands in many of a thread's phrases."""
        found = self._known.get(word)
        if found is None:
            found = self._known[word] = self._weigh(word)
        return found

    def _weigh(self, word: str) -> float:
        name = self.words.name(word)
        value = self.words.idf(name)
        if self.words.is_term(word):
            value *= 1.15
        value *= 1.0 + 0.15 * min(4.0, max(0.0, self.echoes.get(name, 0.0) - 1.0))
        if self.day is not None:
            value *= 0.7 + 0.3 * self.day.rarity(name)
        return value


def _weights(questions: Sequence[str], answers: Sequence[str], words: Vocabulary, day: DayWords | None) -> Weights:
    echoes: dict[str, float] = {}
    for share, texts in ((1.0, questions[:12]), (0.6, answers[:20])):
        for text in texts:
            for word in dict.fromkeys(words.content_words(text)):
                echoes[word] = echoes.get(word, 0.0) + share
    # said twice in the first question: that is what it is about
    seen: set[str] = set()
    for word in words.content_words(questions[0]) if questions else ():
        if word in seen:
            echoes[word] += 0.5
        seen.add(word)
    return Weights(words, day, echoes)


def clauses(text: str) -> list[str]:
    """The clauses of a text: cut at stops, commas, brackets, lines, and at blanks between Han characters."""
    out = []
    for piece in BREAKS.split(QUOTES.sub("", BRACKETS.sub(" ", LINK.sub("\n", text)))):
        start = 0
        for gap in re.finditer(r"\s+", piece):
            before, after = piece[start : gap.start()], piece[gap.end() : gap.end() + 1]
            # members write a blank for a comma; beside Latin letters it is only typography
            if before and after and not (LATIN.match(before[-1]) or LATIN.match(after)):
                out.append(before)
                start = gap.end()
        out.append(piece[start:])
    return [c.strip() for c in out if c.strip()]


def _of(text: str, words: Vocabulary, rules: TitleRules, weigh: Weights) -> list[TitleCandidate]:
    found: list[TitleCandidate] = []
    place = 0
    for clause in clauses(text)[:MOST]:
        clause = clause[:LONGEST]
        tagged = words.tagged(ENDING.sub("", clause))
        letters = _letters(clause, tagged, words, rules)
        bonus = 0.6 * _asks(clause, rules) + PLACES[min(place, len(PLACES) - 1)]
        here = _phrases(clause, tagged, letters, rules, weigh, bonus)
        here += _patterned(clause, tagged, letters, rules, weigh, bonus)
        place += bool(here)
        found += here
    return found


def _asks(clause: str, rules: TitleRules) -> bool:
    return bool(ENDING.search(clause)) or any(w in clause for name in ("how", "what") for w in rules.sets[name])


def _letters(clause: str, tagged: Sequence[Word], words: Vocabulary, rules: TitleRules) -> str:
    """A letter for each word: its part in a phrase, its role in a pattern, `f` for fillers, `x` for what breaks."""
    out = []
    for place, word in enumerate(tagged):
        low = word.text.lower()
        if low in rules.roles:
            out.append(rules.roles[low])
        elif rules.has("fillers", low):
            out.append(FILLER)
        elif VOCATIVE.fullmatch(word.text) or rules.has("never", low) or (low in words.stop and len(low) > 1):
            out.append("x")
        else:
            out.append(_class(word, tagged, place, words, rules))
    return "".join(out)


def _class(word: Word, tagged: Sequence[Word], place: int, words: Vocabulary, rules: TitleRules) -> str:
    left = place > 0 and tagged[place - 1].end == word.start
    right = place + 1 < len(tagged) and tagged[place + 1].start == word.end
    if words.is_term(word.text) or (rules.has("nouns", word.text) and (left or len(word.text) > 1)):
        return "N"
    if word.tag == "m":
        return "M" if right and tagged[place + 1].text in ("号文", "类") else "x"
    if word.tag == "eng":
        if "/" in word.text or word.text.count(".") > 1:
            return "x"
        return "N" if len(word.text) > 1 or (left and right) else "x"
    if len(word.text) == 1:
        beside = (left and tagged[place - 1]) or None
        lettered = beside is not None and beside.tag == "eng" and len(beside.text) == 1
        paired = any(
            rules.has("and", w.text) for w in (*tagged[max(0, place - 1) : place], *tagged[place + 1 : place + 2])
        )
        return "N" if lettered or ((left or paired) and word.tag in NOUN_TAGS) else "x"
    if not words.knows(word.text) and word.tag not in VERB_TAGS:
        return "x" if GUESSED.search(word.text) else "N"  # a name, most likely: the tag is a guess
    if word.tag in LOOSE_TAGS:
        return "x" if EMPTY.search(word.text) else "N"
    if word.tag in NOUN_TAGS:
        return "N"
    if word.tag in VERB_TAGS:
        return "U" if rules.has("heads", word.text) else "V"
    return "A" if word.tag in ADJECTIVE_TAGS else "x"


def _phrases(
    clause: str, tagged: Sequence[Word], letters: str, rules: TitleRules, weigh: Weights, bonus: float
) -> list[TitleCandidate]:
    found = []
    why = (f"in “{clause[:24]}”",)
    for whole in SHAPE.finditer(letters):
        for i in range(whole.start(), whole.end()):
            for j in range(i + 1, min(whole.end(), i + 9) + 1):
                if not _shaped(letters[i:j]):
                    continue
                span = Phrase(tuple(tagged[i:j]), letters[i:j])
                after = letters[j : j + 1]
                following = tagged[j].text if j < len(tagged) else ""
                if not _formed(span, after, following, rules):
                    continue
                text = _text(clause, span.words)
                if text and not _halved(clause, span.words[0]):
                    edge = _edges(letters, i, j)
                    found.append(_candidate(text, span.words, span.letters, bonus + edge, why, rules, weigh))
    return [c for c in found if c is not None]


@lru_cache(4096)
def _shaped(letters: str) -> bool:
    """Whether words of these letters make a phrase: the same few letters come again and again."""
    return bool(SHAPE.fullmatch(letters))


def _formed(span: Phrase, after: str, following: str, rules: TitleRules) -> bool:
    """Whether a span reads as a noun phrase on its own."""
    low, end = span.words[0].text.lower(), span.words[-1].text.lower()
    if rules.has("first", low) or (rules.has("last", end) and not rules.has("heads", end)):
        return False
    if span.letters[-1] == "U" and after and after in "NAV":
        return False  # the verb's object follows: cut there it is half a sentence
    if following in GOING_ON and len(span.words) > 1:
        return False  # 生产端发送数据到队列 is a sentence
    if len(span.words) > 1 and end in span.words[-2].text.lower():
        return False
    return len(span.words) > 1 or len(end) > 1


def _halved(clause: str, word: Word) -> bool:
    """Whether a phrase that begins with a word lacks what counts or denies it."""
    return _counted(clause, word) or _negated(clause, word)


def _counted(clause: str, word: Word) -> bool:
    """Whether a number stands right before a Han word: of 3方通道 and 5块钱 it would leave half."""
    before = clause[word.start - 1 : word.start]
    return bool(COUNT.match(before)) and not LATIN.match(word.text[0]) and (before.isdigit() or len(word.text) == 1)


def _negated(clause: str, word: Word) -> bool:
    """Whether a word that denies stands right before: 不成功解冻 is not about 成功解冻."""
    return clause[word.start - 1 : word.start] in NEGATIONS


def _edges(letters: str, i: int, j: int) -> float:
    """What it costs to cut a phrase out of a longer one."""
    cost = 0.0
    if i > 0 and letters[i - 1] in "NAMU":
        cost -= 0.8
    if j < len(letters) and letters[j] in "NUV":
        cost -= 0.8
    if j < len(letters) and letters[j] == "D" and letters[j + 1 : j + 2] in ("N", "A", "U"):
        cost -= 0.3
    return cost


def _text(clause: str, words: Sequence[Word]) -> str:
    """The words as they stand in the clause; "" where something else stands between them."""
    out = words[0].text
    for left, right in pairwise(words):
        gap = clause[left.end : right.start]
        if gap.strip():
            return ""
        latin = LATIN.match(left.text[-1]) and LATIN.match(right.text[0])
        out += (" " if gap and latin else "") + right.text
    return out


def _patterned(
    clause: str, tagged: Sequence[Word], letters: str, rules: TitleRules, weigh: Weights, bonus: float
) -> list[TitleCandidate]:
    found = []
    for rule in rules.forms:
        for hit in rule.match.finditer(letters):
            pieces: list[str] = []
            used: list[Word] = []
            for part in rule.make:
                if not part.isdigit():
                    pieces.append(part)
                    continue
                start, end = hit.span(f"p{part}")
                span = _trim(Phrase(tuple(tagged[start:end]), letters[start:end]), rules)
                whole = span.words and not _halved(clause, span.words[0])
                piece = _text(clause, span.words) if whole else ""
                pieces.append(piece)
                used += span.words
            told = [piece for piece in pieces if piece not in JOINTS]
            if len(told) > 1 and (told[0] in told[-1] or told[-1] in told[0]):
                continue
            if all(width(piece) > 1 for piece in told):
                why = (f"in “{clause[:24]}”", f"pattern {rule.text}")
                found.append(_candidate("".join(pieces), used, "", bonus + rule.gain, why, rules, weigh))
    return [c for c in found if c is not None]


def _trim(span: Phrase, rules: TitleRules) -> Phrase:
    """A span without what may not begin it."""
    start = 0
    while start < len(span.words) and rules.has("first", span.words[start].text.lower()):
        start += 1
    return Phrase(span.words[start:], span.letters[start:])


def _candidate(
    text: str, used: Iterable[Word], letters: str, bonus: float, why: tuple[str, ...], rules: TitleRules, weigh: Weights
) -> TitleCandidate | None:
    size = width(text)
    if size > rules.longest or size < 2:
        return None
    values: dict[str, float] = {}
    last = ""
    for word in used:
        low = word.text.lower()
        if low not in weigh.words.stop:
            values[low] = weigh.of(low)
        last = low
    ranked = sorted(values.values(), reverse=True)
    score = sum(v * d for v, d in zip(ranked, DECAY, strict=False)) / 2 + bonus
    if rules.has("heads", last) and len(values) > 1:
        score += 0.8
    if "NUN" in letters:  # 商户申请牌照 may be a sentence
        score -= 0.5
    if size < rules.shortest:
        # a single word stands for a subject only where it is a term or a name
        names = all(weigh.words.is_term(w) or not weigh.words.knows(w) for w in values)
        everyday = any(w in weigh.words.common for w in values)
        score -= 3.0 if everyday else 0.8 if names else 2.8
    score -= 0.25 * max(0.0, size - 10) + 0.5 * max(0, text.count("的") - 1)
    top = "、".join(w for w, _ in sorted(values.items(), key=lambda kv: -kv[1])[:3])
    return TitleCandidate(text, round(score, 4), (*why, f"rare words: {top}"))


def width(text: str) -> float:
    """Characters as the eye counts them: two Latin letters are one."""
    return sum([0.5 if c < "\u0100" else 1.0 for c in text])


def _whole(question: str, words: Vocabulary, rules: TitleRules) -> str:
    """The first clause of a question that says something, without its opening and cut between words."""
    for clause in clauses(question)[:MOST]:
        bare = ENDING.sub("", clause[:LONGEST])
        tagged = words.tagged(bare)
        letters = _letters(bare, tagged, words, rules)
        begin = next((k for k, kind in enumerate(letters) if kind in "NUVAM"), len(tagged))
        if begin == len(tagged):
            continue
        start = tagged[begin].start
        while _counted(bare, tagged[begin]) and COUNT.match(bare[max(0, start - 1) : start]):
            start -= 1
        ends = [w.end for w in tagged[begin:] if width(bare[start : w.end]) <= rules.longest]
        if ends and width(bare[start : ends[-1]]) >= rules.shortest:
            return bare[start : ends[-1]].rstrip("的了在把和是")
    return next((c[: rules.longest] for c in clauses(question) if width(c) >= 2), "")
