"""A Bumble peripheral as the one to whom bearers are opened."""

import asyncio
from collections.abc import Sequence

from bumble.att import EATT_PSM, Attribute
from bumble.core import UUID
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.l2cap import LeCreditBasedChannel

from contract import AWAITED_VALUE, BEARER_COUNT, COMMANDS, CONTRACT, HOLD_SECONDS, NOTIFICATIONS, uuid_of
from meeting import peripheral, start
from octets import digest, wrong
from session import saw, step

Properties = Characteristic.Properties
PERMISSIONS = Attribute.READABLE | Attribute.WRITEABLE


def services(device: Device, sabotage: bool) -> Sequence[Service]:
    given = wrong if sabotage else lambda value: value
    stored: dict[str, bytes] = {}
    commanded: list[bytes] = []
    reads: list[Connection] = []
    together = asyncio.Event()

    def make(key: str, properties: Properties, value: bytes | CharacteristicValue[bytes] = b"") -> Characteristic[bytes]:
        return Characteristic(uuid_of(key), properties, PERMISSIONS, value)

    def bearers() -> list[LeCreditBasedChannel]:
        links = device.l2cap_channel_manager.le_coc_channels.values()
        return [channel for channels in links for channel in channels.values() if channel.psm == EATT_PSM]

    async def answer_together(connection: Connection) -> bytes:
        reads.append(connection)
        # A sabotaged one has no patience.
        if len(reads) == BEARER_COUNT or sabotage:
            together.set()
        try:
            await asyncio.wait_for(together.wait(), HOLD_SECONDS)
        except asyncio.TimeoutError:
            together.set()
        if reads:
            saw("at once", atOnce=len(reads))
            reads.clear()
        return given(AWAITED_VALUE)

    def write_long(_: Connection, value: bytes) -> None:
        stored["long"] = given(value)
        saw("write long", **digest([stored["long"]]))

    def on_command(_: Connection, value: bytes) -> None:
        commanded.append(given(value))
        if len(commanded) == len(COMMANDS):
            saw("write commands", **digest(commanded))

    async def notify(connection: Connection) -> None:
        for value in NOTIFICATIONS:
            await step("notifications", device.notify_subscriber(connection, notified, given(value)))
            # What waits for credits on one channel becomes one SDU.
            for channel in bearers():
                await channel.drain()
        saw("notifications", sent=len(NOTIFICATIONS))

    def close(_: Connection, __: bytes) -> None:
        # A sabotaged one stays.
        if not sabotage:
            start(step("close", bearers()[-1].disconnect()))

    notified = make("notified", Properties.NOTIFY)
    notified.on(Characteristic.EVENT_SUBSCRIPTION, lambda connection, on, _: start(notify(connection)) if on else None)
    device.gatt_server.register_eatt()
    if sabotage:

        def lose(channel: LeCreditBasedChannel) -> None:
            channel.sink = lambda _: None
            start(step("open", channel.disconnect()))

        device.l2cap_channel_manager.le_coc_servers[EATT_PSM].handler = lose
    characteristics = [
        make("awaited", Properties.READ, CharacteristicValue(read=answer_together)),
        make("long", Properties.READ | Properties.WRITE, CharacteristicValue(read=lambda _: stored.get("long", b""), write=write_long)),
        make("commanded", Properties.WRITE_WITHOUT_RESPONSE, CharacteristicValue(write=on_command)),
        notified,
        make("closing", Properties.WRITE, CharacteristicValue(write=close)),
    ]
    return [Service(UUID(CONTRACT["service"]), characteristics)]


peripheral(services)
