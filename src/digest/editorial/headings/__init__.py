"""Headings: which threads share a topic, and its title."""
