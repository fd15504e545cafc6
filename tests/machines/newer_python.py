"""The Python of a younger suite, for a machine whose own is too old for pfwizard.

So an operator would do it who installs one beside the system's. It is run by its own dynamic
loader with its own libraries (ld.so(8)), and nothing that it starts gets them.
"""

from tests.machines import roots, runtime
from tests.machines.suites import SUITES, Suite

SUITE: Suite = SUITES["bookworm"]

ROOT_PLACE = "/opt/newer-python-root"
PACKAGES_PLACE = "/opt/newer-python-packages"
PROGRAM = "/opt/newer-python/bin/python3"
"""Python finds its library from here, as it does from any bin directory."""

# Python takes the name it is called by for itself, and so calls this script for its children too.
INSTALL = f"""\
mkdir -p {PROGRAM.removesuffix("/python3")}
ln -s {ROOT_PLACE}/usr/lib /opt/newer-python/lib
cat >{PROGRAM} <<'END'
#!/bin/sh
set -- --argv0 "$0" {ROOT_PLACE}/usr/bin/python{SUITE.python} "$@"
for libraries in {ROOT_PLACE}/usr/lib/*-linux-gnu*; do
    exec "$libraries"/ld-linux*.so.? --library-path "$libraries" "$@"
done
END
chmod 755 {PROGRAM}
"""


def shown() -> dict[str, str]:
    """Directories of the host by the path at which the machine shows them."""
    return {
        ROOT_PLACE: str(roots.root(SUITE) / "root"),
        PACKAGES_PLACE: str(runtime.packages(SUITE)),
    }
