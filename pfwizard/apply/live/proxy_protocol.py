"""What a proxy in front of a server says to it before its client says anything.

Version 1 of the PROXY protocol, section 2.1 of HAProxy's ``doc/proxy-protocol.txt``. Postfix waits
for it where smtpd_upstream_proxy_protocol or postscreen_upstream_proxy_protocol says so
(postconf(5)), and sends away with 421 whoever comes without.
"""

import socket

FAMILIES = {socket.AF_INET: "TCP4", socket.AF_INET6: "TCP6"}


def pose_as_proxy(connection: socket.socket) -> None:
    """Say that the client is who we are ourselves; raises OSError."""
    source, destination = connection.getsockname(), connection.getpeername()
    family = FAMILIES[connection.family]
    line = f"PROXY {family} {source[0]} {destination[0]} {source[1]} {destination[1]}\r\n"
    connection.sendall(line.encode("ascii"))
