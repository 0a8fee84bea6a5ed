"""Runs the rootcanal emulator on ports that the system chooses, and ends it when the runner is gone."""

import argparse
import asyncio
import ctypes
import re
import signal

from rootcanal.binaries import get_package_binary_resource_path

from session import report, run

LISTENING = re.compile(rb"Listening on: (\d+)")
PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Asks Linux to kill the emulator should this process die without a chance to clean up."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


async def hci_port(output: asyncio.StreamReader) -> int:
    """Rootcanal listens on four ports and logs each; the one after "Opening an HCI" is the hosts'."""
    log: list[str] = []
    opening = False
    while line := await output.readline():
        log.append(line.decode(errors="replace").rstrip())
        opening = opening or b"Opening an HCI" in line
        if opening and (match := LISTENING.search(line)):
            return int(match[1])
    raise RuntimeError("rootcanal ended before it listened:\n" + "\n".join(log))


async def discard(output: asyncio.StreamReader) -> None:
    """Rootcanal logs every packet; a full pipe would stop it."""
    while await output.read(65536):
        pass


async def main() -> None:
    # What `python -m rootcanal` runs, without a second Python between it and us. It has no option to bind to
    # loopback alone, so it listens on every interface while the rows run.
    emulator = await asyncio.create_subprocess_exec(
        get_package_binary_resource_path("rootcanal"),
        *(f"--{name}=0" for name in ("hci_port", "test_port", "link_port", "link_ble_port")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        preexec_fn=end_with_parent,
    )
    assert emulator.stdout is not None
    try:
        served = f"tcp:127.0.0.1:{await asyncio.wait_for(hci_port(emulator.stdout), 10)}"
        # Each connection to the port is a new controller, all on one air.
        report("ready", served=[served, served])
        await discard(emulator.stdout)
        raise RuntimeError(f"rootcanal ended by itself with {await emulator.wait()}")
    finally:
        if emulator.returncode is None:
            emulator.kill()
            await emulator.wait()


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--seconds", type=float, default=120.0, help="end after this long, whatever happens")
run(main, parser.parse_args().seconds)
