"""The typed client of a Tarjimon server."""

from tarjimon.client.client import TarjimonClient
from tarjimon.client.options import ClientOptions
from tarjimon.client.sync import SyncTarjimonClient

__all__ = ["ClientOptions", "SyncTarjimonClient", "TarjimonClient"]
