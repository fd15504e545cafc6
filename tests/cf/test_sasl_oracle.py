"""What our reader says of smtpd.conf must be what the real Cyrus SASL library makes of it."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfwizard.cf.problem import Severity
from pfwizard.cf.smtpd_conf import SmtpdConf
from tests.machines.machine import Machine
from tests.machines.policy import booted
from tests.machines.suites import SUITES

Mechanisms = list[str]
Library = Callable[[bytes], Mechanisms | None]
"""The mechanisms that a server with this smtpd.conf offers; None if the library refuses it."""

# The library reads its file once per process.
SERVANT = """\
import base64, ctypes, json, os, sys, tempfile

CONFIGURATION = 1  # SASL_PATH_TYPE_CONFIG

def offered(place):
    sasl = ctypes.CDLL("libsasl2.so.2")
    sasl.sasl_set_path(CONFIGURATION, place.encode())
    if sasl.sasl_server_init(None, b"smtpd") != 0:
        return None
    connection, names = ctypes.c_void_p(), ctypes.c_char_p()
    sasl.sasl_server_new(b"smtp", b"h", b"r", None, None, None, 0, ctypes.byref(connection))
    sasl.sasl_listmech(connection, None, b"", b" ", b"", ctypes.byref(names), None, None)
    return (names.value or b"").decode().split()

place = tempfile.mkdtemp()
for line in sys.stdin:
    with open(os.path.join(place, "smtpd.conf"), "wb") as file:
        file.write(base64.b64decode(line))
    child = os.fork()
    if child == 0:
        print(json.dumps(offered(place)), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


@pytest.fixture(
    scope="module",
    params=[pytest.param(suite, marks=pytest.mark.machine, id=n) for n, suite in SUITES.items()],
)
def library(request: pytest.FixtureRequest) -> Iterator[Library]:
    with ExitStack() as life:
        machine = booted(Machine(request.param, log_to_file=False), life)
        servant = life.enter_context(machine.popen(["python3", "-I", "-c", SERVANT]))
        life.callback(servant.terminate)

        def offered(content: bytes) -> Mechanisms | None:
            assert servant.stdin and servant.stdout
            servant.stdin.write(base64.b64encode(content) + b"\n")
            servant.stdin.flush()
            answer: Mechanisms | None = json.loads(servant.stdout.readline())
            return answer

        yield offered


FILES = {
    "plain": b"mech_list: PLAIN\n",
    "no blanks": b"mech_list:PLAIN\n",
    "first one counts": b"mech_list: PLAIN LOGIN\nmech_list: PLAIN\n",
    "upper case": b"MECH_LIST: LOGIN\nmech_list: PLAIN\n",
    "CRLF": b"mech_list: LOGIN\r\n\r\n# x\r\n",
    "white space": b"\x0c\n \t mech_list:\x0b LOGIN\x0c \t\n",
    "indented": b"log_level: 1\n  mech_list: LOGIN\n",
    "comments": b"#x\n  # y\n \x0b#z\nmech_list: LOGIN\n",
    "number sign in the value": b"mech_list: LOGIN # PLAIN\n",
    "no final newline": b"mech_list: LOGIN",
    "odd key": b"m-_9: x\nmech_list: LOGIN\n",
    "no key": b": x\nmech_list: LOGIN\n",
    "equals sign": b"mech_list = PLAIN\n",
    "blank before the colon": b"mech_list : PLAIN\n",
    "two words before the colon": b"a b: c\n",
    "full stop in the key": b"a.b: c\n",
    "no value": b"mech_list:\n",
    "blank value": b"mech_list: \t\r\n",
    "no colon": b"mech_list\n",
    "not ASCII": b"\xe4: 1\n",
    "byte order mark": b"\xef\xbb\xbfmech_list: LOGIN\n",
    "null byte in the key": b"a\0: x\n",
    "null byte in the value": b"mech_list: LOGIN\0PLAIN\n",
    "null byte for a value": b"mech_list: \0PLAIN\n",
    "null byte alone": b"\0x\nmech_list: LOGIN\n",
    "as long as possible": b"a: " + b"x" * 4092 + b"\nmech_list: LOGIN\n",
    "too long": b"a: " + b"x" * 4093 + b"\nmech_list: LOGIN\n",
    "long comment": b"#" * 4200 + b"\nmech_list: LOGIN\n",
    "blanks at the end of a long line": b"mech_list: PLAIN" + b" " * 4200 + b"\n",
    "an option in the rest of a line": b"#" * 4095 + b"mech_list: LOGIN\n",
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_the_library_reads_what_we_read(library: Library, content: bytes) -> None:
    assert_reads_alike(library, content)


odd_files = st.lists(
    st.sampled_from(["mech_list", "x", "PLAIN", "LOGIN", *":# =-\n\t\r\f\0", "\n", ": ", "ä"])
).map(lambda pieces: "".join(pieces).encode())


@settings(max_examples=100, derandomize=True, database=None, deadline=None)
@given(content=odd_files)
def test_the_library_reads_what_we_read_in_odd_files(library: Library, content: bytes) -> None:
    assert_reads_alike(library, content)


@settings(max_examples=50, derandomize=True, database=None, deadline=None)
@given(content=odd_files)
def test_the_library_reads_what_was_set(library: Library, content: bytes) -> None:
    document = SmtpdConf.parse(content)
    if all(problem.severity is Severity.WARNING for problem in document.problems()):
        assert library(document.set("mech_list", "LOGIN PLAIN").render()) == ["LOGIN", "PLAIN"]


def assert_reads_alike(library: Library, content: bytes) -> None:
    document = SmtpdConf.parse(content)
    offered = library(content)
    assert (offered is None) == any(p.severity is Severity.FATAL for p in document.problems())
    chosen = document.get("mech_list")
    if offered is not None and chosen is not None:
        assert [name for name in ("PLAIN", "LOGIN") if name in chosen.split()] == [
            name for name in ("PLAIN", "LOGIN") if name in offered
        ]
        assert not [name for name in offered if name not in chosen.split()]
