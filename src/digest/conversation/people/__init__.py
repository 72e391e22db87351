"""Who the labels and mentions of a log stand for."""
