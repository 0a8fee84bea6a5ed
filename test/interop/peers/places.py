"""Where hosts find controllers of Python processes."""

import socket

from bumble.transport import open_transport
from bumble.transport.common import Transport
from bumble.transport.tcp_server import open_tcp_server_transport_with_socket


async def open_served(place: str) -> tuple[Transport, str]:
    """Serves at a place: `tcp` takes a free port, `pty:PATH` makes a pty with a link of that name."""
    if place != "tcp":
        return await open_transport(place), place
    listener = socket.create_server(("127.0.0.1", 0))
    transport = await open_tcp_server_transport_with_socket(listener)
    return transport, f"tcp:127.0.0.1:{listener.getsockname()[1]}"
