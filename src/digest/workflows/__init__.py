"""What the program does for its users, without a terminal: the commands, and whatever else comes, call these."""
