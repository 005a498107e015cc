"""The clients that an operator lets in: a TOML file with hashed keys, methods and quotas.

[[client]]
name = "newsroom"
key_sha256 = "9f86d0…"            # made by `tarjimon keys new newsroom`; the key itself is nowhere
certificate = "newsroom.example"   # or: the common name of its certificate (mTLS)
methods = ["TranslateText"]        # default: all
characters_per_minute = 200_000    # default: no limit
concurrent_calls = 16              # default: no limit
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tarjimon.errors import ConfigError

KEY_PREFIX = "trj_"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_HASH = re.compile(r"[0-9a-f]{64}")
_KEYS = {"name", "key_sha256", "certificate", "methods", "characters_per_minute", "concurrent_calls"}


@dataclass(frozen=True, slots=True)
class Client:
    """Someone who may call.

    Attributes:
        name: for logs, metrics and fair shares.
        methods: names of methods it may call ("TranslateText"); None: all.
        characters_per_minute: quota; None: none.
        concurrent_calls: quota; None: none.
    """

    name: str
    methods: frozenset[str] | None = None
    characters_per_minute: int | None = None
    concurrent_calls: int | None = None

    def may(self, method: str) -> bool:
        """Whether it may call a method, named in full: "/tarjimon.v1.TranslationService/TranslateText"."""
        return self.methods is None or method.rpartition("/")[2] in self.methods


def new_key() -> tuple[str, str]:
    """A fresh API key of 256 random bits, and its hash for the file of clients."""
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    return key, key_hash(key)


def key_hash(key: str) -> str:
    """SHA-256 of a key; keys are random and long, so that a slow hash would protect nothing more."""
    return hashlib.sha256(key.encode()).hexdigest()


class ClientBook:
    """The clients of a file.

    Args:
        file: the TOML file.

    Raises:
        ConfigError: the file cannot be read, or an entry is wrong; names file, entry and key.
    """

    def __init__(self, file: Path) -> None:
        try:
            tree = tomllib.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"cannot read the file of clients {file}: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{file} is not valid TOML: {error}") from error
        self._by_key: dict[str, Client] = {}
        self._by_certificate: dict[str, Client] = {}
        self._by_name: dict[str, Client] = {}
        if set(tree) - {"client"} or not isinstance(tree.get("client", []), list):
            raise ConfigError(f"{file}: expected nothing but [[client]] tables")
        for number, table in enumerate(tree.get("client", []), start=1):
            self._add(table, f"{file}, client {number}")

    def __iter__(self) -> Iterator[Client]:
        return iter(self._by_name.values())

    def with_key(self, key: str) -> Client | None:
        """The client with this key; takes the same time whichever it is."""
        wanted = key_hash(key)
        found = None
        for known, client in self._by_key.items():
            if hmac.compare_digest(known, wanted):
                found = client
        return found

    def with_certificate(self, name: str) -> Client | None:
        """The client whose certificate has this common name."""
        return self._by_certificate.get(name)

    def named(self, name: str) -> Client | None:
        """The client of this name, for tokens that name it as their subject."""
        return self._by_name.get(name)

    def _add(self, table: Any, place: str) -> None:
        if not isinstance(table, dict) or set(table) - _KEYS:
            unknown = ", ".join(sorted(set(table) - _KEYS)) if isinstance(table, dict) else repr(table)
            raise ConfigError(f"{place}: {unknown} is not known; expected {', '.join(sorted(_KEYS))}")
        name = table.get("name", "")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ConfigError(f"{place}: name is {name!r}; expected 1 to 64 letters, digits and . _ @ -")
        if name in self._by_name:
            raise ConfigError(f"{place}: the name {name!r} is used twice")
        methods = table.get("methods")
        if methods is not None and not (
            isinstance(methods, list) and all(isinstance(m, str) for m in methods)
        ):
            raise ConfigError(f"{place}: methods is {methods!r}; expected a list of names")
        client = Client(
            name,
            None if methods is None else frozenset(methods),
            _count(table, "characters_per_minute", place),
            _count(table, "concurrent_calls", place),
        )
        self._by_name[name] = client
        if "key_sha256" in table:
            value = str(table["key_sha256"])
            if not _HASH.fullmatch(value):
                raise ConfigError(
                    f"{place}: key_sha256 is not 64 hex digits; make one with `tarjimon keys new {name}`, "
                    "and never put a key itself into this file"
                )
            self._by_key[value] = client
        if "certificate" in table:
            self._by_certificate[str(table["certificate"])] = client


def _count(table: dict[str, Any], key: str, place: str) -> int | None:
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{place}: {key} is {value!r}; expected a whole number of at least 1")
    return value
