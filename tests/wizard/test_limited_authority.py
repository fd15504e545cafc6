"""A CA that is there and limited to some names: what is said of a name that it cannot sign for."""

import pytest

from pfwizard.answers.question import Value
from pfwizard.errors import InputProblem
from pfwizard.machine.facts import Facts
from pfwizard.pki.name_constraints import limited_to
from pfwizard.wizard.authority_look import usual_authority
from pfwizard.wizard.sheet import AnswerSheet
from pfwizard.wizard.suggestions import suggest
from tests.pki import builders as pki
from tests.plan.builders import CA, STOCK_MAIN, STOCK_MASTER, file, machine

OWN = "mail.example.org"


def with_a_ca(*domains: str) -> Facts:
    limits = limited_to(domains) if domains else None
    return machine(STOCK_MAIN, STOCK_MASTER, file(CA, pki.ca(limits=limits).pem()))


def sheet_on(facts: Facts, **typed: str) -> AnswerSheet:
    sheet = AnswerSheet()
    suggested: dict[str, Value] = {**suggest(facts), "server.names": (OWN,)}
    sheet.suggest(suggested, authorities=usual_authority(facts))
    for key, text in typed.items():
        sheet.fill(key, text)
    return sheet


def problem_of(sheet: AnswerSheet, key: str) -> InputProblem | None:
    return sheet.problems().get(key)


@pytest.mark.parametrize("source", ["create", "existing"])
@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("server.names", f"{OWN}, mail.example.com"),
        ("server.names", f"{OWN}, 192.0.2.1"),
        ("clients.names", "anna@example.com"),
        ("clients.names", "backup.example.com"),
    ],
)
def test_for_a_name_that_it_cannot_sign_for_there_is_another_name_or_another_ca(
    source: str, key: str, names: str
) -> None:
    problem = problem_of(
        sheet_on(with_a_ca("example.org"), **{"ca.source": source, key: names}), key
    )

    assert problem is not None
    assert names.rpartition(" ")[2] in problem.message
    assert f"the CA in {CA} cannot sign" in problem.message
    assert "it is limited to example.org" in problem.message
    assert problem.remedy == (
        'Take the name out, or name the file of another CA in "Certificate file" (step 2, CA): '
        "the limits of a CA cannot be changed."
    )


def test_a_domain_that_is_added_to_the_answers_changes_nothing_of_it() -> None:
    typed = {"ca.domains": "example.org, example.com", "server.names": "mail.example.com"}

    assert problem_of(sheet_on(with_a_ca("example.org"), **typed), "server.names") is not None


@pytest.mark.parametrize(
    "typed",
    [
        {"clients.names": "anna@example.org, anna@mail.example.org, backup.example.org"},
        {"server.names": "mail.example.com", "server.source": "files"},
        {"server.names": "mail.example.com", "ca.source": "none", "server.source": "request"},
        {"ca.certificate": "/etc/ssl/other.crt", "ca.source": "existing", "server.names": "a.test"},
    ],
)
def test_nothing_is_said_of_what_it_can_sign_for_or_need_not(typed: dict[str, str]) -> None:
    assert not sheet_on(with_a_ca("example.org"), **typed).problems()


def test_where_another_is_to_be_made_its_domain_can_be_added() -> None:
    sheet = sheet_on(with_a_ca("example.org"), **{"ca.source": "create"})
    sheet.fill("ca.certificate", "/etc/ssl/other.crt")
    sheet.fill("server.names", "mail.example.com")

    problem = problem_of(sheet, "server.names")

    assert problem is not None
    assert problem.remedy.startswith("Add its domain to")


def test_a_ca_without_limits_signs_for_every_name() -> None:
    assert not sheet_on(with_a_ca(), **{"server.names": "mail.example.com"}).problems()
