"""Which turn replies to which, and which answers which question."""
