"""Batching: many callers' segments become few, well-filled engine batches."""
