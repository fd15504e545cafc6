"""Disposable mail servers: four generations of Debian with the real Postfix, in namespaces.

A machine has `/etc/postfix` at its real path, the distribution's own defaults, ports 25, 465 and
587, its users and its log, and cannot reach anything beyond its own loopback. It is gone when the
context ends, and also when the test process is killed.

    from tests.machines.machine import Machine
    from tests.machines.suites import SUITES

    with Machine(SUITES["bookworm"]) as machine:
        machine.start_postfix()
        machine.run(["swaks", "--server", "127.0.0.1", "--quit-after", "EHLO"])

`Machine(..., survives_reboot=True)` can lose its power and come back, `Machine(...,
with_systemd=True)` has systemd as its first process, and `machine.ssh` gives a session over a real
SSH connection that can be cut off.

The roots are built once, on first use or by `python -m tests.machines build`;
those with systemd on first use.
"""
