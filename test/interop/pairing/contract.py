"""What both sides agree on about pairing: the same file as contract.ts."""

import json
from pathlib import Path
from typing import Any

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text())
LEVELS: dict[str, str] = CONTRACT["levels"]
