"""A large database of short and long UUIDs, of which both sides know the plan: the same file and the same rules as contract.ts."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text())
TWIN: dict[str, int] = CONTRACT["twin"]
PROPERTIES: list[list[str]] = CONTRACT["properties"]


@dataclass
class PlannedCharacteristic:
    uuid: str
    properties: list[str]
    descriptors: list[str]


@dataclass
class PlannedService:
    uuid: str
    secondary: bool
    includes: list[int]
    characteristics: list[PlannedCharacteristic]


def long(kind: int, value: int) -> str:
    return f"4a454c4c-494e-4700-9{kind}00-0000000000{value:02x}"


def short(value: int) -> str:
    return f"{value:04x}"


def service_uuid(index: int) -> str:
    if index == TWIN["is"]:
        return service_uuid(TWIN["of"])
    return long(0, index) if index % 3 == 1 else short(0xA000 + index)


def characteristic(service: int, index: int) -> PlannedCharacteristic:
    number = 8 * service + index
    return PlannedCharacteristic(
        uuid=long(1, number) if (service + index) % 3 == 2 else short(0xB000 + number),
        properties=PROPERTIES[number % len(PROPERTIES)],
        descriptors=[long(2, number) if i == 1 else short(0xC000 + number) for i in range(number % 3)],
    )


PLAN = [
    PlannedService(
        uuid=service_uuid(index),
        secondary=index in CONTRACT["secondary"],
        includes=CONTRACT["includes"].get(str(index), []),
        characteristics=[characteristic(index, i) for i in range(index % 5)],
    )
    for index in range(CONTRACT["services"])
]
PRIMARIES = [service for service in PLAN if not service.secondary]
