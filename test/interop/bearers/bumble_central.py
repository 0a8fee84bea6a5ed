"""A Bumble central as the one who opens bearers."""

import asyncio

from bumble.core import UUID
from bumble.device import Connection, Peer
from bumble.gatt_client import CharacteristicProxy, Client

from bumble import att

from contract import BEARER_COUNT, COMMANDS, CONTRACT, COUNTS, ENHANCED_COUNT, LONG_VALUE, uuid_of
from meeting import central
from octets import digest, wrong
from session import saw, step


async def talk(peer: Peer, connection: Connection, sabotage: bool) -> None:
    given = wrong if sabotage else lambda value: value
    seen = (lambda value: value[1:]) if sabotage else lambda value: value
    await peer.discover_services()
    (service,) = peer.get_services_by_uuid(UUID(CONTRACT["service"]))
    await service.discover_characteristics()
    clients: list[Client] = [peer.gatt_client]

    def at(key: str) -> CharacteristicProxy[bytes]:
        return service.get_characteristics_by_uuid(UUID(uuid_of(key)))[0]

    async def open_bearers() -> None:
        await connection.pair()
        count = ENHANCED_COUNT - 1 if sabotage else ENHANCED_COUNT
        opened = await Client.connect_eatt(connection, count=count)
        for client in opened if isinstance(opened, list) else [opened]:
            # Bumble takes it for that of a link on which nothing was exchanged.
            client.bearer.att_mtu = min(client.bearer.mtu, client.bearer.peer_mtu)
            clients.append(client)
        saw("open", bearers=len(clients))

    async def read_at_once() -> None:
        handle = at("awaited").handle
        reads = [clients[index % len(clients)].read_value(handle) for index in range(BEARER_COUNT)]
        saw("at once", **digest([seen(value) for value in await asyncio.gather(*reads)]))

    async def ask(client: Client, request: att.ATT_PDU) -> None:
        response = await client.send_request(request)
        if isinstance(response, att.ATT_Error_Response):
            raise att.ATT_Error(response.error_code, response.attribute_handle_in_error)

    async def write_long() -> None:
        # Each part by the next bearer, and all executed by the last (Vol 3, Part F, 3.4.6).
        part = 100
        await peer.request_mtu(part + 5)
        for index, offset in enumerate(range(0, len(LONG_VALUE), part)):
            client = clients[index % len(clients)]
            value = given(LONG_VALUE[offset : offset + part])
            await ask(client, att.ATT_Prepare_Write_Request(at("long").handle, offset, value))
        await ask(clients[-1], att.ATT_Execute_Write_Request(flags=0x01))

    async def read_long() -> bytes:
        return seen(await clients[-1].read_value(at("long").handle))

    async def write_commands() -> None:
        for value in COMMANDS:
            await clients[-1].write_value(at("commanded").handle, given(value))
            # What waits for credits becomes one SDU.
            await clients[-1].bearer.drain()

    async def receive() -> None:
        # They come by whichever bearer the server likes.
        values: asyncio.Queue[bytes] = asyncio.Queue()
        handle = at("notified").handle
        for client in clients:
            client.notification_subscribers.setdefault(handle, set()).add(values.put_nowait)
        await clients[-1].write_value(handle + 1, b"\x01\x00", with_response=True)
        saw("notifications", **digest([seen(await values.get()) for _ in range(COUNTS["notifications"])]))

    async def close() -> None:
        if not sabotage:
            await clients[1].bearer.disconnect()
        await clients[-1].write_value(at("closing").handle, b"\x01", with_response=True)
        saw("close", **digest([await read_long()]))

    await step("open", open_bearers())
    await step("at once", read_at_once())
    await step("write long", write_long())
    value = await step("read long", read_long())
    if value is not None:
        saw("read long", **digest([value]))
    await step("write commands", write_commands())
    await step("notifications", receive())
    await step("close", close())


central(talk)
