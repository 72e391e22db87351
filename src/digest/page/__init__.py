"""The language of a page: how it is written, read and merged."""
