"""What every peer shares: its command line, its report on stdout, its end, and its Bumble device."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from bumble.device import Device, DeviceConfiguration
from bumble.hci import Address
from bumble.host import Host
from bumble.snoop import BtSnooper
from bumble.transport import open_transport

T = TypeVar("T")

STEP_SECONDS = 5.0


def report(event: str, **details: Any) -> None:
    """One JSON line; the runner reads these and nothing else from stdout."""
    print(json.dumps({"event": event, **details}), flush=True)


def tell(**told: Any) -> None:
    """What the other side is to hear, beside the air."""
    report("tells", told=told)


HEARD: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
"""What the other side tells, in its order."""


def saw(procedure: str, **seen: Any) -> None:
    """What this side observed of one procedure. The runner judges it."""
    report("saw", procedure=procedure, seen=seen)


async def step(procedure: str, work: Awaitable[T], seconds: float = STEP_SECONDS) -> T | None:
    """Runs a procedure under a deadline and reports how it failed, so that the next one is still tried."""
    try:
        return await asyncio.wait_for(work, seconds)
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling() > 0:
            raise
        # Bumble cancels the request that is in flight when the link is lost.
        report("failed", procedure=procedure, error=f"link lost: {error!r}")
    except Exception as error:  # whatever it is, it is the result of this procedure
        report("failed", procedure=procedure, error=f"{type(error).__name__}: {error}")
    return None


def settle(future: asyncio.Future[T]) -> Callable[[T], None]:
    """A listener that settles a future at the first event; Bumble gives some events again when the transport closes."""

    def listener(value: T) -> None:
        if not future.done():
            future.set_result(value)

    return listener


def options(role: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=f"A Bumble {role} that takes part in the interop rows.")
    parser.add_argument("transport", help="a Bumble transport name, e.g. tcp-client:127.0.0.1:9001")
    parser.add_argument("--address", required=True, help="the static random address to use")
    parser.add_argument("--snoop", help="write a btsnoop capture of the HCI traffic to this file")
    parser.add_argument(
        "--no-scan-response", dest="scan_response", action="store_false", help="do not wait for a scan response"
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="end after this long, whatever happens")
    parser.add_argument(
        "--sabotage", action="store_true", help="do every procedure wrong, to show that its row turns red"
    )
    return parser.parse_args()


def misnamed(address: Address) -> Address:
    """Another static random address: the one that a sabotaged peer claims to have."""
    return Address(bytes([bytes(address)[0] ^ 0xFF]) + bytes(address)[1:], address.address_type)


@asynccontextmanager
async def open_device(arguments: argparse.Namespace, name: str, **more: Any) -> AsyncIterator[Device]:
    async with await open_transport(arguments.transport) as transport:
        config = DeviceConfiguration(name=name, address=Address(arguments.address), **more)
        device = Device(config=config, host=Host(transport.source, transport.sink))
        if arguments.snoop is None:
            await device.power_on()
            yield device
        else:
            with open(arguments.snoop, "wb") as capture:
                device.host.snooper = BtSnooper(capture)
                try:
                    await device.power_on()
                    yield device
                finally:
                    device.host.snooper = None


async def stdin_closed() -> None:
    """Hears what the other side tells until the runner closes our stdin, which it also does by dying."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        HEARD.put_nowait(json.loads(line))


def run(main: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Runs main until it ends, the time is over or the runner is gone, whichever comes first."""

    async def bounded() -> int:
        work = asyncio.ensure_future(main())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)
        gone = asyncio.ensure_future(stdin_closed())
        await asyncio.wait({work, gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        if work.done():
            if not work.cancelled():
                work.result()
            return 0
        work.cancel()
        await asyncio.wait({work}, timeout=2)
        return 0 if gone.done() and not gone.cancelled() else 1

    sys.exit(asyncio.run(bounded()))
