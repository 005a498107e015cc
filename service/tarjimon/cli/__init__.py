"""The command line."""

from tarjimon.cli.main import main

__all__ = ["main"]
