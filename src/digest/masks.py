"""Masks for personal data in chat texts: what leaves the program holds none of it.

Numbers are masked only where they check out (Luhn and issuer for bank cards, region, date and checksum for identity
numbers), so that amounts, error codes and order numbers stay. Names are not found here: mentions are cut out before.

Masks run on every printed line, so all is plain expressions of bounded repeats. detect-secrets knows no Chinese kinds,
needs requests and loads its plugins one by one; python-stdnum is LGPL and 4 MB for the two checksums that stand here.
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
    "network": "[内网地址]",
    "plate": "[车牌号]",
    "passport": "[证件号]",
    "company": "[企业代码]",
    "address": "[地址]",
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
COMPANY_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
COMPANY_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
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
    r"|((?:微信号|加我?微信)[码是为]?[ ：:=]{0,3})(?!1[3-9][0-9]{9})([1-9][0-9]{6,10})(?![0-9.元笔万%])"
    r"|((?:我的?|加我?)(?:微信|wx|vx|v信|v|weixin|wechat)[号是为]{1,2}[ ：:=]{0,3})"
    r"([A-Za-z][A-Za-z0-9_-]{5,19})(?![A-Za-z0-9_.-])"
    # by a letter alone, or none: only what looks like a name with numbers
    r"|((?:加我|(?<![A-Za-z0-9])v(?=[ ]?[：:]))[ ：:]{1,3})(?!ver)"
    r"(?=[A-Za-z-]{0,19}[0-9_])([A-Za-z][A-Za-z0-9_-]{5,19})(?![A-Za-z0-9_.-])",
    re.IGNORECASE,
)
QQ = re.compile(
    r"((?:qq|扣扣|叩叩|球球|秋秋|企鹅|(?<![a-z])q(?=号))[号码群是为]{0,4}[ ：:=]{0,3})([1-9][0-9]{4,10})(?![0-9])"
    r"|((?<![A-Za-z0-9])q[ ：:=]{1,3})([1-9][0-9]{7,10})(?![0-9.元笔万%])",
    re.IGNORECASE,
)
PASSWORD = re.compile(
    r"((?:提取码|访问码|提取密码|解压密码|密码|口令|passwd|password|pwd)[是为]?[ ：:=＝]{1,3})"
    r"([A-Za-z0-9!@#$%^&*_.-]{4,32})"
    r"|((?:提取码|访问码|提取密码|解压密码)|(?:密码|口令)[是为])"
    r"(?!(?:md|sha|sm|aes|des|rsa|base|pbkdf)-?[0-9])(?=[A-Za-z!@#$%^&*_.-]{0,31}[0-9])([A-Za-z0-9!@#$%^&*_.-]{4,32})",
    re.IGNORECASE,
)
# keys by their own form, and what is called a key and looks random
TOKEN = re.compile(
    # a key may be cut short: its end need not stand there
    r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[A-Za-z0-9+/=\s\\]{0,10000}(?:-----END [A-Z ]{0,20}PRIVATE KEY-----)?"
    r"|(?<![A-Za-z0-9_-])(?:eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,4000}(?:\.[A-Za-z0-9_-]{8,2000})?"
    r"|A[KS]IA[0-9A-Z]{16}|AKID[A-Za-z0-9]{13,40}|LTAI[A-Za-z0-9]{12,26}|AIza[A-Za-z0-9_-]{35}"
    r"|[sr]k-[A-Za-z0-9_-]{20,200}|[sr]k_(?:live|test)_[A-Za-z0-9]{10,100}|gh[pousr]_[A-Za-z0-9]{20,255}"
    r"|github_pat_[A-Za-z0-9_]{20,255}|gl(?:pat|dt|ft|rt|soat|cbt|ptt|imt|agent|oas)-[A-Za-z0-9_-]{16,255}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,255}|npm_[A-Za-z0-9]{30,50}|pypi-[A-Za-z0-9_-]{40,250}|hf_[A-Za-z0-9]{30,50}"
    r"|SG\.[A-Za-z0-9_-]{16,30}\.[A-Za-z0-9_-]{30,60}"
    r"|MII(?:E[opvw]|C[VWXde]|J[KQR])[A-Za-z0-9+/]{60,4000}={0,2}"
    r"|(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp[0-9]{3})[ ]AAAA[A-Za-z0-9+/]{20,4000}={0,2}"
    r"(?:[ ][A-Za-z0-9_.-]{1,64}@[A-Za-z0-9_.-]{1,64})?)(?![A-Za-z0-9_-])"
)
TOKEN_SIGNS = (
    *("IA", "AKID", "LTAI", "AIza", "MII", " AAAA", "-----BEGIN", "eyJ", "k-", "k_", "gh", "gl", "pat_", "xox", "npm_"),
    *("pypi-", "hf_", "SG."),
)
COOKIE = re.compile(
    r"(cookie[ ]?[：:][ ]?)([A-Za-z0-9_.-]{1,60}=[!-:<-~]{1,2000}(?:;[ ]?[A-Za-z0-9_.-]{1,60}=[!-:<-~]{1,2000}){0,40})"
    r"|((?:jsessionid|phpsessid|asp\.net_sessionid|connect\.sid|session_?id|sid)=)([A-Za-z0-9%._~+/-]{8,400})",
    re.IGNORECASE,
)
LOGIN_HEADER = re.compile(  # Basic authentication is talked of; what follows it is no word where it mixes cases
    r"(basic[ ]{1,2})(?=[A-Z0-9+/]{0,40}[a-z])(?=[a-z0-9+/]{0,40}[A-Z])(?=[A-Za-z+/]{0,40}[0-9=])"
    r"([A-Za-z0-9+/]{8,400}={0,2})|((?i:bearer)[ ]{1,2})(?=[A-Za-z+/_.-]{0,40}[0-9])([A-Za-z0-9+/_.-]{12,2000}={0,2})"
    r"|((?i:authorization[\"']?[ ]?[：:=][ ]?[\"']?(?:basic|bearer|token)[ ]{1,2}))([A-Za-z0-9+/_.-]{6,2000}={0,2})"
)
HOOK = re.compile(  # the way to a group's robot is the key to it
    r"((?:/|\b)(?:web)?hooks?/(?:[0-9]{6,20}/)?)(?=[A-Za-z_-]{0,40}[0-9])([A-Za-z0-9_-]{16,200})"
    r"|(/services/)(T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{16,40})|(/bot)([0-9]{6,12}:[A-Za-z0-9_-]{20,60})"
)
NAMED_TOKEN = re.compile(
    r"((?:token|secret|secret_?key|api_?key|app_?key|access_?key(?:_?id)?|private_?key|密钥|秘钥)"
    r"[\"']?(?:[ ：:=＝]{1,3}|是)[\"']?)"
    r"(?=[A-Za-z+/_.-]{0,40}[0-9])([A-Za-z0-9+/_.-]{12,2000}={0,2})",
    re.IGNORECASE,
)
NUMBER = re.compile(
    r"(?<![0-9A-Za-z.])(?:\+?86[ -]?)?[0-9](?:[ -]?[0-9]){8,22}[Xx]?(?![0-9A-Za-z]|\.[0-9]{1,2}(?![0-9.点]))"
)
MOBILE = re.compile(r"(?:(?:\+|00)?86)?(1[3-9][0-9]{9})")
MOBILE_PARTED = re.compile(
    rf"(?<![0-9A-Za-z.])(?:(?:\+|00)?86{PARTED}|\+86)?(?:1[3-9][0-9]{PARTED}[0-9]{{4}}{PARTED}"
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
    rf"(?<![0-9A-Za-z.-])(?<![0-9] )(?:(?:\+|00)?86[{BLANK}-]?)?(?:[(（]0[1-9][0-9]{{1,2}}[)）][{DASH}]{{0,2}}"
    rf"|(?:0[1-9][0-9]{{1,2}}|(?<=86[{BLANK}-])(?:10|2[0-9]|[3-9][0-9]{{2}}))[{DASH}])"
    rf"[1-9](?:[0-9]{{6,7}}|[0-9]{{2,3}}[{DASH}][0-9]{{4}})"
    rf"(?:[{BLANK}]?(?:[#‐-―−-]|转|分机|ext\.?)[{BLANK}]?[0-9]{{1,6}})?(?![0-9A-Za-z-])"
)
LANDLINE_GROWN = re.compile(  # an area code of the country and a number, in one
    r"(?<![0-9A-Za-z.+-])0(?:(?:10|2[0-57-9])[2-9][0-9]{7}|[3-9][1-9][0-9][2-9][0-9]{6,7})"
    r"(?:(?:-|转|分机)[0-9]{1,6})?(?![0-9A-Za-z.-])"
)
SERIAL = re.compile(
    r"(?:流水|订单|单号|编号|参考|商户|终端|批次|序列|凭证|交易|机构|代码|账号|票)[^，。；,;\s]{0,5}[ ：:=]{0,2}$"
)
NETWORK = re.compile(
    r"(?<![0-9A-Za-z.])(?:10\.[0-9]{1,3}|172\.(?:1[6-9]|2[0-9]|3[01])|192\.168)\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9A-Za-z]|\.[0-9])"
)
VERSION = re.compile(
    r"(?:版本?|version|ver|release|升级到|升到|sdk|jdk|ios|安卓|android|build)[号是为]?[ ：:=]{0,2}$", re.IGNORECASE
)
PLATE = re.compile(
    r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼])[A-HJ-NP-Z][·•. -]?"
    r"(?=[A-Z]{0,2}[0-9]{3}|[0-9]{1,4}[A-Z]{1,2})([A-HJ-NP-Z0-9]{5,6}|[A-HJ-NP-Z0-9]{4}[挂学警港澳])(?![A-Za-z0-9])"
)
PASSPORT = re.compile(
    r"((?:护照|通行证|台胞证|回乡证|passport)[^A-Za-z0-9\n]{0,8}(?:no\.?[ ：:]{0,2})?)"
    r"([A-Za-z]{1,2}[0-9]{7,10}|[0-9]{8,9})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
COMPANY = re.compile(r"(?<![0-9A-Za-z])[159ANY][0-9]{7}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Za-z])")
COMPANY_NAMED = re.compile(
    r"((?:组织机构代码|信用代码|纳税人识别号|税号|工商注册号|营业执照)[证号码是为]{0,3}[ ：:=]{0,3})"
    r"([0-9A-Z]{8}-[0-9A-Z]|[0-9A-Z]{9}|[0-9A-Z]{15}|[0-9A-Z]{18})(?![0-9A-Za-z-])"
)
STREET = re.compile(
    r"((?:地址|寄到|寄给|寄往|寄至|送到|快递到|住在|家住)[我是为在]{0,2}[ ：:]{0,2})"
    r"([\u4e00-\u9fff0-9A-Za-z#（）() -]{6,80})"
)
HOUSE = re.compile(
    r"(?:路|街|道|巷|弄|胡同|大厦|小区|花园|广场|园|村|镇|区).{0,12}?"
    r"[0-9一二三四五六七八九十]{1,5} ?(?:号楼?|弄|栋|幢|室|楼|层|座|单元|期)"
)
UNIT = re.compile(
    r"[0-9A-Za-z一二三四五六七八九十-]{1,6} ?(?:号楼?|弄|栋|幢|室|楼|层|座|单元|期)|(?:栋|楼|座|单元|室?)[0-9]{2,5}"
)
ADDRESS = re.compile(r"https?://[^\s\u3000-\u303f\u4e00-\u9fff\uff00-\uffef<>\"]+", re.IGNORECASE)
LOGIN = re.compile(r"(?<=://)[^/?#@\s]{1,200}@")
LOGIN_IN = re.compile(r"(?<=://)[^\s/@:]{0,100}:[^\s/@]{1,200}(?=@)")  # a database's, say: mysql://root:…@host
SECRET = re.compile(
    r"((?:[?&;#]|%26|%3f)(?:amp;)?(?:[a-z0-9_.-]{0,30}(?:token|secret|signature|credential|password|accesskey(?:id)?)|"
    r"access_?token|refresh_?token|id_?token|token|api_?key|app_?key|app_?secret|client_?secret|secret|"
    r"key|pass_?ticket|ticket|signature|sign|sig|auth|session_?id|session|sid|password|passwd|pwd|code|openid|unionid|"
    r"uin|exportkey|wxtoken|sendid|ak|sk|mobile|phone|tel|idcard|card_?no|email)(?:=|%3d))(?!hidden(?![A-Za-z0-9]))((?:(?!%26)[^&#;\s]){1,2000})",
    re.IGNORECASE,
)
FULL_WIDTH = {wide: wide - 0xFEE0 for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
FULL_WIDTH |= {ord(wide): narrow for wide, narrow in zip("＠．－＋＿＃", "@.-+_#", strict=True)}
CODED = re.compile("%3([0-9])")  # a digit as a URL may also write it
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
    if "%3" in text:
        text = CODED.sub(r"\1", text)
    low = text.lower()
    # a sign that must be there is sought before each expression: most texts hold none
    if any(sign in text for sign in TOKEN_SIGNS):
        text = _all(TOKEN, "secret", text, counts)
    if "://" in text:
        text = _all(LOGIN_IN, "secret", text, counts)
    if "=" in text or "%3" in text:
        text = _valued(SECRET, "secret", text, counts, HIDDEN)
        text = _valued(COOKIE, "secret", text, counts)
    elif "cookie" in low:
        text = _valued(COOKIE, "secret", text, counts)
    if "hook" in low:
        text = _valued(HOOK, "secret", text, counts)
    if "basic" in low or "bearer" in low or "authorization" in low:
        text = _valued(LOGIN_HEADER, "secret", text, counts)
    if any(sign in low for sign in ("token", "secret", "key", "钥")):
        text = _valued(NAMED_TOKEN, "secret", text, counts)
    if "@" in text or "#" in text or "at" in low:
        text = _all(EMAIL, "email", text, counts)
    if any(sign in low for sign in ("信", "v", "wx", "wei", "wec", "加")):
        text = _all(WXID, "wechat", text, counts)
        text = _valued(WECHAT, "wechat", text, counts)
    if any(sign in low for sign in ("q", "扣", "叩", "球球", "秋秋", "企鹅")):
        text = _valued(QQ, "qq", text, counts)
    if any(sign in low for sign in ("码", "口令", "p")):
        text = _valued(PASSWORD, "password", text, counts)
    digits = sum(map(str.isdigit, text))
    if digits > 6:
        if "护照" in text or "证" in text or "passport" in low:
            text = _valued(PASSPORT, "passport", text, counts)
        if digits > 7:
            if "代码" in text or "税" in text or "执照" in text or "注册号" in text:
                text = _valued(COMPANY_NAMED, "company", text, counts)
            text = _checked(COMPANY, "company", text, counts, lambda m: _is_company(m[0]))
            text = NUMBER.sub(lambda found: _number(found[0], counts), text)
            text = _all(MOBILE_PARTED, "mobile", text, counts)
            text = _all(MOBILE_GLUED, "mobile", text, counts)
            text = _all(LANDLINE, "phone", text, counts)
            text = _checked(LANDLINE_GROWN, "phone", text, counts, lambda m: not SERIAL.search(_before(m)))
    if digits > 2:
        text = _checked(PLATE, "plate", text, counts, _is_plate)
        if text.count(".") > 2:
            text = _checked(NETWORK, "network", text, counts, lambda m: not VERSION.search(_before(m)))
    if any(sign in text for sign in ("址", "寄", "送到", "快递到", "住")):
        text = STREET.sub(lambda m: m[1] + _street(m[2], counts), text)
    return text


def _address(url: str, counts: Counter[str]) -> str:
    def hidden(kind: str, keep: int) -> Callable[[re.Match[str]], str]:
        def replaced(found: re.Match[str]) -> str:
            counts[kind] += 1
            return (found[keep] if keep else "") + (HIDDEN if keep else "")

        return replaced

    url = LOGIN.sub(hidden("secret", 0), url)
    url = CODED.sub(r"\1", url)
    url = SECRET.sub(hidden("secret", 1), url)
    if "hook" in url or "/services/" in url or "/bot" in url:
        url = _valued(HOOK, "secret", url, counts, HIDDEN)
    for pattern, kind in ((EMAIL, "email"), (WXID, "wechat")):
        if pattern.search(unquote(url)):
            url = pattern.sub(HIDDEN, unquote(url))
            counts[kind] += 1

    def number(found: re.Match[str]) -> str:
        return found[0] if _number(found[0], counts) == found[0] else HIDDEN

    url = _checked(NETWORK, "network", NUMBER.sub(number, url), counts, lambda m: True, HIDDEN)
    return _checked(
        LANDLINE_GROWN, "phone", url, counts, lambda m: "tel" in _before(m) or "phone" in _before(m), HIDDEN
    )


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


def _checked(
    pattern: re.Pattern[str],
    kind: str,
    text: str,
    counts: Counter[str],
    holds: Callable[[re.Match[str]], bool],
    instead: str = "",
) -> str:
    """The text with those matches masked for which `holds` is true."""

    def masked(match: re.Match[str]) -> str:
        if not holds(match):
            return match[0]
        counts[kind] += 1
        return instead or MASKS[kind]

    return pattern.sub(masked, text)


def _before(match: re.Match[str]) -> str:
    return match.string[max(0, match.start() - 16) : match.start()]


def _is_plate(match: re.Match[str]) -> bool:
    """Whether it is called a plate, or stands alone and begins with a province that no word of the trade ends in."""
    before = _before(match)
    if any(word in before[-8:] for word in ("车", "牌", "违章", "停在")):
        return True
    return match[1] not in "新云青贵吉宁" and not "\u4e00" <= before[-1:] <= "\u9fff"


def _street(run: str, counts: Counter[str]) -> str:
    """What follows the word for an address, masked up to its last number of a house, floor or room."""
    if not (house := HOUSE.search(run)):
        return run
    end = house.end()
    while (unit := UNIT.search(run, end)) and unit.start() - end <= 8:
        end = unit.end()
    counts["address"] += 1
    return MASKS["address"] + run[end:]


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


def _is_company(number: str) -> bool:
    """Whether it is a unified social credit code: by region and checksum; all of digits only in the commonest form."""
    if number[2:4] not in REGIONS and number[2:4] != "10":
        return False
    if number.isdigit() and number[0] != "9":
        return False
    values = [COMPANY_DIGITS.index(c) for c in number]
    return (sum(v * w for v, w in zip(values, COMPANY_WEIGHTS, strict=False)) + values[17]) % 31 == 0
