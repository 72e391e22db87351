"""What exporters of WeChat and QQ write in place of a picture, a file or a voice message."""

from __future__ import annotations

import re

_IMAGE = re.compile(r"[\[【](?:图片|照片|image|Photo)(?:[:：|][^\]\n]*)?[\]】](?: ?local_id=\d+)?(?:\([^()\s]*\))?")
_FILE = re.compile(r"[\[【](?:文件)(?:[:：|][ ]?(?P<inside>[^\n]*))?[\]】][ \n]?(?P<after>[^\n]*)")
_LINK = re.compile(
    r"[\[【](?:分享链接|链接|网页|小程序|视频号|链接/文件)(?:[:：|][ ]?(?P<inside>[^\n]*?))?[\]】]\s*(?P<after>.*)",
    re.DOTALL,
)
_MARKDOWN = re.compile(r"\[(?P<title>[^\n]*)\]\((?P<url>https?://\S*)\)")
_OTHER = re.compile(
    r"[\[【](?:语音|语音消息|语音通话|视频通话|通话|视频|表情|动画表情|表情包|位置|地理位置|名片|个人名片|红包|转账|拍一拍|音乐|群公告"
    r"|voice|video|sticker)(?:[:：| ][^\]\n]*)?[\]】](?: ?local_id=\d+| ?\d+ ?(?:秒|s|″|\")?)?"
)
_FORWARD = re.compile(r"[\[【](?:聊天记录|合并聊天记录|合并转发|转发消息)(?:[:：|][^\]\n]*)?[\]】].*", re.DOTALL)
_LONGEST_NOTICE = 300
_NOTICE = re.compile(
    r".*(?:撤回了?(?:了一条|一条)?消息|加入了?(?:了群聊|群聊|本群)|移出了?群聊|退出了?群聊|修改群名为.*|拍了拍.*|成为新群主|群主已.*|邀请.*加入.*|.*进群.*)。?"
)


def kind_of(text: str) -> tuple[str, str]:
    """The kind of message that a whole text stands for, and what it says in words."""
    if text[:1] not in "[【":
        return "text", text
    if _IMAGE.fullmatch(text):
        return "image", ""
    if _FILE.fullmatch(text):
        return "file", words("file", text)
    if _LINK.fullmatch(text) or _MARKDOWN.fullmatch(text):
        return "link", words("link", text)
    if _OTHER.fullmatch(text) or _FORWARD.fullmatch(text):
        return "other", text
    return "text", text


def words(kind: str, text: str) -> str:
    """What a message of a kind that is given says: the file's name, the link's title and address."""
    if kind == "image":
        return ""
    if kind == "file":
        match = _FILE.fullmatch(text)
        return (match["after"] or match["inside"] or "").strip() if match else text
    if kind == "link":
        markdown = _MARKDOWN.fullmatch(text)
        if markdown:
            return f"{markdown['title']} {markdown['url']}".strip()
        match = _LINK.fullmatch(text)
        return " ".join(f"{match['inside'] or ''} {match['after']}".split()) if match else " ".join(text.split())
    return text


def is_notice(text: str) -> bool:
    """Whether a text is what WeChat or QQ says of members: joined, left, took back, renamed."""
    return len(text) < _LONGEST_NOTICE and "\n" not in text and bool(_NOTICE.fullmatch(text))
