"""What each turn does: dialogue acts by rule."""
