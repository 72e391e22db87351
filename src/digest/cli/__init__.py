"""The commands. `app.main` is where the program starts; everything heavy is imported by the command that needs it."""
