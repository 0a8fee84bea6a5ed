"""Jelling's file protocol, written from docs/files.md alone: both ends of it, over channels of Bumble."""

import asyncio
import hashlib
import struct
from dataclasses import dataclass, field

from bumble.l2cap import LeCreditBasedChannel

FILE_SERVICE = "965F0001-0D76-490C-B129-009CACE3B910"
FILE_ENDPOINT = "965F0002-0D76-490C-B129-009CACE3B910"
VERSION = 1
MTU = 600
MPS = 200
MAX_CREDITS = 20

LIST, GET, PUT, ENTRIES, OFFER, START, DATA, DONE, ERROR = 0x01, 0x02, 0x03, 0x10, 0x11, 0x20, 0x21, 0x22, 0x23
NOT_SUPPORTED, INVALID_NAME, NOT_FOUND, MISMATCH = 0x02, 0x03, 0x04, 0x0A
REPLACE = 0x01


class FileError(Exception):
    def __init__(self, reason: int):
        super().__init__(f"the file server said {reason:#04x}")
        self.reason = reason


@dataclass
class Messages:
    """Messages of one channel, each in an SDU of its own."""

    channel: LeCreditBasedChannel
    inbox: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        self.channel.sink = self.inbox.put_nowait

    async def say(self, message: bytes) -> None:
        self.channel.write(message)
        # Bumble makes one SDU of what waits for credits together.
        await self.channel.drain()

    async def hear(self, *expected: int) -> bytes:
        message = await self.inbox.get()
        if message[0] == ERROR:
            raise FileError(message[1])
        if message[0] not in expected:
            raise ValueError(f"message {message[0]:#04x} is out of place")
        return message

    async def send(self, octets: bytes, offset: int) -> None:
        size = min(self.channel.peer_mtu, 2000) - 1
        for at in range(offset, len(octets), size):
            await self.say(bytes([DATA]) + octets[at : at + size])

    async def take(self, size: int, there: bytes) -> bytes:
        await self.say(struct.pack("<BQ", START, len(there)))
        octets = there
        while len(octets) < size:
            octets += (await self.hear(DATA))[1:]
        return octets


def sha256(octets: bytes) -> bytes:
    return hashlib.sha256(octets).digest()


async def list_files(messages: Messages) -> list[tuple[str, int]]:
    await messages.say(bytes([LIST]))
    entries: list[tuple[str, int]] = []
    while (message := await messages.hear(ENTRIES, DONE))[0] == ENTRIES:
        at = 1
        while at < len(message):
            size, _changed, length = struct.unpack_from("<QQB", message, at)
            at += 17
            entries.append((message[at : at + length].decode(), size))
            at += length
    await messages.channel.disconnect()
    return entries


async def download(messages: Messages, name: str, there: bytes = b"") -> bytes:
    await messages.say(bytes([GET]) + name.encode())
    _, size, digest = struct.unpack("<BQ32s", await messages.hear(OFFER))
    octets = await messages.take(size, there)
    await messages.say(bytes([DONE]) if sha256(octets) == digest else bytes([ERROR, MISMATCH]))
    return octets


async def upload(messages: Messages, name: str, octets: bytes, replace: bool = False) -> int:
    """Gives how many octets were there already."""
    await messages.say(struct.pack("<BBQ", PUT, REPLACE if replace else 0, len(octets)) + sha256(octets) + name.encode())
    _, offset = struct.unpack("<BQ", await messages.hear(START))
    await messages.send(octets, offset)
    await messages.hear(DONE)
    await messages.channel.disconnect()
    return offset


async def serve(messages: Messages, files: dict[str, bytes], partials: dict[bytes, bytes]) -> str:
    """Serves the one request of a channel, and says what it was. `partials` has what arrived of files on links before."""
    request = await messages.inbox.get()
    if request[0] == LIST:
        for name in sorted(files):
            entry = struct.pack("<QQB", len(files[name]), 0, len(name.encode())) + name.encode()
            await messages.say(bytes([ENTRIES]) + entry)
        await messages.say(bytes([DONE]))
        return "list"
    if request[0] == GET:
        octets = files.get(request[1:].decode())
        if octets is None:
            await messages.say(bytes([ERROR, NOT_FOUND]))
            return "get nothing"
        await messages.say(struct.pack("<BQ", OFFER, len(octets)) + sha256(octets))
        _, offset = struct.unpack("<BQ", await messages.hear(START))
        await messages.send(octets, offset)
        await messages.hear(DONE)
        await messages.channel.disconnect()
        return f"get from {offset}"
    if request[0] == PUT:
        _, _flags, size, digest = struct.unpack_from("<BBQ32s", request)
        octets = await messages.take(size, partials.get(digest, b""))
        if sha256(octets) == digest:
            files[request[42:].decode()] = octets
            await messages.say(bytes([DONE]))
        else:
            await messages.say(bytes([ERROR, MISMATCH]))
        return "put"
    await messages.say(bytes([ERROR, NOT_SUPPORTED]))
    return "unknown"
