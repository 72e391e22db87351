"""A log without what nobody said: lines of the system, recalled messages, bots, people whom the rules ignore."""

from __future__ import annotations

from dataclasses import replace

from digest.conversation.people.people import Known
from digest.conversation.turns import TurnSettings
from digest.model import Log, Message
from digest.rules.regex import Matcher

SILENT_KINDS = frozenset(("system", "recalled", "bot"))


def without_silent(log: Log, known: Known, settings: TurnSettings) -> Log:
    """The log without them; the same log where all was said by people. Positions stay what they are."""
    nobody = frozenset((*known.bots, *known.ignore, *settings.system_speakers))
    matcher = Matcher([rf"\A(?:{pattern})\z" for pattern in settings.system]) if settings.system else None

    def silent(message: Message) -> bool:
        if message.kind in SILENT_KINDS or message.speaker in nobody or (message.sender and message.sender in nobody):
            return True
        return matcher is not None and bool(matcher.fires(message.text.strip()))

    spoken = tuple(message for message in log.messages if not silent(message))
    return log if len(spoken) == len(log.messages) else replace(log, messages=spoken)
