"""Whole archives: a journal that survives anything, and the runner that keeps it."""
