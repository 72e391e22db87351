"""The program run in this process, on an invented day."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

DAY = "2031-03-04"
SAID = (
    ("09:00:10", "林山", "大家早"),
    ("09:15:02", "Ada  Novak", "想请问大家一个问题，银行通道返回的错误码一般在哪一层做封装？"),
    ("09:16:07", "小石-甲公司-开发", "@Ada Novak?我们放在渠道网关，统一转成内部的错误码"),
    ("09:17:30", "木木", "渠道网关封装以后，业务系统只认内部的错误码就行了"),
    ("09:18:00", "林山", "[强]"),
    ("09:18:00", "木木", "[强]"),
    ("11:20:05", "木木", "请教一下，对账文件迟到的时候，日切要不要等？"),
    ("15:02:00", "小石-甲公司-开发", "哈哈"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What a run left: exit status, standard output, standard error."""

    status: int
    out: str
    err: str


def log(day: str = DAY, said: tuple[tuple[str, str, str], ...] = SAID) -> str:
    """A log's text as it is exported."""
    head = f'---\nlayout:     source \ntitle:      "{day}-WeChat"\ndate:       {day} 12:00:00\ntag:\t\t  [chat]\n---\n'
    return head + "".join(f"> {clock}  {who}  \n   \n{text} \n   \n" for clock, who, text in said)


def put(folder: Path, day: str = DAY, room: str = "", said: tuple[tuple[str, str, str], ...] = SAID) -> Path:
    """The log of a day in its place below `folder`."""
    path = folder / "seeds" / room / f"{day}-chat.markdown"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(log(day, said), "utf-8")
    return path


def run(capsys: Any, *args: object) -> Result:
    """Run `digest args…` in this process."""
    from digest.cli.app import app

    capsys.readouterr()
    status = 0
    try:
        app([str(a) for a in args], prog_name="digest")
    except SystemExit as end:
        status = int(end.code or 0)
    said = capsys.readouterr()
    return Result(status, said.out, said.err)
