"""Bumble as the one who pairs as it is told. Our side has the plan and tells each step; here it is done, answered, and what was seen goes to the runner."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bumble import att, hci, smp
from bumble.core import UUID
from bumble.device import Connection, Device, Peer
from bumble.keys import KeyStore, PairingKeys
from bumble.pairing import PairingConfig, PairingDelegate

from contract import LEVELS
from meeting import MALFORMED_COMMAND, MALFORMED_NOTIFICATION, start
from octets import wrong
from session import HEARD, STEP_SECONDS, open_device, options, report, run, saw, tell

IoCapability = PairingDelegate.IoCapability
IOS = {
    "displayOnly": IoCapability.DISPLAY_OUTPUT_ONLY,
    "displayYesNo": IoCapability.DISPLAY_OUTPUT_AND_YES_NO_INPUT,
    "keyboardOnly": IoCapability.KEYBOARD_INPUT_ONLY,
    "noInputNoOutput": IoCapability.NO_OUTPUT_NO_INPUT,
    "keyboardDisplay": IoCapability.DISPLAY_OUTPUT_AND_KEYBOARD_INPUT,
}
KEYS = {"encryption": 1, "identity": 2, "signing": 4}

Told = dict[str, Any]


def bits(names: list[str]) -> PairingDelegate.KeyDistribution:
    return PairingDelegate.KeyDistribution(sum(KEYS[name] for name in names))


class User(PairingDelegate):
    """Somebody who sees both devices."""

    def __init__(self, settings: Told, is_central: bool, numbers: asyncio.Queue[str], sabotage: bool) -> None:
        give, take = bits(settings["give"]), bits(settings["take"])
        super().__init__(
            IOS[settings["io"]],
            local_initiator_key_distribution=give if is_central else take,
            local_responder_key_distribution=take if is_central else give,
        )
        self.numbers = numbers
        self.sabotage = sabotage
        self.asked: list[str] = []

    async def accept(self) -> bool:
        return not self.sabotage

    async def display_number(self, number: int, digits: int) -> None:
        self.asked.append("show")
        tell(number=f"{number:06}")

    async def get_number(self) -> int | None:
        self.asked.append("enter")
        return int(await self.numbers.get())

    async def compare_numbers(self, number: int, digits: int) -> bool:
        self.asked.append("compare")
        tell(number=f"{number:06}")
        return await self.numbers.get() == f"{number:06}"


def most_significant_first(value: bytes) -> str:
    return value[::-1].hex()


def key_seen(key: PairingKeys.Key | None) -> Told | None:
    """A key of legacy pairing; Bumble keeps an empty one where it was given none."""
    if key is None or not key.value:
        return None
    return {"value": most_significant_first(key.value), "ediv": key.ediv, "rand": most_significant_first(key.rand or b"")}


SIGNING_KEY = bytes(range(32, 48))


class SigningSession(smp.Session):
    """Bumble gives a signing key of zeros; this one gives another."""

    def send_command(self, command: smp.SMP_Command) -> None:
        if isinstance(command, smp.SMP_Signing_Information_Command):
            command = smp.SMP_Signing_Information_Command(signature_key=SIGNING_KEY)
        super().send_command(command)


class Follower:
    def __init__(self, device: Device, is_central: bool, sabotage: bool) -> None:
        self.device = device
        self.is_central = is_central
        self.sabotage = sabotage
        self.numbers: asyncio.Queue[str] = asyncio.Queue()
        self.connection: Connection | None = None
        self.ended: asyncio.Future[Told]
        self.gone: asyncio.Future[int]
        self.encrypted: asyncio.Future[None]
        self.row = 0
        # Which wrong is done in this row, by one that is wrong on purpose.
        self.wrong = ""
        # What is done when the peripheral asks for security.
        self.when_asked: Callable[[Connection], Awaitable[None]] = Connection.pair
        device.on(Device.EVENT_CONNECTION, self.on_connection)

    @property
    def link(self) -> Connection:
        assert self.connection is not None
        return self.connection

    def on_connection(self, connection: Connection) -> None:
        self.connection = connection
        loop = asyncio.get_running_loop()
        self.ended, self.gone, self.encrypted = (loop.create_future() for _ in range(3))

        def encrypted() -> None:
            if connection.is_encrypted and not self.encrypted.done():
                self.encrypted.set_result(None)

        def end(**outcome: Any) -> None:
            if not self.ended.done():
                self.ended.set_result(outcome)

        def gone(reason: int) -> None:
            end(gone=reason)
            if not self.gone.done():
                self.gone.set_result(reason)

        def paired(_: PairingKeys) -> None:
            session = self.device.smp_manager.sessions[connection.handle]
            end(method=session.pairing_method.name)

        connection.on(connection.EVENT_PAIRING, paired)
        connection.on(connection.EVENT_PAIRING_FAILURE, lambda reason: end(reason=int(reason)))
        connection.on(connection.EVENT_DISCONNECTION, gone)
        connection.on(connection.EVENT_CONNECTION_ENCRYPTION_CHANGE, encrypted)
        connection.on(connection.EVENT_SECURITY_REQUEST, lambda _: start(self.quietly(self.when_asked(connection))))

    async def quietly(self, work: Awaitable[None]) -> None:
        """How it ends is told by events."""
        try:
            await work
        except (Exception, asyncio.CancelledError):
            pass

    @property
    def store(self) -> KeyStore:
        assert self.device.keystore is not None
        return self.device.keystore

    # What our side tells to do, by its name.

    async def prepare(self, told: Told) -> Told:
        settings = told["theirs"]
        while not self.numbers.empty():
            self.numbers.get_nowait()
        await self.store.delete_all()
        self.wrong = ("refuses", "another key", "another identity key")[self.row % 3] if self.sabotage else ""
        # Keys are looked at where they are to be kept.
        if self.sabotage and not told["bonded"]:
            self.wrong = "refuses"
        if self.wrong == "another identity key" and "identity" not in told["given"]:
            self.wrong = "another key"
        self.row += 1
        self.user = User(settings, self.is_central, self.numbers, self.wrong == "refuses")
        oob = self.make_oob(settings.get("oob"), settings["secureConnections"])
        config = PairingConfig(
            sc=settings["secureConnections"],
            mitm=settings["mitm"],
            bonding=settings["bond"],
            delegate=self.user,
            # The controller may have a public address, which Bumble does not connect with.
            identity_address_type=PairingConfig.AddressType.RANDOM,
            oob=oob,
        )
        self.device.pairing_config_factory = lambda _: config
        self.device.smp_session_proxy = smp.Session if settings.get("signsWithZeros") else SigningSession
        self.when_asked = self.refuse if self.wrong == "refuses" else Connection.pair
        self.device.host.long_term_key_provider = self.device.get_long_term_key
        return {}

    def make_oob(self, settings: Told | None, secure: bool) -> PairingConfig.OobConfig | None:
        if settings is None:
            return None
        if "temporaryKey" in settings:
            legacy = smp.OobLegacyContext(bytes.fromhex(settings["temporaryKey"]))
            return PairingConfig.OobConfig(None, None, legacy)
        peer = settings.get("peer")
        return PairingConfig.OobConfig(
            self.oob_context,
            peer and smp.OobSharedData(c=bytes.fromhex(peer["confirm"]), r=bytes.fromhex(peer["random"])),
            None,
        )

    async def share(self, _: Told) -> Told:
        self.oob_context = smp.OobContext()
        data = self.oob_context.share()
        return {"random": data.r.hex(), "confirm": data.c.hex()}

    async def meet(self, told: Told) -> Told:
        if self.is_central:
            kind = hci.Address.PUBLIC_DEVICE_ADDRESS if told["addressType"] == "public" else hci.Address.RANDOM_DEVICE_ADDRESS
            await self.device.connect(hci.Address(told["address"], kind))
        else:
            await self.device.start_advertising(advertising_interval_min=20, advertising_interval_max=20)
        return {}

    async def refuse(self, connection: Connection) -> None:
        """As central, wrongly."""
        reason = smp.ErrorCode.UNSPECIFIED_REASON
        self.device.smp_manager.send_command(connection, smp.SMP_Pairing_Failed_Command(reason=reason))
        connection.emit(connection.EVENT_PAIRING_FAILURE, reason)

    async def begin(self, _: Told) -> Told:
        if self.is_central:
            start(self.quietly(self.refuse(self.link) if self.wrong == "refuses" else self.link.pair()))
        else:
            self.link.request_pairing()
        return {}

    async def end(self, told: Told) -> Told:
        """The pairing has ended, or ends."""
        outcome = await self.ended
        # What it distributes last may still be on its way.
        await self.link.drain()
        if self.sabotage and "reason" in outcome:
            outcome["reason"] ^= 0xFF
        link = {name: getattr(self.link, name) for name in ("authenticated", "sc", "is_encrypted")}
        irk = wrong(self.device.irk) if self.wrong == "another identity key" else self.device.irk
        identity = {
            "address": self.device.static_address.to_string(False),
            "irk": most_significant_first(irk),
            "csrk": most_significant_first(SIGNING_KEY),
        }
        saw(told["row"], outcome=outcome, asked=self.user.asked, link=link, identity=identity, keys=await self.keys(), reads=await self.reads())
        return {}

    async def tried(self, told: Told) -> Told:
        """An attempt has ended, or ends, one way or the other."""
        outcome = await self.ended
        await self.link.drain()
        # The keys are kept, and the wrong one is told, by events that may come behind this.
        keys = await self.keys()
        saw(told["row"], outcome=outcome, isEncrypted=bool(self.link.is_encrypted), hasKeys=keys is not None)
        return {}

    async def keys(self) -> Told | None:
        """What is kept of the other side, and the key that it was given to encrypt with."""
        for name, keys in await self.store.get_all():
            central, peripheral = keys.ltk_central, keys.ltk_peripheral
            if self.wrong == "another key":
                for key in (keys.ltk, central, peripheral):
                    if key is not None:
                        key.value = wrong(key.value or bytes(16))
                await self.store.update(name, keys)
            given, taken = (peripheral, central) if self.is_central else (central, peripheral)
            return {
                "of": name,
                "authenticated": sorted({key.authenticated for key in (keys.ltk, central, peripheral, keys.irk, keys.csrk) if key}),
                "shared": most_significant_first(keys.ltk.value) if keys.ltk else None,
                "given": key_seen(given),
                "taken": key_seen(taken),
                "irk": most_significant_first(keys.irk.value) if keys.irk else None,
                "csrk": most_significant_first(keys.csrk.value) if keys.csrk else None,
            }
        return None

    async def reads(self) -> dict[str, int]:
        """What our server says to who reads values that need security: 0, or an error code."""
        client = Peer(self.link).gatt_client
        results = {}
        for level, uuid in LEVELS.items():
            response = await client.send_request(att.ATT_Read_By_Type_Request(1, 0xFFFF, UUID(uuid)))
            results[level] = response.error_code if isinstance(response, att.ATT_Error_Response) else 0
        return results

    async def part(self, _: Told) -> Told:
        """Our side ends the link, unless it has ended."""
        return {"reason": await self.gone}

    async def falsify(self, _: Told) -> Told:
        """From here on it has another key than that of the bond."""
        for name, keys in await self.store.get_all():
            assert keys.ltk is not None
            keys.ltk.value = wrong(keys.ltk.value)
            await self.store.update(name, keys)
        return {}

    async def correct(self, _: Told) -> Told:
        """From here on a peripheral answers with the key that it gave, and not with the one that it was given."""

        async def provide(handle: int, rand: bytes, ediv: int) -> bytes | None:
            connection = self.device.lookup_connection(handle)
            assert connection is not None
            keys = await self.store.get(str(connection.peer_address))
            return None if keys is None or keys.ltk_central is None else keys.ltk_central.value

        self.device.host.long_term_key_provider = provide
        return {}

    async def encrypt(self, _: Told) -> Told:
        """As central, with the key of the bond."""
        start(self.quietly(self.link.encrypt()))
        return {}

    async def answer(self, _: Told) -> Told:
        """Answers a Security Request by encrypting with the key of the bond, and not by pairing."""
        self.when_asked = Connection.encrypt
        return {}

    async def look(self, told: Told) -> Told:
        """What there is on a link that was encrypted anew, or was to be."""
        # It may hear of it later than our side does.
        if told["changes"]:
            await asyncio.wait({self.gone, self.encrypted}, timeout=1, return_when=asyncio.FIRST_COMPLETED)
        if self.gone.done():
            saw(told["row"], gone=self.gone.result())
        else:
            saw(told["row"], encrypted=self.link.is_encrypted, reads=await self.reads())
        return {}


async def answer_to(work: Awaitable[Told]) -> Told:
    """The result of a step, or why there is none, so that the next one is still tried."""
    try:
        return await asyncio.wait_for(work, STEP_SECONDS)
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling() > 0:
            raise
        # Bumble cancels the request that is in flight when the link is lost.
        return {"error": f"link lost: {error!r}"}
    except Exception as error:  # whatever it is, it is the result of this step
        return {"error": f"{type(error).__name__}: {error}"}


def follow(role: str) -> None:
    arguments = options(role)

    async def main() -> None:
        async with open_device(arguments, f"interop-{role}") as device:
            follower = Follower(device, role == "central", arguments.sabotage)
            if arguments.sabotage:
                pdu = MALFORMED_COMMAND if role == "central" else MALFORMED_NOTIFICATION
                device.once(Device.EVENT_CONNECTION, lambda link: device.send_l2cap_pdu(link.handle, att.ATT_CID, pdu))
            device.irk = bytes(range(16, 32))
            report("ready", address=device.random_address.to_string(False))
            report("advertising")
            tell(address=device.random_address.to_string(False))
            steps: asyncio.Queue[Told] = asyncio.Queue()

            async def sort() -> None:
                # A number is told while a step goes on.
                while True:
                    told = await HEARD.get()
                    if "number" in told:
                        follower.numbers.put_nowait(told["number"])
                    else:
                        steps.put_nowait(told)

            start(sort())
            while (told := await steps.get())["step"] != "stop":
                tell(at=told["at"], **await answer_to(getattr(follower, told["step"])(told)))
            report("done")

    run(main, arguments.seconds)
