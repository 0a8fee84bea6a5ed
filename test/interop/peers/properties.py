"""Bumble's names of properties beside those of the contracts, and its UUIDs as the contracts write them."""

from bumble.core import UUID
from bumble.gatt import Characteristic

Properties = Characteristic.Properties

NAMES = {
    Properties.READ: "read",
    Properties.WRITE_WITHOUT_RESPONSE: "writeWithoutResponse",
    Properties.WRITE: "write",
    Properties.NOTIFY: "notify",
    Properties.INDICATE: "indicate",
}


def property_list(properties: Properties) -> list[str]:
    """What a characteristic can do, as the contracts have it."""
    return [name for bit, name in NAMES.items() if properties & bit]


def properties_of(names: list[str]) -> Properties:
    """What a contract says, as Bumble declares it."""
    result = Properties(0)
    for bit, name in NAMES.items():
        if name in names:
            result |= bit
    return result


def canonical(uuid: UUID) -> str:
    """The short form where there is one, as the contracts write UUIDs."""
    return uuid.to_hex_str("-").lower()
