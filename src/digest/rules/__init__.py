"""Rules: what they are, how they are read and checked.

    from digest.rules.load import load, packaged
    from digest.rules.match import TextRules

Nothing is imported here, so that a command which needs no rules pays nothing for them.
"""
