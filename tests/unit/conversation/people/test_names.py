"""Who is called by name, on invented labels."""

from __future__ import annotations

import datetime as dt

import pytest

from digest.conversation.people.names import Called, called
from digest.model import Log, Message, People, Person

LABELS = ("郑小远-某行-研发", "Kiki-某支付-产品", "竹青-某宝", "安全-老钱", "我")
SAID = ("安全怎么做", "我们的安全靠加密", "安全，是第一位的", "Kiki，在么")


def of(labels: tuple[str, ...] = LABELS, said: tuple[str, ...] = SAID) -> Called:
    persons = tuple(Person(n, label) for n, label in enumerate(labels))
    messages = tuple(Message((n,), n, labels[n % len(labels)], text) for n, text in enumerate(said))
    log = Log("log", "", dt.date(2024, 2, 29), messages, len(messages))
    people = People(persons, tuple(n % len(labels) for n in range(len(said))), tuple(() for _ in said))
    found = called(log, people)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("郑小远，日切是几点", "日切是几点"),
        ("小远兄，日切是几点", "日切是几点"),
        ("郑总：日切是几点", "日切是几点"),
        ("老郑 日切是几点", "日切是几点"),
        ("Kiki 这个你问过", "这个你问过"),
        ("kiki，竹青妹子，日切是几点", "日切是几点"),
        ("这个好办，竹青，你来说说", "这个好办，你来说说"),
        ("日切是几点，郑总", "日切是几点"),
        ("郑小远说的对", "郑小远说的对"),
        ("汇总，再对账", "汇总，再对账"),
        ("安全，是第一位的", "安全，是第一位的"),
        ("第一行\n竹青，第二行", "第一行\n第二行"),
    ],
)
def test_a_name_goes_where_it_calls_somebody(text: str, left: str) -> None:
    assert of(said=(*SAID, text)).out(text) == left


def test_a_day_of_nobody_calls_nobody() -> None:
    assert called(Log("log", "", dt.date(2024, 2, 29), (), 0), People((), (), ())) is None
