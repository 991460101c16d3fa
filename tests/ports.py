"""Ports on the loopback for programs that have to be told theirs."""

import socket
from random import SystemRandom


def free_port() -> int:
    """A port that nobody listens on.

    It is below the range from which the system takes ports for everyone else (32768 and up on
    Linux), so nobody is given it before it is used, or while a program on it is restarted.
    """
    while True:
        port = SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as taken:
            try:
                taken.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
