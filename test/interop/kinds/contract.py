"""What both sides serve to each other, and write: the same file as contract.ts."""

import json
from pathlib import Path
from typing import Any

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text())
SERVICE: str = CONTRACT["service"]
CHARACTERISTIC: str = CONTRACT["characteristic"]
VALUE = bytes.fromhex(CONTRACT["value"])
WRITTEN = bytes.fromhex(CONTRACT["written"])
NOTIFIED = bytes.fromhex(CONTRACT["notified"])
