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

BLANK = " \u00a0\u2005\u3000"
PARTED = rf"[{BLANK}._/·‐-―−-]{{1,2}}"  # between the groups of a number
EMAIL = re.compile(
    rf"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{{0,63}}[{BLANK}]?"
    rf"(?:@|[(（\[【{{<]at[)）\]】}}>])[{BLANK}]?(?:[A-Za-z0-9-]{{1,63}}\.){{1,4}}[A-Za-z]{{2,24}}"
    # written so that no program finds it
    r"|(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}#(?:qq|foxmail|163|126|139|189|sina|gmail|outlook|hotmail|yahoo)\.com",
    re.IGNORECASE,
)
WXID = re.compile(r"wxid_[A-Za-z0-9]{6,32}")
WECHAT = re.compile(
    r"((?:加我?微信|微信号?|weixin|wechat|vx|wx|v信|薇信|威信|维信)[号是为]{0,2}[ ：:=]{1,3})"
    r"([A-Za-z][A-Za-z0-9_-]{5,19})(?![A-Za-z0-9_.-])"
    # right behind the word, where no product's name looks so: 微信openid
    r"|((?:微信|v信|薇信|威信|维信|(?:加|\+)(?:我|个)?v)[号是为]{0,2}[ ：:=]{0,3})"
    r"(?=[A-Za-z_-]*[0-9_][A-Za-z_-]*[0-9])([A-Za-z][A-Za-z0-9_-]{5,19})(?![A-Za-z0-9_.-])"
    r"|((?:微信号|加我?微信)[码是为]?[ ：:=]{0,3})(?!1[3-9][0-9]{9})([1-9][0-9]{6,10})(?![0-9.元笔万%])",
    re.IGNORECASE,
)
QQ = re.compile(
    r"((?:qq|扣扣|企鹅|(?<![a-z])q(?=号))[号码群是为]{0,4}[ ：:=]{0,3})([1-9][0-9]{4,10})(?![0-9])", re.IGNORECASE
)
PASSWORD = re.compile(
    r"((?:提取码|访问码|提取密码|解压密码|密码|口令|passwd|password|pwd)[是为]?[ ：:=＝]{1,3})"
    r"([A-Za-z0-9!@#$%^&*_.-]{4,32})"
    r"|((?:提取码|访问码|提取密码|解压密码)|(?:密码|口令)[是为])(?=[A-Za-z]*[0-9])([A-Za-z0-9!@#$%^&*_.-]{4,32})",
    re.IGNORECASE,
)
# keys by their own form, and what is called a key and looks random
TOKEN = re.compile(
    r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----(?:[^-]{0,10000}-----END [A-Z ]{0,20}PRIVATE KEY-----)?"
    r"|(?<![A-Za-z0-9_-])(?:eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,4000}(?:\.[A-Za-z0-9_-]{8,2000})?"
    r"|AKIA[0-9A-Z]{16}|LTAI[A-Za-z0-9]{12,26}|sk-[A-Za-z0-9_-]{20,200})(?![A-Za-z0-9_-])"
)
NAMED_TOKEN = re.compile(
    r"((?:token|secret|secret_?key|api_?key|app_?key|access_?key(?:_?id)?|private_?key|bearer|密钥|秘钥)"
    r"[\"']?(?:[ ：:=＝]{1,3}|是)[\"']?)"
    r"(?=[A-Za-z+/_.-]{0,40}[0-9])([A-Za-z0-9+/_.-]{12,2000}={0,2})",
    re.IGNORECASE,
)
NUMBER = re.compile(r"(?<![0-9A-Za-z.])(?:\+?86[ -]?)?[0-9](?:[ -]?[0-9]){8,22}[Xx]?(?![0-9A-Za-z])")
MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
MOBILE_PARTED = re.compile(
    rf"(?<![0-9A-Za-z.])(?:\+?86{PARTED}|\+86)?(?:1[3-9][0-9]{PARTED}[0-9]{{4}}{PARTED}"
    rf"|[(（]1[3-9][0-9][)）][{BLANK}]?[0-9]{{4}}(?:{PARTED})?)[0-9]{{4}}(?![0-9A-Za-z])"
)
# grown together with a word: tel13912345678, 13912345678wx
MOBILE_GLUED = re.compile(
    r"(?<![0-9A-Za-z.])1[3-9][0-9]{9}(?=[A-Za-z])|(?:(?<=tel)|(?<=phone)|(?<=mobile)|(?<=vx)|(?<=wx)|(?<=qq))"
    r"1[3-9][0-9]{9}(?![0-9])",
    re.IGNORECASE,
)
DASH = f"{BLANK}‐-―−-"
LANDLINE = re.compile(
    rf"(?<![0-9A-Za-z.-])(?<![0-9] )(?:\+?86[{BLANK}-]?)?(?:[(（]0[1-9][0-9]{{1,2}}[)）][{DASH}]{{0,2}}"
    rf"|(?:0[1-9][0-9]{{1,2}}|(?<=86[{BLANK}-])(?:10|2[0-9]|[3-9][0-9]{{2}}))[{DASH}])"
    rf"[1-9](?:[0-9]{{6,7}}|[0-9]{{2,3}}[{DASH}][0-9]{{4}})(?![0-9A-Za-z-])"
)
ADDRESS = re.compile(r"https?://[^\s\u3000-\u303f\u4e00-\u9fff\uff00-\uffef<>\"]+", re.IGNORECASE)
LOGIN = re.compile(r"(?<=://)[^/?#@\s]{1,200}@")
LOGIN_IN = re.compile(r"(?<=://)[^\s/@:]{0,100}:[^\s/@]{1,200}(?=@)")  # a database's, say: mysql://root:…@host
SECRET = re.compile(
    r"((?:[?&;#]|%26|%3f)(?:amp;)?(?:[a-z0-9_.-]{0,30}(?:token|secret|signature|credential|password|accesskey(?:id)?)|"
    r"access_?token|refresh_?token|id_?token|token|api_?key|app_?key|app_?secret|client_?secret|secret|"
    r"key|pass_?ticket|ticket|signature|sign|sig|auth|session_?id|session|sid|password|passwd|pwd|code|openid|unionid|"
    r"uin|exportkey|wxtoken|sendid|mobile|phone|idcard|card_?no|email)(?:=|%3d))(?!hidden(?:[&#;%]|$))((?:(?!%26)[^&#;\s]){1,2000})",
    re.IGNORECASE,
)
FULL_WIDTH = {wide: wide - 0xFEE0 for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
FULL_WIDTH |= {ord(wide): narrow for wide, narrow in zip("＠．－＋＿＃", "@.-+_#", strict=True)}
HIDDEN = "hidden"  # in a URL: brackets and Han would not stand there


def mask(text: str) -> tuple[str, Mapping[str, int]]:
    """The text with personal data masked, and how many of each kind there were."""
    if not WORTH_A_LOOK.search(text):
        return text, {}
    written, text = text, text if text.isascii() else text.translate(FULL_WIDTH)
    counts: Counter[str] = Counter()
    parts: list[str] = []
    start = 0
    for found in ADDRESS.finditer(text):
        parts.append(_words(text[start : found.start()], counts))
        parts.append(_address(found[0], counts))
        start = found.end()
    parts.append(_words(text[start:], counts))
    return ("".join(parts), dict(sorted(counts.items()))) if counts else (written, {})


# most chat holds no digit, no @ and no two Latin letters: one quick look spares the rest
WORTH_A_LOOK = re.compile(r"[@＠码\d]|口令|[A-Za-z]{2}")


def _words(text: str, counts: Counter[str]) -> str:
    low = text.lower()
    # a sign that must be there is sought before each expression: most texts hold none
    if any(sign in text for sign in ("-----BEGIN", "eyJ", "AKIA", "LTAI", "sk-")):
        text = _all(TOKEN, "secret", text, counts)
    if "://" in text:
        text = _all(LOGIN_IN, "secret", text, counts)
    if "=" in text or "%3" in text:
        text = _valued(SECRET, "secret", text, counts, HIDDEN)
    if any(sign in low for sign in ("token", "secret", "key", "bearer", "钥")):
        text = _valued(NAMED_TOKEN, "secret", text, counts)
    if "@" in text or "#" in text or "at" in low:
        text = _all(EMAIL, "email", text, counts)
    if any(sign in low for sign in ("信", "v", "wx", "wei", "wec")):
        text = _all(WXID, "wechat", text, counts)
        text = _valued(WECHAT, "wechat", text, counts)
    if any(sign in low for sign in ("q", "扣", "企鹅")):
        text = _valued(QQ, "qq", text, counts)
    if any(sign in low for sign in ("码", "口令", "p")):
        text = _valued(PASSWORD, "password", text, counts)
    if any(map(str.isdigit, text)):
        text = NUMBER.sub(lambda found: _number(found[0], counts), text)
        text = _all(MOBILE_PARTED, "mobile", text, counts)
        text = _all(MOBILE_GLUED, "mobile", text, counts)
        text = _all(LANDLINE, "phone", text, counts)
    return text


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


def _valued(pattern: re.Pattern[str], kind: str, text: str, counts: Counter[str], instead: str = "") -> str:
    # each way of writing it is a pair of groups: what stays, what goes
    text, found = pattern.subn(lambda m: m[(m.lastindex or 2) - 1] + (instead or MASKS[kind]), text)
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
