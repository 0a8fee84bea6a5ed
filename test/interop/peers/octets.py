"""Octets as the lines of the reports have them: the same rules as bytes.ts."""

import hashlib
from collections.abc import Iterable
from typing import Any


def wrong(value: bytes) -> bytes:
    """The same value with its last byte inverted: what a peer that is wrong on purpose gives."""
    return value[:-1] + bytes([value[-1] ^ 0xFF])


def pattern(seed: int, length: int) -> bytes:
    """Octets that tell their place, so that none can be lost, doubled or swapped unseen."""
    return bytes((seed + 7 * index + (index >> 8)) % 256 for index in range(length))


def digest(values: Iterable[bytes]) -> dict[str, Any]:
    """Many values as a report has them: what differs in an octet, a length, the order or the number differs here."""
    sha256 = hashlib.sha256()
    count = 0
    for value in values:
        sha256.update(len(value).to_bytes(2, "little") + value)
        count += 1
    return {"count": count, "sha256": sha256.hexdigest()}
