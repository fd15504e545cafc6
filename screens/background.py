"""Slow work beside the event loop, which goes on painting."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def in_background(work: Callable[[], T]) -> T:
    """Do it in a thread and wait for its end; returns or raises what it does.

    Whoever leaves the wizard meanwhile need not wait for what nobody wants any more, and an engine
    at work does not need anybody who listens.
    """
    return await _in_a_thread(work, is_daemon=True)


async def to_its_end(work: Callable[[], T]) -> T:
    """The same for what must not stop half-way: leaving the wizard waits for it."""
    return await _in_a_thread(work, is_daemon=False)


async def _in_a_thread(work: Callable[[], T], *, is_daemon: bool) -> T:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def deliver(settle: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(lambda: None if future.done() else settle())

    def run() -> None:
        try:
            result = work()
        except BaseException as error:
            raised = error
            deliver(lambda: future.set_exception(raised))
        else:
            deliver(lambda: future.set_result(result))

    threading.Thread(target=run, daemon=is_daemon).start()
    return await future
