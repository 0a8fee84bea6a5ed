"""A Bumble central as the one who opens channels."""

import asyncio

from bumble.device import Connection, Peer
from bumble.l2cap import (
    L2CAP_LE_SIGNALING_CID,
    L2CAP_Credit_Based_Reconfigure_Request,
    L2CAP_Credit_Based_Reconfigure_Response,
    L2capError,
    LeCreditBasedChannel,
    LeCreditBasedChannelSpec,
)

from contract import CONTRACT, ENHANCED_COUNT, ENHANCED_SDUS, FLOOD, HOLD_SECONDS, MAX_CREDITS, MPS, MTU, SIZES, SPSMS
from credits import Collector, give_credits, hold_credits, send_held_up
from meeting import central
from octets import digest, pattern, wrong
from session import saw, settle, step

GO = b"\x01"


def spec(spsm: str) -> LeCreditBasedChannelSpec:
    return LeCreditBasedChannelSpec(SPSMS[spsm], MTU, MPS, MAX_CREDITS)


async def talk(peer: Peer, connection: Connection, sabotage: bool) -> None:
    manager = connection.device.l2cap_channel_manager
    given = wrong if sabotage else lambda value: value
    seen = (lambda value: value[1:] + b"\0") if sabotage else lambda value: value
    nobody = "leave" if sabotage else "nobody"

    def inbox(channel: LeCreditBasedChannel) -> asyncio.Queue[bytes]:
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        channel.sink = queue.put_nowait
        return queue

    async def refused() -> None:
        try:
            await connection.create_l2cap_channel(spec(nobody))
            saw("refused", result=0)
        except L2capError as error:
            saw("refused", result=error.error_code)

    async def echo() -> None:
        channel = await step("open", connection.create_l2cap_channel(spec("echo")))
        if channel is None:
            return
        saw("open", peerMtu=channel.peer_mtu - 1 if sabotage else channel.peer_mtu)
        received = inbox(channel)

        async def exchange(size: int) -> None:
            channel.write(given(pattern(size, size)))
            saw(f"sdu of {size}", **digest([seen(await received.get())]))

        for size in SIZES:
            await step(f"sdu of {size}", exchange(size))
        if not sabotage:
            await step("close by central", channel.disconnect())

    async def credits_of_central() -> None:
        channel = await connection.create_l2cap_channel(spec("flood"))
        hold_credits(channel)
        collector = Collector(channel, len(FLOOD))
        channel.write(GO)
        if not sabotage:
            await asyncio.sleep(HOLD_SECONDS)
        give_credits(channel)
        await collector.whole.wait()
        saw("credits of central", **digest([seen(collector.octets)]))

    async def credits_of_peripheral() -> None:
        channel = await connection.create_l2cap_channel(spec("slow"))
        done = inbox(channel)
        stalled = await send_held_up(channel, given(FLOOD))
        saw("credits of peripheral", stalled=stalled)
        await done.get()

    async def close_by_peripheral() -> None:
        channel = await connection.create_l2cap_channel(spec("leave"))
        closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        channel.on(channel.EVENT_CLOSE, lambda: settle(closed)(None))
        channel.write(GO)
        await closed
        saw("close by peripheral", closed=not sabotage)

    async def enhanced_refused() -> None:
        try:
            await manager.create_enhanced_credit_based_channels(connection, spec(nobody), 2)
            saw("enhanced refused", result=0)
        except L2capError as error:
            saw("enhanced refused", result=error.error_code)

    async def enhanced() -> None:
        count = ENHANCED_COUNT - 1 if sabotage else ENHANCED_COUNT
        opening = manager.create_enhanced_credit_based_channels(connection, spec("echo"), count)
        channels = await step("enhanced open", opening)
        if channels is None:
            return
        saw("enhanced open", count=len(channels))

        async def exchange() -> None:
            boxes = [inbox(channel) for channel in channels]
            for channel, sdu in zip(channels, ENHANCED_SDUS):
                channel.write(given(sdu))
            saw("enhanced sdus", **digest([await box.get() for box in boxes]))

        async def reconfigure() -> None:
            # Bumble has the PDUs and no call.
            answered: asyncio.Future[L2CAP_Credit_Based_Reconfigure_Response] = asyncio.get_running_loop().create_future()
            manager.on_l2cap_credit_based_reconfigure_response = lambda _, __, response: answered.set_result(response)
            mtu = MTU - 1 if sabotage else CONTRACT["largerMtu"]
            manager.send_control_frame(
                connection,
                L2CAP_LE_SIGNALING_CID,
                L2CAP_Credit_Based_Reconfigure_Request(
                    manager.next_identifier(connection), mtu=mtu, mps=MPS, destination_cid=[channels[0].source_cid]
                ),
            )
            saw("reconfigure", result=(await answered).result)
            channels[0].write(GO)

        await step("enhanced sdus", exchange())
        await step("reconfigure", reconfigure())

    await step("refused", refused())
    await echo()
    await step("credits of central", credits_of_central())
    await step("credits of peripheral", credits_of_peripheral())
    await step("close by peripheral", close_by_peripheral())
    await step("enhanced refused", enhanced_refused())
    await enhanced()
    # What is on its way shall be there before the link ends.
    await asyncio.sleep(0.2)


central(talk)
