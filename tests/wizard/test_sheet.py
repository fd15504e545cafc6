"""The sheet of answers: what is typed, suggested and followed, and what is wrong with it."""

from pathlib import Path

from pfwizard.answers.question import Value
from pfwizard.answers.reading import parse, start_from
from pfwizard.answers.writing import written
from pfwizard.pki.certificates import load_certificate
from pfwizard.wizard.sheet import AnswerSheet
from pfwizard.wizard.steps import StepName, step_asking, step_of
from pfwizard.wizard.suggestions import host_name
from tests.guide import ANSWERS
from tests.plan.builders import CA, answers, content_of, machine, plan_for
from tests.screens.stage import started

SUGGESTED: dict[str, Value] = {
    "server.names": ("mail.example.org",),
    "server.subject.common_name": "mail.example.org",
    "ca.subject.common_name": "CA of example.org",
}


def test_the_answers_of_a_file_are_those_of_an_unattended_run() -> None:
    assert AnswerSheet(SUGGESTED, started().values).answers() == parse(ANSWERS.encode())


def test_what_a_file_leaves_out_has_the_value_of_an_unattended_run() -> None:
    sheet = AnswerSheet({"tls.log_level": 2}, started().values)
    sheet.fill("ca.subject.country", "DE")

    assert "tls.auth_only" not in started().values
    assert sheet.answers().tls.auth_only is False


def test_what_a_file_leaves_out_is_as_usual_on_this_platform() -> None:
    start = {key: each for key, each in started().values.items() if key != "sasl.backend"}
    sheet = AnswerSheet(start=start)

    sheet.suggest({"sasl.backend": "dovecot"}, usual={"sasl.backend": "saslauthd"})

    assert sheet.text("sasl.backend") == "saslauthd"


def test_a_suggestion_is_there_until_something_else_is_typed() -> None:
    sheet = AnswerSheet(SUGGESTED)
    assert sheet.text("server.names") == "mail.example.org"

    sheet.fill("server.names", "smtp.example.org")

    assert sheet.text("server.names") == "smtp.example.org"


def test_the_server_is_in_the_country_of_its_ca_unless_told_otherwise() -> None:
    sheet = AnswerSheet(SUGGESTED)
    sheet.fill("ca.subject.country", "DE")
    assert sheet.text("server.subject.country") == "DE"

    sheet.fill("server.subject.country", "AT")

    assert sheet.text("server.subject.country") == "AT"


def test_what_follows_a_wrong_answer_stays_as_it_is() -> None:
    sheet = AnswerSheet(SUGGESTED)
    sheet.fill("ca.subject.country", "Germany")

    assert sheet.text("server.subject.country") == ""


def test_a_wrong_answer_stays_and_has_a_problem() -> None:
    sheet = AnswerSheet(SUGGESTED)
    sheet.fill("ca.days", "ten")

    assert sheet.text("ca.days") == "ten"
    assert "ca.days" in sheet.problems()
    assert step_asking(next(iter(sheet.problems()))).name is StepName.AUTHORITY


def test_answers_that_contradict_each_other_are_mended_at_one_of_them() -> None:
    sheet = AnswerSheet(SUGGESTED)
    sheet.fill("ca.subject.common_name", "mail.example.org")

    assert set(sheet.problems()) == {"server.subject.common_name"}


def test_a_wrong_answer_that_is_not_asked_for_any_more_blocks_nothing() -> None:
    sheet = AnswerSheet(SUGGESTED)
    sheet.fill("sasl.socket", "not a path")
    assert set(sheet.problems()) == {"sasl.socket"}

    sheet.fill("sasl.enabled", "no")

    assert not sheet.problems()
    assert not sheet.answers().sasl.enabled


def test_only_what_is_left_to_ask_is_asked() -> None:
    sheet = AnswerSheet(SUGGESTED)
    sheet.fill("sasl.enabled", "no")

    asked = [question.key for question in sheet.relevant(step_of(StepName.SASL))]
    assert asked == ["sasl.enabled"]


def test_looking_at_a_field_is_no_answer() -> None:
    sheet = AnswerSheet(SUGGESTED)
    sheet.fill("server.names", sheet.text("server.names"))

    assert not sheet.is_touched


def test_saved_answers_begin_the_same_walk_again(tmp_path: Path) -> None:
    sheet = AnswerSheet(SUGGESTED)
    sheet.fill("ca.days", "ten")
    sheet.fill("ca.subject.organization", "Kernel Panic Inc.")
    file = tmp_path / "answers.toml"
    file.write_text(written(sheet.to_be_saved()))
    file.chmod(0o600)

    again = AnswerSheet(start=start_from(file).values)

    assert again.text("ca.days") == "ten"
    assert again.text("ca.subject.organization") == "Kernel Panic Inc."
    assert again.text("server.names") == "mail.example.org"


