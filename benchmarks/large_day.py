"""What a day of any size costs: large_day.py [MESSAGES ...] [--kind talk|alike|bot].

The day is made up: people ask, answer and chat, all with one vocabulary (`talk`), ask nearly the same question
(`alike`), or one of them says one thing again and again (`bot`). Each size runs in a process of its own; the figures
are CPU seconds, microseconds a message and the process's peak of memory. `--stages` tells the costliest functions.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NAMES = tuple(a + b for a in "石林梅方白陶秦余" for b in ("小山", "若兰", "望", "之远", "青", "一舟"))
SUBJECTS = (
    "热点账户",
    "对账文件",
    "渠道路由",
    "退款接口",
    "四要素验证",
    "清结算",
    "限额",
    "手续费",
    "支付网关",
    "商户进件",
    "回调通知",
    "流水号",
)
VERBS = ("怎么处理", "怎么设计", "一般放在哪一层", "有没有人做过", "能不能拆开", "为什么会重复", "需要哪些资料")
SAYINGS = (
    "先记流水再异步汇总",
    "用缓冲记账",
    "按商户号灰度",
    "看银行的文档",
    "重试要幂等",
    "差错放到第二天",
    "单独建一张表",
    "找渠道经理问",
)
CHAT = ("收到", "谢谢", "哈哈", "明白了", "是的", "[强]", "我们也是", "晚点看看")


def day(messages: int, kind: str) -> str:
    """A log of one day."""
    rng = random.Random(messages)
    rows = []
    for n in range(messages):
        second = n * 86400 // messages
        who = rng.choice(NAMES)
        about = rng.choice(SUBJECTS)
        chance = rng.random()
        if kind == "alike" and n % 2 == 0:
            text = f"请问{SUBJECTS[0]}在第{n}种情况下{VERBS[0]}？"
        elif kind == "bot" and n % 2 == 0:
            who, text = NAMES[0], f"请问大家{SUBJECTS[0]}{VERBS[0]}？"
        elif chance < 0.12:
            text = f"请问{about}{rng.choice(VERBS)}？{rng.choice(SUBJECTS)}又是{rng.choice(VERBS)}"
        elif chance < 0.6:
            text = f"{about}{rng.choice(SAYINGS)}，{rng.choice(SUBJECTS)}{rng.choice(SAYINGS)}{rng.randrange(messages)}"
        else:
            text = rng.choice(CHAT)
        rows.append(f"> {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}  {who}  \n   \n{text}  \n   \n")
    return "---\nlayout: source\n---\n" + "".join(rows)


def once(messages: int, kind: str, stages: bool) -> None:
    """Build the day and print its figures."""
    from digest import importers
    from digest.project import settings as config
    from digest.stages import Stages
    from digest.subjects import load
    from digest.workflows.project import analysed

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "2031-03-04-chat.markdown"
        path.write_text(day(messages, kind), "utf-8")
        rules = Stages(load((config.packaged_rules(),)))
        began = time.process_time()
        if stages:
            import cProfile
            import pstats

            with cProfile.Profile() as profile:
                analysed(importers.read(path), rules)
            pstats.Stats(profile).sort_stats("tottime").print_stats(18)
        else:
            analysed(importers.read(path), rules)
        seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(
        f"{kind:6}{messages:9,} messages {seconds:8.2f} s {seconds / messages * 1e6:8.0f} µs each {peak:6,} MB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("messages", nargs="*", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument("--kind", choices=("talk", "alike", "bot"), default="talk")
    parser.add_argument("--stages", action="store_true")
    parser.add_argument("--here", action="store_true", help="in this process")
    options = parser.parse_args()
    for messages in options.messages:
        if options.here:
            once(messages, options.kind, options.stages)
            continue
        command = [sys.executable, __file__, str(messages), "--kind", options.kind, "--here"]
        subprocess.run([*command, *(["--stages"] if options.stages else [])], check=True)


if __name__ == "__main__":
    main()
