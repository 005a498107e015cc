"""A generator of official sentences in three languages: slot grammar with real inflection."""
