"""A Bumble central as the one who discovers. It never exchanges the MTU."""

from bumble.core import UUID
from bumble.device import Connection, Peer
from bumble.gatt_client import CharacteristicProxy, ServiceProxy

from contract import CONTRACT, PLAN, PRIMARIES, TWIN
from meeting import central
from properties import canonical, property_list
from session import saw, step

CONFIGURATION = UUID("2902")
OURS = {service.uuid for service in PRIMARIES}
LONG_INCLUDER = PLAN[CONTRACT["longIncluder"]].uuid


async def talk(peer: Peer, _connection: Connection, sabotage: bool) -> None:
    client = peer.gatt_client

    def seen(items: list) -> list:
        return items[1:] if sabotage else items

    async def by_uuid() -> None:
        service = (await peer.discover_service(UUID(PLAN[TWIN["of"]].uuid)))[0]
        found = await service.discover_characteristics()
        saw("service by uuid", characteristics=seen([canonical(item.uuid) for item in found]))

    async def discover_services() -> list[ServiceProxy]:
        found = [item for item in await peer.discover_services() if canonical(item.uuid) in OURS]
        saw("services", uuids=seen([canonical(item.uuid) for item in found]))
        return found

    async def included() -> None:
        lists = [
            await client.discover_included_services(service)
            for service in services
            if canonical(service.uuid) != LONG_INCLUDER
        ]
        saw("included services", uuids=seen([[canonical(item.uuid) for item in items] for items in lists]))

    async def long_included() -> None:
        (service,) = (item for item in services if canonical(item.uuid) == LONG_INCLUDER)
        try:
            found = await client.discover_included_services(service)
            saw("included 128-bit service", uuids=[canonical(item.uuid) for item in found])
        except Exception as error:  # the defect of Bumble that this row is about
            saw("included 128-bit service", error=seen(type(error).__name__))

    async def characteristics() -> list[list[CharacteristicProxy[bytes]]]:
        found = [await service.discover_characteristics() for service in services]
        saw("characteristics", tree=seen([[[canonical(i.uuid), property_list(i.properties)] for i in items] for items in found]))
        return found

    async def descriptors() -> None:
        lists = [[await item.discover_descriptors() for item in items] for items in tree]
        uuids = [[[canonical(d.type) for d in items if d.type != CONFIGURATION] for items in branch] for branch in lists]
        saw("descriptors", tree=seen(uuids))

    await step("service by uuid", by_uuid())
    services = await step("services", discover_services())
    if services is None:
        return
    await step("included services", included(), 10.0)
    await step("included 128-bit service", long_included())
    tree = await step("characteristics", characteristics(), 10.0)
    if tree is None:
        return
    await step("descriptors", descriptors(), 10.0)
    handles = [[s.handle, s.end_group_handle, [item.handle for item in items]] for s, items in zip(services, tree)]
    saw("handles", services=seen(handles))


central(talk)
