"""What both sides agree on about channels: the same file and the same rules as contract.ts."""

import json
from pathlib import Path
from typing import Any

from octets import pattern

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text())
SPSMS: dict[str, int] = CONTRACT["spsms"]
MTU: int = CONTRACT["mtu"]
SIZES: list[int] = CONTRACT["sizes"]
HOLD_SECONDS: float = CONTRACT["holdMs"] / 1000
ENHANCED_COUNT: int = CONTRACT["enhancedCount"]

FLOOD = pattern(9, CONTRACT["floodOctets"])
ENHANCED_SDUS = [pattern(index, 1000 + index) for index in range(ENHANCED_COUNT)]

# Short frames and few credits, so that a long SDU needs many of both.
MPS = 128
MAX_CREDITS = 10
