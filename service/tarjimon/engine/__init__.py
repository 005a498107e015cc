"""Engines: what turns encoded segments into hypotheses. Only this package knows the inference libraries."""
