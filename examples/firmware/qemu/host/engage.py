#!/usr/bin/env python3
"""A person asks a sponsored question and answers a poll, at the kiosk on emulated hardware: what it counts and tells is what the
platform counts.

engage.py SANDBOX IMAGE: exit status 1 where they differ, or nothing was chosen.
"""
import concurrent.futures, pathlib, sys, tempfile
from machine import ask, emulate, provision, start

SANDBOX, IMAGE = sys.argv[1:]
# The first answer earns an ad. It is said in less than 25 s; then a number chooses, and there is time to tell of it.
PERSON = "1 My old kettle leaks. What should I look for?\n25 {choice}\n10\n"
POLICY = {"enforcement": "device", "offset": 1, "frequency": 2}
ROWS = [("sponsored_prompt", "1", "taps", "prompt_clicks"), ("sponsored_poll", "2", "votes", "votes")]


def played(ad_format, choice):
    """What the kiosk has counted, and the platform."""
    started = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        anchor = folder / "anchor.der"
        try:
            command = [SANDBOX, "--port", "0", "--direct", "--always-match", "--tls", anchor, "--tls-host", "10.0.2.100"]
            port = start(started, command)
            provision(folder, anchor, policy=POLICY)
            (folder / "format").write_text(ad_format)
            (folder / "people").write_text(PERSON.format(choice=choice))
            kiosk, _ = emulate(IMAGE, folder, port)
            return kiosk, ask(port, "stats")
        finally:
            for process in started:
                process.terminate()


def main():
    agree = True
    with concurrent.futures.ThreadPoolExecutor() as pool:
        both = list(pool.map(lambda row: played(*row[:2]), ROWS))
    for (ad_format, _, name, theirs), (kiosk, stats) in zip(ROWS, both):
        if kiosk["status"] != 0:
            sys.exit(f"{ad_format}: {kiosk}")
        counts = {name: theirs, "impressions": "impressions", "served": "ads"}
        for own, there in counts.items():
            agree &= int(kiosk[own]) == stats[there] > 0
            print(f"{ad_format}: {own} {kiosk[own]}, and {stats[there]} at the platform")
    sys.exit(not agree)


main()
