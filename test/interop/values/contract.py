"""What both sides agree on about values: the same file and the same rules as contract.ts."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text())
COUNTS: dict[str, int] = CONTRACT["counts"]


def uuid_of(key: str) -> str:
    return str(CONTRACT["characteristics"][key]["uuid"])


def pattern(seed: int, length: int) -> bytes:
    return bytes((seed + 7 * index) % 256 for index in range(length))


def values(seed: int, count: int) -> list[bytes]:
    """So many values one after the other: no two neighbours are equal, and their lengths differ."""
    return [pattern(seed + index, 1 + 37 * index % 180) for index in range(count)]


LONG_VALUE = pattern(1, CONTRACT["longLength"])
RELIABLE = {"first": pattern(3, CONTRACT["reliableLengths"]["first"]), "second": pattern(4, CONTRACT["reliableLengths"]["second"])}
TWINS = [pattern(16 * index, length) for index, length in enumerate(CONTRACT["twins"]["lengths"])]
COMMANDS = values(5, COUNTS["commands"])
NOTIFICATIONS = values(6, COUNTS["notifications"])
INDICATIONS = values(7, COUNTS["indications"])


def digest(values: Iterable[bytes]) -> dict[str, Any]:
    """Values as a report has them: what differs in an octet, a length, the order or the number differs here."""
    sha256 = hashlib.sha256()
    count = 0
    for value in values:
        sha256.update(len(value).to_bytes(2, "little") + value)
        count += 1
    return {"count": count, "sha256": sha256.hexdigest()}


def wrong(value: bytes) -> bytes:
    """The same value with its last byte inverted: what a peer that is wrong on purpose gives."""
    return value[:-1] + bytes([value[-1] ^ 0xFF])
