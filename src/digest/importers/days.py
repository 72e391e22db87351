"""Logs by room and day from the chats of an export, and the account of every record in it.

What is the same for all formats: the zone, the hour at which a day begins, the order of time, recalls, edits, doubled
records, and which message a reply means.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from digest.errors import UsageError
from digest.importers import clean
from digest.importers.base import Ambiguity, Chat, Parent, Raw, Unreadable
from digest.model import DayPosition, Log, Message

BEGINNING = 8  # letters by which a quoted text is looked up; programs cut quotes at 20 and more
_SHOWN = 80  # letters of an unreadable line
_SPACE = re.compile(r"\s+")
_CUT = re.compile(r"(?:…|\.{3})$")
_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " ", "\u2066": None, "\u2067": None, "\u2068": None, "\u2069": None})
_EARLIEST, _LATEST = dt.datetime(1970, 1, 2), dt.datetime(9990, 1, 1)


@dataclass(slots=True)
class Account:
    """What became of each record: messages, system, recalled, edits, doubled and unreadable make up `records`."""

    records: int = 0
    messages: int = 0
    system: int = 0
    recalled: int = 0  # records whose words were taken back
    edits: int = 0  # records that changed another one
    doubled: int = 0
    unreadable: int = 0
    replies: int = 0  # of the messages
    lost_replies: int = 0  # replies to what the export does not hold
    pictures: int = 0
    edited: int = 0
    back: int = 0  # times the clock went back
    examples: dict[str, Unreadable] = field(default_factory=dict)  # the first unreadable record of each kind
    ambiguities: dict[str, Ambiguity] = field(default_factory=dict)  # the first of each kind

    @property
    def whole(self) -> bool:
        """Whether every record is counted once."""
        counted = self.messages + self.system + self.recalled + self.edits + self.doubled + self.unreadable
        return counted == self.records

    def refuse(self, record: Unreadable) -> None:
        self.unreadable += 1
        self.examples.setdefault(record.kind, replace(record, text=record.text[:_SHOWN]))


def zone_of(name: str) -> ZoneInfo:
    """The zone of that name, such as Asia/Shanghai."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"{name[:40]}: no such zone. Write one such as Asia/Shanghai or UTC") from None


def logs(
    chats: Iterable[Chat], account: Account, *, path: str, zone: ZoneInfo, starts: dt.timedelta = dt.timedelta()
) -> Iterator[Log]:
    """A log for each room and day, rooms as they first stand, days in order; `account` is filled on the way.

    `zone` is where the group lives: days and times are told in it, and times without a zone are taken to be in it.
    What is said before `starts` belongs to the day before.
    """
    rooms: dict[str, list[Raw]] = {}
    for chat in chats:
        records = rooms.setdefault(clean.label(chat.room, {}), [])
        wall = zone_of(chat.zone) if chat.zone else zone
        for record in chat.messages:
            if isinstance(record, Ambiguity):
                account.ambiguities.setdefault(record.kind, replace(record, text=record.text[:_SHOWN]))
                continue
            account.records += 1
            if isinstance(record, Unreadable):
                account.refuse(record)
                continue
            at = _local(record.at, zone, wall)
            if at is None:
                account.refuse(Unreadable(record.line, "no such time", record.text))
                continue
            record.at, record.export = at, chat.export
            if record.reply_to and record.reply_to.at is not None:
                record.reply_to = replace(record.reply_to, at=_local(record.reply_to.at, zone, wall))
            records.append(record)
    for room, records in rooms.items():
        for day, messages in _days(_settled(records, account), account, starts).items():
            yield Log(path, room, day, tuple(messages), headers=len(messages), zone=zone.key)


def _local(at: dt.datetime | float, zone: ZoneInfo, wall: ZoneInfo) -> dt.datetime | None:
    """The time on the group's wall, to the second; None for one that no calendar has."""
    try:
        if not isinstance(at, dt.datetime):
            at = dt.datetime.fromtimestamp(at, zone)
        elif at.tzinfo is None and wall is not zone:
            at = at.replace(tzinfo=wall)
        if at.tzinfo is not None:
            at = at.astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None
    return at.replace(microsecond=0) if _EARLIEST < at < _LATEST else None


def _settled(records: list[Raw], account: Account) -> list[Raw]:
    """The records of a room in order of time, each once, in their last form, what was taken back without its words."""
    doubled = _doubled(records, account)
    by_id = {record.id: record for record in records if record.id and not record.edits and not record.recalls}
    kept: list[Raw] = []
    for n, record in enumerate(records):
        target = by_id.get(record.edits or record.recalls)
        if n in doubled:
            account.doubled += 1
        elif record.edits and target:
            account.edits += 1
            target.text, target.edited = record.text, True
        elif record.recalls:
            account.edits += 1
            if target:
                target.kind = "recalled"
        else:
            kept.append(record)
    for record in kept:
        if record.kind == "recalled":
            record.text, record.images, record.quote, record.reply_to = "", (), None, None
    return sorted(kept, key=_time)


def _time(record: Raw) -> dt.datetime:
    assert isinstance(record.at, dt.datetime)
    return record.at


