"""What both sides agree on about errors: the same file as contract.ts."""

import json
from pathlib import Path
from typing import Any

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text())
KEYS: dict[str, str] = {key: value["uuid"] for key, value in CONTRACT["characteristics"].items()}
CODES: list[int] = CONTRACT["codes"]
APPLICATION_ERROR: int = CONTRACT["applicationError"]
PLAIN = bytes.fromhex(CONTRACT["plain"])
