"""What a Bumble channel does where credits are what it is about. Bumble cannot stop reading, so its credits are held back by hand."""

import asyncio

from bumble.l2cap import L2CAP_LE_Flow_Control_Credit, LeCreditBasedChannel

from contract import HOLD_SECONDS


def hold_credits(channel: LeCreditBasedChannel) -> None:
    """Gives no more credits than it gave when it was opened."""
    channel.peer_credits_threshold = -1


def give_credits(channel: LeCreditBasedChannel) -> None:
    """Gives back what is missing, and from now on as usual."""
    missing = channel.peer_max_credits - channel.peer_credits
    channel.peer_credits = channel.peer_max_credits
    channel.peer_credits_threshold = channel.peer_max_credits // 2
    identifier = channel.manager.next_identifier(channel.connection)
    channel.send_control_frame(L2CAP_LE_Flow_Control_Credit(identifier, cid=channel.source_cid, credits=missing))


async def send_held_up(channel: LeCreditBasedChannel, octets: bytes) -> bool:
    """Sends more than there are credits for, and says whether they ran out and stayed so."""
    channel.write(octets)
    await asyncio.sleep(HOLD_SECONDS / 2)
    stalled = channel.credits == 0 and not channel.drained.is_set()
    await channel.drain()
    return stalled


class Collector:
    """Takes what comes on a channel until it is enough."""

    def __init__(self, channel: LeCreditBasedChannel, count: int) -> None:
        self.octets = b""
        self.count = count
        self.begun = asyncio.Event()
        self.whole = asyncio.Event()
        channel.sink = self.take

    def take(self, sdu: bytes) -> None:
        self.octets += sdu
        self.begun.set()
        if len(self.octets) >= self.count:
            self.whole.set()
