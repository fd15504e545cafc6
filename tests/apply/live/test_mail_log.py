"""The mail log is found and read, also when it is rotated meanwhile."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import pytest

from pfwizard.apply.live import mail_log
from pfwizard.apply.live.mail_log import watched
from pfwizard.machine.programs import Finished, ProgramMissing

CONFIG = PurePosixPath("/etc/postfix")
STAMP = "Nov 25 17:26:14 mail postfix"
FATAL = f"{STAMP}/smtpd[9]: fatal: exit\n"
OTHER = f"{STAMP}/smtpd[9]: connect from localhost[127.0.0.1]\n"


@dataclass
class Programs:
    """Postfix's programs and systemd's, as far as they are asked; ``log`` is where postlog writes.

    ``journal`` is systemd's, None on a machine without it.
    """

    log: Path | None
    maillog_file: str = ""
    journal: list[str] | None = None
    called: list[Sequence[str]] = field(default_factory=list)

    def __call__(self, arguments: Sequence[str], *, time_limit: float = 30) -> Finished:
        self.called.append(arguments)
        return {"postconf": self._postconf, "postlog": self._postlog, "journalctl": self._journal}[
            arguments[0]
        ](arguments)

    def _postconf(self, arguments: Sequence[str]) -> Finished:
        return Finished(0, f"maillog_file = {self.maillog_file}\nsyslog_name = postfix\n", "")

    def _postlog(self, arguments: Sequence[str]) -> Finished:
        line = f"{STAMP}/postlog[7]: {arguments[-1]}\n"
        if self.journal is not None:
            self.journal.append(line.rstrip())
        elif self.log is not None:
            with self.log.open("a") as file:
                file.write(line)
        return Finished(0, "", "")

    def _journal(self, arguments: Sequence[str]) -> Finished:
        if self.journal is None:
            raise ProgramMissing("journalctl: this program is not installed")
        options = {name: value for name, _, value in (each.partition("=") for each in arguments)}
        start = int(options.get("--after-cursor", "0"))
        cursor = [f"-- cursor: {len(self.journal)}"] if "--show-cursor" in options else []
        return Finished(0, "\n".join([*self.journal[start:], *cursor]), "")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "mail.log"
    path.write_text(OTHER)
    return path


@pytest.fixture(autouse=True)
def usual_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_log, "USUAL_FILES", (tmp_path / "mail.log", tmp_path / "maillog"))
    monkeypatch.setattr(mail_log, "TIME_LIMIT", 0.05)


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def decisive(programs: Programs, meanwhile: Callable[[], object]) -> bool | None:
    """Whether a line decides that was logged meanwhile; None where nothing could be read."""
    with watched(CONFIG, programs) as log:
        meanwhile()
        judgement = log.judged()
    return None if judgement is None else judgement.decisive is not None


def test_what_was_logged_since_is_judged(log: Path) -> None:
    assert decisive(Programs(log), lambda: append(log, FATAL)) is True


def test_what_was_logged_before_is_not(log: Path) -> None:
    append(log, FATAL)

    assert decisive(Programs(log), lambda: append(log, FATAL)) is False


def test_postfixs_own_file_is_read_where_it_has_one(log: Path, tmp_path: Path) -> None:
    own = tmp_path / "postfix.log"

    programs = Programs(own, maillog_file=str(own))

    assert decisive(programs, lambda: append(own, FATAL)) is True


def test_what_programs_say_before_they_know_of_it_is_read_too(log: Path, tmp_path: Path) -> None:
    own = tmp_path / "postfix.log"

    programs = Programs(own, maillog_file=str(own))

    assert decisive(programs, lambda: append(log, FATAL)) is True


def test_a_fault_is_known_as_soon_as_it_is_logged(log: Path) -> None:
    with watched(CONFIG, Programs(log)) as mail_log:
        assert not mail_log.knows_of_a_fault()
        append(log, FATAL)
        assert mail_log.knows_of_a_fault()


def test_a_file_that_is_renamed_meanwhile_is_read_to_its_end(log: Path) -> None:
    def rotate() -> None:
        append(log, FATAL)
        log.rename(log.with_name("mail.log.1"))
        log.write_text(OTHER)

    assert decisive(Programs(log), rotate) is True


def test_a_file_that_is_new_meanwhile_is_read_from_its_beginning(log: Path) -> None:
    def rotate() -> None:
        log.rename(log.with_name("mail.log.1"))
        log.write_text(FATAL)

    assert decisive(Programs(log), rotate) is True


def test_a_file_that_is_compressed_at_once_is_read_all_the_same(log: Path) -> None:
    def rotate() -> None:
        append(log, FATAL)
        log.unlink()

    assert decisive(Programs(log), rotate) is True


def test_a_file_that_is_copied_and_emptied_meanwhile_loses_nothing(log: Path) -> None:
    append(log, OTHER * 100)

    def rotate() -> None:
        append(log, FATAL)
        log.with_name("mail.log.1").write_text(log.read_text())
        log.write_text("")

    assert decisive(Programs(log), rotate) is True


def test_what_was_said_just_before_the_rotation_is_nobodys_fault(log: Path) -> None:
    log.with_name("mail.log-20261124").write_text(FATAL)

    assert decisive(Programs(log), lambda: append(log, FATAL)) is False


def test_a_file_that_nobody_writes_any_more_is_not_taken_for_the_log(log: Path) -> None:
    """As after an upgrade to a system that has no syslogd."""
    programs = Programs(log, journal=[OTHER])

    assert decisive(programs, lambda: programs.journal.append(FATAL)) is True  # type: ignore[union-attr]


def test_the_journal_is_read_from_the_moment_on(log: Path) -> None:
    programs = Programs(None, journal=[OTHER.rstrip(), FATAL.rstrip()])

    assert decisive(programs, lambda: programs.journal.append(FATAL.rstrip())) is False  # type: ignore[union-attr]


def test_where_our_own_line_does_not_arrive_nothing_is_believed(log: Path) -> None:
    assert decisive(Programs(None), lambda: append(log, FATAL)) is None


def test_a_log_that_cannot_be_read_back_is_none(log: Path) -> None:
    programs = Programs(None, maillog_file="/dev/null")

    assert decisive(programs, lambda: None) is None


def test_where_postlog_gives_up_too_what_is_there_is_read(log: Path) -> None:
    class Broken(Programs):
        def _postlog(self, arguments: Sequence[str]) -> Finished:
            return Finished(1, "", "postlog: fatal: parameter inet_interfaces: no local interface")

    assert decisive(Broken(log), lambda: append(log, FATAL)) is True


def test_our_line_is_put_where_this_instance_logs(log: Path) -> None:
    programs = Programs(log)

    decisive(programs, lambda: None)

    command = next(each for each in programs.called if each[0] == "postlog")
    assert command[:3] == ["postlog", "-c", "/etc/postfix"]
    assert re.search(r"[0-9a-f]{32}$", command[-1])
