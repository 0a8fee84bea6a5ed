"""A Bumble central as the client that asks for what it must not have."""

from bumble import att
from bumble.core import UUID
from bumble.device import Connection, Peer
from bumble.gatt import GATT_CHARACTERISTIC_ATTRIBUTE_TYPE as CHARACTERISTIC
from bumble.gatt import GATT_PRIMARY_SERVICE_ATTRIBUTE_TYPE as PRIMARY_SERVICE

from contract import CODES, CONTRACT, KEYS
from meeting import central
from session import saw, step

CONFIGURATION = UUID("2902")
NOWHERE = 0xFFF0
LAST = 0xFFFF
ABSENT = UUID("DEAD")

LONG_LENGTH: int = CONTRACT["longLength"]
SHORT_LENGTH: int = CONTRACT["shortLength"]

UNKNOWN_REQUEST = 0x3E
UNKNOWN_COMMAND = 0x7E
CANCEL, EXECUTE = 0, 1
MANY = 1000


def unknown(op_code: int) -> att.ATT_PDU:
    pdu = att.ATT_PDU()
    pdu.op_code = op_code
    pdu.name = "ATT_UNKNOWN_REQUEST"
    pdu.payload = b""
    return pdu


async def talk(peer: Peer, _connection: Connection, sabotage: bool) -> None:
    await peer.request_mtu(247)
    await peer.discover_services()
    (service,) = peer.get_services_by_uuid(UUID(CONTRACT["service"]))
    characteristics = await service.discover_characteristics()
    handles = {key: item.handle for key, item in zip(KEYS, characteristics)}
    notified = characteristics[list(KEYS).index("notified")]
    (configuration,) = [item for item in await notified.discover_descriptors() if item.type == CONFIGURATION]
    handles["configuration"] = configuration.handle
    names = {handle: key for key, handle in handles.items()}

    async def ask(request: att.ATT_PDU) -> att.ATT_PDU:
        return await peer.gatt_client.send_request(request)

    async def refusals(*requests: att.ATT_PDU) -> list[list[int | str]]:
        errors: list[list[int | str]] = []
        for request in requests:
            response = await ask(request)
            if not isinstance(response, att.ATT_Error_Response):
                raise AssertionError(f"not refused but answered: {response.name}")
            assert response.request_opcode_in_error == request.op_code
            handle = response.attribute_handle_in_error
            errors.append([int(response.error_code), names.get(handle, f"{handle:04x}")])
        return errors[1:] if sabotage else errors

    def read(handle: int) -> att.ATT_PDU:
        return att.ATT_Read_Request(handle)

    def read_blob(handle: int, offset: int) -> att.ATT_PDU:
        return att.ATT_Read_Blob_Request(handle, offset)

    def read_by_type(start: int, end: int, uuid: UUID) -> att.ATT_PDU:
        return att.ATT_Read_By_Type_Request(start, end, uuid)

    def write(handle: int, value: bytes) -> att.ATT_PDU:
        return att.ATT_Write_Request(handle, value)

    def prepare(handle: int, offset: int, part: bytes) -> att.ATT_PDU:
        return att.ATT_Prepare_Write_Request(handle, offset, part)

    async def refused_reads() -> None:
        errors = []
        for code in CODES:
            await ask(write(handles["refusingReads"], bytes([code])))
            errors += await refusals(read(handles["refusingReads"]))
        saw("refused reads", errors=errors)

    async def refused_writes() -> None:
        saw("refused writes", errors=await refusals(*(write(handles["refusingWrites"], bytes([code])) for code in CODES)))

    async def not_permitted() -> None:
        read_only, write_only = handles["readOnly"], handles["writeOnly"]
        errors = await refusals(
            read(write_only),
            read_blob(write_only, 0),
            read_by_type(1, LAST, UUID(KEYS["writeOnly"])),
            att.ATT_Read_Multiple_Request([read_only, write_only]),
            write(read_only, b"no"),
            prepare(read_only, 0, b"no"),
        )
        await peer.gatt_client.send_command(att.ATT_Write_Command(read_only, b"no"))
        saw("not permitted", errors=errors, readOnly=(await ask(read(read_only))).attribute_value.hex())

    async def invalid_handles() -> None:
        errors = await refusals(
            read(0),
            read(NOWHERE),
            read_blob(NOWHERE, 0),
            write(NOWHERE, b"no"),
            prepare(NOWHERE, 0, b"no"),
            att.ATT_Read_Multiple_Request([handles["plain"], NOWHERE]),
            att.ATT_Find_Information_Request(0, LAST),
            att.ATT_Find_Information_Request(5, 4),
            read_by_type(0, LAST, CHARACTERISTIC),
            att.ATT_Read_By_Group_Type_Request(6, 5, PRIMARY_SERVICE),
        )
        saw("invalid handles", errors=errors)

    async def invalid_offsets() -> None:
        errors = await refusals(read_blob(handles["long"], LONG_LENGTH + 1))
        at_the_end = (await ask(read_blob(handles["long"], LONG_LENGTH))).part_attribute_value
        await ask(prepare(handles["short"], SHORT_LENGTH - 1, b"1"))
        errors += await refusals(att.ATT_Execute_Write_Request(EXECUTE))
        saw("invalid offsets", errors=errors, atTheEnd=at_the_end.hex())

    async def too_long() -> None:
        errors = await refusals(write(handles["short"], bytes(SHORT_LENGTH + 1)))
        await ask(prepare(handles["short"], 0, bytes(SHORT_LENGTH)))
        await ask(prepare(handles["short"], SHORT_LENGTH, b"1"))
        errors += await refusals(att.ATT_Execute_Write_Request(EXECUTE))
        saw("too long", errors=errors)

    async def queue_full() -> None:
        for _ in range(MANY):
            response = await ask(prepare(handles["short"], 0, bytes(SHORT_LENGTH)))
            if isinstance(response, att.ATT_Error_Response):
                break
        errors = await refusals(prepare(handles["short"], 0, bytes(SHORT_LENGTH)))
        cancelled = await ask(att.ATT_Execute_Write_Request(CANCEL))
        assert isinstance(cancelled, att.ATT_Execute_Write_Response)
        saw("queue full", errors=errors)

    async def unknown_requests() -> None:
        await peer.gatt_client.send_command(unknown(UNKNOWN_COMMAND))
        errors = await refusals(
            unknown(UNKNOWN_REQUEST),
            att.ATT_Read_By_Group_Type_Request(1, LAST, CHARACTERISTIC),
            read_by_type(1, LAST, ABSENT),
            att.ATT_Find_By_Type_Value_Request(1, LAST, PRIMARY_SERVICE, ABSENT.to_pdu_bytes()),
        )
        saw("unknown requests", errors=errors)

    async def subscriptions() -> None:
        # It notifies, and indications are asked for.
        saw("subscriptions", errors=await refusals(write(handles["configuration"], b"\2\0")))

    async def failing_handler() -> None:
        saw("failing handler", errors=await refusals(read(handles["failing"])))

    async def security() -> None:
        keys = ("encrypted", "authenticated", "authorized")
        requests = [request for key in keys for request in (read(handles[key]), write(handles[key], b"1"))]
        saw("security", errors=await refusals(*requests))

    async def goes_on() -> None:
        value = (await ask(read(handles["plain"]))).attribute_value
        saw("goes on", value=value[sabotage:].hex())

    await step("refused reads", refused_reads())
    await step("refused writes", refused_writes())
    await step("not permitted", not_permitted())
    await step("invalid handles", invalid_handles())
    await step("invalid offsets", invalid_offsets())
    await step("too long", too_long())
    await step("queue full", queue_full(), 20.0)
    await step("unknown requests", unknown_requests())
    await step("subscriptions", subscriptions())
    await step("failing handler", failing_handler())
    await step("security", security())
    await step("goes on", goes_on())


central(talk)
