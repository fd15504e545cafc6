"""What our documents say must be what the real postconf says, of four generations."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from hypothesis import given, settings

from pfwizard.cf.endpoint import SUBMISSION, SUBMISSIONS
from pfwizard.cf.expansion import expand
from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.cf.problem import Severity
from pfwizard.cf.service import NewService, Option, ServiceField
from pfwizard.cf.text import collapsed, encode
from tests.cf import strategies
from tests.cf.postconf import SERVANT, Postconf, ServedPostconf
from tests.machines.machine import Machine
from tests.machines.policy import booted
from tests.machines.suites import SUITES, Suite

SMTPD = b"smtp inet n - y - - smtpd\n"
NOTHING = b""

by_postconf = settings(max_examples=50, derandomize=True, database=None, deadline=None)


@dataclass(frozen=True)
class Installed:
    """A Postfix of one suite: its postconf and the files that its package ships."""

    suite: Suite
    postconf: Postconf
    main_cf: bytes
    master_cf: bytes


@pytest.fixture(
    scope="module",
    params=[pytest.param(suite, marks=pytest.mark.machine, id=n) for n, suite in SUITES.items()],
)
def installed(request: pytest.FixtureRequest) -> Iterator[Installed]:
    with ExitStack() as life:
        machine = booted(Machine(request.param, log_to_file=False), life)
        servant = machine.popen(["python3", "-I", "-c", SERVANT])
        life.enter_context(servant)
        life.callback(servant.terminate)
        yield Installed(
            request.param,
            ServedPostconf(servant),
            machine.read("/etc/postfix/main.cf"),
            machine.read("/etc/postfix/master.cf"),
        )


MAIN_CF = {
    "plain": b"myorigin = x\nrelayhost=y\n",
    "empty value": b"relayhost =\nmyorigin=\n",
    "blanks around": b"myorigin \t =   a  b \t\n",
    "no blanks": b"myorigin=x\n",
    "several equals signs": b"myorigin = a = b\n",
    "number sign in the value": b"myorigin = a # b\nrelayhost = #x\n",
    "continued": b"mydestination = a,\n b,\n\tc\n",
    "value on the next line": b"mydestination =\n  a\n  b\n",
    "equals sign on the next line": b"mydestination\n = a\n",
    "comments in between": b"mydestination = a\n#x\n # y\n b\n#z\n  c\n# after\nmyorigin = q\n",
    "blank lines in between": b"mydestination = a\n\n b\n \t\n\n c\n\nmyorigin = q\n",
    "duplicates": b"myorigin = a\nrelayhost = h\nmyorigin = b\nmyorigin = b\nmyorigin =\n",
    "no final newline": b"myorigin = a\nrelayhost = b",
    "no final newline in a continuation": b"myorigin = a\n  b",
    "only a comment": b"# myorigin = a",
    "nothing": b"",
    "CRLF": b"myorigin = a\r\nmydestination = a,\r\n  b\r\n\r\n  c\r\n",
    "CR alone": b"myorigin = a\rrelayhost = b\r",
    "tabs": b"\tignored = x\nmyorigin\t=\ta\tb\n",
    "Latin-1": b"myorigin = caf\xe9\n# \xe9\nrelayhost = \xff\xfe\n",
    "UTF-8": "myorigin = café\u2028x\u00a0y\u3000\n".encode(),
    "control characters": b"myorigin = a\x1cb\x1d\nrelayhost = \x85x\xa0\n",
    "form feed continues": b"mydestination = a\n\x0cb\n\x0bc\n",
    "form feed alone on a line": b"mydestination = a\n\x0c\n b\n",
    "form feed at the ends": b"myorigin =\x0c a \x0b\n",
    "orphan continuation": b" myorigin = a\n  b\nrelayhost = h\n",
    "orphan after comments": b"# c\n\n  myorigin = a\n# d\n  b\nrelayhost = h\n",
    "nothing but an orphan": b"  myorigin = a",
    "null byte": b"myorigin = a\0b\n c\nrelayhost = h\n",
    "byte order mark": b"\xef\xbb\xbfmyorigin = a\nrelayhost = b\n",
    "upper case": b"MyOrigin = a\nmyorigin = b\n",
    "odd names": b"my-domain = q\nsmtp.x = y\n1 = 2\n$x = y\nx: = z\n",
    "backslash": b"myorigin = a\\\nrelayhost = b\n",
    "quotes": b'myorigin = "a b"\nrelayhost = \'x\n',
    "user-defined and used": b"mine = a\nmyorigin = $mine\n",
    "braces": b"smtpd_banner = { a, b } {c\n",
}


@pytest.mark.parametrize("content", MAIN_CF.values(), ids=MAIN_CF.keys())
def test_a_main_cf_reads_as_postconf_reads_it(installed: Installed, content: bytes) -> None:
    assert_main_cf_reads_alike(installed.postconf, content)


@by_postconf
@given(content=strategies.main_cf_files())
def test_a_generated_main_cf_reads_as_postconf_reads_it(
    installed: Installed, content: bytes
) -> None:
    assert_main_cf_reads_alike(installed.postconf, content)


@by_postconf
@given(content=strategies.config_shaped)
def test_an_odd_main_cf_is_refused_when_postconf_refuses_it(
    installed: Installed, content: bytes
) -> None:
    assert_main_cf_reads_alike(installed.postconf, content)


@by_postconf
@given(
    content=strategies.main_cf_files(),
    name=strategies.names,
    value=strategies.values,
)
def test_postconf_reads_what_was_set(
    installed: Installed, content: bytes, name: str, value: str
) -> None:
    edited = MainCf.parse(content).set(name, value).render()

    assert_main_cf_reads_alike(installed.postconf, edited)


BAD_MAIN_CF = {
    "no equals sign": b"myorigin = a\n\nrelayhost\nx = y\n",
    "no name": b"# c\n= x\n",
    "text on a line of its own": b"myorigin = a\nThis is not a setting\n  at all\n",
}


@pytest.mark.parametrize("content", BAD_MAIN_CF.values(), ids=BAD_MAIN_CF.keys())
def test_a_refused_main_cf_is_refused_for_the_same_reason(
    installed: Installed, content: bytes
) -> None:
    verdict = installed.postconf(content, NOTHING, ["-n"])

    [problem] = MainCf.parse(content).problems()
    assert problem.severity is Severity.FATAL
    assert f"main.cf, line {problem.line}: {problem.message}" in verdict.err


MASTER_CF = {
    "plain": SMTPD,
    "stray blanks": b"smtp \t inet\tn  -\ty - - smtpd \t\n",
    "options on the same line": b"smtp inet n - y - - smtpd -o a=b -v -o c=d\n",
    "options below": b"smtp inet n - y - - smtpd\n  -o a=b\n# c\n\n\t-o c=d -o e=f\n",
    "fields below": b"smtp inet\n  n - y - -\n  smtpd -o a=b\n",
    "together": b"smtp inet n - y - - smtpd -oa=b -va -vo c=d -voe=f\n",
    "braces": b"smtp inet n - y - - smtpd -o {a=b} -o { c = d e } -o {f=g,\n  h}\n",
    "nested braces": b"smtp inet n - y - - smtpd -o { a = ${x?{y}:{z w}} } -o b=${x?{y}}\n",
    "the last option counts": b"smtp inet n - y - - smtpd -o a=b -o c=d -o {a = e}\n",
    "empty value": b"smtp inet n - y - - smtpd -o a= -o {b=} -o { c = }\n",
    "not an option any more": b"p unix - n n - - pipe -o a=b argv=/bin/x -o {c d} {-o e=f}\n",
    "end of options": b"smtp inet n - y - - smtpd -o a=b -- -o c=d\n",
    "duplicates": SMTPD + b"smtp inet n - n - - smtpd -o a=b\n",
    "CRLF": b"smtp inet n - y - - smtpd\r\n  -o a=b\r\n\r\n  -o c=d\r\n",
    "no final newline": b"smtp inet n - y - - smtpd\n  -o a=b",
    "orphan continuation": b"  -o a=b\nsmtp inet n - y - - smtpd -o c=d\n",
    "form feed": b"sm\x0ctp inet n - y - - smtpd -o a=b\x0cc -o {\x0cd=e\x0b}\n\x0c -o f=g\n",
    "Latin-1": b"smtp inet n - y - - smtpd -o a=\xe9 -o {b = \xe9 \xff}\n",
    "all types": b"a inet n - n - - b\n"
    b"c unix - - - 6? 1 d\ne fifo n n n 3 0 f\ng pass - - - - - h\n",
    "commented": b"#smtp inet n - y - - smtpd\n#  -o a=b\nsmtps inet n - y - - smtpd\n",
    "half commented": b"smtp inet n - y - - smtpd\n#smtps inet n - y - - smtpd\n  -o a=b\n",
    "nothing": b"",
}


@pytest.mark.parametrize("content", MASTER_CF.values(), ids=MASTER_CF.keys())
def test_a_master_cf_reads_as_postconf_reads_it(installed: Installed, content: bytes) -> None:
    assert_master_cf_reads_alike(installed.postconf, content)


@by_postconf
@given(content=strategies.master_cf_files())
def test_a_generated_master_cf_reads_as_postconf_reads_it(
    installed: Installed, content: bytes
) -> None:
    assert_master_cf_reads_alike(installed.postconf, content)


BAD_MASTER_CF = {
    "too few fields": b"smtp inet n - y - -\n",
    "unknown type": b"smtp tcp n - y - - smtpd\n",
    "bad private": b"smtp inet no - y - - smtpd\n",
    "bad unprivileged": b"smtp inet n x y - - smtpd\n",
    "bad chroot": b"smtp inet n - Y - - smtpd\n",
    "bad wakeup": b"smtp inet n - y 1m - smtpd\n",
    "bad process limit": b"smtp inet n - y - 1? smtpd\n",
}


@pytest.mark.parametrize("content", BAD_MASTER_CF.values(), ids=BAD_MASTER_CF.keys())
def test_a_master_cf_that_postconf_refuses_has_a_fatal_problem(
    installed: Installed, content: bytes
) -> None:
    assert installed.postconf(NOTHING, content, ["-M"]).refused
    assert [p.severity for p in MasterCf.parse(content).problems()] == [Severity.FATAL]


def test_the_shipped_main_cf_reads_as_postconf_reads_it(installed: Installed) -> None:
    assert_main_cf_reads_alike(installed.postconf, installed.main_cf)
    assert MainCf.parse(installed.main_cf).problems() == ()


def test_the_shipped_master_cf_reads_as_postconf_reads_it(installed: Installed) -> None:
    assert_master_cf_reads_alike(installed.postconf, installed.master_cf)
    assert MasterCf.parse(installed.master_cf).problems() == ()


def test_edits_of_the_shipped_main_cf_are_all_that_postconf_sees(installed: Installed) -> None:
    wanted = {
        "smtpd_tls_security_level": "encrypt",
        "smtpd_tls_loglevel": "1",
        "smtpd_sasl_auth_enable": "yes",
        "mydestination": "$myhostname, example.org",
        "smtpd_relay_restrictions": "permit_mynetworks, reject",
    }
    document = MainCf.parse(installed.main_cf)
    for name, value in wanted.items():
        document = document.set(name, value)

    before = _explicit(installed.postconf, installed.main_cf)
    after = _explicit(installed.postconf, document.render())

    assert after == {**before, **wanted}


def test_the_shipped_submission_services_can_be_switched_on(installed: Installed) -> None:
    document = MasterCf.parse(installed.master_cf)
    for endpoint in (SUBMISSION, SUBMISSIONS):
        commented = document.find_commented(endpoint)
        assert commented is not None
        document = document.uncommented(commented)

    before = installed.postconf(installed.main_cf, installed.master_cf, ["-M"]).out.split("\n")
    verdict = installed.postconf(installed.main_cf, document.render(), ["-M"])

    submission, submissions = document.find(SUBMISSION), document.find(SUBMISSIONS)
    assert submission is not None
    assert submissions is not None
    assert submission.option("smtpd_tls_security_level") == "encrypt"
    assert submissions.option("smtpd_tls_wrappermode") == "yes"
    new = [line for line in verdict.out.split("\n") if line not in before]
    assert [line.split()[0] for line in new] == [submission.name, submissions.name]
    assert_master_cf_reads_alike(installed.postconf, document.render())


def test_edits_of_the_shipped_master_cf_are_all_that_postconf_sees(installed: Installed) -> None:
    document = MasterCf.parse(installed.master_cf)
    smtp = document.services[0]
    new = NewService("2525", "inet", "smtpd", "n", options=(Option("myorigin", "a b"),))

    document = (
        document.with_option(smtp, "smtpd_banner", "$myhostname ESMTP")
        .with_field(smtp, ServiceField.CHROOT, "n")
        .with_new_service(new, after=smtp)
    )

    before = _parameters(installed.postconf, installed.master_cf)
    after = _parameters(installed.postconf, document.render())
    expected = [
        ("smtp/inet/smtpd_banner", "$myhostname ESMTP"),
        ("2525/inet/myorigin", "a b"),
        *before,
    ]
    assert after == expected
    chroot = installed.postconf(NOTHING, document.render(), ["-F", "smtp/inet/chroot"]).out
    assert chroot == "smtp/inet/chroot = n\n"


EXPRESSIONS = (
    "$plain",
    "a${plain}b$(plain)c",
    "$$plain $$$$",
    "$nested",
    "$none ${none} x",
    "${plain?yes} ${plain:no} ${empty?yes} ${empty:no} ${none?yes} ${none:no}",
    "${plain??a:{b}c}",
    "${plain?a:b}",
    "${plain?{yes}:{no}} ${empty?{yes}:{no}}",
    "${plain ? {yes} : {no}} ${ empty ? {yes} : {no} }",
    "${plain?{a}:$nested}",
    "${empty:{$plain}}",
    "${{$plain} == {text}?{same}:{other}}",
    "${{$plain} != {text} ? {other} : {same}}",
    "${{a}=={a}}",
    "${{10} < {9} ? {text} : {number}} ${{10} < {9x} ? {text} : {number}}",
    "${{2} <= {02} ? {y} : {n}} ${{2} == {02} ? {y} : {n}}",
    "${{b} > {a} ? {y} : {n}} ${{b} >= {c} ? {y} : {n}}",
    "${{$none} == {} ? {y} : {n}}",
    "${{${plain?{x}}} == {x} ? {${nested?{deep}}} : {n}}",
    "x=${plain}, {y}",
)
LEVELS = (
    "${{3.6} <level {3.10} ? {y} : {n}}",
    "${{$compatibility_level} >=level {3} ? {y} : {n}}",
    "${{2} ==level {2.0.0} ? {y} : {n}}",
)
DEFINITIONS = b"plain = text\nempty =\nnested = <$plain>\ncompatibility_level = 3.6\n"


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_value_expands_as_postconf_expands_it(installed: Installed, expression: str) -> None:
    assert_expands_alike(installed, expression)


@pytest.mark.parametrize("expression", LEVELS)
def test_compatibility_levels_compare_as_postconf_compares_them(
    installed: Installed, expression: str
) -> None:
    if installed.suite.name == "bullseye":
        pytest.skip("Postfix 3.5 has no operators for compatibility levels")
    assert_expands_alike(installed, expression)


BAD_EXPRESSIONS = (
    "$",
    "a $ b",
    "${",
    "${plain",
    "${}",
    "$(plain",
    "${plain-x}",
    "${plain?{a}b}",
    "${plain?{a}:{b}c}",
    "${{a} = {b} ? {c}}",
    "${{a} == b ? {c}}",
    "${{a} == {b} {c}}",
    "${{a} ==size {b} ? {c}}",
)


@pytest.mark.parametrize("expression", BAD_EXPRESSIONS)
def test_a_value_that_postconf_cannot_expand_has_a_problem(
    installed: Installed, expression: str
) -> None:
    used, unused = (f"{name} = {expression}\n".encode() for name in ("myorigin", "mine"))

    assert installed.postconf(used, SMTPD, ["-n"]).refused
    assert not installed.postconf(unused, SMTPD, ["-n"]).refused
    [problem] = MainCf.parse(used).problems()
    assert problem.severity is Severity.WARNING


def assert_main_cf_reads_alike(postconf: Postconf, content: bytes) -> None:
    document = MainCf.parse(content)
    verdict = postconf(content, SMTPD, ["-n"])
    fatal = any(p.severity is Severity.FATAL for p in document.problems())
    if verdict.refused:
        assert fatal or "macro processing error" in verdict.err
        return
    assert not fatal
    shown = {name: value for name, value in verdict.pairs.items() if name != "config_directory"}
    ours = {s.name: document.get(s.name) or "" for s in document.settings}
    unused = {as_logged(name): value for name, value in verdict.unused.items()}
    for name, value in ours.items():
        if name in shown:
            assert collapsed(shown.pop(name)) == collapsed(value)
        else:
            assert collapsed(unused.pop(as_logged(name))) == collapsed(as_logged(value))
    assert not shown
    assert not unused
    overriding = [
        (p.line, as_logged(p.message))
        for p in document.problems()
        if p.message.startswith("overriding")
    ]
    assert verdict.overridden == overriding


def assert_master_cf_reads_alike(postconf: Postconf, content: bytes) -> None:
    document = MasterCf.parse(content)
    verdict = postconf(NOTHING, content, ["-F"])
    assert not verdict.refused, verdict.err
    columns = [field for field in ServiceField if field is not ServiceField.COMMAND]
    shown = [line for line in verdict.out.split("\n") if "/command = " not in line]
    expected = [
        f"{service.name}/{service.type}/{field.value} = {service.field(field)}"
        for service in document.services
        for field in columns
    ]
    assert [line for line in shown if line] == expected
    commands = [
        line.split(" = ", 1)[1] for line in verdict.out.split("\n") if "/command = " in line
    ]
    assert [command.split()[0] for command in commands] == [s.command for s in document.services]
    named = [(service.name, service.type) for service in document.services]
    if len(set(named)) < len(named):
        return  # postconf has one set of parameters for all services of the same name
    ours = [
        (f"{service.name}/{service.type}/{name}", collapsed(service.option(name) or ""))
        for service in document.services
        for name in sorted({option.name for option in service.options})
    ]
    assert _parameters(postconf, content) == ours


def assert_expands_alike(installed: Installed, expression: str) -> None:
    document = MainCf.parse(DEFINITIONS + f"smtpd_banner = {expression}\n".encode())

    shown = installed.postconf(document.render(), SMTPD, ["-x", "-h", "smtpd_banner"])

    assert not shown.refused, shown.err
    ours = expand(document.get("smtpd_banner") or "", document.get)
    assert collapsed(shown.out) == collapsed(ours)


def as_logged(text: str) -> str:
    """A text as Postfix writes it to a log: anything but printable ASCII is a question mark."""
    return "".join(chr(byte) if 32 <= byte < 127 else "?" for byte in encode(text))


def _explicit(postconf: Postconf, content: bytes) -> dict[str, str]:
    pairs = postconf(content, SMTPD, ["-n"]).pairs
    return {name: value for name, value in pairs.items() if name != "config_directory"}


def _parameters(postconf: Postconf, content: bytes) -> list[tuple[str, str]]:
    verdict = postconf(NOTHING, content, ["-P"])
    assert not verdict.refused, verdict.err
    split = (line.partition(" =") for line in verdict.out.split("\n") if line)
    return [(name, collapsed(value)) for name, _, value in split]
