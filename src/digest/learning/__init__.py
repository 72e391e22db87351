"""How well what is found agrees with what was published, and what the rules learn from it."""
