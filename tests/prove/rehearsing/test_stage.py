"""A stage that cannot play says why."""

import errno
from multiprocessing.connection import Pipe

import pytest

from pfwizard.errors import Failed
from pfwizard.prove.rehearsing import stage
from pfwizard.prove.rehearsing.order import Collapsed, NoLogins, NotPossible
from pfwizard.prove.rehearsing.private_checker import ConfigurationRefused
from pfwizard.prove.rehearsing.scenery import Scenery
from tests.plan import builders
from tests.prove.rehearsing.scores import MACHINE, score

ORDER = score(builders.plan_for(MACHINE)).order


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ConfigurationRefused("no such mechanism"), NoLogins("no such mechanism", True)),
        (Failed("postfix: no end"), NotPossible("postfix: no end")),
        (OSError(errno.EROFS, "Read-only", "/run"), NotPossible("/run Read-only")),
        (KeyError("who"), Collapsed("KeyError: 'who'")),
    ],
)
def test_whatever_goes_wrong_on_it_is_told(
    error: Exception, told: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = Pipe()

    def set_scenery(_: Scenery) -> None:
        raise error

    monkeypatch.setattr(Scenery, "set", set_scenery)
    stage._perform(ORDER, theirs)

    assert ours.recv() == told
