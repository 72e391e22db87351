"""Write the digest of a technical group chat by rules."""

__version__ = "0.1.0"
