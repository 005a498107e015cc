"""The gRPC server: `serve` runs one until a signal; `TarjimonServer` is one inside another program."""

from tarjimon.server.lifecycle import TarjimonServer
from tarjimon.server.serving import CALLS_CUT, DRAINED, serve

__all__ = ["CALLS_CUT", "DRAINED", "TarjimonServer", "serve"]
