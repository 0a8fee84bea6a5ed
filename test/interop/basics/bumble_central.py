"""A Bumble central: finds the test peripheral, goes through every procedure and reports what it saw of each."""

import asyncio
from typing import Any

from bumble.att import ATT_CID
from bumble.core import UUID, AdvertisingData
from bumble.device import Advertisement, Connection, Device, Peer
from bumble.gatt_client import CharacteristicProxy, ServiceProxy
from bumble.hci import HCI_REMOTE_DEVICE_TERMINATED_CONNECTION_DUE_TO_POWER_OFF_ERROR as POWER_OFF
from bumble.hci import HCI_REMOTE_USER_TERMINATED_CONNECTION_ERROR as USER_ENDED
from bumble.hci import Address

from contract import COMMAND_WRITTEN, CONTRACT, INDICATIONS, LEAVE, NOTIFICATIONS, STAY, WRITTEN, uuid_of
from octets import wrong
from properties import canonical, property_list
from session import misnamed, open_device, options, report, run, saw, settle, step

OFFERED_MTU = 247
DESCRIPTION = UUID("2901")

# A Write Command that ends inside its attribute handle: what a decoder must call malformed.
MALFORMED_PDU = bytes([0x52, 0x05])


class Central:
    def __init__(self, device: Device, own_address: Address, sabotage: bool) -> None:
        self.device = device
        self.own_address = own_address
        self.sabotage = sabotage

    def seen(self, value: bytes) -> str:
        """A value as this peer claims to have seen it."""
        return (wrong(value) if self.sabotage and value else value).hex()

    async def find(self) -> Address:
        """Scans until the peripheral's advertisement, and its scan response if one comes soon after, are in."""
        parts: dict[int, Any] = {}
        found: asyncio.Future[Address] = asyncio.get_running_loop().create_future()

        def on_advertisement(advertisement: Advertisement) -> None:
            services = advertisement.data.get_all(AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS)
            if [UUID(CONTRACT["advertisedService"])] not in services:
                return
            parts.update(dict(advertisement.data.ad_structures))
            more = AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS in parts
            if not found.done() and (more or not arguments.scan_response):
                found.set_result(advertisement.address)

        self.device.on(Device.EVENT_ADVERTISEMENT, on_advertisement)
        await self.device.start_scanning(active=True)
        try:
            address = await found
        finally:
            await self.device.stop_scanning()
            self.device.remove_listener(Device.EVENT_ADVERTISEMENT, on_advertisement)
        manufacturer = bytes(parts.get(AdvertisingData.MANUFACTURER_SPECIFIC_DATA, b""))
        name = bytes(parts.get(AdvertisingData.COMPLETE_LOCAL_NAME, b""))
        saw(
            "scan",
            address=address.to_string(False),
            name=(name[::-1] if self.sabotage else name).decode(),
            company=int.from_bytes(manufacturer[:2], "little"),
            manufacturerData=manufacturer[2:].hex(),
        )
        if arguments.scan_response:
            services = parts[AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS]
            service = UUID.from_bytes(wrong(services) if self.sabotage else services)
            saw("scan response", service=canonical(service))
        return address

    async def connect(self, address: Address) -> Connection:
        connection = await self.device.connect(address)
        claimed = misnamed(self.own_address) if self.sabotage else self.own_address
        saw("connect", peer=connection.peer_address.to_string(False), own=claimed.to_string(False))
        return connection

    async def exchange_mtu(self, peer: Peer) -> None:
        mtu = await peer.request_mtu(OFFERED_MTU)
        # A real one of 23 would keep the rows of longer values from being wrong by themselves.
        saw("mtu", mtu=mtu - 1 if self.sabotage else mtu)

    async def discover(self, peer: Peer) -> None:
        services = await peer.discover_services()
        for service in services:
            await service.discover_characteristics()
        # A list and not a map: two of one UUID are two.
        tree = [
            [canonical(service.uuid), [[canonical(item.uuid), property_list(item.properties)] for item in service.characteristics]]
            for service in services
        ]
        if self.sabotage:
            tree = [[uuid, characteristics[1:]] for uuid, characteristics in tree]
        saw("discover", services=tree)

    async def discover_by_uuid(self, peer: Peer) -> None:
        services: list[ServiceProxy] = await peer.discover_service(UUID(CONTRACT["batteryService"]))
        found = [
            canonical(item.uuid)
            for service in services
            for item in await service.discover_characteristics([UUID(CONTRACT["batteryLevel"])])
        ]
        saw("discover by uuid", services=len(services), characteristics=found[1 if self.sabotage else 0 :])

    def find_characteristic(self, peer: Peer, key: str) -> CharacteristicProxy[bytes]:
        return peer.get_characteristics_by_uuid(UUID(uuid_of(key)), UUID(CONTRACT["service"]))[0]

    async def read_descriptors(self, peer: Peer) -> None:
        descriptors = await self.find_characteristic(peer, "long").discover_descriptors()
        description = next(item for item in descriptors if item.type == DESCRIPTION)
        value = await peer.read_value(description)
        saw("descriptors", description=self.seen(value), count=len(descriptors))

    async def read(self, peer: Peer) -> None:
        level = peer.get_characteristics_by_uuid(UUID(CONTRACT["batteryLevel"]))[0]
        saw("read", value=self.seen(await peer.read_value(level)))

    async def read_long(self, peer: Peer) -> None:
        saw("read long", value=self.seen(await peer.read_value(self.find_characteristic(peer, "long"))))

    async def write(self, peer: Peer) -> None:
        stored = self.find_characteristic(peer, "stored")
        await peer.write_value(stored, wrong(WRITTEN) if self.sabotage else WRITTEN, with_response=True)
        saw("write", echoed=(await peer.read_value(stored)).hex())

    async def write_command(self, peer: Peer) -> None:
        commanded = self.find_characteristic(peer, "commanded")
        await peer.write_value(commanded, wrong(COMMAND_WRITTEN) if self.sabotage else COMMAND_WRITTEN)
        saw("write without response", echoed=(await peer.read_value(commanded)).hex())

    async def receive(self, peer: Peer, procedure: str, key: str, count: int) -> None:
        """Subscribes, takes `count` values and unsubscribes."""
        characteristic = self.find_characteristic(peer, key)
        values: asyncio.Queue[bytes] = asyncio.Queue()
        await peer.subscribe(characteristic, values.put_nowait)
        received = [await values.get() for _ in range(count)]
        await peer.unsubscribe(characteristic)
        saw(procedure, values=[self.seen(value) for value in received])

    async def end(self, peer: Peer, connection: Connection, procedure: str) -> None:
        """Ends the link ourselves, or has the peripheral end it, and reports the reason we were given."""
        gone: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        connection.on(connection.EVENT_DISCONNECTION, settle(gone))
        if procedure == "disconnect":
            await peer.write_value(self.find_characteristic(peer, "stored"), STAY, with_response=True)
            await connection.disconnect(POWER_OFF if self.sabotage else USER_ENDED)
        elif self.sabotage:
            await connection.disconnect(POWER_OFF)
        else:
            # A command, because no response may come before the link is gone.
            await peer.write_value(self.find_characteristic(peer, "commanded"), LEAVE)
        saw(procedure, reason=int(await gone))

    async def go(self) -> None:
        address = await step("scan", self.find(), 10.0)
        if address is None or (connection := await step("connect", self.connect(address), 10.0)) is None:
            return
        peer = Peer(connection)
        await step("mtu", self.exchange_mtu(peer))
        await step("discover by uuid", self.discover_by_uuid(peer))
        await step("discover", self.discover(peer))
        await step("descriptors", self.read_descriptors(peer))
        await step("read", self.read(peer))
        await step("read long", self.read_long(peer))
        await step("write", self.write(peer))
        await step("write without response", self.write_command(peer))
        await step("notify", self.receive(peer, "notify", "notified", len(NOTIFICATIONS)))
        await step("indicate", self.receive(peer, "indicate", "indicated", len(INDICATIONS)))
        if self.sabotage:
            self.device.send_l2cap_pdu(connection.handle, ATT_CID, MALFORMED_PDU)
        await step("disconnect", self.end(peer, connection, "disconnect"), 3.0)
        await step("hang up", self.meet_again(address), 5.0)

    async def meet_again(self, address: Address) -> None:
        connection = await self.device.connect(address)
        peer = Peer(connection)
        await peer.discover_all()
        await self.end(peer, connection, "hang up")


async def main() -> None:
    async with open_device(arguments, "interop-central") as device:
        report("ready", address=device.random_address.to_string(False))
        await Central(device, device.random_address, arguments.sabotage).go()
        report("done")


arguments = options("central")
run(main, arguments.seconds)
