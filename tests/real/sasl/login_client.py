"""A mail client that shares nothing with pfwizard: Python's smtplib, and Cyrus SASL's own client.

So a defect of pfwizard's probes is seen, and every mechanism that the machine has can be tried.
"""

import json
from collections.abc import Mapping, Sequence

from tests.machines.machine import Machine

Attempt = tuple[int, str, str]
"""The port, the mechanism, and the password."""

AUTHENTICATED, UNAVAILABLE, REFUSED = 235, 454, 535
"""RFC 4954 section 6; 535 is also what Postfix says to a mechanism that it does not offer."""

BROKEN_OFF = 421
"""What smtplib makes of a connection that the server closes, and smtpd's own farewell."""

# Prints the reply codes as a JSON list. The numbers are those of sasl.h: the callbacks for the
# names and the password, which have no function and so are asked for by SASL_INTERACT (2). A
# mechanism that the client does not have is still asked for, without a word of its own.
CLIENT = """\
import base64, ctypes, json, smtplib, ssl, sys
from ctypes import POINTER, byref, c_char_p, c_int, c_uint, c_ulong, c_void_p

class Callback(ctypes.Structure):
    _fields_ = [("id", c_ulong), ("function", c_void_p), ("context", c_void_p)]

class Interaction(ctypes.Structure):
    _fields_ = [("id", c_ulong), ("challenge", c_char_p), ("prompt", c_char_p),
                ("usual", c_char_p), ("result", c_char_p), ("length", c_uint)]

NO_SUCH_MECHANISM = -4
USER, AUTHNAME, PASSWORD = 0x4001, 0x4002, 0x4004
CALLBACKS = (Callback * 4)(*((each, None, None) for each in (USER, AUTHNAME, PASSWORD, 0)))
library = ctypes.CDLL("libsasl2.so.2")
assert library.sasl_client_init(None) == 0

class Conversation:
    def __init__(self, mechanism, user, password):
        self.connection = c_void_p()
        self.answers = {USER: user, AUTHNAME: user, PASSWORD: password}
        self.mechanism = mechanism
        assert library.sasl_client_new(
            b"smtp", b"localhost", None, None, CALLBACKS, 0, byref(self.connection)) == 0

    def first(self):
        chosen = c_char_p()
        return self._ask(lambda *rest: library.sasl_client_start(
            self.connection, self.mechanism.encode(), *rest, byref(chosen)))

    def next(self, challenge):
        return self._ask(lambda *rest: library.sasl_client_step(
            self.connection, challenge, len(challenge), *rest))

    def _ask(self, call):
        wanted, answer, length = POINTER(Interaction)(), c_void_p(), c_uint()
        status = call(byref(wanted), byref(answer), byref(length))
        while status == 2:
            for each in wanted:
                if each.id == 0:
                    break
                each.result = self.answers[each.id].encode()
                each.length = len(each.result)
            status = call(byref(wanted), byref(answer), byref(length))
        if status == NO_SUCH_MECHANISM:
            return None
        assert status in (0, 1), f"{self.mechanism}: {status}"
        return None if answer.value is None else ctypes.string_at(answer.value, length.value)

anybody = ssl.create_default_context()
anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE

def connected(port):
    if port == 465:
        return smtplib.SMTP_SSL("localhost", port, context=anybody, timeout=30)
    client = smtplib.SMTP("localhost", port, timeout=30)
    client.starttls(context=anybody)
    return client

def reply_to(port, mechanism, user, password):
    try:
        with connected(port) as client:
            client.ehlo()
            conversation = Conversation(mechanism, user, password)
            first = conversation.first()
            words = [mechanism] if first is None else [mechanism, encoded(first) or "="]
            code, text = client.docmd("AUTH", " ".join(words))
            while code == 334:
                code, text = client.docmd(encoded(conversation.next(base64.b64decode(text)) or b""))
            return code
    except (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError):
        return 421

def encoded(answer):
    return base64.b64encode(answer).decode()

user, attempts = json.load(sys.stdin)
print(json.dumps([reply_to(port, mechanism, user, password)
                  for port, mechanism, password in attempts]))
"""


def replies(machine: Machine, user: str, attempts: Sequence[Attempt]) -> Mapping[Attempt, int]:
    """The code that ends each of these logins, over TLS."""
    asked = json.dumps([user, list(attempts)])
    done = machine.run(["python3", "-c", CLIENT], input=asked, timeout=180)
    codes: list[int] = json.loads(done.stdout)
    return dict(zip(attempts, codes, strict=True))
