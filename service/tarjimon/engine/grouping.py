"""Splitting a batch into parts that one call of a library can decode, order remembered."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from tarjimon.domain import EncodedSegment

K = TypeVar("K", bound=Hashable)


def by_key(batch: Sequence[EncodedSegment], key: Callable[[EncodedSegment], K]) -> dict[K, list[int]]:
    """The batch's places under each value of `key`, both in the order of the batch."""
    groups: dict[K, list[int]] = {}
    for place, segment in enumerate(batch):
        groups.setdefault(key(segment), []).append(place)
    return groups
