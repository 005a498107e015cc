"""Entries as rows of the database and back, and the statements that look them up and write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from tarjimon.memory.translation_memory_entry import Entry, EntryState, MemoryMatch, Question
from tarjimon.memory.translation_memory_key import canonical, grams, skeleton, source_key
from tarjimon.memory.translation_memory_schema import entries
from tarjimon.memory.translation_memory_schema import grams as gram_table

_KEYS = 10_000  # of one statement; SQLite takes 32,766 parameters and PostgreSQL 65,535
_IDENTITY = ("source_key", "source_language", "target_language", "client")
_CONTENT = ("canonical", "source", "target", "origin", "author", "state", "updated")

_ADD_GRAMS = text(
    "INSERT INTO memory_grams (gram, entry) SELECT * FROM unnest(CAST(:gram AS bigint[]), CAST(:entry AS bigint[]))"
    " ON CONFLICT DO NOTHING"
)

Identity = tuple[bytes, str, str, str]
"""What makes an entry the same entry: key of the sentence, its language, the target's, the client."""


def by_identity(batch: Iterable[Entry]) -> dict[Identity, tuple[str, Entry]]:
    """Entries with their canonical sources; of several with one identity the last."""
    found: dict[Identity, tuple[str, Entry]] = {}
    for entry in batch:
        plain = canonical(entry.source, entry.source_language)
        identity = (source_key(plain), entry.source_language, entry.target_language, entry.client)
        found[identity] = plain, entry
    return found


def exact(
    connection: Connection, questions: Sequence[Question], clients: Sequence[str]
) -> dict[Question, MemoryMatch]:
    """The entry of each question that has one; of several clients' the first client's."""
    keys = {q: source_key(canonical(q.text, q.source_language)) for q in questions}
    rows = {
        _identity(row): row
        for row in _with_keys(connection, list(set(keys.values())))
        if row.client in clients
    }
    found = {}
    for question, key in keys.items():
        for client in clients:
            row = rows.get((key, question.source_language, question.target_language, client))
            if row is not None:
                found[question] = MemoryMatch(1.0, row.source, row.target, False, row.origin)
                break
    return found


def known(connection: Connection, identities: Iterable[Identity]) -> dict[Identity, Entry]:
    """The entries that are stored already, with `updated` left out."""
    wanted = set(identities)
    rows = _with_keys(connection, list({identity[0] for identity in wanted}))
    return {_identity(row): entry_of(row, updated=0.0) for row in rows if _identity(row) in wanted}


def upsert(connection: Connection, rows: Mapping[Identity, tuple[str, Entry]], now: float) -> None:
    """Write entries, replacing those with the same identity; the time of creation stays."""
    if not rows:
        return
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(entries)
    statement = statement.on_conflict_do_update(
        index_elements=list(_IDENTITY), set_={name: statement.excluded[name] for name in _CONTENT}
    )
    connection.execute(statement, [_row(identity, plain, e, now) for identity, (plain, e) in rows.items()])


def index(connection: Connection, rows: Mapping[Identity, tuple[str, Entry]]) -> None:
    """Make entries that were just written findable by their grams."""
    if not rows:
        return
    stored = _with_keys(connection, list({identity[0] for identity in rows}))
    pairs = sorted(
        (pair for row in stored if _identity(row) in rows for pair in _pairs(row)),
        key=lambda pair: pair["gram"],
    )
    if connection.dialect.name == "sqlite":
        connection.execute(sqlite.insert(gram_table).on_conflict_do_nothing(), pairs)
    else:
        # Ten rows for each entry: as statements of their own they would take most of an import's time.
        columns = {name: [pair[name] for pair in pairs] for name in ("gram", "entry")}
        connection.execute(_ADD_GRAMS, columns)


def remove(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    """Delete entries and what they are found by."""
    of_pair = (gram_table.c.gram == bindparam("of_gram")) & (gram_table.c.entry == bindparam("of_entry"))
    pairs = [{"of_gram": pair["gram"], "of_entry": pair["entry"]} for row in rows for pair in _pairs(row)]
    connection.execute(delete(gram_table).where(of_pair), pairs)
    connection.execute(delete(entries).where(entries.c.id.in_([row.id for row in rows])))


def count(connection: Connection) -> int:
    """Entries in all."""
    return connection.execute(select(func.count()).select_from(entries)).scalar_one()


def entry_of(row: Row[Any], updated: float | None = None) -> Entry:
    """The entry of a row."""
    return Entry(
        row.source,
        row.target,
        row.source_language,
        row.target_language,
        row.origin,
        row.author,
        EntryState(row.state),
        row.client,
        row.updated if updated is None else updated,
    )


def _with_keys(connection: Connection, keys: Sequence[bytes]) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    for start in range(0, len(keys), _KEYS):
        chosen = entries.c.source_key.in_(keys[start : start + _KEYS])
        found += connection.execute(select(entries).where(chosen)).all()
    return found


def _identity(row: Row[Any]) -> Identity:
    return bytes(row.source_key), row.source_language, row.target_language, row.client


def _pairs(row: Row[Any]) -> list[dict[str, int]]:
    shape = skeleton(row.canonical)
    numbers = grams(shape, row.source_language, row.target_language, row.client)
    return [{"gram": gram, "entry": row.id} for gram in set(numbers)]


def _row(identity: Identity, plain: str, entry: Entry, now: float) -> dict[str, Any]:
    return {
        **dict(zip(_IDENTITY, identity, strict=True)),
        "canonical": plain,
        "source": entry.source,
        "target": entry.target,
        "origin": entry.origin,
        "author": entry.author,
        "state": entry.state.value,
        "created": now,
        "updated": now,
    }
