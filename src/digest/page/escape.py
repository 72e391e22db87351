"""The one door from chat text to Markdown: `escape`, and `link` and `image` that stand on it.

A character becomes a numeric entity only where it would act in its place, so prose and `[强]` stay readable. The
places are those of CommonMark and GitHub (cmark-gfm), markdown-it, Python-Markdown with its usual extensions,
kramdown with Liquid (Jekyll) and Goldmark with shortcodes (Hugo).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from html import unescape
from urllib.parse import quote, urlsplit

# line ends and tabs of every kind become a space; controls, bidi marks and zero-width characters go, ZWJ stays
BREAKS = re.compile("[\t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]+")
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)

SPECIAL = re.compile(r"[\\`*_\[\]<>&{|~=^:$#%@.\-]")
# what may stand on a line before its text without ending the place where blocks begin
BLOCK_PLACE = re.compile(r"(?:[ \t\u3000]|>|[-+*](?=[ \t]|$)|[0-9]{1,9}[.)](?=[ \t]|$)|\[[ xX]\](?=[ \t]|$))*")
BLOCK_START = re.compile(r"[#>+\-*|:=~^`\[]|!!!|\?\?\?|[0-9]{1,9}(?=[.)](?:[ \t]|$))")
# Python-Markdown takes a number for an entity without its semicolon too
ENTITY = re.compile(r"&(?:#[0-9]|#[xX][0-9A-Fa-f]|[A-Za-z][A-Za-z0-9]{1,31};)")
SHORTCODE = re.compile(r":(?:[a-z0-9_+-]*[a-z+][a-z0-9_+-]*|-1|100|1234):", re.IGNORECASE)
PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")

URL = re.compile(r"https?://[^\s\u3000-\u303f\u4e00-\u9fff\uff00-\uffef<>\"]+", re.IGNORECASE)
URL_TAIL = ".,;:!?)]}'*_~"  # closes the sentence more often than the address
RELATIVE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_\-]*(?:[./][A-Za-z0-9_\-]+)*")
KEPT_IN_URL = "/:?#@!$&'()+,;=%~-._"
DECODINGS = 3  # the exporter escapes entities up to three times


def escape(text: str, before: str = "", after: str = "\n") -> str:
    """`text` such that it shows as itself in Markdown; one line, without control characters.

    `before` is what stands on the same line before it, `after` what follows: they decide whether a character acts.
    """
    text = flat(text)
    # a heading eats `{…}` and a closing `#` at its end
    heading = before.lstrip(" ").startswith("#")
    parts: list[str] = []
    done = 0
    if BLOCK_PLACE.fullmatch(before):
        text = text.lstrip(" ")
        if start := BLOCK_START.match(text):
            done = start.end() if start[0].isdigit() else 0
            parts.append(f"{text[:done]}&#{ord(text[done])};")
            done += 1
    for match in SPECIAL.finditer(text, done):
        at = match.start()
        previous = text[at - 1] if at else before[-1:]
        if at and at == done and match[0] in "=-%":
            previous = ";"  # the one before became an entity: every other one parts a run
        if _acts(text, at, previous, text[at + 1 : at + 2] or after[:1], heading):
            parts.append(f"{text[done:at]}&#{ord(match[0])};")
            done = at + 1
    parts.append(text[done:])
    return "".join(parts)


def inline(text: str, before: str = "", after: str = "\n") -> str:
    """`text` escaped, its http and https addresses as `<https://…>`."""
    if "://" not in text:
        return escape(text, before, after)
    text = flat(text)
    parts: list[str] = []
    start = 0
    for match in URL.finditer(text):
        url = _trimmed(match[0])
        shown = link(url)
        if not shown.startswith("<"):
            continue
        parts.append(escape(text[start : match.start()], before + "".join(parts), "<"))
        parts.append(shown)
        start = match.start() + len(url)
    parts.append(escape(text[start:], before + "".join(parts), after))
    return "".join(parts)


def link(url: str) -> str:
    """`<https://…>` where the address is http or https once decoded, else its text."""
    address = _address(url)
    return f"<{address}>" if address else escape(url, "x")


def image(url: str, label: str, hosts: Collection[str]) -> str:
    """`![label](url)` for a picture on one of `hosts` or at a relative path, else label and address as text.

    A picture from elsewhere tells its server who reads.
    """
    name = flat(label).strip()
    shown = re.sub(r"[\[\]]", lambda m: f"&#{ord(m[0])};", escape(name, "![", "x"))
    if RELATIVE.fullmatch(url):
        return f"![{shown}]({url})"
    address = _address(url)
    if address and (urlsplit(address).hostname or "") in hosts:
        return f"![{shown}]({address.replace('(', '%28').replace(')', '%29')})"
    return escape(f"图 {name} {flat(url)}" if name else f"图 {flat(url)}", "x")


def flat(text: str) -> str:
    """`text` on one line, without control, bidi and zero-width characters; ZWJ stays."""
    if text.isascii() and text.isprintable():
        return text
    return UNSEEN.sub("", BREAKS.sub(" ", text))


def plain_title(text: str) -> str:
    """A title for front matter: on one line, without `<>{}`, which layouts print unescaped."""
    return re.sub(r"[<>{}]", "", flat(text)).strip()


def _acts(text: str, at: int, before: str, after: str, heading: bool) -> bool:
    """Whether the character at `at` would mean something to a renderer; the rows of the table are the cases."""
    match text[at]:
        case "`" | "|" | "$":
            return True
        case "\\":
            return after in PUNCTUATION or not after.strip()
        case "*":
            return not (before.isspace() and after.isspace())
        case "_":
            return not (before.isalnum() and after.isalnum())
        case "[":
            return after in {"^", "["}
        case "]":
            return after in {"(", "[", ":", "{"}
        case "<":
            opens = after in {"/", "!", "?", "<", "%", "\n", ""} or (after.isascii() and after.isalpha())
            return opens or "@" in text[at : text.find(">", at) + 1]  # <1@x> is an address to some
        case ">":
            return before == ">"
        case "&":
            return bool(ENTITY.match(text, at)) or at + 1 == len(text)
        case "{":
            # quotes and words may follow: JSON in chat stays readable
            last = at + 1 == len(text) or not after.strip()
            return heading or before == "{" or last or after in PUNCTUATION - {'"', "'", "}"}
        case "~" | "^":
            return bool(after.strip())
        case "=" | "-" | "%":
            return before == text[at]
        case ":":
            return text.startswith("//", at + 1) or bool(SHORTCODE.match(text, at))
        case "#":
            return heading and not text[at:].strip("# ")
        case "@":
            return before.isalnum() and after.isalnum()
        case ".":
            return text[max(0, at - 3) : at].lower() == "www"
    return False


def _address(url: str) -> str:
    """The address fit to stand between `<` and `>`, "" where it is none of http or https."""
    for _ in range(DECODINGS):
        decoded = unescape(url)
        if decoded == url:
            break
        url = decoded
    url = url.strip()
    if (
        not re.match(r"https?://[^/?#\s@]+(?:[/?#]|$)", url, re.IGNORECASE)
        or UNSEEN.search(url)
        or re.search(r"\s", url)
    ):
        return ""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return ""
    if not host or not re.fullmatch(r"[\w.-]+", host):
        return ""
    url = quote(url, safe=KEPT_IN_URL)
    # a parameter such as `&lt;` would be decoded again by whoever renders it
    return ENTITY.sub(lambda m: m[0][:-1] + "%3B", url)


def _trimmed(url: str) -> str:
    kept = url.rstrip(URL_TAIL)
    # `(see https://example.org/a_(b))`: a closing bracket belongs to the address that opened it
    while url[len(kept) : len(kept) + 1] == ")" and kept.count("(") > kept.count(")"):
        kept += ")"
    return kept
