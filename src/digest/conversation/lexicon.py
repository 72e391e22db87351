"""The field's words as rules/lexicon.yml lists them, and the vocabulary that they make."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from digest.rules.declare import Declaration, words
from digest.rules.types import Weighed

if TYPE_CHECKING:
    from digest.words import Vocabulary


@dataclass(frozen=True)
class FieldWords:
    """The lists of rules/lexicon.yml."""

    terms: tuple[str, ...] = words("cut as one word")
    same: tuple[str, ...] = words("words that mean the same, joined by spaces, the first being the name")
    common: tuple[str, ...] = words("a word that is everywhere, and how much of its weight it keeps", of=Weighed())
    stop: tuple[str, ...] = words("words that carry no content")

    @cached_property
    def vocabulary(self) -> Vocabulary:
        from digest.words import vocabulary  # start-up: commands that read no chat need no words

        return vocabulary({"terms": self.terms, "same": self.same, "common": self.common, "stop": self.stop})


LEXICON = Declaration("lexicon", "the field's words", FieldWords)
