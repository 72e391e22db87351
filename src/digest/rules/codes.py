"""What each problem code of the rules means, for `digest rules explain CODE`."""

from __future__ import annotations

CODES: dict[str, str] = {
    # R0: the file itself
    "R001": "The file or folder can't be read: missing, not a regular file, a link, or over the size cap.",
    "R002": "The file is not UTF-8. Save it as UTF-8.",
    "R003": "The file is not YAML: the parser stopped at this place.",
    "R004": "Anchors (&name) and aliases (*name) are not used in rules; a value of one's own starting so needs quotes.",
    "R005": "Tags (!name) are not used in rules; a value of one's own starting so needs quotes.",
    "R006": "The file nests too deep or holds too many values.",
    "R007": "A key stands twice in one mapping; the second would silently win.",
    "R008": "A file holds one YAML document, a mapping with `subject:`.",
    # R1: what the file says
    "R101": "`subject:` is missing or unknown; it tells which part of the program the file speaks to.",
    "R102": "The value has the wrong shape: a mapping, a list or a single value is wanted.",
    "R103": "The key is not known here.",
    "R104": "A key that is needed is missing.",
    "R105": "The value has the wrong type: a number, a duration, a word is wanted.",
    "R106": "YAML would read this value as something else (22:30 as 1350, no as false); put it in quotes.",
    "R107": "The number is outside its range.",
    "R108": "The value is not one of those known here.",
    "R109": "The same rule id stands twice in one folder.",
    "R110": "An id or name is lower-case words joined by hyphens, such as polite-opening; a key of `front:`, one word.",
    "R111": "A rule has exactly one kind: one key such as pattern, lexicon or length.",
    "R112": "This kind can't be used in this subject.",
    "R113": "The act is not declared in the subject's `acts:`.",
    "R114": "No list of this name stands under `lists:`.",
    "R115": "No rule of this id stands in the subject.",
    "R116": "The expression is not one that RE2 takes. RE2 has no lookaround, no back-references and no \\uXXXX.",
    "R117": "An `all` rule names no other `all` rule under `not:`; under `of:` it may, and that one's parts count.",
    "R118": "min is over max.",
    "R119": "An `all` rule can't build on itself, neither outright nor by way of others.",
    "R120": "An entry changes a rule that is not there: misspelt, or gone from the packaged rules since.",
    "R121": "The word names what nothing here can tell, so the rule would never fire; the message says what to write.",
    # R2: a rule's own examples
    "R201": "A sentence under `match` does not make the rule fire.",
    "R202": "A sentence under `no_match` makes the rule fire.",
    "R203": "Only kinds that look at the text alone (pattern, lexicon, length) can carry examples.",
    # R3: worth a look
    "R301": "A rule without `why:` leaves the next editor guessing.",
    "R302": "A weight of 0 changes nothing; give it a weight, or `off: true`.",
    "R303": "The expression matches the empty text, so the rule fires on everything.",
    "R304": "The expression can't match anything.",
    "R305": "Another rule of the same act says the same, so it counts twice.",
    "R306": "The list is used by no rule.",
    "R307": "A rule on text without examples is not tested.",
    "R308": "\\b and \\w know ASCII only: Chinese characters are no word characters to RE2.",
    "R309": "The weight's sign is not the one that `sign:` demands.",
    "R310": "The rule is built on a rule that is switched off.",
    "R311": "The word is an old one for another, which means the same.",
    "R312": "The setting is gone, and the line changes nothing: take it out.",
    "R313": "The rule looks at an act that is scored after its own, or at its own; acts are scored in their order.",
}


def explain(code: str) -> str | None:
    """One line on a code, None where there is no such code."""
    return CODES.get(code.upper())
