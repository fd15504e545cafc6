"""A CA that is there already: the pages follow the file that is named, and wait for no disk."""

import threading
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.pki.name_constraints import limited_to
from pfwizard.screens.questions import Questions
from pfwizard.screens.widgets.field_row import FieldRow
from pfwizard.wizard.existing_authority import ExistingAuthority
from pfwizard.wizard.steps import StepName
from tests.pki import builders as pki
from tests.plan.builders import CA, CA_KEY, STOCK_MAIN, STOCK_MASTER, file, machine
from tests.screens.conftest import LooksRight, text_of
from tests.screens.stage import StagedSession
from tests.screens.test_certificate_steps import asked, at_every_size
from tests.screens.walking import fill, go_to, press, until_it_says, wizard

ELSEWHERE = PurePosixPath("/srv/ca/ca.crt")
FILES = ["ca.source", "ca.certificate", "ca.key"]


def with_a_ca(path: PurePosixPath) -> Facts:
    content, key = pki.ca(limits=limited_to(["example.org"])).pem(), pki.key("ca").pem()
    files = file(path, content), file(CA_KEY, key.reveal())
    return machine(STOCK_MAIN, STOCK_MASTER, *files)


async def test_the_page_follows_the_file_that_is_named() -> None:
    async with wizard(StagedSession(with_a_ca(ELSEWHERE))) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        assert "ca.days" in asked(pilot)

        await fill(pilot, "ca.certificate", str(ELSEWHERE))
        await press(pilot, "tab")

        assert asked(pilot) == FILES
        assert f"There is a CA in {ELSEWHERE} already" in text_of(pilot.app)
        assert pilot.app.screen.focused is pilot.app.screen.query(FieldRow).last().editor


async def test_a_name_that_a_ca_elsewhere_cannot_sign_for_is_told_where_it_stands() -> None:
    async with wizard(StagedSession(with_a_ca(ELSEWHERE))) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        await fill(pilot, "ca.certificate", str(ELSEWHERE))
        await press(pilot, "f8")
        await fill(pilot, "server.names", "mail.example.com")
        await press(pilot, "tab")

        assert f"the CA in {ELSEWHERE} cannot sign" in " ".join(text_of(pilot.app).split())


class OnASlowDisk(StagedSession):
    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self.looks: list[str] = []
        self.may_answer = threading.Event()

    def look_at_authority(self, certificate: str) -> ExistingAuthority | None:
        self.looks.append(certificate)
        self.may_answer.wait()
        return super().look_at_authority(certificate)


async def test_nobody_waits_for_a_slow_disk_and_it_is_asked_once() -> None:
    session = OnASlowDisk(with_a_ca(ELSEWHERE))
    async with wizard(session) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        await fill(pilot, "ca.certificate", str(ELSEWHERE))
        await pilot.press("tab", "shift+tab", "shift+tab")
        assert "ca.days" in asked(pilot)
        assert session.looks == [str(ELSEWHERE)]

        await pilot.press("f8")
        await pilot.pause()
        assert "Step 3" in text_of(pilot.app)
        assert isinstance(pilot.app.screen, Questions)
        await fill(pilot, "server.names", "mail.example.com")
        await pilot.press("tab")

        session.may_answer.set()
        await until_it_says(pilot, "cannot sign")


@at_every_size
async def test_the_step_of_a_ca_that_is_there(
    size: tuple[int, int], looks_right: LooksRight
) -> None:
    async with wizard(StagedSession(with_a_ca(CA)), size) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        await looks_right(pilot, "existing")
