"""A service that is told to stop ends its worker first, then its database, then itself."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.faults.deployments import ROOT, told


def test_told_to_stop_the_service_ends_in_order_and_well(binaries: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with told(binaries) as example:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "STEELYARD_DEPLOYMENT": "example",
            "STEELYARD_DATA": str(example.data),
            "STEELYARD_POSTGRES_BINARIES": str(binaries),
            "STEELYARD_PORT": str(port),
        }
        said = example.data / "said"
        with said.open("wb") as out:
            command = [sys.executable, "-m", "ops.cli", "serve"]
            service = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=out, stderr=out)  # noqa: S603
            _answers(f"http://127.0.0.1:{port}/livez", service)
            service.send_signal(signal.SIGTERM)
            assert service.wait(120) == 0, said.read_text()
        assert "loop failed" not in said.read_text()


def _answers(url: str, service: "subprocess.Popen[bytes]") -> None:
    while service.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310 - our own service
                assert reply.status == 200
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the service has ended")
