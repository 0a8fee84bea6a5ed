"""What both sides agree on about bearers: the same file and the same rules as contract.ts."""

import json
from pathlib import Path
from typing import Any

from octets import pattern

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text())
COUNTS: dict[str, int] = CONTRACT["counts"]
ENHANCED_COUNT: int = CONTRACT["enhancedCount"]
BEARER_COUNT = ENHANCED_COUNT + 1
HOLD_SECONDS: float = CONTRACT["holdMs"] / 1000


def uuid_of(key: str) -> str:
    return str(CONTRACT["characteristics"][key]["uuid"])


def values(seed: int, count: int) -> list[bytes]:
    return [pattern(seed + index, 1 + index) for index in range(count)]


AWAITED_VALUE = pattern(1, CONTRACT["awaitedLength"])
LONG_VALUE = pattern(2, CONTRACT["longLength"])
COMMANDS = values(3, COUNTS["commands"])
NOTIFICATIONS = values(4, COUNTS["notifications"])
