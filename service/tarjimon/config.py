"""Settings: one typed tree, read from a TOML file, the environment (TARJIMON_*) and flags, in rising order.

TARJIMON_SERVER__PORT=50051   sets server.port
TARJIMON_CONFIG=tarjimon.toml names the file
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from tarjimon.errors import ConfigError


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LimitSettings(_Section):
    """The largest input that is accepted; beyond it the answer is INVALID_ARGUMENT."""

    texts_per_call: int = Field(256, ge=1, description="texts in one call")
    characters_per_text: int = Field(100_000, ge=1, description="code points in one text")
    characters_per_call: int = Field(300_000, ge=1, description="code points of all texts of a call")
    segments_per_document: int = Field(5_000, ge=1, description="sentences given to Summarize as a list")
    targets_per_call: int = Field(8, ge=1, description="target languages in one call")
    message_bytes: int = Field(8 * 1024 * 1024, ge=64 * 1024, description="largest gRPC message, either way")
    stream_texts_in_flight: int = Field(32, ge=1, description="unfinished texts of one stream")


class ModelSettings(_Section):
    """Which models are used, and where they live."""

    translate: str = Field("", description="default model for translation; blank: the catalogue's")
    summarize: str = Field("", description="default model for summaries; blank: the catalogue's")
    catalogue: Path | None = Field(None, description="a catalogue file laid over the built-in one")
    cache: Path | None = Field(None, description="folder of fetched and converted models")
    offline: bool = Field(False, description="never ask a hub")
    engine: Literal["auto", "ctranslate2", "transformers"] = Field("auto", description="what computes")
    device: str = Field("auto", description='"auto", "cpu", "cuda" or "cuda:N"')
    compute_type: str = Field("auto", description='"auto", "int8", "float32", "float16"…')
    workers: int = Field(0, ge=0, description="batches computed at once; 0: chosen from the machine")
    threads: int = Field(0, ge=0, description="CPU threads of one worker; 0: chosen from the machine")
    memory_bytes: int = Field(4 * 1024**3, ge=1, description="budget for the weights of loaded models")
    second_pass: bool = Field(True, description="decode again, more carefully, what fails the fidelity check")


class CacheSettings(_Section):
    """The segment cache."""

    enabled: bool = Field(True, description="remember translated segments")
    memory_bytes: int = Field(64 * 1024**2, ge=0, description="in memory")
    file: Path | None = Field(None, description="SQLite file; none: memory only")
    file_bytes: int = Field(1024**3, ge=0, description="largest size of the file's contents")


class GlossarySettings(_Section):
    """Terms that translations must have."""

    folder: Path | None = Field(
        None, description="folder of glossaries that calls may name: name.tsv, name.csv or name.tbx"
    )
    official_names: bool = Field(True, description="look for the built-in names of state bodies and places")


class MemorySettings(_Section):
    """The translation memory."""

    url: str | None = Field(
        None,
        description="SQLite or PostgreSQL, as sqlite:///file or postgresql://user@host/name; none: no memory",
    )
    entries: int = Field(10_000_000, ge=1, description="entries that it may hold")


class BatchingSettings(_Section):
    """The scheduler."""

    source_tokens: int = Field(
        0, ge=0, description="padded source tokens of a batch; 0: 1,024 on a CPU, 16,384 on a GPU"
    )
    output_tokens: int = Field(0, ge=0, description="padded expected output tokens of a batch; 0: as many")
    queue_tokens: int = Field(400_000, ge=1, description="tokens that may wait in the interactive lane")
    bulk_queue_tokens: int = Field(4_000_000, ge=1, description="tokens that may wait in the bulk lane")
    bulk_share: float = Field(0.125, gt=0, lt=1, description="share of the engine that bulk work always gets")
    batch_seconds: float = Field(120, gt=0, description="a batch that runs longer is given up")


class ServerSettings(_Section):
    """The gRPC server."""

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(50051, ge=0, le=65535, description="0: any free port")
    insecure_public: bool = Field(False, description="allow plain text on an address that is not loopback")
    reflection: bool | None = Field(
        None, description="let clients ask for the contract; none: unless clients need credentials"
    )
    drain_seconds: float = Field(30, ge=0, description="time that calls in flight get after SIGTERM")
    concurrent_calls: int = Field(1024, ge=1, description="calls in flight")


class SecuritySettings(_Section):
    """Who may call, and over what transport. With none of it set, the server is open and loopback only."""

    certificate: Path | None = Field(None, description="the server's certificate chain (PEM); turns TLS on")
    private_key: Path | None = Field(None, description="the certificate's private key (PEM)")
    client_authority: Path | None = Field(
        None, description="authority of client certificates (PEM); clients must show one (mTLS)"
    )
    clients: Path | None = Field(
        None, description="file of clients with hashed API keys, methods and quotas (TOML, docs/SECURITY.md)"
    )
    key_set: Path | None = Field(None, description="public keys of JSON web tokens (a JWKS file)")
    token_audience: str = Field("tarjimon", description="audience that tokens must be made for")
    token_issuer: str = Field("", description="issuer that tokens must name; blank: any whose key is known")


class MetricsSettings(_Section):
    """Prometheus metrics over HTTP."""

    host: str = Field("127.0.0.1", description="address that metrics are served on")
    port: int | None = Field(None, ge=0, le=65535, description="port; none: not served; 0: any free one")


class Settings(BaseSettings):
    """All settings."""

    model_config = SettingsConfigDict(
        env_prefix="TARJIMON_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    limits: LimitSettings = Field(default_factory=LimitSettings)
    models: ModelSettings = Field(default_factory=ModelSettings)
    cache: CacheSettings = Field(default_factory=CacheSettings)
    memory: MemorySettings = Field(default_factory=lambda: MemorySettings.model_validate({}))
    glossaries: GlossarySettings = Field(default_factory=GlossarySettings)
    batching: BatchingSettings = Field(default_factory=BatchingSettings)
    server: ServerSettings = Field(default_factory=ServerSettings)
    security: SecuritySettings = Field(default_factory=SecuritySettings)
    metrics: MetricsSettings = Field(default_factory=MetricsSettings)


def load_settings(file: Path | None = None, **overrides: dict[str, Any]) -> Settings:
    """Read the settings.

    Args:
        file: a TOML file; None takes the one that TARJIMON_CONFIG names, if any.
        overrides: sections with values from flags, e.g. `server={"port": 0}`; None values are left out.

    Raises:
        ConfigError: the file cannot be read, or a value is unknown or out of range; names file and key.
    """
    named = file or (Path(os.environ["TARJIMON_CONFIG"]) if os.environ.get("TARJIMON_CONFIG") else None)
    tree: dict[str, Any] = {}
    if named is not None:
        try:
            tree = tomllib.loads(named.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"cannot read the settings file {named}: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{named} is not valid TOML: {error}") from error
    given = {
        name: {key: value for key, value in section.items() if value is not None}
        for name, section in overrides.items()
    }

    class Layered(Settings):
        """The sources in falling order: flags, environment, file."""

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, InitSettingsSource(settings_cls, init_kwargs=tree)

    try:
        return Layered(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        where = (
            f" (file {named}, environment TARJIMON_* or flag)"
            if named
            else " (environment TARJIMON_* or flag)"
        )
        raise ConfigError(f"setting {key}: {first['msg']}{where}", field=key) from error
