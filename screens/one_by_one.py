"""Keys that are typed ahead reach the page that they are meant for."""

from collections import deque
from typing import TypeVar

from textual.app import App
from textual.dom import DOMNode
from textual.events import Event, InputEvent, Key, Paste
from textual.message import Message
from textual.screen import Screen

R = TypeVar("R")


class Taken(Message, bubble=True):
    """Goes after a key, the same way: when it has come up to the application, so has the key."""

    def __init__(self, event: InputEvent) -> None:
        super().__init__()
        self.event = event


class OneByOne(App[R]):
    """Hands a key over when the one before has been taken, and what it led to is on the screen.

    A slow line brings many keys at once. Textual would give them all to the field in focus, though
    the first of them may lead to another page.
    """

    def __init__(self) -> None:
        super().__init__(ansi_color=True)
        self._typed: deque[InputEvent] = deque()
        self._on_its_way: InputEvent | None = None
        self._goal: DOMNode = self
        self._settled_on: Screen[object] | None = None

    def on_mount(self) -> None:
        self.screen_change_signal.subscribe(self, self._await_screen, immediate=True)
        self._await_screen(self.screen)

    def _await_screen(self, screen: Screen[object]) -> None:
        self._settled_on = None
        screen.call_after_refresh(self._settle_on, screen)

    def _settle_on(self, screen: Screen[object]) -> None:
        """It is laid out; the call that puts the focus on it is in our queue before this one."""
        if screen is self.screen:
            self._settled_on = screen
            self._on_its_way = None
            self.call_later(self._hand_over)

    async def on_event(self, event: Event) -> None:
        if isinstance(event, InputEvent) and self._is_fresh(event):
            self._typed.append(event)
            await self._hand_over()
        else:
            await super().on_event(event)

    def _is_fresh(self, event: InputEvent) -> bool:
        """Whether it was just typed; on its way up it comes by once more."""
        return isinstance(event, Key | Paste) and not event.is_forwarded

    def on_taken(self, message: Taken) -> None:
        """It may have moved the focus, which is a call in our queue before this one."""
        self.call_later(self._go_on_after, message.event)

    async def _go_on_after(self, event: InputEvent) -> None:
        if event is self._on_its_way:
            self._on_its_way = None
            await self._hand_over()

    async def _hand_over(self) -> None:
        while self._typed and self.takes_keys:
            event = self._typed.popleft()
            if self.ignores(event):
                continue
            self._goal = self.focused or self.screen
            await super().on_event(event)
            if self._goal.post_message(Taken(event)):
                self._on_its_way = event

    @property
    def takes_keys(self) -> bool:
        """Whether what is on the screen is there to stay, and the last key has been taken.

        A widget that is taken away takes its keys along.
        """
        is_free = self._on_its_way is None or not self._goal.is_attached
        return is_free and self._settled_on is self.screen

    def ignores(self, event: InputEvent) -> bool:
        """Whether this key is for nobody."""
        return False
