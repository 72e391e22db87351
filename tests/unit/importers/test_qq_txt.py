"""A line of a text that looks like a header is text, and that is told."""

from __future__ import annotations

from pathlib import Path

from digest.importers import days, qq_txt
from digest.importers.source import Source

BANNER = "消息记录（此消息记录为文本格式，不支持重新导入）\n\n"


def test_a_pasted_header_without_a_blank_line_is_text_and_told(tmp_path: Path) -> None:
    path = tmp_path / "record.txt"
    path.write_text(
        f"{BANNER}2031-03-04 10:00:05 陶土(7701234)\n谁见过这行\n2031-03-04 02:15:07 kiln-3(40210)\n断了\n\n", "utf-8"
    )
    account = days.Account()
    (log,) = days.logs(qq_txt.read(Source.of(path)), account, path="", zone=days.zone_of("UTC"))
    assert [message.text for message in log.messages] == ["谁见过这行\n2031-03-04 02:15:07 kiln-3(40210)\n断了"]
    assert [ambiguity.line for ambiguity in account.ambiguities.values()] == [5]
    assert account.whole
