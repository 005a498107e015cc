"""What keeps a job's memory bounded and its patience long: a budget of characters, and pauses that resume."""

from __future__ import annotations

import asyncio
import errno
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

_Answer = TypeVar("_Answer")

_FULL = (errno.ENOSPC, errno.EDQUOT)


class Budget:
    """An amount that is shared out; who asks for more than all of it gets all of it.

    Args:
        amount: what there is.
    """

    def __init__(self, amount: int) -> None:
        self._amount = self._left = amount
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def taken(self, wanted: int) -> AsyncIterator[None]:
        """Have a part of it; first come, first served."""
        part = min(wanted, self._amount)
        if self._waiting or part > self._left:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append((part, turn))
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._give_back(part)
                else:
                    self._waiting = deque(w for w in self._waiting if w[1] is not turn)
                    self._give_back(0)
                raise
        else:
            self._left -= part
        try:
            yield
        finally:
            self._give_back(part)

    def _give_back(self, part: int) -> None:
        self._left += part
        while self._waiting and self._waiting[0][0] <= self._left:
            wanted, turn = self._waiting.popleft()
            if not turn.done():
                self._left -= wanted
                turn.set_result(None)


def is_full_disk(error: BaseException) -> bool:
    """Whether a failure means that there is no room left for what we write."""
    if isinstance(error, sqlite3.OperationalError):
        return "full" in str(error)
    return isinstance(error, OSError) and error.errno in _FULL


class Patience:
    """Repeats what a full disk stopped, until there is room.

    Args:
        tell: gets a line when the job pauses and when it goes on.
        seconds: between tries.
        sleep: waits.
    """

    def __init__(
        self,
        tell: Callable[[str], None],
        seconds: float = 10.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._tell = tell
        self._seconds = seconds
        self._sleep = sleep
        self._paused = False

    async def until_there_is_room(self, work: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """Do the work, again and again while the disk is full; other failures are raised."""
        while True:
            try:
                answer = await work()
            except (OSError, sqlite3.OperationalError) as error:
                if not is_full_disk(error):
                    raise
                if not self._paused:
                    self._paused = True
                    self._tell(
                        f"paused: the disk of the destination is full ({error}); make room, the job goes on by "
                        f"itself within {self._seconds:g} s, or stop it and run the same command later"
                    )
                await self._sleep(self._seconds)
                continue
            if self._paused:
                self._paused = False
                self._tell("there is room again: going on")
            return answer
