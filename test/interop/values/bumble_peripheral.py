"""A Bumble peripheral as the server of the values."""

from collections.abc import Sequence

from bumble.att import Attribute
from bumble.core import UUID
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service

from contract import CONTRACT, COUNTS, INDICATIONS, NOTIFICATIONS, TWINS, uuid_of
from meeting import peripheral, start
from octets import digest, wrong
from session import saw, step

Properties = Characteristic.Properties
PERMISSIONS = Attribute.READABLE | Attribute.WRITEABLE


def services(device: Device, sabotage: bool) -> Sequence[Service]:
    given = wrong if sabotage else lambda value: value
    stored: dict[str, bytes] = {}
    reliable: list[bytes] = []
    commanded: list[bytes] = []

    def make(key: str, properties: Properties, value: bytes | CharacteristicValue[bytes] = b"") -> Characteristic[bytes]:
        return Characteristic(uuid_of(key), properties, PERMISSIONS, value)

    def kept(key: str) -> Characteristic[bytes]:
        def write(_: Connection, value: bytes) -> None:
            stored[key] = given(value)
            if key == "long":
                saw("write long", **digest([stored[key]]))
                return
            reliable.append(stored[key])
            if len(reliable) == 2:
                saw("write reliably", **digest(reliable))

        return make(
            key, Properties.READ | Properties.WRITE, CharacteristicValue(read=lambda _: stored.get(key, b""), write=write)
        )

    def on_command(_: Connection, value: bytes) -> None:
        commanded.append(given(value))
        if len(commanded) == COUNTS["commands"]:
            saw("write commands", **digest(commanded))

    async def notify(connection: Connection) -> None:
        for value in NOTIFICATIONS:
            await step("notifications", device.notify_subscriber(connection, notified, given(value)))
        saw("notifications", sent=len(NOTIFICATIONS))

    async def indicate(connection: Connection) -> None:
        for value in INDICATIONS:
            await step("indications", device.indicate_subscriber(connection, indicated, given(value)))
        saw("indications", confirmed=len(INDICATIONS))

    notified = make("notified", Properties.NOTIFY)
    notified.on(Characteristic.EVENT_SUBSCRIPTION, lambda connection, on, _: start(notify(connection)) if on else None)
    indicated = make("indicated", Properties.INDICATE)
    indicated.on(Characteristic.EVENT_SUBSCRIPTION, lambda connection, _, on: start(indicate(connection)) if on else None)
    twins = [Characteristic(CONTRACT["twins"]["uuid"], Properties.READ, PERMISSIONS, given(value)) for value in TWINS]
    characteristics = [
        kept("long"),
        kept("first"),
        kept("second"),
        make("commanded", Properties.WRITE_WITHOUT_RESPONSE, CharacteristicValue(write=on_command)),
        notified,
        indicated,
        *twins,
    ]
    return [Service(UUID(CONTRACT["service"]), characteristics)]


peripheral(services)
