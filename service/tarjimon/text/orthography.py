"""Uzbek spelling: one canonical form for three alphabets, and the way back to each of them.

The canonical form is today's Latin with ASCII apostrophes. It is what the cache, the memory and the models
see. Rules: Cabinet of Ministers resolution 339 of 24 August 1995 (main spelling rules); the exceptions are in
`orthography_lexicon`; docs/decisions/0003-orthography.md says what stays ambiguous.
"""

from __future__ import annotations

from tarjimon.text.orthography_alphabet import Alphabet, detect_alphabet
from tarjimon.text.orthography_fold import Folded, fold, fold_aligned
from tarjimon.text.orthography_render import render

__all__ = ["Alphabet", "Folded", "detect_alphabet", "fold", "fold_aligned", "render"]
