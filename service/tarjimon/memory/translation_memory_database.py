"""From a URL to a database that is ready to use: SQLite or PostgreSQL, its tables up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from tarjimon.errors import ConfigError, MemoryUnavailableError
from tarjimon.memory.translation_memory_schema import MIGRATIONS, current_version, lock_for_writing, migrate

_SETTING = "memory.url"
_BUSY_SECONDS = 60
_CONNECT_SECONDS = 10
_READ_SECONDS = 20
_CACHE_KIBIBYTES = 64 * 1024
_EXAMPLES = "sqlite:///memory.sqlite or postgresql://user@host/database"


class Database:
    """A translation memory's database.

    Args:
        url: as SQLAlchemy writes it, or a path, which is taken for an SQLite file.

    Raises:
        ConfigError: the URL cannot be used; the message says why, without the password.
    """

    def __init__(self, url: str) -> None:
        parsed = _parse(url)
        self.name = parsed.render_as_string(hide_password=True)
        self._engine = _engine(parsed)
        try:
            self._prepare()
        except DBAPIError as error:
            self._engine.dispose()
            raise ConfigError(
                f"the translation memory {self.name} cannot be opened: {_reason(error)}; is it the right URL, "
                "and may this user write there?",
                field=_SETTING,
            ) from error
        except BaseException:
            self._engine.dispose()
            raise

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file; PostgreSQL otherwise."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database.

        Raises:
            MemoryUnavailableError: the database fails.
        """
        with self._failures(), self._engine.begin() as connection:
            if not self.is_sqlite:
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = {_READ_SECONDS * 1000}")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is the only one to write; it is undone when the block fails.

        Raises:
            MemoryUnavailableError: the database fails, or another process writes for longer than a minute.
        """
        with self._failures(), self._engine.connect() as opened:
            connection = opened.execution_options(writes=True)
            with connection.begin():
                lock_for_writing(connection)
                yield connection

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _prepare(self) -> None:
        with self._engine.begin() as connection:
            found = current_version(connection)
        if found < len(MIGRATIONS):
            with self._engine.connect() as opened:
                connection = opened.execution_options(writes=True)
                with connection.begin():
                    migrate(connection)
        elif found > len(MIGRATIONS):
            raise ConfigError(
                f"the translation memory {self.name} was made by a newer Tarjimon (version {found} of its tables, "
                f"this one knows {len(MIGRATIONS)}): update Tarjimon",
                field=_SETTING,
            )

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise MemoryUnavailableError(
                f"the translation memory {self.name} failed: {_reason(error)}; try again, or work without it "
                "(memory off)"
            ) from error


def _parse(url: str) -> URL:
    if "://" not in url:
        return URL.create("sqlite+pysqlite", database=url)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise ConfigError(
            f"the URL of the translation memory cannot be read; expected {_EXAMPLES}", field=_SETTING
        ) from error
    drivers = {
        "sqlite": "sqlite+pysqlite",
        "postgresql": "postgresql+psycopg",
        "postgres": "postgresql+psycopg",
    }
    driver = drivers.get(parsed.drivername.partition("+")[0])
    if driver is None:
        raise ConfigError(
            f"the translation memory cannot be kept in {parsed.drivername!r}; expected {_EXAMPLES}",
            field=_SETTING,
        )
    return parsed.set(drivername=driver)


def _engine(url: URL) -> Engine:
    if url.drivername.startswith("sqlite"):
        file = url.database or ""
        if not file or file == ":memory:":
            raise ConfigError("the translation memory needs a file: sqlite:///memory.sqlite", field=_SETTING)
        if not Path(file).parent.is_dir():
            raise ConfigError(
                f"the folder {Path(file).parent} of the translation memory does not exist: make it first",
                field=_SETTING,
            )
        engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": _CONNECT_SECONDS})
    except ModuleNotFoundError as error:
        raise ConfigError(
            "a translation memory in PostgreSQL needs the driver psycopg: pip install 'tarjimon[postgres]'",
            field=_SETTING,
        ) from error


def _set_up_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver's own transactions begin too late for BEGIN IMMEDIATE; see SQLAlchemy's notes on pysqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # An import is rare and somebody's work: it survives a power cut.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA cache_size=-{_CACHE_KIBIBYTES}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer half-way cannot wait for another writer: writers say so at once.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _reason(error: Exception) -> str:
    inner = getattr(error, "orig", None) or error
    return " ".join(str(inner).split())
