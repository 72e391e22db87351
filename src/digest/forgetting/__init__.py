"""Taking a person out of all that a project holds."""
