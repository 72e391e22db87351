"""The talk of a day: who gives it, where it begins and ends, its text."""
