"""Every failure that Tarjimon reports on purpose, each once.

    TarjimonError
    ├── InvalidInputError            the caller can mend it: INVALID_ARGUMENT
    │   ├── UnsupportedLanguageError
    │   └── LimitExceededError
    ├── NotFoundError                NOT_FOUND
    │   └── ModelNotFoundError
    ├── ModelError                   the weights cannot be used: FAILED_PRECONDITION
    │   ├── ModelUnavailableError    not here and cannot be fetched now
    │   ├── CorruptModelError        checksum or structure is wrong
    │   └── UnsafeWeightsError       a format that could run code
    ├── OverloadedError              RESOURCE_EXHAUSTED, with the time after which to come back
    │   └── QuotaExceededError       this client's own share is used up
    ├── UnauthenticatedError         no or wrong credentials: UNAUTHENTICATED
    ├── PermissionDeniedError        not for this client: PERMISSION_DENIED
    ├── DeadlineExpiredError         DEADLINE_EXCEEDED
    ├── ShuttingDownError            UNAVAILABLE
    ├── EngineError                  the engine failed on a batch: UNAVAILABLE
    │   └── EngineHungError          the watchdog gave up on a batch
    ├── MemoryUnavailableError       the translation memory's database failed: UNAVAILABLE
    ├── NotServedError               a method of a foreign API that we do not offer: UNIMPLEMENTED
    ├── RemoteError                  a server that we called failed
    └── ConfigError                  a setting is wrong: raised before anything starts

`server` maps them to status codes, `cli` to exit codes; nothing else does.
"""

from __future__ import annotations

from collections.abc import Mapping


class TarjimonError(Exception):
    """The root of our failures.

    Attributes:
        message: what happened, where, what was expected and what to do; one or two sentences.
        reason: a stable UPPER_SNAKE_CASE word for machines (AIP-193 ErrorInfo.reason).
        field: the request field or setting at fault, or None.
        metadata: further machine-readable facts; never secrets, never user text.
    """

    reason = "INTERNAL"

    def __init__(
        self,
        message: str,
        *,
        reason: str | None = None,
        field: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.metadata: Mapping[str, str] = dict(metadata or {})
        if reason is not None:
            self.reason = reason


class InvalidInputError(TarjimonError):
    """The input cannot be accepted as it is; the message says what would be."""

    reason = "INVALID_INPUT"


class UnsupportedLanguageError(InvalidInputError):
    """A language, or a pair of languages, that no loaded model translates."""

    reason = "UNSUPPORTED_LANGUAGE"


class LimitExceededError(InvalidInputError):
    """The input is larger than a documented limit."""

    reason = "LIMIT_EXCEEDED"


class NotFoundError(TarjimonError):
    """A named thing does not exist."""

    reason = "NOT_FOUND"


class ModelNotFoundError(NotFoundError):
    """The catalogue has no model of this name."""

    reason = "MODEL_NOT_FOUND"


class ModelError(TarjimonError):
    """A model's files cannot be used."""

    reason = "MODEL_ERROR"


class ModelUnavailableError(ModelError):
    """The weights are not on this machine and cannot be fetched now."""

    reason = "MODEL_UNAVAILABLE"


class CorruptModelError(ModelError):
    """A checksum differs from the catalogue's, or a file is missing or malformed."""

    reason = "MODEL_CORRUPT"


class UnsafeWeightsError(ModelError):
    """Weights in a format that can carry code (pickle); refused unread."""

    reason = "UNSAFE_WEIGHTS"


class OverloadedError(TarjimonError):
    """Refused at the door.

    Attributes:
        retry_after: seconds after which the caller should try again.
    """

    reason = "OVERLOADED"

    def __init__(
        self, message: str, *, retry_after: float, metadata: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, metadata=metadata)
        self.retry_after = retry_after


class QuotaExceededError(OverloadedError):
    """A client has used up its own share; others are served.

    Attributes:
        subject: whose quota it is, for example "client:newsroom".
    """

    reason = "QUOTA_EXCEEDED"

    def __init__(
        self,
        message: str,
        *,
        retry_after: float,
        subject: str = "",
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, retry_after=retry_after, metadata=metadata)
        self.subject = subject


class UnauthenticatedError(TarjimonError):
    """The call carries no credentials, or some that are wrong, expired or unknown; it is not said which."""

    reason = "UNAUTHENTICATED"


class PermissionDeniedError(TarjimonError):
    """The client is known, but may not call this method."""

    reason = "PERMISSION_DENIED"


class DeadlineExpiredError(TarjimonError):
    """The caller's deadline passed before the work was done."""

    reason = "DEADLINE_EXPIRED"


class ShuttingDownError(TarjimonError):
    """The server is draining; another replica should be asked."""

    reason = "SHUTTING_DOWN"


class EngineError(TarjimonError):
    """The engine failed on a batch."""

    reason = "ENGINE_FAILED"


class EngineHungError(EngineError):
    """A batch ran past the watchdog's limit."""

    reason = "ENGINE_HUNG"


class MemoryUnavailableError(TarjimonError):
    """The translation memory's database cannot be reached or failed."""

    reason = "MEMORY_UNAVAILABLE"


class NotServedError(TarjimonError):
    """A method of a foreign API that is not offered; the message says what to use instead."""

    reason = "NOT_SERVED"


class RemoteError(TarjimonError):
    """A Tarjimon server that we called could not be reached or failed.

    Attributes:
        code: the gRPC status code's name, for example "UNAVAILABLE".
        retry_after: seconds to wait before the next try, when the server said so.
    """

    reason = "REMOTE_FAILED"

    def __init__(
        self,
        message: str,
        *,
        code: str,
        reason: str | None = None,
        retry_after: float | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, reason=reason, metadata=metadata)
        self.code = code
        self.retry_after = retry_after


class ConfigError(TarjimonError):
    """A setting that cannot be used."""

    reason = "BAD_CONFIGURATION"
