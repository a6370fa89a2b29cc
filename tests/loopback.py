"""`python -m tests.loopback`: switch the loopback of this network namespace on, where no `ip` command is installed."""

from __future__ import annotations

import fcntl
import socket
import struct

GET_FLAGS, SET_FLAGS, UP = 0x8913, 0x8914, 0x1


def switch_on(name: str = "lo") -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh", name.encode(), 0)
        flags = struct.unpack("16sh", fcntl.ioctl(any_socket, GET_FLAGS, request)[:18])[1]
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh", name.encode(), flags | UP))


if __name__ == "__main__":
    switch_on()
