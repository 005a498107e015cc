"""Tarjimon: Uzbek press releases into Russian and English, with short summaries."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("tarjimon")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+source"

__all__ = ["__version__"]
