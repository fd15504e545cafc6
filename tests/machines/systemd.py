"""systemd as the first process of a machine."""

# Before it has made its socket it cannot be asked. "degraded" is an answer too: some unit failed.
AWAIT_UNITS = """\
until test -S /run/systemd/private; do sleep 0.01; done
systemctl is-system-running --wait || true
"""
