"""What a parameter is worth: the file's value or the compiled-in one, with ``$name`` expanded."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from pfwizard.cf.expansion import BadExpansion, expand
from pfwizard.cf.lists import split_list
from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.service import Service
from pfwizard.errors import Failed
from pfwizard.machine.tree import FileStates

DISABLED = "master_service_disable"


@dataclass(frozen=True)
class Effective:
    """The parameters as one of Postfix's daemons sees them.

    A service's ``-o`` options beat main.cf, and main.cf beats the defaults (postconf(5)).
    """

    main: MainCf
    defaults: Mapping[str, str]
    service: Service | None = None

    def of(self, service: Service) -> Self:
        return replace(self, service=service)

    def written(self, name: str) -> str | None:
        """The value without expansion, or None for a parameter that exists nowhere."""
        if self.service is not None:
            option = self.service.option(name)
            if option is not None:
                return option
        value = self.main.get(name)
        return self.defaults.get(name) if value is None else value

    def value(self, name: str) -> str:
        """The expanded value, empty for a parameter that exists nowhere.

        Raises Failed for a value that Postfix gives up on.
        """
        written = self.written(name)
        return "" if written is None else self.expanded(written, name)

    def expanded(self, text: str, name: str) -> str:
        """A text of the parameter ``name`` with its references replaced; raises Failed."""
        try:
            return expand(text, self.written)
        except BadExpansion as error:
            raise Failed(
                f"{name}: {error}", "Postfix gives up on this value. Correct it first."
            ) from error

    def elements(self, name: str) -> tuple[str, ...]:
        return split_list(self.value(name))

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the restriction classes, whose values are restriction lists."""
        return self.elements("smtpd_restriction_classes")

    def is_on(self, name: str) -> bool:
        """A boolean parameter; Postfix compares without regard to case."""
        return self.value(name).lower() == "yes"

    def compatibility_level(self) -> tuple[int, ...]:
        """``compatibility_level`` as numbers, so that 3.6 stands between 2 and 3.11."""
        parts = self.value("compatibility_level").split(".")
        return tuple(int(part) if part.isdecimal() else 0 for part in parts)

    @property
    def is_disabled(self) -> bool:
        """Whether the master leaves the service off, whatever master.cf says.

        ``master_service_disable`` in main.cf has types, and names with types: the first column of
        master.cf, a slash or as in Postfix 2.10 a dot, and the type. The first one that fits
        decides, and each exclamation mark before it turns it round (postconf(5)).
        """
        if self.service is None:
            return False
        name, kind = self.service.name, self.service.type
        fitting = {each.lower() for each in (kind, f"{name}/{kind}", f"{name}.{kind}")}
        for pattern in replace(self, service=None).elements(DISABLED):
            plain = pattern.lstrip("!")
            if plain.lower() in fitting:
                return (len(pattern) - len(plain)) % 2 == 0
        return False

    @property
    def is_jailed(self) -> bool:
        """Whether the service runs in the chroot jail (master(5))."""
        if self.service is None or self.service.chroot == "-":
            return self.compatibility_level() < (1,)
        return self.service.chroot == "y"


@dataclass(frozen=True)
class Tolerant(Effective):
    """The same for a look that has to go on: what Postfix gives up on counts as empty."""

    def expanded(self, text: str, name: str) -> str:
        try:
            return super().expanded(text, name)
        except Failed:
            return ""


@dataclass(frozen=True)
class Smtpd:
    """What one smtpd(8) goes by: its parameters, and the files that they name."""

    effective: Effective
    files: FileStates
