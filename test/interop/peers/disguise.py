"""Stands between a host and a controller of rootcanal: makes it one of an earlier version or of another maker, and notes what the host asks for in vain."""

from collections.abc import Callable
from typing import Any

from bumble.transport.common import Transport
from rootcanal.packets.hci import OpCode, OpCodeIndex

COMMAND, EVENT = 0x01, 0x04
COMMAND_COMPLETE, COMMAND_STATUS = 0x0E, 0x0F
UNKNOWN_COMMAND, INVALID_PARAMETERS = 0x01, 0x12
VENDOR_GROUP, LE_GROUP = 0x3F, 0x08

# These tell what there is: a host knows of no list before it has asked (Vol 4, Part E, 4.5 and 7.4).
BEFORE_THE_LIST = (OpCode.RESET, OpCode.READ_LOCAL_VERSION_INFORMATION, OpCode.READ_LOCAL_SUPPORTED_COMMANDS)

# Octet and bit of each command, as ten times the one and the other (Vol 4, Part E, 6.27).
BITS = {opcode.value: divmod(OpCodeIndex[opcode.name].value, 10) for opcode in OpCode if opcode.name in OpCodeIndex.__members__}


def name_of(opcode: int) -> str:
    return OpCode(opcode).name if opcode in OpCode._value2member_map_ else f"{opcode:04x}"


def below(bits: int) -> int:
    """A mask of so many bits."""
    return (1 << bits) - 1


class Disguise:
    """`says` is what it claims to be; `limits` what its version knows, and none where it may have all that it has. One that lies promises what it refuses."""

    def __init__(self, host: Transport, controller: Transport, says: dict[str, int], limits: dict[str, Any] | None, lies: bool) -> None:
        self.says = says
        self.limits = limits
        self.lies = lies
        self.listed: bytes | None = None
        self.vain: set[str] = set()
        self.foreign: set[str] = set()
        self.to_host: Callable[[bytes], None] = host.sink.on_packet
        self.to_controller: Callable[[bytes], None] = controller.sink.on_packet
        host.source.set_packet_sink(Sink(self.from_host))
        controller.source.set_packet_sink(Sink(self.from_controller))

    def seen(self) -> dict[str, Any]:
        """Commands that are not listed, or were refused, and those of makers."""
        return {"inVain": sorted(self.vain), "ofMakers": sorted(self.foreign)}

    def from_host(self, packet: bytes) -> None:
        if packet[0] != COMMAND:
            self.to_controller(packet)
            return
        opcode = int.from_bytes(packet[1:3], "little")
        if opcode >> 10 == VENDOR_GROUP:
            self.foreign.add(name_of(opcode))
        elif not self.is_listed(opcode):
            self.vain.add(f"{name_of(opcode)} is not listed")
        if not self.is_known(opcode):
            self.refuse(opcode, UNKNOWN_COMMAND)
        elif self.limits and opcode == OpCode.LE_SET_EVENT_MASK and int.from_bytes(packet[4:12], "little") & ~below(self.limits["leEvents"]):
            self.refuse(opcode, INVALID_PARAMETERS)
        else:
            self.to_controller(packet)

    def is_listed(self, opcode: int) -> bool:
        if self.listed is None:
            return opcode in BEFORE_THE_LIST
        octet, bit = BITS.get(opcode, (0, 0))
        return opcode in BEFORE_THE_LIST or bool(self.listed[octet] >> bit & 1)

    def is_known(self, opcode: int) -> bool:
        if self.lies and opcode == OpCode.LE_READ_FILTER_ACCEPT_LIST_SIZE:
            return False
        return self.limits is None or opcode >> 10 != LE_GROUP or opcode <= int(self.limits["lastLeCommand"], 16)

    def refuse(self, opcode: int, status: int) -> None:
        self.vain.add(f"{name_of(opcode)} was refused with {status:02x}")
        self.to_host(bytes([EVENT, COMMAND_STATUS, 4, status, 1]) + opcode.to_bytes(2, "little"))

    def from_controller(self, packet: bytes) -> None:
        if packet[0] == EVENT and packet[1] == COMMAND_COMPLETE:
            packet = self.answer(packet)
        elif packet[0] == EVENT and packet[1] == COMMAND_STATUS:
            self.look(int.from_bytes(packet[5:7], "little"), packet[3])
        self.to_host(packet)

    def look(self, opcode: int, status: int) -> None:
        """Of commands of makers the host hopes for nothing."""
        if status != 0 and opcode >> 10 != VENDOR_GROUP:
            self.vain.add(f"{name_of(opcode)} was refused with {status:02x}")

    def answer(self, packet: bytes) -> bytes:
        opcode, status, values = int.from_bytes(packet[4:6], "little"), packet[6], packet[7:]
        self.look(opcode, status)
        if status != 0:
            return packet
        if opcode == OpCode.READ_LOCAL_VERSION_INFORMATION:
            values = self.version(values)
        elif opcode == OpCode.READ_LOCAL_SUPPORTED_COMMANDS:
            values = self.listed = self.commands(values)
        elif opcode == OpCode.LE_READ_LOCAL_SUPPORTED_FEATURES and self.limits:
            values = (int.from_bytes(values, "little") & below(self.limits["leFeatures"])).to_bytes(8, "little")
        elif opcode == OpCode.READ_BD_ADDR and self.says.get("addressless"):
            values = bytes(6)
        return packet[:7] + values

    def version(self, values: bytes) -> bytes:
        """HCI version and subversion, LMP version, maker, LMP subversion (Vol 4, Part E, 7.4.1)."""
        fields = []
        for name, at, size in (("version", 0, 1), ("hciSubversion", 1, 2), ("version", 3, 1), ("company", 4, 2), ("lmpSubversion", 6, 2)):
            value = self.says.get(name, int.from_bytes(values[at : at + size], "little"))
            fields.append((value ^ 1 if self.lies else value).to_bytes(size, "little"))
        return b"".join(fields)

    def commands(self, values: bytes) -> bytes:
        listed = bytearray(values)
        for opcode, (octet, bit) in BITS.items():
            if not self.is_known(opcode) and not self.lies:
                listed[octet] &= ~(1 << bit)
        return bytes(listed)


class Sink:
    def __init__(self, on_packet: Callable[[bytes], None]) -> None:
        self.on_packet = on_packet
