"""Many coroutines at once, their results in order of completion, until a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Generic, TypeVar

from tarjimon.errors import DeadlineExpiredError, OverloadedError

R = TypeVar("R")
T = TypeVar("T")


class Gathering(Generic[T, R]):
    """Runs coroutines, each under a tag. Leaving the context cancels those that are not finished."""

    def __init__(self) -> None:
        self._tasks: dict[asyncio.Task[R], T] = {}
        self._finished: asyncio.Queue[asyncio.Task[R]] = asyncio.Queue()

    async def __aenter__(self) -> Gathering[T, R]:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def start(self, tag: T, coroutine: Coroutine[object, object, R]) -> None:
        """Run a coroutine; its result comes out of `results` with the tag."""
        task = asyncio.ensure_future(coroutine)
        self._tasks[task] = tag
        task.add_done_callback(self._finished.put_nowait)

    async def results(
        self, deadline: float | None, clock: Callable[[], float]
    ) -> AsyncGenerator[tuple[T, R | None]]:
        """Each tag with its result, or with None when the deadline came first.

        Raises:
            DeadlineExpiredError, OverloadedError: the deadline came, or cannot be met, before anything was
                finished.
            Exception: the first failure of a coroutine.
        """
        some = False
        late: list[T] = []
        refusal: OverloadedError | None = None
        while self._tasks:
            left = None if deadline is None else deadline - clock()
            try:
                task = await asyncio.wait_for(self._finished.get(), left)
            except TimeoutError:
                break
            tag = self._tasks.pop(task)
            try:
                result = task.result()
            except DeadlineExpiredError:
                late.append(tag)
                continue
            except OverloadedError as error:
                if error.metadata.get("cause") != "deadline":
                    raise
                # It would have come too late; what comes in time is still worth sending.
                refusal = error
                late.append(tag)
                continue
            some = True
            yield tag, result
        late += self._tasks.values()
        if late and not some and refusal is not None:
            raise refusal
        if late and not some:
            raise DeadlineExpiredError(
                "the deadline came before any segment was finished; allow more time or send less text"
            )
        for tag in late:
            yield tag, None
