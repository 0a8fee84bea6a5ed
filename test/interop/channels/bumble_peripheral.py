"""A Bumble peripheral as the one to whom channels are opened."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from bumble.device import Connection, Device
from bumble.gatt import Service
from bumble.l2cap import (
    L2CAP_LE_SIGNALING_CID,
    L2CAP_Credit_Based_Reconfigure_Request,
    L2CAP_Credit_Based_Reconfigure_Response,
    LeCreditBasedChannel,
    LeCreditBasedChannelSpec,
)

from contract import ENHANCED_COUNT, FLOOD, HOLD_SECONDS, MAX_CREDITS, MPS, MTU, SIZES, SPSMS
from credits import Collector, give_credits, hold_credits, send_held_up
from meeting import peripheral, start
from octets import digest, wrong
from session import saw, step

Serve = Callable[[LeCreditBasedChannel], Coroutine[Any, Any, None]]


def services(device: Device, sabotage: bool) -> Sequence[Service]:
    given = wrong if sabotage else lambda value: value
    channels: list[LeCreditBasedChannel] = []
    enhanced_sdus: dict[int, bytes] = {}

    def listen(spsm: str, serve: Callable[[LeCreditBasedChannel], None]) -> None:
        # A sabotaged one tells of another MTU.
        mtu = MTU + 1 if sabotage else MTU
        device.create_l2cap_server(LeCreditBasedChannelSpec(SPSMS[spsm], mtu, MPS, MAX_CREDITS), serve)

    def echo(channel: LeCreditBasedChannel) -> None:
        channels.append(channel)
        if len(channels) == 1:
            echo_first(channel)
            return
        index = len(channels) - 2
        if index + 1 == ENHANCED_COUNT:
            saw("enhanced open", count=index if sabotage else index + 1)

        def take(sdu: bytes) -> None:
            enhanced_sdus[index] = given(sdu)
            if len(enhanced_sdus) == ENHANCED_COUNT:
                saw("enhanced sdus", **digest(enhanced_sdus[i] for i in range(ENHANCED_COUNT)))
            channel.write(given(sdu)[::-1])

        channel.sink = take

    def echo_first(channel: LeCreditBasedChannel) -> None:
        saw("open", peerMtu=channel.peer_mtu)
        sizes = iter(SIZES)

        def take(sdu: bytes) -> None:
            saw(f"sdu of {next(sizes)}", **digest([given(sdu)]))
            channel.write(given(sdu)[::-1])

        channel.sink = take
        channel.on(channel.EVENT_CLOSE, lambda: saw("close by central", closed=not sabotage))

    def flood(channel: LeCreditBasedChannel) -> None:
        async def work(_: bytes) -> None:
            stalled = await send_held_up(channel, given(FLOOD))
            saw("credits of central", stalled=stalled)

        channel.sink = lambda sdu: start(work(sdu))

    def take_slowly(channel: LeCreditBasedChannel) -> None:
        hold_credits(channel)
        collector = Collector(channel, len(FLOOD))

        async def work() -> None:
            if not sabotage:
                await asyncio.sleep(HOLD_SECONDS)
            give_credits(channel)
            await collector.whole.wait()
            saw("credits of peripheral", **digest([given(collector.octets)]))
            channel.write(b"\x01")

        start(work())

    def leave(channel: LeCreditBasedChannel) -> None:
        # A sabotaged one stays.
        channel.sink = lambda _: None if sabotage else start(step("close by peripheral", channel.disconnect()))

    listen("echo", echo)
    listen("flood", flood)
    listen("slow", take_slowly)
    listen("leave", leave)
    if sabotage:
        listen("nobody", leave)
        manager = device.l2cap_channel_manager

        def agree(connection: Connection, _: int, request: L2CAP_Credit_Based_Reconfigure_Request) -> None:
            result = L2CAP_Credit_Based_Reconfigure_Response.Result.RECONFIGURATION_SUCCESSFUL
            response = L2CAP_Credit_Based_Reconfigure_Response(request.identifier, result)
            manager.send_control_frame(connection, L2CAP_LE_SIGNALING_CID, response)

        manager.on_l2cap_credit_based_reconfigure_request = agree
    return []


peripheral(services)
