"""Two Bumble controllers on one link, each served to a host on a loopback TCP port or on a pty."""

import argparse
import asyncio
import socket
from contextlib import AsyncExitStack

from bumble.controller import Controller
from bumble.link import LocalLink
from bumble.transport import open_transport
from bumble.transport.common import Transport
from bumble.transport.tcp_server import open_tcp_server_transport_with_socket

from session import report, run


async def open_served(place: str) -> tuple[Transport, str]:
    """Serves at a place: `tcp` takes a free port, `pty:PATH` makes a pty with a link of that name."""
    if place != "tcp":
        return await open_transport(place), place
    listener = socket.create_server(("127.0.0.1", 0))
    transport = await open_tcp_server_transport_with_socket(listener)
    return transport, f"tcp:127.0.0.1:{listener.getsockname()[1]}"


async def main() -> None:
    link = LocalLink()
    async with AsyncExitStack() as stack:
        served = []
        controllers = []
        for index, place in enumerate(arguments.places):
            transport, name = await open_served(place)
            await stack.enter_async_context(transport)
            # No public address is given: the link carries data by the random address alone, whatever a host asks for.
            controllers.append(Controller(f"C{index}", transport.source, transport.sink, link))
            served.append(name)
        report("ready", served=served)
        await asyncio.get_running_loop().create_future()


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("places", nargs="+", help="tcp, or pty:PATH")
parser.add_argument("--seconds", type=float, default=120.0, help="end after this long, whatever happens")
arguments = parser.parse_args()
run(main, arguments.seconds)
