"""What was translated before: the segment cache and the translation memory."""
