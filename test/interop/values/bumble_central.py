"""A Bumble central as the client of the values."""

import asyncio

from bumble import att
from bumble.core import UUID
from bumble.device import Connection, Peer
from bumble.gatt_client import CharacteristicProxy

from contract import COMMANDS, CONTRACT, COUNTS, LONG_VALUE, RELIABLE, uuid_of
from meeting import central
from octets import digest, wrong
from session import saw, step


async def talk(peer: Peer, _connection: Connection, sabotage: bool) -> None:
    # What it sends, and what it claims to have seen: a value that was wrong on its way out must not be right on its way back.
    given = wrong if sabotage else lambda value: value
    seen = (lambda value: value[1:]) if sabotage else lambda value: value
    await peer.request_mtu(CONTRACT["mtu"])
    await peer.discover_services()
    (service,) = peer.get_services_by_uuid(UUID(CONTRACT["service"]))
    await service.discover_characteristics()

    def at(key: str) -> CharacteristicProxy[bytes]:
        return service.get_characteristics_by_uuid(UUID(uuid_of(key)))[0]

    async def ask(request: att.ATT_PDU) -> att.ATT_PDU:
        response = await peer.gatt_client.send_request(request)
        if isinstance(response, att.ATT_Error_Response):
            raise att.ATT_Error(response.error_code, response.attribute_handle_in_error)
        return response

    async def read_long() -> None:
        saw("read long", **digest([seen(await peer.read_value(at("long")))]))

    async def write_reliably() -> None:
        # Bumble has no call for it: one value in one part, the other in two.
        second = RELIABLE["second"]
        for key, offset, part in (("first", 0, RELIABLE["first"]), ("second", 0, second[:33]), ("second", 33, second[33:])):
            echo = await ask(att.ATT_Prepare_Write_Request(at(key).handle, offset, given(part)))
            assert (echo.attribute_handle, echo.value_offset, echo.part_attribute_value) == (at(key).handle, offset, given(part))
        await ask(att.ATT_Execute_Write_Request(flags=0x01))

    async def read_multiple() -> None:
        response = await ask(att.ATT_Read_Multiple_Request([at("first").handle, at("second").handle]))
        end = len(RELIABLE["first"])
        values = response.set_of_values
        saw("read multiple", **digest([values[:end], seen(values[end:])]))

    async def read_multiple_variable() -> None:
        twin = service.get_characteristics_by_uuid(UUID(CONTRACT["twins"]["uuid"]))[0]
        handles = [at("first").handle, at("second").handle, twin.handle]
        response = await ask(att.ATT_Read_Multiple_Variable_Request(handles))
        assert all(length == len(value) for length, value in response.length_value_tuple_list)
        saw("read multiple variable", **digest([seen(value) for _, value in response.length_value_tuple_list]))

    async def read_by_uuid() -> None:
        values = await service_values()
        saw("read by uuid", **digest([seen(value) for value in values]))

    async def service_values() -> list[bytes]:
        return await peer.gatt_client.read_characteristics_by_uuid(UUID(CONTRACT["twins"]["uuid"]), service)

    async def write_commands() -> None:
        for value in COMMANDS:
            await peer.write_value(at("commanded"), given(value))

    async def receive(procedure: str, key: str, count: int) -> None:
        values: asyncio.Queue[bytes] = asyncio.Queue()
        await peer.subscribe(at(key), values.put_nowait)
        received = [seen(await values.get()) for _ in range(count)]
        await peer.unsubscribe(at(key))
        saw(procedure, **digest(received))

    await step("write long", peer.write_value(at("long"), given(LONG_VALUE), with_response=True))
    await step("read long", read_long())
    await step("write reliably", write_reliably())
    await step("read multiple", read_multiple())
    await step("read multiple variable", read_multiple_variable())
    await step("read by uuid", read_by_uuid())
    await step("write commands", write_commands())
    await step("notifications", receive("notifications", "notified", COUNTS["notifications"]), 10.0)
    await step("indications", receive("indications", "indicated", COUNTS["indications"]), 10.0)


central(talk)
