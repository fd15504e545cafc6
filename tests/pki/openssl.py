"""The openssl program, as a second opinion. These tests need it; there is no skipping."""

import os
import subprocess
from pathlib import Path

# No configuration but this one, so that no host's own openssl.cnf decides a test.
_CONFIGURATION = """
[req]
distinguished_name = prompts
string_mask = utf8only
utf8 = yes
[prompts]
[v3_ca]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always,issuer
basicConstraints = critical,CA:true
"""


def openssl(*arguments: str | Path, given: bytes = b"", directory: Path) -> str:
    """What ``openssl`` says on both streams; it must succeed."""
    done = _run(*arguments, given=given, directory=directory)
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, f"openssl {arguments} failed:\n{said}"
    return said


def openssl_says(*arguments: str | Path, given: bytes = b"", directory: Path) -> str:
    """The same, whether it succeeds or not."""
    done = _run(*arguments, given=given, directory=directory)
    return (done.stdout + done.stderr).decode()


def openssl_accepts(*arguments: str | Path, given: bytes = b"", directory: Path) -> bool:
    return _run(*arguments, given=given, directory=directory).returncode == 0


def _run(
    *arguments: str | Path, given: bytes, directory: Path
) -> subprocess.CompletedProcess[bytes]:
    configuration = directory / "openssl.cnf"
    if not configuration.exists():
        configuration.write_text(_CONFIGURATION)
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "OPENSSL_CONF": str(configuration)}
    return subprocess.run(
        ["openssl", *map(str, arguments)],
        input=given,
        cwd=directory,
        env=environment,
        capture_output=True,
        timeout=90,
        check=False,
    )
