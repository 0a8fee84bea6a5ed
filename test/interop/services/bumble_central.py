"""A Bumble central as the client of our services."""

import asyncio
import struct

from bumble.core import UUID
from bumble.device import Connection, Peer
from bumble.l2cap import LeCreditBasedChannelSpec
from bumble.profiles.battery_service import BatteryServiceProxy
from bumble.profiles.device_information_service import DeviceInformationServiceProxy

from contract import FILES, LONG_FILE, PART_OCTETS, UART_OCTETS, UART_RX, UART_SERVICE, UART_TX, UPLOAD_FILE
from files import (
    FILE_ENDPOINT,
    FILE_SERVICE,
    MAX_CREDITS,
    MPS,
    MTU,
    FileError,
    Messages,
    download,
    list_files,
    upload,
)
from meeting import central
from octets import digest, wrong
from session import saw, step


async def talk(peer: Peer, connection: Connection, sabotage: bool) -> None:
    given = wrong if sabotage else lambda value: value
    seen = (lambda value: value[1:]) if sabotage else lambda value: value
    await peer.request_mtu(185)
    await peer.discover_all()

    async def information() -> None:
        proxy = peer.create_service_proxy(DeviceInformationServiceProxy)
        assert proxy is not None
        strings = [
            proxy.manufacturer_name,
            proxy.model_number,
            proxy.serial_number,
            proxy.hardware_revision,
            proxy.firmware_revision,
            proxy.software_revision,
        ]
        values = [seen(await string.read_value()) for string in strings if string is not None]
        (pnp,) = peer.get_characteristics_by_uuid(UUID.from_16_bits(0x2A50))
        source, vendor, product, version = struct.unpack("<BHHH", await pnp.read_value())
        saw("device information", strings=values, pnpId=[source, vendor, product, version])

    async def battery() -> asyncio.Queue[int]:
        proxy = peer.create_service_proxy(BatteryServiceProxy)
        assert proxy is not None
        levels: asyncio.Queue[int] = asyncio.Queue()
        await proxy.battery_level.subscribe(levels.put_nowait)
        level = await proxy.battery_level.read_value()
        saw("battery", level=level + 1 if sabotage else level)
        return levels

    async def uart() -> None:
        (service,) = peer.get_services_by_uuid(UUID(UART_SERVICE))
        (rx,) = service.get_characteristics_by_uuid(UUID(UART_RX))
        (tx,) = service.get_characteristics_by_uuid(UUID(UART_TX))
        heard = bytearray()
        whole = asyncio.Event()

        def take(octets: bytes) -> None:
            heard.extend(octets)
            if len(heard) >= len(UART_OCTETS):
                whole.set()

        await tx.subscribe(take)
        sent = given(UART_OCTETS)
        size = connection.att_mtu - 3
        for number, at in enumerate(range(0, len(sent), size)):
            # Now and then with a response: a client that never waits may send more than anybody takes.
            await rx.write_value(sent[at : at + size], with_response=number % 8 == 7)
        await whole.wait()
        saw("uart", **digest([seen(bytes(heard))]))

    levels = None
    await step("device information", information())
    levels = await step("battery", battery())
    await step("uart", uart())

    async def change() -> None:
        assert levels is not None
        level = await levels.get()
        saw("battery change", level=level + 1 if sabotage else level)

    await step("battery change", change())

    async def endpoint() -> int:
        (service,) = peer.get_services_by_uuid(UUID(FILE_SERVICE))
        (characteristic,) = service.get_characteristics_by_uuid(UUID(FILE_ENDPOINT))
        version, spsm = struct.unpack_from("<BH", await characteristic.read_value())
        saw("endpoint", version=version + 1 if sabotage else version)
        return spsm

    spsm = await step("endpoint", endpoint())
    if spsm is None:
        return

    async def channel() -> Messages:
        spec = LeCreditBasedChannelSpec(spsm, MTU, MPS, MAX_CREDITS)
        return Messages(await connection.create_l2cap_channel(spec))

    async def listing() -> None:
        entries = await list_files(await channel())
        saw("list", entries=[[name, size] for name, size in (entries[1:] if sabotage else entries)])

    async def whole() -> None:
        octets = [await download(await channel(), name) for name in FILES]
        saw("download", **digest([seen(value) for value in octets]))

    async def rest() -> None:
        there = given(LONG_FILE[:PART_OCTETS])
        saw("resume", **digest([seen(await download(await channel(), "long.bin", there))]))

    async def missing() -> None:
        reasons = []
        for name in ["nothing", "../secret", "a/b", ""]:
            try:
                await download(await channel(), "short.txt" if sabotage else name)
                reasons.append(0)
            except FileError as error:
                reasons.append(error.reason)
        saw("refused", reasons=reasons)

    async def put() -> None:
        there = await upload(await channel(), "from-central.bin", given(UPLOAD_FILE))
        again = await upload(await channel(), "from-central.bin", given(UPLOAD_FILE))
        saw("upload", there=[there, again - 1 if sabotage else again])

    await step("list", listing())
    await step("download", whole())
    await step("resume", rest())
    await step("refused", missing())
    await step("upload", put())
    # What is on its way shall be there before the link ends.
    await asyncio.sleep(0.2)


central(talk)
