"""People on the corpus, where it is at hand: nothing breaks, most mentions are resolved, quotes agree, in time."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest

from digest.conversation.people.people import key, named, people
from digest.importers import read
from digest.model import Log
from places import SHARED

LOGS = sorted((SHARED / "corpus" / "logs").glob("*/*-chat.markdown"))

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def logs() -> list[Log]:
    return [read(path) for path in LOGS[::8]]  # every eighth keeps the run short


def test_every_mention_lies_in_its_text_and_most_are_resolved(logs: list[Log]) -> None:
    begun = time.process_time()
    found = [people(log) for log in logs]
    took = time.process_time() - begun
    rows = [
        (m, log.messages[i].text)
        for log, p in zip(logs, found, strict=True)
        for i, r in enumerate(p.mentions)
        for m in r
    ]
    assert all(text[m.start] in "@＠" and m.label in text[m.start : m.end] for m, text in rows)
    assert sum(m.person is not None for m, _ in rows) > 0.75 * len(rows)
    assert took < 30 * len(logs) / 1000  # the budget is 10 ms a day; three times that for a busy machine


def test_names_in_quotes_agree_with_who_said_the_quoted_words(logs: list[Log]) -> None:
    right = wrong = 0
    for log in logs:
        if not any(m.quote for m in log.messages):
            continue
        # without the quotes, so that what they show can't have been learnt from them
        found = people(replace(log, messages=tuple(replace(m, quote=None) for m in log.messages)))
        for i, message in enumerate(log.messages):
            said = {
                found.speaker[j] for j in range(i) if message.quote and _same(message.quote.text, log.messages[j].text)
            }
            if message.quote and len(said) == 1 and key(message.quote.name) != key(found.persons[min(said)].name):
                candidates = named(found, message.quote.name)
                if len(candidates) == 1:
                    right += candidates[0] in said
                    wrong += candidates[0] not in said
    assert right + wrong > 5
    assert wrong <= 0.1 * (right + wrong)


def _same(quoted: str, text: str) -> bool:
    start = re.sub(r"[\s?]", "", quoted)[:20]
    return len(start) >= 6 and re.sub(r"[\s?]", "", text).startswith(start)
