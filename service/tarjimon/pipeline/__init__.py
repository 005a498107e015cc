"""The pipeline: the only place where text, batching, engine and memory meet."""
