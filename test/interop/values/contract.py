"""What both sides agree on about values: the same file and the same rules as contract.ts."""

import json
from pathlib import Path
from typing import Any

from octets import pattern

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text())
COUNTS: dict[str, int] = CONTRACT["counts"]


def uuid_of(key: str) -> str:
    return str(CONTRACT["characteristics"][key]["uuid"])


def values(seed: int, count: int) -> list[bytes]:
    """So many values one after the other: no two neighbours are equal, and their lengths differ."""
    return [pattern(seed + index, 1 + 37 * index % 180) for index in range(count)]


LONG_VALUE = pattern(1, CONTRACT["longLength"])
RELIABLE = {"first": pattern(3, CONTRACT["reliableLengths"]["first"]), "second": pattern(4, CONTRACT["reliableLengths"]["second"])}
TWINS = [pattern(16 * index, length) for index, length in enumerate(CONTRACT["twins"]["lengths"])]
COMMANDS = values(5, COUNTS["commands"])
NOTIFICATIONS = values(6, COUNTS["notifications"])
INDICATIONS = values(7, COUNTS["indications"])
