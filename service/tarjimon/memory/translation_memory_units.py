"""A translated paragraph as the sentences it consists of, where it is clear which belongs to which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tarjimon.memory.translation_memory_entry import Entry
from tarjimon.text.fidelity import check
from tarjimon.text.segmentation import segment


def with_sentences(entry: Entry) -> Iterator[Entry]:
    """The entry itself and, if it has several sentences, one entry for each.

    The pipeline asks for sentences, people correct paragraphs. Sentences are paired only when there are as many in
    the translation as in the source and no pair fails the fidelity check; otherwise the paragraph stands alone.
    """
    yield entry
    sources = segment(entry.source, entry.source_language)
    if len(sources) < 2:
        return
    targets = segment(entry.target, entry.target_language)
    pairs = list(zip((s.text for s in sources), (t.text for t in targets), strict=False))
    languages = entry.source_language, entry.target_language
    if len(targets) == len(sources) and all(check(*pair, *languages).ok for pair in pairs):
        for source, target in pairs:
            yield replace(entry, source=source, target=target)