def _doubled(records: list[Raw], account: Account) -> set[int]:
    """Places of records that repeat an earlier one.

    By the platform's id where there is one. Without it, equal records are twins, for a member may say 1 twice in a
    second, unless the clock went back between them: then the export stands in the file twice, and the second twin of
    the second copy repeats the second one of the first.
    """
    doubled: set[int] = set()
    seen: dict[tuple[object, ...], int] = {}  # by record, and by which of its equals in a run it is
    run = 0
    run_of: dict[tuple[object, ...], int] = {}
    twins: dict[tuple[object, ...], int] = {}
    before, export = dt.datetime.min, 0
    for n, record in enumerate(records):
        at = _time(record)
        if at < before or record.export != export:
            account.back += record.export == export
            run = n
            twins.clear()
        before, export = at, record.export
        key: tuple[object, ...] = (at, record.sender or record.name, record.text, record.kind, record.edits)
        if record.id:
            key = (record.id, *key)
        else:
            twins[key] = twins.get(key, 0) + 1
            key = (*key, twins[key])
        if seen.setdefault(key, n) != n and (record.id or run_of[key] != run):
            doubled.add(n)
        run_of.setdefault(key, run)
    return doubled


def _days(records: list[Raw], account: Account, starts: dt.timedelta) -> dict[dt.date, list[Message]]:
    """The messages of a room by day."""
    places: list[DayPosition] = []
    counts: dict[dt.date, int] = defaultdict(int)
    for record in records:
        day = (_time(record) - starts).date()
        places.append(DayPosition(day, counts[day]))
        counts[day] += 1
    days: dict[dt.date, list[Message]] = {day: [] for day in counts}
    parents = _Parents(records)
    for n, (record, place) in enumerate(zip(records, places, strict=True)):
        parent = parents.of(n)
        message = _message(record, place, None if parent is None else places[parent])
        if parent is not None:
            message = replace(message, reply_id=records[parent].id)
        elif record.reply_to:
            account.lost_replies += 1
        _count(message, account)
        days[place.day].append(message)
    return days


def _message(record: Raw, place: DayPosition, parent: DayPosition | None) -> Message:
    text = _readable(record.text)
    midnight = dt.datetime.combine(place.day, dt.time())
    same_day = parent is not None and parent.day == place.day
    return Message(
        positions=(place.position,),
        second=int((_time(record) - midnight).total_seconds()),
        speaker=clean.label(_readable(record.name or record.sender), {}),
        text=text,
        raw=text,
        images=record.images,
        quote=record.quote,
        reply_to=parent.position if parent and same_day else None,
        line=record.line,
        id=record.id,
        sender=record.sender,
        kind=record.kind,
        reply_place=None if same_day else parent,
        edited=record.edited,
        minute=record.minute,
    )


def _readable(text: str) -> str:
    """A text without what can't be seen, lines and indentation kept; entities are the format's business."""
    if not text.isascii() or not text.isprintable():
        text = clean.visible(text.translate(_SPACES))
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return "\n".join(lines).strip("\n")


def _count(message: Message, account: Account) -> None:
    if message.kind == "recalled":
        account.recalled += 1
    elif message.kind == "system":
        account.system += 1
    else:
        account.messages += 1
        account.replies += message.reply_to is not None or message.reply_place is not None
        account.pictures += message.kind == "image" or bool(message.images)
        account.edited += message.edited


class _Parents:
    """Which record each reply of a room answers."""

    def __init__(self, records: list[Raw]) -> None:
        self._records = records
        self._ids = {record.id: n for n, record in reversed(list(enumerate(records))) if record.id}
        self._seconds: dict[dt.datetime, list[int]] = defaultdict(list)
        self._beginnings: dict[str, list[int]] = defaultdict(list)
        self._names = {(record.name or record.sender).strip() for record in records}
        if any(record.reply_to and not record.reply_to.id for record in records):
            for n, record in enumerate(records):
                self._seconds[_time(record)].append(n)
                self._beginnings[_flat(record.text)[:BEGINNING]].append(n)

    def of(self, child: int) -> int | None:
        """The record that record `child` answers; None where it answers none, or none that is here."""
        told = self._records[child].reply_to
        if told is None:
            return None
        if told.id:
            parent = self._ids.get(told.id)
            return None if parent == child else parent
        if told.at is not None:
            assert isinstance(told.at, dt.datetime)
            return self._best([n for n in self._seconds.get(told.at, ()) if n != child], told, by_text=False)
        text = _CUT.sub("", _flat(told.text))
        if told.kind and not text:
            earlier = range(child - 1, -1, -1)
            return next((n for n in earlier if self._records[n].kind == told.kind and self._is(n, told)), None)
        # a quote cut before the eighth letter is no help: it would fit too many
        candidates = [n for n in self._beginnings.get(text[:BEGINNING], ()) if n < child]
        best = self._best(candidates, told, by_text=True)
        if best is None and not told.sender and len(text) >= BEGINNING and told.name.strip() not in self._names:
            # a quote may name a person as the exporter's contacts do
            return self._best(candidates, replace(told, name=""), by_text=True)
        return best

    def _best(self, candidates: list[int], told: Parent, *, by_text: bool) -> int | None:
        """The last candidate of the right person, one with the text before one without."""
        text = _CUT.sub("", _flat(told.text))
        persons = [n for n in candidates if self._is(n, told)]
        equal = [n for n in persons if text and _flat(self._records[n].text).startswith(text)]
        return equal[-1] if equal else persons[-1] if persons and not by_text else None

    def _is(self, n: int, told: Parent) -> bool:
        """Whether record `n` is by the person that is quoted."""
        record = self._records[n]
        if record.kind in ("system", "recalled"):
            return False
        if told.sender and record.sender:
            return told.sender == record.sender
        return not told.name or told.name.strip() == (record.name or record.sender).strip()


def _flat(text: str) -> str:
    return _SPACE.sub(" ", _readable(text)).strip()
