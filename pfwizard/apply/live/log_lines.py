"""What a line of the mail log means: which of them say that a service is broken."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

STAMPED = re.compile(r"(?:^|\s)(?P<tag>[^\s\[\]:]+)\[(?P<process>\d+)\]: (?P<text>.*)$")
"""After the time and the host, in whatever form syslogd or postlogd(8) writes those."""

REPEATED = re.compile(r"^message repeated \d+ times: \[ ?(.*)\]$")
"""How rsyslogd shortens what is the same again and again."""

QUEUE_ID = re.compile(r"^(?:[0-9A-F]{6,}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,}): ")
"""The short and the long form (enable_long_queue_ids of postconf(5))."""

PROCESS = re.compile(r"\bpid \d+|\b[0-9A-F]+(?=:error:)")
"""Process numbers, and OpenSSL's of threads, which are others each time."""

CLIENT = re.compile(r"\S\[[0-9A-Fa-f.:]+\]")
"""A host with its address: what is said is about one client, not about the server."""


@dataclass(frozen=True)
class LogLine:
    """A line of one of Postfix's programs, such as ``smtpd`` under the tag ``postfix/smtpd``."""

    tag: str
    text: str

    @property
    def program(self) -> str:
        return self.tag.rpartition("/")[2]

    @property
    def essence(self) -> tuple[str, str]:
        """By which the same thing said again is known, without time, process and queue id."""
        return self.tag, PROCESS.sub("", QUEUE_ID.sub("", self.text))

    def __str__(self) -> str:
        return f"{self.tag}: {self.text}"


class Rank(IntEnum):
    """Of several lines about one fault, the lowest says it best."""

    CAUSE = 0
    DEATH = 1
    CONSEQUENCE = 2


@dataclass(frozen=True)
class Sign:
    """A message after which a service does not do its work. ``source`` is where Postfix says it.

    ``programs`` are those that may say it; empty for all.
    """

    pattern: re.Pattern[str]
    source: str
    rank: Rank
    programs: frozenset[str] = frozenset()

    def fits(self, line: LogLine) -> bool:
        may_say_it = not self.programs or line.program in self.programs
        return may_say_it and self.pattern.search(line.text) is not None


FRONT = frozenset(
    {"postfix", "postfix-script", "master", "smtpd", "tlsmgr", "postscreen", "tlsproxy"}
)
"""What a client's mail needs to come in, and the commands that we run."""

SIGNS = (
    # Not always a warning: for a CAfile that cannot be loaded it is said without any label.
    Sign(
        re.compile(r"^(?!NOQUEUE: ).*: disabling TLS support$"), "src/tls/tls_server.c", Rank.CAUSE
    ),
    Sign(
        re.compile(r"^(?!NOQUEUE: ).*TLS support is not compiled in$"),
        "src/smtpd/smtpd.c",
        Rank.CAUSE,
    ),
    Sign(
        re.compile(r"^warning: SASL: Connect to .* failed"),
        "src/xsasl/xsasl_dovecot_server.c",
        Rank.CAUSE,
    ),
    Sign(
        re.compile(r"^warning: SASL per-process initialization failed"),
        "src/xsasl/xsasl_cyrus_server.c",
        Rank.CAUSE,
    ),
    Sign(
        re.compile(r"^warning: .*: no mechanism available"),
        "src/xsasl/xsasl_cyrus_server.c",
        Rank.CAUSE,
    ),
    # Cyrus SASL's own words, passed on by xsasl_cyrus_log.c.
    Sign(
        re.compile(r"^warning: SASL authentication (failure|problem): cannot connect to "),
        "checkpw.c of libsasl2",
        Rank.CAUSE,
    ),
    Sign(re.compile(r"^(fatal|panic): "), "src/util/msg_output.c", Rank.DEATH, FRONT),
    Sign(
        re.compile(r"^warning: process \S+ pid \d+ (exit status|killed by signal) \d+"),
        "src/master/master_spawn.c",
        Rank.CONSEQUENCE,
        frozenset({"master"}),
    ),
    Sign(
        re.compile(r"^warning: \S+: bad command startup -- throttling"),
        "src/master/master_spawn.c",
        Rank.CONSEQUENCE,
        frozenset({"master"}),
    ),
)


@dataclass(frozen=True)
class Judgement:
    """What the log tells of a moment: the line that decides, if one does, and other warnings."""

    decisive: LogLine | None
    warnings: tuple[LogLine, ...] = ()


def judge(before: Iterable[str], since: Sequence[str], syslog_name: str) -> Judgement:
    """Judge the lines ``since`` a moment. What was said ``before`` it already is nobody's fault.

    Only lines of the Postfix that logs as ``syslog_name`` count.
    """
    known = {line.essence for line in _lines(before, syslog_name)}
    new: dict[tuple[str, str], LogLine] = {}
    for line in _lines(since, syslog_name):
        if line.essence not in known:
            new.setdefault(line.essence, line)
    ranked = sorted(
        ((sign.rank, line) for line in new.values() for sign in SIGNS if sign.fits(line)),
        key=lambda each: each[0],
    )
    if ranked:
        return Judgement(ranked[0][1])
    return Judgement(None, tuple(line for line in new.values() if _is_worth_telling(line)))


def _is_worth_telling(line: LogLine) -> bool:
    return line.text.startswith("warning: ") and CLIENT.search(line.text) is None


def _lines(raw: Iterable[str], syslog_name: str) -> Iterator[LogLine]:
    for each in raw:
        found = STAMPED.search(each)
        if found is None:
            continue
        tag = found["tag"]
        if tag == syslog_name or tag.startswith(f"{syslog_name}/"):
            yield LogLine(tag, REPEATED.sub(r"\1", found["text"].rstrip()))
