"""A server process around the fake pipeline: `python fake_server.py [--warm-up SECONDS] [--drain SECONDS]`.

It prints `port N` when it listens. A text with SLOW takes a second.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time

from fake_application import FakeApplication

from tarjimon.config import Settings
from tarjimon.errors import CorruptModelError, TarjimonError
from tarjimon.server import serve


class SlowApplication(FakeApplication):
    arguments = argparse.Namespace()

    async def start(self) -> None:
        if self.arguments.corrupt:
            raise CorruptModelError("model.bin has another checksum than the catalogue says: fetch it again")
        # As the real one does: in a thread, which cannot be cancelled.
        await asyncio.to_thread(time.sleep, self.arguments.warm_up)

    async def _misbehave(self, text: str) -> None:
        if "SLOW" in text:
            await asyncio.sleep(self.arguments.slow)

    async def close(self, grace: float) -> None:
        print("closed", self.running, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--warm-up", type=float, default=0.0)
    parser.add_argument("--slow", type=float, default=1.0)
    parser.add_argument("--drain", type=float, default=30.0)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--corrupt", action="store_true")
    SlowApplication.arguments = arguments = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO)
    settings = Settings.model_validate({"server": {"port": arguments.port, "drain_seconds": arguments.drain}})
    try:
        return asyncio.run(
            serve(
                settings,
                application_factory=SlowApplication,
                announce=lambda port: print("port", port, flush=True),
            )
        )
    except TarjimonError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
