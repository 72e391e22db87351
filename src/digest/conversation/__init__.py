"""A log → who said what to whom: people, turns, acts, reply-to links, talk, questions with their answers."""
