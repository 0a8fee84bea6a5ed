"""Bumble's controller at the other end of our host's line, with a peripheral on its air. It breaks the line when it is told, in the middle of an event, and comes back with a new controller."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bumble.att import ATT_CID, Attribute
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.snoop import BtSnooper
from bumble.transport import open_transport
from bumble.transport.common import AsyncPipeSink, Transport

from meeting import MALFORMED_NOTIFICATION
from octets import wrong
from session import HEARD, options, report, run

SERVICE = UUID("4A454C4C-494E-4700-8000-000000000701")
LIFE = UUID("4A454C4C-494E-4700-8000-000000000702")
NEVER = UUID("4A454C4C-494E-4700-8000-000000000703")
PAUSE_SECONDS = 0.5

# The beginning of an advertising report, whose rest never comes.
HALF_AN_EVENT = bytes([0x04, 0x3E, 0x1F, 0x02, 0x01])


async def never(_: Connection) -> bytes:
    return await asyncio.get_running_loop().create_future()


async def end(transport: Transport) -> None:
    """Servers of Bumble go on listening, and keep the socket of their client open, when they are closed."""
    sink, server = transport.sink, getattr(transport, "server", None)
    if server is not None:
        server.close()
        if sink.transport is not None:
            sink.transport.close()
    await transport.close()


@asynccontextmanager
async def life(number: int, snooper: BtSnooper) -> AsyncIterator[Transport]:
    transport = await open_transport(arguments.transport)
    link = LocalLink()
    Controller("served", transport.source, transport.sink, link)
    own = Controller("own", link=link)
    host = Host()
    own.set_packet_sink(AsyncPipeSink(host))
    host.set_packet_sink(AsyncPipeSink(own))
    device = Device(config=DeviceConfiguration(name="interop-lines", address=Address(arguments.address)), host=host)
    host.snooper = snooper
    value = bytes([number])
    device.add_services(
        [
            Service(
                SERVICE,
                [
                    Characteristic(LIFE, Characteristic.Properties.READ, Attribute.READABLE, wrong(value) if arguments.sabotage else value),
                    Characteristic(NEVER, Characteristic.Properties.READ, Attribute.READABLE, CharacteristicValue(read=never)),
                ],
            )
        ]
    )
    if arguments.sabotage:
        device.once(Device.EVENT_CONNECTION, lambda link: device.send_l2cap_pdu(link.handle, ATT_CID, MALFORMED_NOTIFICATION))
    await device.power_on()
    data = AdvertisingData([(AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, SERVICE.to_bytes())])
    await device.start_advertising(advertising_data=bytes(data), advertising_interval_min=30, advertising_interval_max=40)
    try:
        yield transport
    finally:
        await end(transport)


async def main() -> None:
    with open(arguments.snoop, "wb") as capture:
        snooper = BtSnooper(capture)
        for number in range(2):
            async with life(number, snooper) as transport:
                report("ready", address=arguments.address)
                report("advertising")
                await HEARD.get()
                if not arguments.sabotage:
                    transport.sink.on_packet(HALF_AN_EVENT)
                    await asyncio.sleep(0.1)
                else:
                    # One that is wrong on purpose stays.
                    await HEARD.get()
            await asyncio.sleep(PAUSE_SECONDS)
    report("done")


arguments = options("peripheral")
run(main, arguments.seconds)
