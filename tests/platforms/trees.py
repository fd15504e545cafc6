"""Trees that look like each platform.

A directory here holds what its machine has: ``os-release``, the package's ``main.cf`` and the
beginning of its ``master.cf``, and the answers of ``postconf`` with the option of each file's name.
The first line of ``postconf-d`` says whether they were recorded or reconstructed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent

KERNELS = {"openbsd": "bsd", "netbsd": "netbsd"}
"""In place of an os-release, which these systems do not have."""

RECORDED = "# recorded from the package in "
RECONSTRUCTED = "# reconstructed: "


@dataclass(frozen=True)
class Fixture:
    """What is known of one machine, by the name of its directory."""

    name: str

    def __str__(self) -> str:
        return self.name

    def text(self, file: str) -> str:
        return (HERE / self.name / file).read_text()

    @property
    def provenance(self) -> str:
        return self.text("postconf-d").splitlines()[0]

    @property
    def defaults(self) -> dict[str, str]:
        """What ``postconf -d`` says of the parameters that pfwizard asks for."""
        lines = self.text("postconf-d").splitlines()[1:]
        pairs = (line.partition("=") for line in lines)
        return {name.strip(): value.strip() for name, _, value in pairs}

    @property
    def sasl_types(self) -> tuple[str, ...]:
        return tuple(self.text("postconf-a").split())

    @property
    def map_types(self) -> tuple[str, ...]:
        return tuple(self.text("postconf-m").split())

    def build(
        self, root: Path, plugins: str, mechanisms: Iterable[str] = ("plain", "login")
    ) -> Path:
        """Make a tree of it, with Cyrus SASL's plug-ins in the directory ``plugins``."""
        defaults = self.defaults
        if self.name in KERNELS:
            put(root, KERNELS[self.name], b"")
        else:
            put(root, "/etc/os-release", self.text("os-release").encode())
        for file in ("main.cf", "master.cf"):
            put(root, f"{defaults['config_directory']}/{file}", self.text(file).encode())
        put(root, f"{defaults['daemon_directory']}/smtpd", self._program())
        for mechanism in mechanisms:
            put(root, f"{plugins}/lib{mechanism}.so", b"")
        owner = defaults["mail_owner"]
        put(root, "/etc/passwd", f"root:x:0:0::/:\n{owner}:x:89:89::/:\n".encode())
        put(root, "/etc/group", f"root:x:0:\n{owner}:x:89:\n".encode())
        return root

    def _program(self) -> bytes:
        """What pfwizard reads of a program: its stamp, and the libraries that it is linked with."""
        library = b"libsasl2.so.3\0" if "cyrus" in self.sasl_types else b""
        return b"\x7fELF\0" + library + b"mail_version=" + self.defaults["mail_version"].encode()


def put(root: Path, path: str, content: bytes) -> None:
    place = root / path.lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)


FIXTURES = tuple(
    Fixture(directory.name)
    for directory in sorted(HERE.iterdir())
    if (directory / "main.cf").exists()
)
