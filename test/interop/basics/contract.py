"""What both sides of a pair agree on: read from contract.json, which the TypeScript side reads too."""

import json
from pathlib import Path
from typing import Any

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text())

LONG_VALUE = bytes((7 * index + 1) % 256 for index in range(CONTRACT["longLength"]))
BATTERY_VALUE = bytes.fromhex(CONTRACT["batteryValue"])
WRITTEN = bytes.fromhex(CONTRACT["written"])
COMMAND_WRITTEN = bytes.fromhex(CONTRACT["commandWritten"])
NOTIFICATIONS = [bytes.fromhex(value) for value in CONTRACT["notifications"]]
INDICATIONS = [bytes.fromhex(value) for value in CONTRACT["indications"]]
STAY = bytes.fromhex(CONTRACT["stay"])
LEAVE = bytes.fromhex(CONTRACT["leave"])


def uuid_of(key: str) -> str:
    """The UUID of a characteristic of the test service, by its key in the contract."""
    return str(CONTRACT["characteristics"][key]["uuid"])
