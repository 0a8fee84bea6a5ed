"""Runs the rootcanal emulator on ports that the system chooses, and ends it when the runner is gone."""

import argparse
import asyncio
import json
import re

from bumble.transport import open_transport
from rootcanal.binaries import get_package_binary_resource_path

from children import end_with_parent
from disguise import Disguise
from places import open_served
from session import report, run, saw

LISTENING = re.compile(rb"Listening on: (\d+)")


async def hci_ports(output: asyncio.StreamReader, count: int) -> list[str]:
    """Rootcanal listens on ports of several kinds and logs each; those after "Opening an HCI" are the hosts'."""
    log: list[str] = []
    ports: list[str] = []
    opening = False
    while line := await output.readline():
        log.append(line.decode(errors="replace").rstrip())
        opening = opening or b"Opening an HCI" in line
        if opening and (match := LISTENING.search(line)):
            ports.append(f"127.0.0.1:{int(match[1])}")
            if len(ports) == count:
                return ports
    raise RuntimeError("rootcanal ended before it listened:\n" + "\n".join(log))


async def discard(output: asyncio.StreamReader) -> None:
    """Rootcanal logs every packet; a full pipe would stop it."""
    last = b""
    while more := await output.read(65536):
        last = (last + more)[-2000:]
    raise RuntimeError(f"rootcanal ended by itself: {last.decode(errors='replace')}")


async def serve_alike(output: asyncio.StreamReader) -> None:
    """Each connection to the port is a new controller, all on one air."""
    (port,) = await asyncio.wait_for(hci_ports(output, 1), 10)
    report("ready", served=[f"tcp:{port}", f"tcp:{port}"])
    await discard(output)


async def serve_kind(output: asyncio.StreamReader) -> None:
    """The central's is of a kind, behind its disguise; the peripheral's is as rootcanal makes it."""
    kind, plain = await asyncio.wait_for(hci_ports(output, 2), 10)
    host, place = await open_served(arguments.place)
    async with host, await open_transport(f"tcp-client:{kind}") as controller:
        disguise = Disguise(host, controller, KIND.get("says", {}), KIND.get("limits"), arguments.sabotage)
        report("ready", served=[place, f"tcp:{plain}"])
        try:
            await discard(output)
        finally:
            saw("nothing in vain", **disguise.seen())


async def main() -> None:
    flags = [f"--{name}=0" for name in ("hci_port", "test_port", "link_port", "link_ble_port")]
    if KIND:
        # A port of 0 is one that the system chooses.
        settings = (KIND["rootcanal"], "preset: DEFAULT")
        servers = " ".join(f"tcp_server {{ tcp_port: 0 configuration {{ {each} }} }}" for each in settings)
        flags.append(f"--configuration={servers}")
    # What `python -m rootcanal` runs, without a second Python between it and us. It has no option to bind to
    # loopback alone, so it listens on every interface while the rows run.
    emulator = await asyncio.create_subprocess_exec(
        get_package_binary_resource_path("rootcanal"),
        *flags,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        preexec_fn=end_with_parent,
    )
    assert emulator.stdout is not None
    try:
        await (serve_kind if KIND else serve_alike)(emulator.stdout)
    finally:
        if emulator.returncode is None:
            emulator.kill()
            await emulator.wait()


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--kind", type=json.loads, default={}, help="what the central's controller is, as kinds.ts has it")
parser.add_argument("--place", default="tcp", help="where a controller of a kind is served: tcp, or pty:PATH")
parser.add_argument("--seconds", type=float, default=120.0, help="end after this long, whatever happens")
parser.add_argument("--sabotage", action="store_true", help="say what is not so of a controller of a kind")
arguments = parser.parse_args()
KIND = arguments.kind
run(main, arguments.seconds)