def test_what_is_not_asked_any_more_counts_with_its_default_and_comes_back_as_it_was() -> None:
    sheet = AnswerSheet(SUGGESTED)
    sheet.fill("server.ecdsa", "yes")
    sheet.fill("server.ecdsa_key", "/etc/ssl/private/second.key")

    sheet.fill("server.source", "request")
    asked = {question.key for question in sheet.relevant(step_of(StepName.SERVER))}
    assert asked.isdisjoint({"server.ecdsa", "server.ecdsa_certificate", "server.ecdsa_key"})
    assert not sheet.answers().server.ecdsa

    sheet.fill("server.source", "ca")
    assert sheet.answers().server.ecdsa
    assert str(sheet.answers().server.ecdsa_key) == "/etc/ssl/private/second.key"


def test_saved_answers_have_nothing_that_contradicts_what_is_asked() -> None:
    sheet = AnswerSheet(SUGGESTED)
    sheet.fill("server.ecdsa", "yes")
    sheet.fill("clients.names", "laptop@example.org")
    sheet.fill("ca.source", "none")
    sheet.fill("server.source", "request")
    assert not sheet.problems()

    again = parse(written(sheet.to_be_saved()).encode())

    assert not again.server.ecdsa
    assert again.clients.names == ()


def test_an_answer_that_is_not_asked_is_saved_where_it_contradicts_nothing() -> None:
    sheet = AnswerSheet(SUGGESTED)
    sheet.fill("sasl.socket", "/run/elsewhere/socket")
    sheet.fill("sasl.enabled", "no")

    assert sheet.to_be_saved()["sasl.socket"] == "/run/elsewhere/socket"


def test_the_domains_of_a_new_ca_are_those_of_the_names_unless_others_are_typed() -> None:
    sheet = AnswerSheet(SUGGESTED)
    assert sheet.implied("ca.domains") == "example.org"

    sheet.fill("server.names", "mail.example.org, mx.example.net, 192.0.2.1")
    sheet.fill("clients.names", "laptop@example.com")

    assert sheet.implied("ca.domains") == "example.org, example.net, example.com"
    assert sheet.implied("ca.days") == ""


def test_they_are_what_the_plan_makes_of_them() -> None:
    wanted = answers(
        server__names=["mail.eu.kernel-panic.it", "mx.example.net"],
        server__subject__email="postmaster@example.com",
        clients__names=["laptop@example.org"],
    )
    sheet = AnswerSheet()
    sheet.suggest({}, host_name(machine()))
    sheet.fill("server.names", "mail.eu.kernel-panic.it, mx.example.net")
    sheet.fill("server.subject.email", "postmaster@example.com")
    sheet.fill("clients.names", "laptop@example.org")

    limits = load_certificate(content_of(plan_for(machine(), wanted), CA)).facts.limits

    assert sheet.implied("ca.domains") == ", ".join(limits)
    assert "kernel-panic.it" in limits


def test_the_files_of_somebody_else_are_looked_for_where_certbot_has_them() -> None:
    sheet = AnswerSheet(SUGGESTED)
    sheet.fill("server.source", "files")
    assert (
        sheet.text("server.certificate") == "/etc/letsencrypt/live/mail.example.org/fullchain.pem"
    )
    assert sheet.text("server.key") == "/etc/letsencrypt/live/mail.example.org/privkey.pem"

    sheet.fill("server.source", "ca")
    assert sheet.text("server.key") == "/etc/postfix/ssl/private/server.key"


def test_files_of_today_come_before_the_place_where_certbot_has_them() -> None:
    sheet = AnswerSheet({**SUGGESTED, "server.key": "/srv/acme/key.pem"})
    sheet.fill("server.source", "files")

    assert sheet.text("server.key") == "/srv/acme/key.pem"


SOCKET_OF_COURIER: dict[str, Value] = {"sasl.socket": "/srv/courier/socket"}


def test_a_suggested_socket_is_that_of_the_checker_in_use_and_of_no_other() -> None:
    sheet = AnswerSheet({**SOCKET_OF_COURIER, "sasl.backend": "authdaemond"})
    assert sheet.text("sasl.socket") == "/srv/courier/socket"

    sheet.fill("sasl.backend", "dovecot")

    assert sheet.text("sasl.socket") == ""


def test_a_socket_of_a_file_is_that_of_the_checker_there() -> None:
    sheet = AnswerSheet(start={**started().values, **SOCKET_OF_COURIER})
    sheet.fill("sasl.backend", "saslauthd")

    assert sheet.text("sasl.socket") == ""
    assert sheet.answers().sasl.socket is None


def test_a_socket_that_was_typed_is_there_again_with_its_checker() -> None:
    sheet = AnswerSheet()
    sheet.fill("sasl.socket", "/srv/courier/socket")
    sheet.fill("sasl.backend", "dovecot")
    sheet.fill("sasl.socket", "/srv/dovecot/auth")

    sheet.fill("sasl.backend", "authdaemond")

    assert sheet.text("sasl.socket") == "/srv/courier/socket"


def test_a_file_is_not_touched_by_a_look_at_other_checkers() -> None:
    sheet = AnswerSheet(start={**started().values, **SOCKET_OF_COURIER})
    sheet.fill("sasl.backend", "dovecot")
    assert sheet.is_touched

    sheet.fill("sasl.backend", "authdaemond")

    assert not sheet.is_touched
