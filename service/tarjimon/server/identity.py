"""Who makes a call: an API key, a JSON web token, or a client certificate."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tarjimon.config import SecuritySettings
from tarjimon.errors import ConfigError, UnauthenticatedError
from tarjimon.server.clients import Client, ClientBook

KEY_METADATA = "x-api-key"
TOKEN_METADATA = "authorization"  # a header's name
SCOPE_PREFIX = "tarjimon."
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
_LONGEST = 8192


class Authenticator:
    """Tells the clients from each other; with nothing configured, everybody is let in without a name.

    Args:
        settings: where keys and certificates are.

    Raises:
        ConfigError: a file cannot be used, or a package is missing; the message says which.
    """

    def __init__(self, settings: SecuritySettings) -> None:
        self._settings = settings
        self._book = ClientBook(settings.clients) if settings.clients else None
        self._keys = _key_set(settings.key_set) if settings.key_set else None
        self.required = bool(settings.clients or settings.key_set or settings.client_authority)

    def identify(
        self, metadata: Iterable[tuple[str, str | bytes]], peer: Mapping[str, Iterable[bytes]]
    ) -> Client | None:
        """The client of a call, None when nobody needs to have a name.

        Args:
            metadata: of the call.
            peer: the transport's authentication context: properties of the client's certificate.

        Raises:
            UnauthenticatedError: credentials are needed and these are missing, wrong, expired or unknown.
        """
        if not self.required:
            return None
        found = {k: v for k, v in metadata if isinstance(v, str) and len(v) <= _LONGEST}
        client: Client | None = None
        token = found.get(TOKEN_METADATA, "")
        scheme, _, value = token.partition(" ")
        if KEY_METADATA in found and self._book is not None:
            client = self._book.with_key(found[KEY_METADATA])
        elif scheme.lower() == "bearer" and value:
            client = self._book.with_key(value) if self._book is not None else None
            if client is None and self._keys is not None:
                client = self._with_token(value)
        elif self._settings.client_authority and not {KEY_METADATA, TOKEN_METADATA} & found.keys():
            client = self._with_certificate(peer)
        if client is None:
            raise UnauthenticatedError(
                "the call has no valid credentials: send an API key as x-api-key, or a token as "
                "authorization: Bearer …"
            )
        return client

    def _with_certificate(self, peer: Mapping[str, Iterable[bytes]]) -> Client | None:
        names = [value.decode("utf-8", "replace") for value in peer.get("x509_common_name", ())]
        if not names:
            return None
        if self._book is None:
            # The authority signs for those who may call.
            return Client(names[0][:64])
        return self._book.with_certificate(names[0])

    def _with_token(self, token: str) -> Client | None:
        import jwt

        try:
            header = jwt.get_unverified_header(token)
            key = next(
                k for k in self._keys or () if k.key_id == header.get("kid") or header.get("kid") is None
            )
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(_ALGORITHMS),
                audience=self._settings.token_audience,
                issuer=self._settings.token_issuer or None,
                options={"require": ["exp", "sub"]},
            )
        except (jwt.PyJWTError, StopIteration):
            return None
        name = str(claims["sub"])[:64]
        if self._book is not None and (known := self._book.named(name)) is not None:
            return known
        scopes = str(claims.get("scope", "")).split()
        methods = {s.removeprefix(SCOPE_PREFIX) for s in scopes if s.startswith(SCOPE_PREFIX)}
        return Client(name, frozenset(methods) if methods else None)


def _key_set(file: Path) -> tuple[Any, ...]:
    try:
        import jwt
    except ImportError as error:
        raise ConfigError(
            "security.key_set needs the package PyJWT: pip install 'tarjimon[auth]'", field="security.key_set"
        ) from error
    try:
        tree = json.loads(file.read_text(encoding="utf-8"))
        keys = tuple(jwt.PyJWKSet.from_dict(tree).keys)
    except OSError as error:
        raise ConfigError(f"cannot read the key set {file}: {error.strerror}") from error
    except (ValueError, AttributeError, jwt.PyJWTError) as error:
        raise ConfigError(f"{file} is not a JSON web key set: {error}", field="security.key_set") from error
    if any(key.key_type == "oct" for key in keys):
        raise ConfigError(f"{file} holds a symmetric key: a key set for checking tokens has public keys only")
    return keys
