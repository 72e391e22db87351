"""The subjects of the rules, each declared beside the stage that reads it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from digest.conversation.lexicon import LEXICON
from digest.conversation.people.people import PEOPLE
from digest.conversation.questions import QUESTIONS
from digest.conversation.replies.answers import ANSWERS
from digest.conversation.replies.links import LINKS
from digest.conversation.talk.rules import TALK
from digest.conversation.turns import SEGMENT
from digest.editorial.clean import CLEAN
from digest.editorial.headings.topics import TOPICS
from digest.editorial.late import LATE
from digest.knowledge.likeness import BEFORE, SAME
from digest.page.render import LAYOUT
from digest.rules import load as rules
from digest.rules.model import Rules

SUBJECTS = (
    *(SEGMENT, PEOPLE, LEXICON, QUESTIONS, LINKS, ANSWERS, TALK),
    *(TOPICS, CLEAN, LATE, BEFORE, SAME, LAYOUT),
)


def load(folders: Sequence[Path]) -> Rules:
    """Rules of the folders, each building on those before it. Raises RulesError with all problems of all files."""
    return rules.load(folders, SUBJECTS)
