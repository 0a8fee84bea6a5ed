"""A Bumble peripheral as the server that refuses."""

from collections.abc import Callable, Sequence

from bumble.att import ATT_Error, Attribute
from bumble.core import UUID
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Descriptor, Service

from contract import APPLICATION_ERROR, CONTRACT, KEYS, PLAIN
from meeting import peripheral
from octets import pattern, wrong
from properties import properties_of

Permissions = Attribute.Permissions
OPEN = Permissions.READABLE | Permissions.WRITEABLE
CONFIGURATION = UUID("2902")
LONG_VALUE = pattern(2, CONTRACT["longLength"])


def services(device: Device, sabotage: bool) -> Sequence[Service]:
    # So that a value can have a second part.
    device.gatt_server.max_mtu = 100
    chosen = 0
    parts_read = 0

    def refuse(code: int) -> None:
        # A sabotaged one refuses with another code.
        raise ATT_Error(code ^ 0x40 if sabotage else code)

    def choose(_: Connection, value: bytes) -> None:
        nonlocal chosen
        chosen = value[0]

    def second_part(_: Connection) -> bytes:
        nonlocal parts_read
        parts_read += 1
        if parts_read > 1:
            refuse(APPLICATION_ERROR)
        return LONG_VALUE

    def reading(read: Callable[[Connection], bytes | None], write: Callable[[Connection, bytes], None] | None = None):
        return CharacteristicValue(read=read, write=write)

    values = {
        "refusingReads": reading(lambda _: refuse(chosen), choose),
        "refusingWrites": CharacteristicValue(write=lambda _, value: refuse(value[0])),
        "long": reading(second_part),
        "failing": reading(lambda _: refuse(APPLICATION_ERROR)),
        # Bumble executes prepared writes one by one, and keeps those before the one that is refused.
        "plain": CharacteristicValue(read=lambda _: wrong(PLAIN) if sabotage else PLAIN, write=lambda _, __: None),
    }
    guards = {
        "encrypted": Permissions.READ_REQUIRES_ENCRYPTION | Permissions.WRITE_REQUIRES_ENCRYPTION,
        "authenticated": Permissions.READ_REQUIRES_AUTHENTICATION | Permissions.WRITE_REQUIRES_AUTHENTICATION,
        "authorized": Permissions.READ_REQUIRES_AUTHORIZATION | Permissions.WRITE_REQUIRES_AUTHORIZATION,
    }
    refused = CharacteristicValue(read=lambda _: b"\0\0", write=lambda _, __: refuse(APPLICATION_ERROR))
    characteristics = [
        Characteristic(
            uuid,
            properties_of(CONTRACT["characteristics"][key]["properties"]),
            OPEN if sabotage else OPEN | guards.get(key, Permissions(0)),
            values.get(key, b""),
            [Descriptor(CONFIGURATION, OPEN, refused)] if key == "notified" else [],
        )
        for key, uuid in KEYS.items()
    ]
    return [Service(CONTRACT["service"], characteristics)]


peripheral(services)
