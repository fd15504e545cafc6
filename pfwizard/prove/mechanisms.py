"""The client's side of SASL mechanisms: what it answers to each challenge of the server."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from pfwizard.prove.verdict import Unexpected
from pfwizard.secret import Secret

MOST_ITERATIONS = 1_000_000
"""Of a password's hash that we compute: RFC 5802 section 5.1 asks for 4096, today's for 600,000."""

Answering = Callable[[bytes], bytes]
"""Called with each challenge, decoded; the first one is empty where the client speaks first."""


@dataclass(frozen=True)
class Login:
    """Who logs in, and with what."""

    user: str
    password: Secret[str] = field(repr=False)


@dataclass(frozen=True)
class Mechanism:
    """``speaks_first``: its first answer goes with the AUTH command (RFC 4954 section 4)."""

    name: str
    begin: Callable[[Login, str], Answering]
    speaks_first: bool = True


class NotTheServer(Unexpected):
    """The server could not prove that it knows the password too."""


def _plain(login: Login, nonce: str) -> Answering:
    """RFC 4616."""
    return lambda challenge: f"\0{login.user}\0{login.password.reveal()}".encode()


def _login(login: Login, nonce: str) -> Answering:
    """draft-murchison-sasl-login: it asks for the name, then for the password."""
    answers = iter([login.user, login.password.reveal()])
    return lambda challenge: next(answers, "").encode()


def _cram_md5(login: Login, nonce: str) -> Answering:
    """RFC 2195."""

    def answer(challenge: bytes) -> bytes:
        digest = hmac.new(login.password.reveal().encode(), challenge, "md5").hexdigest()
        return f"{login.user} {digest}".encode()

    return answer


@dataclass
class _Scram:
    """RFC 5802 section 3, without channel binding."""

    digest: str
    login: Login
    nonce: str
    _server_signature: bytes = b""

    def __call__(self, challenge: bytes) -> bytes:
        if not challenge:
            return b"n,," + self._first()
        fields = dict(part.split(b"=", 1) for part in challenge.split(b",") if b"=" in part)
        if b"v" in fields:
            return self._verified(fields[b"v"])
        return self._final(challenge, fields)

    def _first(self) -> bytes:
        name = self.login.user.replace("=", "=3D").replace(",", "=2C")
        return f"n={name},r={self.nonce}".encode()

    def _final(self, challenge: bytes, fields: Mapping[bytes, bytes]) -> bytes:
        if not fields.get(b"r", b"").startswith(self.nonce.encode()):
            raise NotTheServer("its nonce does not continue ours")
        salt, iterations = _hashing(fields)
        password = self.login.password.reveal().encode()
        salted = hashlib.pbkdf2_hmac(self.digest, password, salt, iterations)
        without_proof = b"c=biws,r=" + fields[b"r"]
        spoken = b",".join([self._first(), challenge, without_proof])
        client_key = self._hmac(salted, b"Client Key")
        signature = self._hmac(hashlib.new(self.digest, client_key).digest(), spoken)
        proof = bytes(one ^ other for one, other in zip(client_key, signature, strict=True))
        self._server_signature = self._hmac(self._hmac(salted, b"Server Key"), spoken)
        return without_proof + b",p=" + base64.b64encode(proof)

    def _verified(self, signature: bytes) -> bytes:
        if not hmac.compare_digest(signature, base64.b64encode(self._server_signature)):
            raise NotTheServer("its signature is wrong")
        return b""

    def _hmac(self, key: bytes, message: bytes) -> bytes:
        return hmac.new(key, message, self.digest).digest()


def _hashing(fields: Mapping[bytes, bytes]) -> tuple[bytes, int]:
    """The salt and the number of iterations of the server's first message."""
    try:
        salt, iterations = base64.b64decode(fields[b"s"], validate=True), int(fields[b"i"])
    except (KeyError, ValueError) as error:
        raise NotTheServer("its challenge is not one of SCRAM") from error
    if not 0 < iterations <= MOST_ITERATIONS:
        raise NotTheServer(f"it wants the password hashed {iterations} times")
    return salt, iterations


MECHANISMS: Mapping[str, Mechanism] = {
    mechanism.name: mechanism
    for mechanism in (
        Mechanism("PLAIN", _plain),
        Mechanism("LOGIN", _login, speaks_first=False),
        Mechanism("CRAM-MD5", _cram_md5, speaks_first=False),
        Mechanism("SCRAM-SHA-1", partial(_Scram, "sha1")),
        Mechanism("SCRAM-SHA-256", partial(_Scram, "sha256")),
        Mechanism("SCRAM-SHA-512", partial(_Scram, "sha512")),
    )
}
"""Those that can be tried; the others are offered and not proven."""
