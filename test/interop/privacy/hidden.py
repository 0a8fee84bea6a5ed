"""Bumble that hides: pairs, changes its address when it is told, and meets the same peer again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bumble.att import ATT_CID
from bumble.core import AdvertisingData
from bumble.device import Connection, Device, Peer
from bumble.hci import HCI_REMOTE_USER_TERMINATED_CONNECTION_ERROR as USER_ENDED
from bumble.hci import Address, HCI_LE_Set_Random_Address_Command
from bumble.pairing import PairingConfig

from meeting import MALFORMED_COMMAND, MALFORMED_NOTIFICATION, MEETING_SERVICE, find
from session import HEARD, misnamed, open_device, options, report, run, saw, settle, step


class Hidden:
    def __init__(self, device: Device, sabotage: bool) -> None:
        self.device = device
        self.sabotage = sabotage
        self.first = ""
        self.kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        device.once(Device.EVENT_KEY_STORE_UPDATE, lambda: self.kept.set_result(None))

    def seen(self, address: Address) -> str:
        return (misnamed(address) if self.sabotage else address).to_string(False)

    def meets(self, connection: Connection) -> None:
        """For the first time."""
        address = connection.peer_address
        self.first = address.to_string(False)
        saw("strangers", addressKind="resolvable" if address.is_resolvable and not self.sabotage else "another")

    async def knows(self) -> Address:
        """Whom the only bond is with."""
        await asyncio.wait_for(self.kept, 3)
        assert self.device.keystore is not None
        ((_, address),) = await self.device.keystore.get_resolving_keys()
        saw("identity", peer=self.seen(address))
        return address

    def meets_again(self, connection: Connection) -> None:
        saw("again", peer=self.seen(connection.peer_address), encrypted=bool(connection.is_encrypted))
        private = connection.peer_resolvable_address
        saw("another address", hasChanged=private is not None and (private.to_string(False) != self.first) != self.sabotage)

    async def change(self) -> None:
        """Bumble's own change gives its controller the address that it had before."""
        await HEARD.get()
        address = Address.generate_private_address(self.device.irk)
        await self.device.send_sync_command(HCI_LE_Set_Random_Address_Command(random_address=address))
        self.device.random_address = address

    async def advertise(self) -> tuple[Connection, asyncio.Future[int], asyncio.Future[None]]:
        loop = asyncio.get_running_loop()
        connected: asyncio.Future[Connection] = loop.create_future()
        gone: asyncio.Future[int] = loop.create_future()
        encrypted: asyncio.Future[None] = loop.create_future()

        def on_connection(connection: Connection) -> None:
            connection.on(connection.EVENT_DISCONNECTION, settle(gone))
            connection.on(connection.EVENT_CONNECTION_ENCRYPTION_CHANGE, lambda: settle(encrypted)(None))
            connected.set_result(connection)

        self.device.once(Device.EVENT_CONNECTION, on_connection)
        data = AdvertisingData([(AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, MEETING_SERVICE.to_bytes())])
        await self.device.start_advertising(
            advertising_data=bytes(data), advertising_interval_min=30, advertising_interval_max=40
        )
        report("advertising")
        return await connected, gone, encrypted


@asynccontextmanager
async def hidden(role: str) -> AsyncIterator[Hidden]:
    # One that is wrong on purpose does not hide.
    async with open_device(arguments, f"interop-{role}", le_privacy_enabled=not arguments.sabotage, le_rpa_timeout=0, irk=bytes(range(16, 32))) as device:
        config = PairingConfig(identity_address_type=PairingConfig.AddressType.RANDOM)
        device.pairing_config_factory = lambda _: config
        host = Hidden(device, arguments.sabotage)
        report("ready", address=host.seen(device.static_address))
        if arguments.sabotage:
            pdu = MALFORMED_COMMAND if role == "central" else MALFORMED_NOTIFICATION
            device.once(Device.EVENT_CONNECTION, lambda link: device.send_l2cap_pdu(link.handle, ATT_CID, pdu))
        yield host
        report("done")


async def central() -> None:
    async with hidden("central") as host:
        device = host.device
        connection = await device.connect(await find(device))
        host.meets(connection)
        await step("identity", connection.pair())
        identity = await host.knows()
        await Peer(connection).discover_all()
        await connection.disconnect(USER_ENDED)
        await host.change()
        again = await step("again", device.connect(identity))
        if again is not None:
            await step("again", again.encrypt())
            host.meets_again(again)
            await again.disconnect(USER_ENDED)


async def peripheral() -> None:
    async with hidden("peripheral") as host:
        connection, gone, _ = await host.advertise()
        host.meets(connection)
        await gone
        await host.knows()
        await host.change()
        connection, gone, encrypted = await host.advertise()
        await asyncio.wait({gone, encrypted}, return_when=asyncio.FIRST_COMPLETED)
        host.meets_again(connection)
        await gone


def hide(role: str) -> None:
    global arguments
    arguments = options(role)
    run(central if role == "central" else peripheral, arguments.seconds)
