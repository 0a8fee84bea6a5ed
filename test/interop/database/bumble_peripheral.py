"""A Bumble peripheral as the one who is discovered. Its MTU is the smallest there is."""

from collections.abc import Sequence

from bumble.att import Attribute
from bumble.device import Device
from bumble.gatt import Characteristic, Descriptor, Service

from contract import PLAN
from meeting import peripheral
from properties import properties_of
from session import saw

PERMISSIONS = Attribute.READABLE | Attribute.WRITEABLE


def services(device: Device, sabotage: bool) -> Sequence[Service]:
    device.gatt_server.max_mtu = 23
    made: list[Service] = []
    for index, planned in enumerate(PLAN):
        characteristics = [
            Characteristic(
                item.uuid,
                properties_of(item.properties),
                PERMISSIONS,
                b"",
                [Descriptor(uuid, Attribute.READABLE, b"") for uuid in item.descriptors],
            )
            # A sabotaged one has lost the first characteristic of each service.
            for item in planned.characteristics[1 if sabotage else 0 :]
        ]
        # A sabotaged one includes nothing, and has one service less.
        includes = [] if sabotage else [made[i] for i in planned.includes]
        made.append(Service(planned.uuid, characteristics, primary=not planned.secondary, included_services=includes))
    if sabotage:
        made.pop()
    return made


def registered(device: Device, sabotage: bool) -> None:
    first = [
        [service.handle + sabotage, service.end_group_handle, [item.handle for item in service.characteristics]]
        for service in device.gatt_server.services
        if service.primary and str(service.uuid.to_hex_str("-")).lower() in {planned.uuid for planned in PLAN}
    ]
    saw("handles", services=first)


peripheral(services, registered=registered)
