"""What both sides agree on about services: the same file and the same rules as contract.ts."""

import json
from pathlib import Path
from typing import Any

from octets import pattern

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text())
LEVEL: int = CONTRACT["level"]
NEXT_LEVEL: int = CONTRACT["nextLevel"]
PART_OCTETS: int = CONTRACT["partOctets"]


def file_of(length: int) -> bytes:
    return pattern(length + 3, length)


FILES: dict[str, bytes] = {name: file_of(length) for name, length in CONTRACT["files"].items()}
LONG_FILE = FILES["long.bin"]
UPLOAD_FILE = file_of(CONTRACT["uploadOctets"])
UART_OCTETS = pattern(5, CONTRACT["uartOctets"])

UART_SERVICE = "6E400001-B5A3-F393-E0A9-E50E24DCCA9E"
UART_RX = "6E400002-B5A3-F393-E0A9-E50E24DCCA9E"
UART_TX = "6E400003-B5A3-F393-E0A9-E50E24DCCA9E"


def inverted(octets: bytes) -> bytes:
    return bytes(octet ^ 0xFF for octet in octets)
