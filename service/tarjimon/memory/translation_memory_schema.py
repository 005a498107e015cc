"""The tables of a translation memory and the steps by which older ones are brought up to date."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Double,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    insert,
    inspect,
    select,
    text,
)

metadata = MetaData()

entries = Table(
    "memory_entries",
    metadata,
    # SQLite counts up only columns of the type INTEGER, which hold 64 bits there.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("source_key", LargeBinary(16), nullable=False),
    Column("source_language", String(35), nullable=False),
    Column("target_language", String(35), nullable=False),
    Column("client", String(256), nullable=False),
    Column("canonical", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("origin", String(512), nullable=False),
    Column("author", String(256), nullable=False),
    Column("state", String(16), nullable=False),
    Column("created", Double, nullable=False),
    Column("updated", Double, nullable=False),
    UniqueConstraint("source_key", "source_language", "target_language", "client", name="memory_entry_key"),
)

grams = Table(
    "memory_grams",
    metadata,
    Column("gram", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    # The key is all there is: without it SQLite would keep every row twice.
    sqlite_with_rowid=False,
)

version = Table("memory_version", metadata, Column("version", Integer, primary_key=True, autoincrement=False))


def _first(connection: Connection) -> None:
    metadata.create_all(connection, tables=[entries, grams])


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first,)
"""Step n brings a memory of version n to version n + 1. Steps are only ever added."""

_LOCK = 0x7461726A
"""PostgreSQL advisory lock of everybody who writes to the memory (the word "tarj")."""


def lock_for_writing(connection: Connection) -> None:
    """Wait until this transaction is the only one that writes.

    Two imports that upsert the same rows in another order would deadlock in PostgreSQL. SQLite has one writer
    anyway (BEGIN IMMEDIATE).
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def current_version(connection: Connection) -> int:
    """The version of the tables; 0 when there are none."""
    if not inspect(connection).has_table(version.name):
        return 0
    return connection.execute(select(version.c.version)).scalar() or 0


def migrate(
    connection: Connection, migrations: Sequence[Callable[[Connection], None]] = MIGRATIONS
) -> tuple[int, int]:
    """Bring the tables up to date, in the caller's transaction.

    Returns:
        The version before and after; a version that is newer than `migrations` is left alone.
    """
    lock_for_writing(connection)
    before = current_version(connection)
    if before >= len(migrations):
        return before, before
    if before == 0:
        metadata.create_all(connection, tables=[version])
    for step in migrations[before:]:
        step(connection)
    connection.execute(delete(version))
    connection.execute(insert(version).values(version=len(migrations)))
    return before, len(migrations)
