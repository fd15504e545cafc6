"""The real postconf as the judge: what it prints for a pair of files, and how to read that."""

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from subprocess import Popen
from typing import Protocol

from pfwizard.cf.text import decode

_UNUSED = re.compile(r"warning: [^:\n]*: unused parameter: ([^=]+)=(.*)", re.DOTALL)
_OVERRIDDEN = re.compile(r"warning: [^:\n]*main\.cf, line ([0-9]+): (overriding .*)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one run of postconf said."""

    status: int
    out: str
    err: str

    @property
    def refused(self) -> bool:
        return self.status != 0

    @property
    def pairs(self) -> dict[str, str]:
        """The lines of the form ``name = value``."""
        split = (line.partition(" =") for line in self.out.split("\n") if line)
        return {name: value.removeprefix(" ") for name, _, value in split}

    @property
    def unused(self) -> dict[str, str]:
        """The settings that postconf only mentions in a warning, as it does not know them."""
        found = (_UNUSED.search(line) for line in self.err.split("\n"))
        return {match[1]: match[2] for match in found if match}

    @property
    def overridden(self) -> list[tuple[int, str]]:
        """The line numbers and texts of warnings about settings that come again."""
        found = (_OVERRIDDEN.search(line) for line in self.err.split("\n"))
        return [(int(match[1]), match[2]) for match in found if match]


class Postconf(Protocol):
    """Runs ``postconf -c DIRECTORY ARGV`` on a directory with these two files."""

    def __call__(self, main_cf: bytes, master_cf: bytes, argv: Sequence[str]) -> Verdict: ...


# A fresh main.cf makes every Postfix program wait until its time stamp is old (dict.c), so the
# files get an old one. After a fatal error they sleep for a second (msg.c); there is nothing more
# to learn from them by then. Output goes to a file, as nobody reads it while stderr is read.
SERVANT = """\
import base64, json, os, subprocess, sys, tempfile

def judged(argv):
    with tempfile.TemporaryFile() as out:
        with subprocess.Popen(argv, stdout=out, stderr=subprocess.PIPE) as run:
            err = b""
            for line in run.stderr:
                err += line
                if b": fatal: " in line:
                    run.kill()
                    break
        out.seek(0)
        return run.returncode, out.read(), err

place = tempfile.mkdtemp()
for line in sys.stdin:
    order = json.loads(line)
    for name in ("main.cf", "master.cf"):
        path = os.path.join(place, name)
        with open(path, "wb") as file:
            file.write(base64.b64decode(order[name]))
        os.utime(path, (1, 1))
    status, *streams = judged(["postconf", "-c", place, *order["argv"]])
    print(json.dumps([status, *(base64.b64encode(text).decode() for text in streams)]), flush=True)
"""


class ServedPostconf:
    """A Postconf behind a SERVANT that runs where Postfix is installed."""

    def __init__(self, servant: "Popen[bytes]") -> None:
        self._servant = servant

    def __call__(self, main_cf: bytes, master_cf: bytes, argv: Sequence[str]) -> Verdict:
        files = {"main.cf": main_cf, "master.cf": master_cf}
        order = {name: base64.b64encode(content).decode() for name, content in files.items()}
        assert self._servant.stdin and self._servant.stdout
        self._servant.stdin.write(json.dumps({**order, "argv": list(argv)}).encode() + b"\n")
        self._servant.stdin.flush()
        status, out, err = json.loads(self._servant.stdout.readline())
        return Verdict(status, decode(base64.b64decode(out)), decode(base64.b64decode(err)))
