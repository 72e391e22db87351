"""Messages → turns: what one speaker said in one go."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from digest.conversation.people.people import plain_spans
from digest.model import Log, Mention, People, Turn
from digest.rules.declare import Declaration, patterns, setting, span
from digest.rules.shapes import Many
from digest.rules.types import Text

EMOJI = re.compile(r"\[[\u4e00-\u9fff]{1,4}\]|\[[A-Z][A-Za-z]{1,10}\]|\?{2,}")  # [强], [OK], a lost one: ??


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """When a speaker's next message still belongs to the turn; from rules/segment.yml."""

    gap: int = span("silence that ends a turn", 180)
    beside: int = span("what the same person says so soon before or after is printed with a published turn", 120)
    new_start: tuple[str, ...] = patterns("a message that opens like this starts a turn of its own", "new-start")
    system: tuple[str, ...] = patterns("a message that is all this was said by nobody: joined, recalled, renamed")
    system_speakers: tuple[str, ...] = setting(
        Many(Text()), "labels under which exports print what nobody said", (), "system-speakers", "lists"
    )


SEGMENT = Declaration("segment", "which messages make a turn", TurnSettings)


def turns(log: Log, people: People, how: TurnSettings | None = None) -> tuple[Turn, ...]:
    """Turns of a log, in order of their first message.

    A turn ends where somebody else speaks, where the speaker is silent for `gap`, where a message addresses somebody
    else than the turn so far, and where one opens anew ("另外请教…").
    """
    how = how or TurnSettings()
    starts = _starter(how.new_start)
    groups: list[list[int]] = []
    texts = [words(m.text, people.mentions[i]) for i, m in enumerate(log.messages)]
    for i, message in enumerate(log.messages):
        if groups:
            last = groups[-1][-1]
            if (
                people.speaker[last] == people.speaker[i]
                and 0 <= message.second - log.messages[last].second <= how.gap
                and message.quote is None
                and not _addresses_anew(groups[-1], i, people, log)
                and not starts(texts[i])
            ):
                groups[-1].append(i)
                continue
        groups.append([i])
    return tuple(_turn(n, group, log, people, texts) for n, group in enumerate(groups))


def beside(
    turns: Sequence[Turn], i: int, seconds: int, free: Callable[[int], bool], remark: Callable[[int], bool]
) -> list[int]:
    """The turns right before and after turn i by the same person, in order; `i` is not among them.

    A turn ends early, so that what answers two questions is told apart; who types slowly has his sentence cut. The walk
    ends at a silence longer than `seconds`, at a turn that is not `free` and where others speak; one `remark` of
    another stops nobody who goes on.
    """
    places = []
    for step in (-1, 1):
        at = i
        while True:
            j = at + step
            if step > 0 and 0 <= j + 1 < len(turns) and turns[j].speaker != turns[i].speaker and remark(j):
                j += 1
            if not 0 <= j < len(turns) or turns[j].speaker != turns[i].speaker or not free(j):
                break
            earlier, later = turns[min(j, at)], turns[max(j, at)]
            if later.start - earlier.end > seconds:
                break
            places.append(j)
            at = j
    return sorted(places)


def words(text: str, mentions: Sequence[Mention]) -> str:
    """A message's plain words: mentions, emoji codes and lost emoji out."""
    plain = plain_spans(text, mentions)
    # most messages hold neither sign: to look for one is a tenth of an expression over the text
    return EMOJI.sub("", plain).strip() if "[" in plain or "??" in plain else plain


def _starter(patterns: Sequence[str]) -> Callable[[str], bool]:
    if not patterns:
        return lambda _: False
    from digest.rules.regex import Matcher

    matcher = Matcher(tuple(rf"^(?:{p})" for p in patterns))
    return lambda text: bool(matcher.fires(text))


def _addresses_anew(group: Sequence[int], i: int, people: People, log: Log) -> bool:
    """Whether message i begins by naming somebody whom the turn so far did not name."""
    mentions = people.mentions[i]
    if not mentions or log.messages[i].text[: mentions[0].start].strip():
        return False
    before = {_who(m) for j in group for m in people.mentions[j]}
    return bool(before or any(log.messages[j].text for j in group)) and _who(mentions[0]) not in before


def _who(mention: Mention) -> int | str:
    return mention.label if mention.person is None else mention.person


def _turn(index: int, group: Sequence[int], log: Log, people: People, texts: Sequence[str]) -> Turn:
    messages = [log.messages[i] for i in group]
    speaker = people.speaker[group[0]]
    mentions = [m for i in group for m in people.mentions[i]]
    named = dict.fromkeys([m.person for m in mentions if m.person is not None and m.person != speaker])
    text = "\n".join([t for i in group if (t := texts[i])])
    return Turn(
        index=index,
        speaker=speaker,
        messages=tuple(group),
        positions=tuple(sorted([p for m in messages for p in m.positions])),
        start=messages[0].second,
        end=messages[-1].second,
        text=text,
        mentions=tuple(named),
        images=sum([len(m.images) for m in messages]),
        links=text.count("http://") + text.count("https://"),
    )
