"""How Bumble's host meets another where the meeting is not what it is about: by one advertised service, until the central parts."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from bumble.att import ATT_CID
from bumble.core import UUID, AdvertisingData
from bumble.device import Advertisement, Connection, Device, Peer
from bumble.gatt import Service
from bumble.hci import HCI_REMOTE_USER_TERMINATED_CONNECTION_ERROR as USER_ENDED
from bumble.hci import Address

from session import open_device, options, report, run, settle

MEETING_SERVICE = UUID("181C")

# A Write Command and a notification that end inside their attribute handle: what a decoder must call malformed.
MALFORMED_COMMAND = bytes([0x52, 0x05])
MALFORMED_NOTIFICATION = bytes([0x1B, 0x05])

background: set[asyncio.Task[None]] = set()


def start(work: Coroutine[Any, Any, None]) -> None:
    """Runs work beside the rest; a task that nobody holds may be collected."""
    task = asyncio.create_task(work)
    background.add(task)
    task.add_done_callback(background.discard)


async def find(device: Device) -> Address:
    found: asyncio.Future[Address] = asyncio.get_running_loop().create_future()

    def on_advertisement(advertisement: Advertisement) -> None:
        services = advertisement.data.get_all(AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS)
        if [MEETING_SERVICE] in services and not found.done():
            found.set_result(advertisement.address)

    device.on(Device.EVENT_ADVERTISEMENT, on_advertisement)
    await device.start_scanning()
    try:
        return await found
    finally:
        await device.stop_scanning()


def central(talk: Callable[[Peer, Connection, bool], Awaitable[None]]) -> None:
    """Finds the peripheral, talks with it as told, sabotaged or not, and parts."""
    arguments = options("central")

    async def main() -> None:
        async with open_device(arguments, "interop-central") as device:
            report("ready", address=device.random_address.to_string(False))
            connection = await device.connect(await find(device))
            if arguments.sabotage:
                device.send_l2cap_pdu(connection.handle, ATT_CID, MALFORMED_COMMAND)
            await talk(Peer(connection), connection, arguments.sabotage)
            await connection.disconnect(USER_ENDED)
            report("done")

    run(main, arguments.seconds)


def peripheral(
    services: Callable[[Device, bool], Sequence[Service]],
    registered: Callable[[Device, bool], None] = lambda _, __: None,
) -> None:
    """Serves one central until it parts; `registered` may look at the services with their handles."""
    arguments = options("peripheral")

    async def main() -> None:
        async with open_device(arguments, "interop-peripheral") as device:
            device.add_services(services(device, arguments.sabotage))
            registered(device, arguments.sabotage)
            report("ready", address=device.random_address.to_string(False))
            gone: asyncio.Future[int] = asyncio.get_running_loop().create_future()

            def connected(connection: Connection) -> None:
                connection.on(connection.EVENT_DISCONNECTION, settle(gone))
                if arguments.sabotage:
                    device.send_l2cap_pdu(connection.handle, ATT_CID, MALFORMED_NOTIFICATION)

            device.once(Device.EVENT_CONNECTION, connected)
            data = [
                (AdvertisingData.FLAGS, bytes([0x06])),
                (AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, MEETING_SERVICE.to_bytes()),
            ]
            await device.start_advertising(
                advertising_data=bytes(AdvertisingData(data)),
                advertising_interval_min=30,
                advertising_interval_max=40,
            )
            report("advertising")
            await gone
            report("done")

    run(main, arguments.seconds)
