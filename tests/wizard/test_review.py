"""What the review shows, and what it never does."""

from pfwizard.plan.plan import Severity
from pfwizard.wizard.fields import by_field
from pfwizard.wizard.lines import Line, Style
from pfwizard.wizard.review import as_text, places_of, review
from tests.plan.builders import answers, key, machine, plan_for

PLAN = plan_for(machine())


def test_every_file_that_changes_has_a_page() -> None:
    titles = [page.title for page in review(PLAN)]
    files = [change for change in PLAN.changes if change.is_about_a_file]

    assert titles[0] == "Summary"
    assert len(set(titles)) == len(files) + 1
    assert {"main.cf", "master.cf", "smtpd.conf", "server.key"} <= set(titles)


def test_no_page_shows_a_line_of_a_key() -> None:
    shown = {line.text for page in review(PLAN) for line in (*page.lines, *page.whole)}
    secret = {
        line
        for number in range(2)
        for line in key(number).pem().reveal().decode().splitlines()
        if not line.startswith("-----")
    }

    assert secret
    assert not shown & secret


def test_the_first_line_says_how_much_there_is_to_read() -> None:
    (first, *_) = review(PLAN)[0].lines
    severities = [finding.severity for finding in PLAN.findings]
    assert severities.count(Severity.WARNING) == 2
    assert severities.count(Severity.NOTE) == 2
    assert len(PLAN.actions_to_show) == 1
    assert first.text == f"2 warnings, 2 notes, {len(PLAN.changes)} changes, 1 action."


def test_the_summary_begins_with_what_is_worst() -> None:
    styles = [line.style for line in review(PLAN)[0].lines]
    findings = [style for style in styles if style in (Style.REFUSAL, Style.WARNING, Style.NOTE)]

    assert findings == sorted(findings, key=[Style.REFUSAL, Style.WARNING, Style.NOTE].index)
    assert Style.WARNING in findings


def test_every_remedy_is_in_the_summary() -> None:
    text = "\n".join(line.text for line in review(PLAN)[0].lines)

    assert all(by_field(finding.remedy) in text for finding in PLAN.findings)
    assert any(finding.severity is Severity.WARNING for finding in PLAN.findings)


def test_lines_that_come_and_go_are_marked_with_signs_too() -> None:
    (main,) = [page for page in review(PLAN) if page.title == "main.cf"]

    assert Line("+smtpd_tls_security_level = may", Style.ADDED) in main.lines
    assert all(line.text.startswith("-") for line in main.lines if line.style is Style.REMOVED)


def test_the_whole_file_is_what_will_be_written() -> None:
    (main,) = [page for page in review(PLAN) if page.title == "main.cf"]

    assert "".join(f"{line.text}\n" for line in main.whole).encode() == PLAN.main_cf


def test_the_text_of_a_review_holds_every_page() -> None:
    pages = review(PLAN)

    assert all(line.text in as_text(pages) for page in pages for line in page.lines)


def test_a_search_finds_every_line_in_either_case() -> None:
    assert places_of("TLS", [Line("a tls b"), Line("no"), Line("TLS")]) == (0, 2)


def test_a_search_for_nothing_finds_nothing() -> None:
    assert places_of("", [Line("a")]) == ()


def test_a_chain_file_is_told_to_have_the_certificate_too() -> None:
    chain = plan_for(machine(), answers(server__layout="chain"))
    (page,) = [page for page in review(chain) if page.title == "server.key"]
    text = "\n".join(line.text for line in page.lines)

    assert "private key, RSA 2048; not shown" in text
    assert "certificate of /C=IT" in text
    assert not page.whole
