"""Whether two ways to configure a server have led to the same server; only then times compare."""

from dataclasses import dataclass

from tests.bench.servers import LOGIN, PASSWORD
from tests.machines.machine import Machine

# Certificates without subjectAltName, as the guide's are, can only be checked without the name.
TRY_BOTH_PORTS = """\
import smtplib, ssl, sys, time
login, password = sys.argv[1:]
trust = ssl.create_default_context(cafile="/etc/ssl/ca.crt")
trust.check_hostname = False
deadline = time.monotonic() + 20
while True:
    try:
        connection = smtplib.SMTP_SSL("127.0.0.1", 465, context=trust)
        break
    except OSError:
        if time.monotonic() > deadline:
            raise
        time.sleep(0.05)
with connection as encrypted:
    encrypted.login(login, password)
with smtplib.SMTP("127.0.0.1", 25) as clear:
    clear.login(login, password)
"""


@dataclass(frozen=True)
class Outcome:
    """The parameters of a server on which TLS, chain and login have been seen to work."""

    main_cf: frozenset[str]

    @classmethod
    def of(cls, machine: Machine) -> "Outcome":
        """Looks at a configured server; raises when it does not serve."""
        machine.run(["python3", "-c", TRY_BOTH_PORTS, LOGIN, PASSWORD])
        return cls(frozenset(machine.run(["postconf", "-n"]).stdout.splitlines()))
