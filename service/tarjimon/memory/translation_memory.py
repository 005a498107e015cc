"""The translation memory: what people translated before, found again in whatever spelling, and kept for a fleet."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice

from sqlalchemy import func, select

from tarjimon.errors import LimitExceededError
from tarjimon.memory import translation_memory_rows as stored_rows
from tarjimon.memory.translation_memory_database import Database
from tarjimon.memory.translation_memory_entry import Entry, MemoryMatch, OriginCount, Question, Stored
from tarjimon.memory.translation_memory_schema import entries
from tarjimon.memory.translation_memory_search import similar

SHARED = ""
"""The client whose entries everybody sees."""

_BATCH = 1_000


class TranslationMemory:
    """A translation memory. All methods block; they may be called from several threads and processes at once.

    Args:
        url: of an SQLite or PostgreSQL database, or the path of an SQLite file; tables are made when missing.
        largest: entries that it may hold.
        clock: seconds since 1970.

    Raises:
        ConfigError: the URL cannot be used.
    """

    def __init__(
        self, url: str, *, largest: int = 10_000_000, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = Database(url)
        self._largest = largest
        self._clock = clock

    @property
    def name(self) -> str:
        """Its URL without the password."""
        return self._database.name

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def look_up(
        self, questions: Iterable[Question], *, client: str = SHARED, fuzzy: bool = False
    ) -> dict[Question, MemoryMatch]:
        """What the memory knows, in a fixed number of statements however many questions there are.

        Args:
            questions: sentences; equal ones are asked once.
            client: on whose behalf: its own entries go before the shared ones, others' are never seen.
            fuzzy: also the best similar sentence where there is no exact match.

        Returns:
            A match for each question that has one: exact ones have similarity 1.0.

        Raises:
            MemoryUnavailableError: the database fails.
        """
        wanted = list(dict.fromkeys(questions))
        clients = list(dict.fromkeys((client, SHARED)))
        if not wanted:
            return {}
        with self._database.reading() as connection:
            found = stored_rows.exact(connection, wanted, clients)
            rest = [question for question in wanted if question not in found] if fuzzy else []
            return found | similar(connection, rest, clients) if rest else found

    def store(self, rows: Iterable[Entry]) -> Stored:
        """Store entries, all or none; an entry of the same sentence, languages and client is replaced.

        Raises:
            LimitExceededError: the memory would hold more than it may; nothing was stored.
            MemoryUnavailableError: the database fails; nothing was stored.
        """
        added = replaced = unchanged = 0
        pending = iter(rows)
        with self._database.writing() as connection:
            while batch := stored_rows.by_identity(islice(pending, _BATCH)):
                before = stored_rows.known(connection, batch)
                new = {identity: row for identity, row in batch.items() if identity not in before}
                changed = {
                    identity: row
                    for identity, row in batch.items()
                    if identity in before and replace(row[1], updated=0.0) != before[identity]
                }
                stored_rows.upsert(connection, {**new, **changed}, self._clock())
                stored_rows.index(connection, new)
                added += len(new)
                replaced += len(changed)
                unchanged += len(batch) - len(new) - len(changed)
            if added and (total := stored_rows.count(connection)) > self._largest:
                raise LimitExceededError(
                    f"the translation memory {self.name} would hold {total} entries, more than the limit of "
                    f"{self._largest} (memory.entries): delete an old origin first; nothing was stored",
                    field="memory.entries",
                )
        return Stored(added, replaced, unchanged)

    def entries(self, *, client: str | None = None) -> Iterator[Entry]:
        """All entries, the oldest first; of one client, or of all when None."""
        last = 0
        while True:
            statement = select(entries).where(entries.c.id > last).order_by(entries.c.id).limit(_BATCH)
            if client is not None:
                statement = statement.where(entries.c.client == client)
            with self._database.reading() as connection:
                rows = connection.execute(statement).all()
            if not rows:
                return
            yield from map(stored_rows.entry_of, rows)
            last = rows[-1].id

    def delete(self, origin: str, *, client: str | None = None) -> int:
        """Delete the entries of one file, of one client or of all; returns how many there were."""
        chosen = entries.c.origin == origin
        if client is not None:
            chosen &= entries.c.client == client
        deleted = 0
        with self._database.writing() as connection:
            while rows := connection.execute(select(entries).where(chosen).limit(_BATCH)).all():
                stored_rows.remove(connection, rows)
                deleted += len(rows)
        return deleted

    def origins(self) -> tuple[OriginCount, ...]:
        """How many entries come from where."""
        columns = (entries.c.origin, entries.c.client, entries.c.source_language, entries.c.target_language)
        statement = select(*columns, func.count()).group_by(*columns).order_by(*columns)
        with self._database.reading() as connection:
            return tuple(OriginCount(*row) for row in connection.execute(statement))
