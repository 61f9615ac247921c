"""Who holds a port."""

import shlex
import socket

import psutil

LOCAL = "127.0.0.1"


def is_free(port: int) -> bool:
    """Nothing listens on this port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCAL, port))
        except OSError:
            return False
    return True


def describe_owner(port: int) -> str:
    """``pid 123 (python -m http.server)``; another account's process cannot be named."""
    process = find_owner(port)
    if process is None:
        return "a process of another account"
    try:
        command = shlex.join(process.cmdline()) or process.name()
    except psutil.Error:
        command = "unknown command"
    return f"pid {process.pid} ({command[:160]})"


def find_owner(port: int) -> psutil.Process | None:
    """The process that listens on this port, when this account may know it."""
    try:
        links = psutil.net_connections(kind="tcp")
        pids = [x.pid for x in links if x.status == psutil.CONN_LISTEN and x.laddr.port == port]
        return next((psutil.Process(pid) for pid in pids if pid is not None), None)
    except psutil.Error:
        return None
