"""The typed client of a Tarjimon server."""

from tarjimon.client.client import TarjimonClient
from tarjimon.client.options import ClientOptions, options_from_environment, tls_credentials
from tarjimon.client.sync import SyncTarjimonClient

__all__ = [
    "ClientOptions",
    "SyncTarjimonClient",
    "TarjimonClient",
    "options_from_environment",
    "tls_credentials",
]
