"""The editor's file: its blocks, her changes, how they and a new build come together."""
