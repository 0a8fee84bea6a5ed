"""Where hosts find controllers of Python processes."""

import asyncio
import os
import socket

from bumble.transport import open_transport
from bumble.transport.common import Transport
from bumble.transport.tcp_server import open_tcp_server_transport_with_socket

from children import end_with_parent


async def open_served(place: str) -> tuple[Transport, str]:
    """Serves at a place: `tcp` takes a free port, `pty:PATH` makes a pty with a link of that name, `ptys:PATH` two of them, `unix-server:PATH` a socket."""
    if place.startswith("ptys:"):
        return await open_serial_port(place.removeprefix("ptys:")), place
    if place != "tcp":
        return await open_transport(place), place
    listener = socket.create_server(("127.0.0.1", 0))
    transport = await open_tcp_server_transport_with_socket(listener)
    return transport, f"tcp:127.0.0.1:{listener.getsockname()[1]}"


async def open_serial_port(path: str) -> Transport:
    """One that leads to another, which the host finds at `path`."""
    far = f"{path}.far"
    links = [f"pty,rawer,link={each}" for each in (path, far)]
    await asyncio.create_subprocess_exec("socat", *links, preexec_fn=end_with_parent)
    for _ in range(100):
        if os.path.exists(path) and os.path.exists(far):
            return await open_transport(f"serial:{far}")
        await asyncio.sleep(0.02)
    raise RuntimeError("socat made no ptys")
