"""The guest's talk of a day."""
