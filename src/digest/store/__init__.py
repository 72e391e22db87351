"""The knowledge base: what was said and answered on many days, in one SQLite file that can always be built anew."""
