"""Documents: bytes to ordered units of text with inline tags, and back. One module per file format."""
