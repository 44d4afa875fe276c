#!/usr/bin/env python3
"""The power fails while a report waits: a kiosk whose impression nobody takes is switched off, and tells it when it is on again.

power.py SANDBOX IMAGE: exit status 1 if the impression is lost, or counted twice.
"""
import json, pathlib, subprocess, sys, tempfile, time
from machine import ask, command, provision, start

SANDBOX, IMAGE = sys.argv[1:]
ERASED = b"\xff"


class Saved:
    """What is in a file of flash, once nothing has been written to it for two seconds: a report has two trackers."""

    def __init__(self, path):
        self.path, self.content, self.since = path, b"", 0

    def __call__(self):
        content = self.path.read_bytes().strip(ERASED) if self.path.exists() else b""
        if content != self.content:
            self.content, self.since = content, time.monotonic()
        return content if time.monotonic() > self.since + 2 else None


def on_until(happened, folder, port):
    """Switches the machine on, and off when it has happened; an answer of `happened`, or nothing in two minutes."""
    machine = subprocess.Popen(command(IMAGE, port), cwd=folder, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 120
        while time.monotonic() < end and machine.poll() is None:
            if answer := happened():
                return answer
            time.sleep(0.1)
        return None
    finally:
        machine.kill()
        machine.wait()


def main():
    started = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        anchor = folder / "anchor.der"
        try:
            port = start(started, [SANDBOX, "--port", "0", "--direct", "--tls", anchor, "--tls-host", "10.0.2.100"])
            provision(folder, anchor)
            ask(port, "fault", json.dumps({"fault": "503", "on": "pings"}).encode())
            saved = on_until(Saved(folder / "flash"), folder, port)
            before = ask(port, "stats")
            ask(port, "fault", method="DELETE")
            told = on_until(lambda: ask(port, "stats")["impressions"], folder, port)
            after = ask(port, "stats")
        finally:
            for process in started:
                process.terminate()
    print(f"off with {len(saved or b'')} bytes in flash, ads {before['ads']}, impressions {before['impressions']}")
    print(f"on again: ads {after['ads']}, impressions {told}, pings {after['pings']}")
    # No ad was shown since, so what is counted was in flash; each ad has two trackers.
    is_told = 1 <= after["impressions"] <= before["ads"] == after["ads"] and after["pings"] <= 2 * after["ads"]
    sys.exit(not (saved and before["impressions"] == 0 and is_told))


main()
