"""Two Bumble controllers on one link, each served to a host on a loopback TCP port or on a pty."""

import argparse
import asyncio
from contextlib import AsyncExitStack

from bumble.controller import Controller
from bumble.link import LocalLink

from places import open_served
from session import report, run


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
