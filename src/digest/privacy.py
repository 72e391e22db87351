"""Masks for personal data in chat texts: what leaves the program holds none of it.

Numbers are masked only where they check out (Luhn and issuer for bank cards, region, date and checksum for identity
numbers), so that amounts, error codes and order numbers stay. Names are not found here: mentions are cut out before.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Mapping
from urllib.parse import unquote

MASKS: Mapping[str, str] = {
    "mobile": "[手机号]",
    "phone": "[电话]",
    "identity": "[身份证号]",
    "card": "[银行卡号]",
    "email": "[邮箱]",
    "wechat": "[微信号]",
    "qq": "[QQ号]",
    "password": "[密码]",
    "secret": "[密钥]",
}

REGIONS = frozenset(
    str(code)
    for codes in (
        range(11, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 66),
        (71, 81, 82, 83),
    )
    for code in codes
)
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_CHECKS = "10X98765432"
EARLIEST_BIRTH, LATEST_BIRTH = 1900, 2100
ISSUERS = re.compile(
    r"62|4|5[1-5]|2[2-7]|3[47]|35|60|68|69|9[0-9]"
)  # UnionPay, Visa, MasterCard, Amex, JCB and old bank cards

EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24}"
)
WXID = re.compile(r"wxid_[A-Za-z0-9]{6,32}")
WECHAT = re.compile(
    r"((?:加我?微信|微信号?|weixin|vx|wx|v信|薇信)[号是为]{0,2}[ ：:]{1,3})"
    r"([A-Za-z][A-Za-z0-9_-]{5,19})(?![A-Za-z0-9_.-])",
    re.IGNORECASE,
)
QQ = re.compile(r"((?:qq|扣扣|企鹅)[号群是为]{0,3}[ ：:]{0,3})([1-9][0-9]{4,10})(?![0-9])", re.IGNORECASE)
PASSWORD = re.compile(
    r"((?:提取码|访问码|提取密码|解压密码|密码|口令|passwd|password|pwd)[是为]?[ ：:=]{1,3})"
    r"([A-Za-z0-9!@#$%^&*_.-]{4,32})",
    re.IGNORECASE,
)
NUMBER = re.compile(r"(?<![0-9A-Za-z.])(?:\+?86[ -]?)?[0-9](?:[ -]?[0-9]){8,22}[Xx]?(?![0-9A-Za-z])")
MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
LANDLINE = re.compile(r"(?<![0-9A-Za-z-])0[1-9][0-9]{1,2}-[1-9][0-9]{6,7}(?![0-9A-Za-z-])")
ADDRESS = re.compile(r"https?://[^\s\u3000-\u303f\u4e00-\u9fff\uff00-\uffef<>\"]+", re.IGNORECASE)
LOGIN = re.compile(r"(?<=://)[^/?#@\s]{1,200}@")
SECRET = re.compile(
    r"([?&;#](?:amp;)?(?:access_?token|refresh_?token|id_?token|token|api_?key|app_?key|app_?secret|client_?secret|secret|"
    r"key|pass_?ticket|ticket|signature|sign|sig|auth|session_?id|session|sid|password|passwd|pwd|code|openid|unionid|"
    r"uin|exportkey|wxtoken|sendid|mobile|phone|idcard|card_?no|email)=)(?!hidden(?:[&#;]|$))([^&#;\s]{1,2000})",
    re.IGNORECASE,
)
FULL_WIDTH = {ord("０") + digit: ord("0") + digit for digit in range(10)}
FULL_WIDTH_RUN = re.compile("[０-９]{3}")
HIDDEN = "hidden"  # in a URL: brackets and Han would not stand there


def mask(text: str) -> tuple[str, Mapping[str, int]]:
    """The text with personal data masked, and how many of each kind there were."""
    if not _worth_a_look(text):
        return text, {}
    if FULL_WIDTH_RUN.search(text):
        text = text.translate(FULL_WIDTH)
    counts: Counter[str] = Counter()
    parts: list[str] = []
    start = 0
    for found in ADDRESS.finditer(text):
        parts.append(_words(text[start : found.start()], counts))
        parts.append(_address(found[0], counts))
        start = found.end()
    parts.append(_words(text[start:], counts))
    return "".join(parts), dict(sorted(counts.items()))


def _worth_a_look(text: str) -> bool:
    # most chat holds no digit run, no @ and no URL: three quick tests spare the rest
    return (
        "@" in text
        or "码" in text
        or "口令" in text
        or any(map(str.isdigit, text))
        or bool(re.search("[A-Za-z]{2}", text))
    )


def _words(text: str, counts: Counter[str]) -> str:
    text = _all(EMAIL, "email", text, counts)
    text = _all(WXID, "wechat", text, counts)
    text = _valued(WECHAT, "wechat", text, counts)
    text = _valued(QQ, "qq", text, counts)
    text = _valued(PASSWORD, "password", text, counts)
    text = _all(LANDLINE, "phone", text, counts)
    return NUMBER.sub(lambda found: _number(found[0], counts), text)


def _address(url: str, counts: Counter[str]) -> str:
    def hidden(kind: str, keep: int) -> Callable[[re.Match[str]], str]:
        def replaced(found: re.Match[str]) -> str:
            counts[kind] += 1
            return (found[keep] if keep else "") + (HIDDEN if keep else "")

        return replaced

    url = LOGIN.sub(hidden("secret", 0), url)
    url = SECRET.sub(hidden("secret", 1), url)
    for pattern, kind in ((EMAIL, "email"), (WXID, "wechat")):
        if pattern.search(unquote(url)):
            url = pattern.sub(HIDDEN, unquote(url))
            counts[kind] += 1

    def number(found: re.Match[str]) -> str:
        return found[0] if _number(found[0], counts) == found[0] else HIDDEN

    return NUMBER.sub(number, url)


def _all(pattern: re.Pattern[str], kind: str, text: str, counts: Counter[str]) -> str:
    text, found = pattern.subn(MASKS[kind], text)
    if found:
        counts[kind] += found
    return text


def _valued(pattern: re.Pattern[str], kind: str, text: str, counts: Counter[str]) -> str:
    text, found = pattern.subn(lambda m: m[1] + MASKS[kind], text)
    if found:
        counts[kind] += found
    return text


def _number(shown: str, counts: Counter[str]) -> str:
    """`shown` with the numbers in it masked: a run of groups may hold an amount and then a mobile."""
    groups = re.split("([ -])", shown)
    parts: list[str] = []
    first = 0
    while first < len(groups):
        for last in range(len(groups), first, -2):
            if kind := _kind("".join(groups[first:last:2])):
                counts[kind] += 1
                parts.append(MASKS[kind])
                first = last
                break
        else:
            parts.append(groups[first])
            first += 1
        if first < len(groups) and first % 2:
            parts.append(groups[first])
            first += 1
    return "".join(parts)


def _kind(digits: str) -> str:
    if MOBILE.fullmatch(digits):
        return "mobile"
    if _is_identity(digits):
        return "identity"
    return "card" if _is_card(digits) else ""


def _is_identity(number: str) -> bool:
    if number[:2] not in REGIONS:
        return False
    if len(number) == 18 and number[:17].isdigit():
        total = sum(int(digit) * weight for digit, weight in zip(number, IDENTITY_WEIGHTS, strict=False))
        return IDENTITY_CHECKS[total % 11] == number[17].upper() and _is_date(number[6:14])
    return len(number) == 15 and number.isdigit() and _is_date("19" + number[6:12])


def _is_date(digits: str) -> bool:
    try:
        day = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return EARLIEST_BIRTH <= day.year < LATEST_BIRTH


def _is_card(number: str) -> bool:
    if not 13 <= len(number) <= 19 or not number.isdigit() or not ISSUERS.match(number):
        return False
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
