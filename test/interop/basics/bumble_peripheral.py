"""A Bumble peripheral: serves the test service to two centrals one after the other, and reports what they did."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from bumble.att import ATT_CID, Attribute
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Descriptor, Service

from contract import (
    BATTERY_VALUE,
    CONTRACT,
    INDICATIONS,
    LEAVE,
    LONG_VALUE,
    NOTIFICATIONS,
    STAY,
    uuid_of,
)
from octets import wrong
from session import misnamed, open_device, options, report, run, saw, settle, step

Properties = Characteristic.Properties

# Half of a notification's attribute handle: what a decoder must call malformed.
MALFORMED_PDU = bytes([0x1B, 0x05])


class Peripheral:
    def __init__(self, device: Device, sabotage: bool) -> None:
        self.device = device
        self.sabotage = sabotage
        self.link: Connection | None = None
        self.stored = b""
        self.commanded = b""
        self.notified = self.characteristic("notified", Properties.NOTIFY, b"")
        self.indicated = self.characteristic("indicated", Properties.INDICATE, b"")
        self.tasks: set[asyncio.Task[None]] = set()

    def characteristic(
        self,
        key: str,
        properties: Properties,
        value: bytes | CharacteristicValue[bytes],
        descriptors: tuple[Descriptor, ...] = (),
    ) -> Characteristic[bytes]:
        permissions = Attribute.READABLE | Attribute.WRITEABLE
        return Characteristic(uuid_of(key), properties, permissions, value, list(descriptors))

    def services(self) -> list[Service]:
        description = CONTRACT["description"].encode()
        long_value = LONG_VALUE
        battery_value = BATTERY_VALUE
        if self.sabotage:
            description, long_value, battery_value = wrong(description), wrong(long_value), wrong(battery_value)
        characteristics = [
            self.characteristic(
                "long", Properties.READ, long_value, (Descriptor(UUID("2901"), Attribute.READABLE, description),)
            ),
            self.characteristic(
                "stored",
                Properties.READ | Properties.WRITE,
                CharacteristicValue(read=lambda _: self.stored, write=self.on_write),
            ),
            self.characteristic(
                "commanded",
                Properties.READ | Properties.WRITE_WITHOUT_RESPONSE,
                CharacteristicValue(read=lambda _: self.commanded, write=self.on_command),
            ),
            self.notified,
            self.indicated,
        ]
        if self.sabotage:
            characteristics.append(self.characteristic("long", Properties.READ, b"one too many"))
        battery = [
            Service(
                CONTRACT["batteryService"],
                [Characteristic(CONTRACT["batteryLevel"], Properties.READ, Attribute.READABLE, battery_value)],
            )
            for _ in range(2 if self.sabotage else 1)
        ]
        return [Service(CONTRACT["service"], characteristics), *battery]

    def advertising_data(self) -> bytes:
        name = CONTRACT["name"].encode()
        return bytes(
            AdvertisingData(
                [
                    (AdvertisingData.FLAGS, bytes([0x06])),
                    (
                        AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
                        UUID(CONTRACT["advertisedService"]).to_bytes(),
                    ),
                    (AdvertisingData.COMPLETE_LOCAL_NAME, name[:-1] + b"z" if self.sabotage else name),
                    (
                        AdvertisingData.MANUFACTURER_SPECIFIC_DATA,
                        CONTRACT["company"].to_bytes(2, "little") + bytes.fromhex(CONTRACT["manufacturerData"]),
                    ),
                ]
            )
        )

    def scan_response(self) -> bytes:
        service = UUID(CONTRACT["service"]).to_bytes()
        if self.sabotage:
            service = wrong(service)
        return bytes(AdvertisingData([(AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, service)]))

    async def on_write(self, connection: Connection, value: bytes) -> None:
        if value == STAY:
            await self.hang_up(connection, really=self.sabotage)
            return
        saw("write", value=value.hex())
        self.stored = wrong(value) if self.sabotage else value

    async def on_command(self, connection: Connection, value: bytes) -> None:
        if value == LEAVE:
            await self.hang_up(connection, really=not self.sabotage)
            return
        saw("write without response", value=value.hex())
        self.commanded = wrong(value) if self.sabotage else value

    async def hang_up(self, connection: Connection, really: bool) -> None:
        """A sabotaged peer hangs up when it is asked to stay, and stays when it is asked to leave."""
        if really:
            await step("hang up", connection.disconnect())

    def on_notify_subscription(self, connection: Connection, notify: bool, _indicate: bool) -> None:
        if notify:
            self.start(self.notify(connection))

    def on_indicate_subscription(self, connection: Connection, _notify: bool, indicate: bool) -> None:
        if indicate:
            self.start(self.indicate(connection))

    async def notify(self, connection: Connection) -> None:
        for value in NOTIFICATIONS:
            value = wrong(value) if self.sabotage else value
            await step("notify", self.device.notify_subscriber(connection, self.notified, value))
        saw("notify", sent=len(NOTIFICATIONS))

    async def indicate(self, connection: Connection) -> None:
        confirmed = 0
        for value in INDICATIONS:
            value = wrong(value) if self.sabotage else value
            await step("indicate", self.device.indicate_subscriber(connection, self.indicated, value))
            confirmed += 1
        saw("indicate", confirmed=confirmed)
        if self.sabotage:
            self.device.send_l2cap_pdu(connection.handle, ATT_CID, MALFORMED_PDU)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def serve(self, procedure: str) -> None:
        """Advertises, serves one central and reports its coming and going."""
        connected: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()

        def on_connection(connection: Connection) -> None:
            connection.on(connection.EVENT_CONNECTION_ATT_MTU_UPDATE, lambda: saw("mtu", mtu=connection.att_mtu))
            connection.on(connection.EVENT_DISCONNECTION, settle(gone))
            connected.set_result(connection)

        gone: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.device.once(Device.EVENT_CONNECTION, on_connection)
        await self.device.start_advertising(
            advertising_data=self.advertising_data(),
            scan_response_data=self.scan_response(),
            advertising_interval_min=30,
            advertising_interval_max=40,
        )
        report("advertising")
        connection = await connected
        saw("connect", peer=connection.peer_address.to_string(False))
        reason = await gone
        saw(procedure, reason=int(reason))


async def main() -> None:
    async with open_device(arguments, CONTRACT["name"]) as device:
        peripheral = Peripheral(device, arguments.sabotage)
        peripheral.notified.on(Characteristic.EVENT_SUBSCRIPTION, peripheral.on_notify_subscription)
        peripheral.indicated.on(Characteristic.EVENT_SUBSCRIPTION, peripheral.on_indicate_subscription)
        device.add_services(peripheral.services())
        if arguments.sabotage:
            device.gatt_server.max_mtu = 23
        address = device.random_address
        report("ready", address=(misnamed(address) if arguments.sabotage else address).to_string(False))
        for procedure in ("disconnect", "hang up"):
            await peripheral.serve(procedure)
        report("done")


arguments = options("peripheral")
run(main, arguments.seconds)
