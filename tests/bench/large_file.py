"""A main.cf of 100 000 lines: read and edited by pfwizard, read by postconf; and how that grows."""

from functools import partial

from tests.bench.measure import Contender, Series, in_turns, seconds_of
from tests.bench.servers import SUITE
from tests.bench.table import Comparison, Ratio
from tests.machines.machine import SOURCE_PLACE, Machine

LINES = 100_000
SIZES = (25_000, 50_000, 100_000, 200_000)
AT_MOST = 10.0
"""How much longer the largest may take than the smallest, which has an eighth of its lines."""

EDIT = f"{SOURCE_PLACE}/tests/bench/edit_main_cf.py"

LINES_OF_A_SITE = 10

NOTES = (
    "pfwizard: a fresh Python parses, sets two parameters and renders; postconf -n only reads.",
    "The file: comments, and parameters with values over several lines, all of them in use.",
    "The rows by size leave out the start of Python; twice the lines should cost twice the time.",
)


def compare(repetitions: int) -> Comparison:
    """Both programs on one file, then pfwizard alone on files of growing size."""
    with Machine(SUITE) as machine:
        for size in SIZES:
            _write_configuration(machine, size)
        _edit(machine, LINES)  # compiles it
        edit, read = in_turns(
            [
                Contender("pfwizard", lambda: seconds_of(partial(_edit, machine, LINES))),
                Contender("postconf -n", lambda: seconds_of(partial(_postconf, machine))),
            ],
            repetitions,
        )
        growth = in_turns(
            [Contender(f"{size // 1000}k lines", partial(_edit, machine, size)) for size in SIZES],
            repetitions,
        )
    return Comparison(
        f"Large file, {LINES} lines",
        (edit, read, *growth),
        (Ratio(edit, read), *_growth_ratios(growth)),
        NOTES,
    )


def _growth_ratios(growth: tuple[Series, ...]) -> tuple[Ratio, ...]:
    """Each size against the smallest; the largest has the target."""
    smallest, *between, largest = growth
    return (*(Ratio(timings, smallest) for timings in between), Ratio(largest, smallest, AT_MOST))


def _directory(size: int) -> str:
    return f"/root/large-{size}"


def _write_configuration(machine: Machine, size: int) -> None:
    """A configuration old enough that Postfix's programs do not wait for it to be finished."""
    main_cf = f"{_directory(size)}/main.cf"
    machine.write(main_cf, large_main_cf(size))
    machine.run(["cp", "/etc/postfix/master.cf", _directory(size)])
    machine.run(["touch", "-d", "1 hour ago", main_cf])


def large_main_cf(size: int) -> str:
    """A main.cf of so many lines that Postfix has nothing to say against."""
    sites = range(size // LINES_OF_A_SITE)
    stanzas = "".join(_stanza(number) for number in sites)
    uses = "".join(f"    $site_{number}\n" for number in sites)
    return f"smtpd_tls_security_level = none\n{stanzas}relay_domains =\n{uses}"


def _stanza(number: int) -> str:
    """All lines of a site but the one where it is used."""
    return (
        f"\n# Site {number}: the domains of one branch office, and of those it looks after.\n"
        "# Ask the people there before anything is changed here.\n"
        f"site_{number} =\n"
        f"    mail{number}.example.com, lists{number}.example.com,\n"
        "    # The laboratory.\n"
        f"    laboratory{number}.example.com\n"
        f"    old-laboratory{number}.example.com\n"
        "#smtpd_client_connection_count_limit = 50\n"
    )


def _edit(machine: Machine, size: int) -> float:
    """The seconds that parsing, editing and rendering took inside the process."""
    argv = ["python3", EDIT, f"{_directory(size)}/main.cf"]
    done = machine.run(argv, env=machine.python_paths())
    return float(done.stdout)


def _postconf(machine: Machine) -> None:
    done = machine.run(["postconf", "-n", "-c", _directory(LINES)])
    if done.stderr:
        raise AssertionError(f"postconf has something to say: {done.stderr[:300]}")
