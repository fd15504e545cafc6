"""Starting another Python of our own: detached, with the same code and nobody's environment.

The search path is handed over as it is, because the present directory may be anybody's and a
checkout's is not where an installation's is. Nothing secret is among the arguments.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

BOOT = """\
import sys
count = int(sys.argv[1])
sys.path[:] = sys.argv[2:2 + count]
del sys.argv[1:2 + count]
"""

RUN = "from {module} import main\nsys.exit(main(sys.argv[1:]))\n"


def command(module: str, arguments: Sequence[str] = ()) -> list[str]:
    """The command line that runs the function ``main`` of a module with these arguments.

    In ps(1) it begins with what it is.

    It reads byte code where this process does, and writes none: with our umask nobody else could
    read it.
    """
    path = [str(Path(entry).absolute()) for entry in sys.path]
    code = f"# {module}\n{BOOT}{RUN.format(module=module)}"
    elsewhere = ["-X", f"pycache_prefix={sys.pycache_prefix}"] if sys.pycache_prefix else []
    own = [sys.executable, "-I", "-B", *elsewhere, "-c", code]
    return [*own, str(len(path)), *path, *arguments]


def start(
    arguments: Sequence[str], *, stdin: int, stdout: int = subprocess.DEVNULL
) -> "subprocess.Popen[bytes]":
    """Start it in a session of its own, out of reach of the terminal's signals."""
    return subprocess.Popen(
        arguments,
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
