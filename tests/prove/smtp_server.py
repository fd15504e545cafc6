"""A small SMTP server on the loopback address, whose manners each test chooses."""

import base64
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

from pfwizard.prove.server import Security, Server

NAME = "mail.kernel-panic.it"
USER, PASSWORD = "d.mazzocchio", "danix"

GREETING, HANDSHAKE = "GREETING", "HANDSHAKE"
"""What the server says without being told to."""

DENIED = b"554 5.7.1 Relay access denied\r\n"


@dataclass
class Session:
    """One client: what it has told so far."""

    is_encrypted: bool = False
    poses_as: str = ""
    greets_as: str = ""
    has_certificate: bool = False
    user: str = ""


def refuses_strangers(session: Session, recipient: str) -> bytes:
    """As a server does that is well configured: no stranger relays."""
    is_ours = NAME in recipient
    return b"250 Ok\r\n" if is_ours or session.user or not session.poses_as else DENIED


@dataclass(frozen=True)
class Manners:
    """How the server behaves.

    ``instead`` are whole replies by command, in capitals; an empty one is to hang up. ``users``
    are passwords by name.
    """

    context: ssl.SSLContext | None = None
    is_implicit: bool = False
    requires_certificate: bool = False
    in_clear: tuple[str, ...] = ()
    over_tls: tuple[str, ...] = ()
    instead: Mapping[str, bytes] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=lambda: {USER: PASSWORD})
    wrong_password: bytes = b"535 5.7.8 Error: authentication failed\r\n"
    recipient: Callable[[Session, str], bytes] = refuses_strangers

    @property
    def security(self) -> Security:
        if self.context is None:
            return Security.NONE
        return Security.IMPLICIT if self.is_implicit else Security.STARTTLS


@contextmanager
def serving(manners: Manners, address: str = "127.0.0.1") -> Iterator[Server]:
    """The server, while it answers as many clients as come."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with closing(socket.create_server((address, 0), family=family)) as listener:
        threading.Thread(target=_accept, args=(listener, manners), daemon=True).start()
        yield Server(address, listener.getsockname()[1], manners.security, NAME)
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, manners: Manners) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_serve, args=(connection, manners), daemon=True).start()


def _serve(connection: socket.socket, manners: Manners) -> None:
    conversation = _Conversation(connection, manners, Session())
    with suppress(OSError):
        conversation.hold()
    conversation.connection.close()


class _HangUp(OSError):
    """The server has nothing more to say."""


@dataclass
class _Conversation:
    connection: socket.socket
    manners: Manners
    session: Session

    def hold(self) -> None:
        if self.manners.is_implicit:
            self._encrypt()
        self._say(self.manners.instead.get(GREETING, b"220 mail ESMTP\r\n"))
        while line := self._line():
            command, _, rest = line.strip().partition(" ")
            self._answer(command.upper(), rest)

    def _line(self) -> str:
        """Byte for byte: what comes after it may be a handshake."""
        line = b""
        while not line.endswith(b"\n"):
            octet = self.connection.recv(1)
            if not octet:
                break
            line += octet
        return line.decode("latin-1")

    def _answer(self, command: str, rest: str) -> None:
        if command in self.manners.instead:
            self._say(self.manners.instead[command])
            return
        match command:
            case "EHLO":
                self.session.greets_as = rest
                self._say(_extensions(self._offers()))
            case "STARTTLS":
                self._say(b"220 Ready\r\n")
                self._encrypt()
            case "XCLIENT":
                self.session.poses_as = rest
                self._say(b"220 mail ESMTP\r\n")
            case "AUTH":
                self._authenticate(rest)
            case "RCPT":
                self._say(self.manners.recipient(self.session, rest))
            case _:
                self._say(b"250 Ok\r\n")

    def _offers(self) -> tuple[str, ...]:
        return self.manners.over_tls if self.session.is_encrypted else self.manners.in_clear

    def _encrypt(self) -> None:
        assert self.manners.context is not None
        if HANDSHAKE in self.manners.instead:
            self.connection.recv(5)
            self._say(self.manners.instead[HANDSHAKE])
        encrypted = self.manners.context.wrap_socket(self.connection, server_side=True)
        self.connection = encrypted
        self.session.has_certificate = bool(encrypted.getpeercert(binary_form=True))
        if self.manners.requires_certificate and not self.session.has_certificate:
            raise _HangUp
        self.session.is_encrypted = True

    def _authenticate(self, rest: str) -> None:
        mechanism, _, response = rest.partition(" ")
        if mechanism == "PLAIN":
            _, user, password = base64.b64decode(response).decode().split("\0")
        else:
            user = self._asked(b"Username:")
            password = self._asked(b"Password:")
        is_right = self.manners.users.get(user) == password
        self.session.user = user if is_right else ""
        self._say(b"235 2.7.0 Ok\r\n" if is_right else self.manners.wrong_password)

    def _asked(self, question: bytes) -> str:
        self._say(b"334 " + base64.b64encode(question) + b"\r\n")
        return base64.b64decode(self._line()).decode()

    def _say(self, reply: bytes) -> None:
        if not reply:
            raise _HangUp
        self.connection.sendall(reply)


def _extensions(offers: tuple[str, ...]) -> bytes:
    lines = ["mail", *offers, "8BITMIME"]
    marked = [f"250-{line}\r\n" for line in lines[:-1]] + [f"250 {lines[-1]}\r\n"]
    return "".join(marked).encode()
