"""Similar sentences among a million: candidates by shared grams, then compared letter by letter."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import Indel
from sqlalchemy import Connection, Row, select, text

from tarjimon.memory.translation_memory_entry import ALMOST, LEAST_SIMILARITY, MemoryMatch, Question
from tarjimon.memory.translation_memory_key import canonical, grams, skeleton
from tarjimon.memory.translation_memory_repair import repair
from tarjimon.memory.translation_memory_schema import entries

LONGEST_COMPARED = 2_000
"""Code points; longer sentences are only looked up exactly: comparing them takes time that grows as the square."""

_POSTINGS = 100  # newest entries that one gram leads to; a gram that leads to more says little
_SAME_SHAPE = 8  # entries that differ only in numbers, of each client, which are compared first
_CANDIDATES = 24  # entries that are compared with one sentence
_PARAMETERS = 10_000  # of one statement; SQLite takes 32,766 and PostgreSQL 65,535
# SQLite and PostgreSQL have no common way to say "at most so many rows for each of these".
_SQLITE = text(
    "SELECT w.value, (SELECT group_concat(entry) FROM"
    " (SELECT entry FROM memory_grams WHERE gram = w.value ORDER BY entry DESC LIMIT :postings))"
    " FROM json_each(:grams) AS w"
)
_POSTGRESQL = text(
    "SELECT w.gram, array_to_string(ARRAY(SELECT entry FROM memory_grams WHERE gram = w.gram"
    " ORDER BY entry DESC LIMIT :postings), ',')"
    " FROM unnest(CAST(:grams AS bigint[])) AS w(gram)"
)


@dataclass(frozen=True, slots=True)
class _Sought:
    question: Question
    canonical: str
    lowered: str
    shapes: tuple[int, ...]
    grams: tuple[int, ...]


def similar(
    connection: Connection, questions: Sequence[Question], clients: Sequence[str]
) -> dict[Question, MemoryMatch]:
    """The best similar sentence for each question that has one.

    Args:
        connection: to the memory.
        questions: what is sought; those that are too long are left out.
        clients: whose entries count, the most trusted first.
    """
    sought = [_sought(question, clients) for question in questions]
    sought = [one for one in sought if 0 < len(one.canonical) <= LONGEST_COMPARED]
    postings = _postings(connection, {gram for one in sought for gram in (*one.shapes, *one.grams)})
    candidates = {one.question: _candidates(one, postings) for one in sought}
    rows = _rows(connection, {entry for ids in candidates.values() for entry in ids})
    found: dict[Question, MemoryMatch] = {}
    for one in sought:
        known = [rows[entry] for entry in candidates[one.question] if entry in rows]
        match = _best(one, known, clients)
        if match is not None:
            found[one.question] = match
    return found


def _sought(question: Question, clients: Sequence[str]) -> _Sought:
    plain = canonical(question.text, question.source_language)
    shape = skeleton(plain)
    languages = question.source_language, question.target_language
    keys = [grams(shape, *languages, client) for client in clients]
    rest = tuple(gram for _, *others in keys for gram in others)
    return _Sought(question, plain, plain.lower(), tuple(first for first, *_ in keys), rest)


def _postings(connection: Connection, wanted: Iterable[int]) -> dict[int, list[int]]:
    ordered = sorted(wanted)
    sqlite = connection.dialect.name == "sqlite"
    values = json.dumps(ordered) if sqlite else ordered
    rows = connection.execute(_SQLITE if sqlite else _POSTGRESQL, {"grams": values, "postings": _POSTINGS})
    return {gram: [int(entry) for entry in listed.split(",")] for gram, listed in rows if listed}


def _candidates(one: _Sought, postings: dict[int, list[int]]) -> list[int]:
    """Entries of the same shape, then those that share the most; a gram weighs the more, the rarer it is."""
    weights: defaultdict[int, float] = defaultdict(float)
    for shape in one.shapes:
        for entry in postings.get(shape, [])[:_SAME_SHAPE]:
            weights[entry] += 1.0
    for gram in one.grams:
        listed = postings.get(gram, [])
        for entry in listed:
            weights[entry] += 1 / (4 + len(listed))
    return sorted(weights, key=lambda entry: (-weights[entry], -entry))[:_CANDIDATES]


def _rows(connection: Connection, ids: Iterable[int]) -> dict[int, Row[Any]]:
    found: dict[int, Row[Any]] = {}
    ordered = sorted(ids)
    for start in range(0, len(ordered), _PARAMETERS):
        part = ordered[start : start + _PARAMETERS]
        for row in connection.execute(select(entries).where(entries.c.id.in_(part))):
            found[row.id] = row
    return found


def _best(one: _Sought, known: Iterable[Row[Any]], clients: Sequence[str]) -> MemoryMatch | None:
    """The match with the highest score; of equals the repaired one, the caller's own, the newest."""
    question = one.question
    languages = question.source_language, question.target_language
    ranked = []
    for row in known:
        # A hash may collide: nobody's sentence is shown to another client for that.
        if (row.source_language, row.target_language) != languages or row.client not in clients:
            continue
        score = Indel.normalized_similarity(one.lowered, row.canonical.lower(), score_cutoff=LEAST_SIMILARITY)
        repaired = repair(row.canonical, one.canonical, row.target, *languages)
        if repaired is not None:
            score = ALMOST
        if score >= LEAST_SIMILARITY:
            match = MemoryMatch(
                min(score, ALMOST), row.source, repaired or row.target, repaired is not None, row.origin
            )
            order = (match.similarity, match.repaired, -clients.index(row.client), row.updated, row.id)
            ranked.append((order, match))
    return max(ranked, key=lambda pair: pair[0])[1] if ranked else None
