"""Who speaks and who is meant: labels, mentions, names in sentences."""
