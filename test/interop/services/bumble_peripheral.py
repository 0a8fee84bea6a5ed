"""A Bumble peripheral that has a UART and serves files."""

import asyncio
import struct
from collections.abc import Sequence

from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.l2cap import LeCreditBasedChannel, LeCreditBasedChannelSpec

from contract import FILES, PART_OCTETS, UART_OCTETS, UART_RX, UART_SERVICE, UART_TX, UPLOAD_FILE, inverted
from files import FILE_ENDPOINT, FILE_SERVICE, MAX_CREDITS, MPS, MTU, VERSION, Messages, serve, sha256
from meeting import peripheral, start
from octets import digest, wrong
from session import saw

SPSM = 0x91


def services(device: Device, sabotage: bool) -> Sequence[Service]:
    given = wrong if sabotage else lambda value: value
    files = {name: given(octets) if octets else octets for name, octets in FILES.items()}
    if sabotage:
        files["nothing"] = b"something"
    partials = {sha256(UPLOAD_FILE): UPLOAD_FILE[:PART_OCTETS]}
    heard = bytearray()
    echo: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve_one(channel: LeCreditBasedChannel) -> None:
        request = await serve(Messages(channel), files, partials)
        if request.startswith("get from ") and request != "get from 0":
            saw("resume", offset=int(request.removeprefix("get from ")) - (1 if sabotage else 0))
        if request == "put":
            saw("upload", **digest([given(files["from-central.bin"])]))

    def opened(channel: LeCreditBasedChannel) -> None:
        start(serve_one(channel))

    device.create_l2cap_server(LeCreditBasedChannelSpec(SPSM, MTU, MPS, MAX_CREDITS), opened)

    def written(connection: Connection, octets: bytes) -> None:
        if not heard:
            start(answer(connection))
        heard.extend(octets)
        echo.put_nowait(inverted(octets))
        if len(heard) == len(UART_OCTETS):
            saw("uart", **digest([given(bytes(heard))]))

    async def answer(connection: Connection) -> None:
        while True:
            octets = await echo.get()
            size = connection.att_mtu - 3
            for at in range(0, len(octets), size):
                await device.notify_subscriber(connection, tx, given(octets[at : at + size]))

    rx = Characteristic(
        UART_RX,
        Characteristic.Properties.WRITE | Characteristic.Properties.WRITE_WITHOUT_RESPONSE,
        Characteristic.WRITEABLE,
        CharacteristicValue(write=written),
    )
    tx = Characteristic(UART_TX, Characteristic.Properties.NOTIFY, Characteristic.READABLE)
    endpoint = Characteristic(
        FILE_ENDPOINT,
        Characteristic.Properties.READ,
        Characteristic.READABLE,
        struct.pack("<BH", VERSION, SPSM),
    )
    return [Service(UART_SERVICE, [rx, tx]), Service(FILE_SERVICE, [endpoint])]


peripheral(services)
