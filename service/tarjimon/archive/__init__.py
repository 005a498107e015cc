"""Whole archives: journal and runners."""
