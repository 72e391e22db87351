"""Merging edits on real days: runs with a conflict, edits lost, entries that came back, milliseconds a merge.

Twenty days of the corpus become digests with the questions and answers that their editors published; five random edits
are made, the digest is rebuilt in one of six ways, and the two are merged. A hundred runs a cell. Reads ../shared (or
DIGEST_SHARED) and writes nothing.

    python benchmarks/merge_edits.py
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from digest.editorial.clean import Cleaning, lines
from digest.importers import read
from digest.model import Answer, Digest, Entry, Line, Log, Question, Section, Topic
from digest.page.merge import Damaged, first, merge
from digest.page.read import parse
from digest.page.render import Layout, markdown
from digest.page.sentences import bare, sentences
from digest.subjects import load

SHARED = Path(os.environ.get("DIGEST_SHARED", Path(__file__).resolve().parents[1].parent / "shared"))
TEMPLATE = """{% for q in entry.questions %}{% for piece in q.pieces %}
{% if loop.first %}**问：**{% endif %}{{ piece.text }}{{ piece.md }}

{% endfor %}{% for answer in q.answers %}{% for piece in answer.pieces %}
{% if loop.first %}> **答{{ answer.number }}：**{% endif %}{{ piece.text }}{{ piece.md }}

{% endfor %}{% endfor %}{% endfor %}
"""
ALLOWED = {"answer": 11, "entries": 18, "clean-up": 100, "template": 89, "order": 0, "wording": 100}


@dataclass(frozen=True)
class Sample:
    log: Log
    threads: tuple[list[dict[str, object]], ...]


def samples(count: int) -> Iterator[Sample]:
    gold = json.loads((SHARED / "corpus/gold.json").read_text("utf-8"))
    best = sorted(gold, key=lambda day: (-len(day["threads"]), day["day"], day["room"]))[:count]
    for day in best:
        path = SHARED / "corpus" / day["log"]
        yield Sample(read(path if path.exists() else SHARED / "corpus/logs" / day["log"]), tuple(day["threads"]))


def digest_of(sample: Sample, cleaning: Cleaning) -> Digest:
    index = {position: i for i, message in enumerate(sample.log.messages) for position in message.positions}

    def text(positions: list[int], role: str) -> tuple[Line, ...]:
        found: list[Line] = []
        for position in positions:
            if (i := index.get(position)) is not None:
                found += lines(sample.log.messages[i].text, i, cleaning, role)  # type: ignore[arg-type]
        return tuple(found)

    entries = []
    for number, thread in enumerate(sample.threads):
        questions = []
        for part, asked in enumerate(thread):
            said = [text(positions, "answer") for positions in asked["answers"]]  # type: ignore[attr-defined]
            answers = tuple(Answer((row[0].message,), 1, row) for row in said if row)
            row = text(asked["question"], "question")  # type: ignore[arg-type]
            if row:
                questions.append(Question(f"{number:03x}{part:02x}", 0, (row[0].message,), 0, row, 1.0, True, answers))
        if questions:
            entries.append(Entry(f"{number:04x}", "thread", tuple(questions)))
    topics = tuple(Topic(f"{n:04x}", f"题目{n}", tuple(entries[n : n + 5])) for n in range(0, len(entries), 5))
    return Digest(sample.log.day, sample.log.room, "一天", "", (Section("qa", "Q&A", topics),))


def mapped(digest: Digest, change: Callable[[list[Entry]], list[Entry]]) -> Digest:
    section = digest.sections[0]
    topics = tuple(replace(topic, entries=tuple(change(list(topic.entries)))) for topic in section.topics)
    return replace(digest, sections=(replace(section, topics=topics),))


def with_answer(entry: Entry, text: str) -> Entry:
    last = entry.questions[-1]
    message = last.messages[-1]
    added = Answer((message,), 1, (Line(text, message),))
    return replace(entry, questions=(*entry.questions[:-1], replace(last, answers=(*last.answers, added))))


def reworded(entry: Entry, chance: random.Random) -> Entry:
    """The entry with one answer told otherwise."""
    at = [i for i, question in enumerate(entry.questions) if question.answers]
    if not at:
        return entry
    i = chance.choice(at)
    question = entry.questions[i]
    j = chance.randrange(len(question.answers))
    told = question.answers[j].lines
    told = (replace(told[0], text=told[0].text[: len(told[0].text) // 2] + "，规则改过的说法。"), *told[1:])
    answers = (*question.answers[:j], replace(question.answers[j], lines=told), *question.answers[j + 1 :])
    return replace(
        entry, questions=(*entry.questions[:i], replace(question, answers=answers), *entry.questions[i + 1 :])
    )


def rebuilt(kind: str, sample: Sample, cleaning: Cleaning, chance: random.Random) -> tuple[str, str]:
    """The digest before and after the rules changed."""
    whole = digest_of(sample, cleaning)
    all_keys = [entry.id for topic in whole.sections[0].topics for entry in topic.entries]
    chosen = chance.sample(all_keys, min(6, len(all_keys)))
    layout = Layout()
    before = markdown(whole, sample.log, layout)
    match kind:
        case "answer":
            after = mapped(
                whole, lambda es: [with_answer(e, "晚到的一个回答。") if e.id == chosen[0] else e for e in es]
            )
        case "entries":
            fewer = mapped(whole, lambda es: [e for e in es if e.id not in chosen[:3]])
            before = markdown(fewer, sample.log, layout)
            after = mapped(
                whole,
                lambda es: [reworded(e, chance) if e.id in chosen[4:6] else e for e in es if e.id != chosen[3:4][0]],
            )
        case "clean-up":
            before, after = markdown(digest_of(sample, Cleaning()), sample.log, layout), whole
        case "template":
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "thread.md.j2").write_text(TEMPLATE, "utf-8")
                return before, markdown(whole, sample.log, layout, [Path(folder)])
        case "order":
            after = mapped(whole, lambda es: chance.sample(es, len(es)))
        case "wording":
            after = mapped(whole, lambda es: [reworded(e, chance) for e in es])
        case _:
            raise ValueError(kind)
    return before, markdown(after, sample.log, layout)


def edited(text: str, chance: random.Random, number: int) -> str:
    """The file after one random edit."""
    parsed = parse(text)
    blocks = list(parsed.blocks)
    rows = text.split("\n")
    own = [i for i, row in enumerate(rows) if row.startswith(("Q", "A")) and len(row) > 8]
    entries = [i for i, block in enumerate(blocks) if block.key.startswith("q:")]
    new = f"编辑写的第{number}句。"
    match chance.choice(["rewrite", "rewrite", "cut", "delete", "move", "add", "shift", "rename"]):
        case "rewrite" if own:
            at = chance.choice(own)
            half = len(rows[at]) // 2
            rows[at] = rows[at][:half] + new + rows[at][half + 2 :]
        case "cut" if own:
            at = chance.choice(own)
            told = sentences(rows[at])
            rows[at] = rows[at].replace(chance.choice(told), "", 1) if told else rows[at]
        case "delete" if entries:
            del blocks[chance.choice(entries)]
            return parsed.head + "".join(block.text for block in blocks) + parsed.stamp_line + parsed.tail
        case "move" if entries:
            block = blocks.pop(chance.choice(entries))
            blocks.insert(chance.randint(1, len(blocks)), block)
            return parsed.head + "".join(b.text for b in blocks) + parsed.stamp_line + parsed.tail
        case "add" if own:
            rows.insert(chance.choice(own) + 1, f"\n{new}\n")
        case "shift" if len(own) > 1:
            row = rows.pop(chance.choice(own))
            rows.insert(chance.choice(own[:-1]) + 1, f"\n{row}\n")
        case "rename":
            heads = [i for i, row in enumerate(rows) if row.startswith("### ")]
            if heads:
                rows[chance.choice(heads)] = f"### {new}"
        case _:
            pass
    return "\n".join(rows)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    options.add_argument("--days", type=int, default=20)
    options.add_argument("--runs", type=int, default=100)
    chosen = options.parse_args()
    if not SHARED.is_dir():
        print(f"{SHARED}: no such folder; set DIGEST_SHARED", file=sys.stderr)
        return 2
    cleaning = load([Path(__file__).parents[1] / "rules"]).settings(Cleaning)
    days = list(samples(chosen.days))
    print(f"{'rebuild':10} {'runs':>5} {'with a conflict':>16} {'edits lost':>11} {'back':>5} {'refused':>8} {'ms':>6}")
    bad = 0
    for kind, allowed in ALLOWED.items():
        clashes = lost = back = refused = 0
        spent = 0.0
        for run in range(chosen.runs):
            chance = random.Random(f"{kind}-{run}")
            before, after = rebuilt(kind, days[run % len(days)], cleaning, chance)
            done = first(before)
            mine = done.text
            for number in range(5):
                mine = edited(mine, chance, run * 10 + number)
            start = time.perf_counter()
            try:
                merged = merge(done.base, mine, after)
            except Damaged:
                refused += 1
                continue
            finally:
                spent += time.perf_counter() - start
            clashes += bool(merged.conflicts)
            known = {bare(s) for s in sentences(before)}
            text = bare(merged.text)
            lost += sum(bare(s) not in text for s in sentences(mine) if bare(s) not in known and "<!--" not in s)
            gone = {b.key for b in parse(before).blocks} - {b.key for b in parse(mine).blocks}
            back += len(gone & {b.key for b in parse(merged.text).blocks})
            back += merge(merged.base, merged.text, after).text != merged.text
        print(
            f"{kind:10} {chosen.runs:5} {clashes:16} {lost:11} {back:5} {refused:8} {1000 * spent / chosen.runs:6.1f}"
        )
        bad += lost + back + (clashes > allowed * chosen.runs / 100)
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
