"""Bumble as the other side of our host on a controller of a kind: peripheral first, then central, client and server in both roles."""

import asyncio

from bumble.att import ATT_CID, Attribute
from bumble.core import UUID, AdvertisingData
from bumble.device import Advertisement, Connection, Device, Peer
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import HCI_REMOTE_USER_TERMINATED_CONNECTION_ERROR as USER_ENDED
from bumble.hci import Address
from bumble.pairing import PairingConfig

from contract import CHARACTERISTIC, NOTIFIED, SERVICE, VALUE, WRITTEN
from meeting import MALFORMED_NOTIFICATION, start
from octets import wrong
from session import HEARD, misnamed, open_device, options, report, run, saw, settle, step

Properties = Characteristic.Properties


class Host:
    def __init__(self, device: Device) -> None:
        self.device = device
        self.given = wrong if arguments.sabotage else lambda value: value
        self.value = self.given(VALUE)
        self.subscribed = False
        self.characteristic = Characteristic(
            UUID(CHARACTERISTIC),
            Properties.READ | Properties.WRITE | Properties.NOTIFY,
            Attribute.READABLE | Attribute.WRITEABLE,
            CharacteristicValue(read=lambda _: self.value, write=self.on_write),
        )
        self.characteristic.on(Characteristic.EVENT_SUBSCRIPTION, self.on_subscription)
        device.add_services([Service(UUID(SERVICE), [self.characteristic])])

    def seen(self, address: Address) -> str:
        return (misnamed(address) if arguments.sabotage else address).to_string(False)

    def on_write(self, _: Connection, value: bytes) -> None:
        self.value = self.given(value)

    def on_subscription(self, connection: Connection, notify: bool, _: bool) -> None:
        if notify:
            self.subscribed = True
            start(self.notify(connection))

    async def notify(self, connection: Connection) -> None:
        await self.device.notify_subscriber(connection, self.characteristic, self.given(NOTIFIED))

    async def serve(self) -> None:
        """As peripheral, until the other side parts."""
        connected: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()
        gone: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        paired: asyncio.Future[object] = asyncio.get_running_loop().create_future()

        def on_connection(connection: Connection) -> None:
            connection.on(connection.EVENT_DISCONNECTION, settle(gone))
            connection.on(connection.EVENT_PAIRING, settle(paired))
            connected.set_result(connection)

        self.device.once(Device.EVENT_CONNECTION, on_connection)
        data = [
            (AdvertisingData.FLAGS, bytes([0x06])),
            (AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, UUID(SERVICE).to_bytes()),
        ]
        await self.device.start_advertising(
            advertising_data=bytes(AdvertisingData(data)), advertising_interval_min=30, advertising_interval_max=40
        )
        report("advertising")
        connection = await connected
        saw("connect as central", peer=self.seen(connection.peer_address))
        if arguments.sabotage:
            self.device.send_l2cap_pdu(connection.handle, ATT_CID, MALFORMED_NOTIFICATION)
        await gone
        saw("server of central", written=self.value.hex(), subscribed=self.subscribed)
        saw("pair as central", paired=paired.done() and not arguments.sabotage)

    async def find(self) -> Address:
        found: asyncio.Future[Address] = asyncio.get_running_loop().create_future()

        def on_advertisement(advertisement: Advertisement) -> None:
            services = advertisement.data.get_all(AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS)
            if [UUID(SERVICE)] in services and not found.done():
                found.set_result(advertisement.address)

        self.device.on(Device.EVENT_ADVERTISEMENT, on_advertisement)
        await self.device.start_scanning()
        address = await found
        await self.device.stop_scanning()
        saw("scanned as peripheral", address=self.seen(address))
        return address

    async def use(self, connection: Connection) -> None:
        peer = Peer(connection)
        await peer.request_mtu(100)
        await peer.discover_services()
        (service,) = peer.get_services_by_uuid(UUID(SERVICE))
        await service.discover_characteristics()
        (remote,) = service.get_characteristics_by_uuid(UUID(CHARACTERISTIC))
        value = self.given(await remote.read_value())
        await remote.write_value(self.given(WRITTEN), with_response=True)
        echoed = await remote.read_value()
        notifications: asyncio.Queue[bytes] = asyncio.Queue()
        await remote.subscribe(notifications.put_nowait)
        saw("client of peripheral", value=value.hex(), echoed=echoed.hex(), notified=(await notifications.get()).hex())

    async def call(self) -> None:
        """As central."""
        if (address := await step("scanned as peripheral", self.find())) is None:
            return
        if (connection := await step("connect as peripheral", self.device.connect(address))) is None:
            return
        saw("connect as peripheral", peer=self.seen(connection.peer_address))
        gone: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        connection.on(connection.EVENT_DISCONNECTION, settle(gone))
        await step("client of peripheral", self.use(connection))
        if not arguments.sabotage:
            await step("encrypt as peripheral", connection.encrypt())
        saw("encrypt as peripheral", encrypted=bool(connection.is_encrypted))
        await connection.disconnect(USER_ENDED)
        saw("parted", reason=await gone ^ (1 if arguments.sabotage else 0))


async def main() -> None:
    async with open_device(arguments, "interop-kinds") as device:
        host = Host(device)
        # The controller has a public address, which Bumble does not connect with.
        config = PairingConfig(identity_address_type=PairingConfig.AddressType.RANDOM)
        device.pairing_config_factory = lambda _: config
        report("ready", address=host.seen(device.random_address))
        await host.serve()
        await HEARD.get()
        await host.call()
        report("done")


arguments = options("peripheral")
run(main, arguments.seconds)
