#!/usr/bin/env python3
"""Runs the kiosk through a matrix of faults and prints what became of each.

faults.py SANDBOX CHAT_SERVER IMAGE [WORD..]: only rows with such a word in their name. Exit status 1 if anything was accepted that must
be refused, or a conversation was not held to its end.
"""
import concurrent.futures, json, pathlib, re, subprocess, sys, tempfile, time, urllib.request
from certificates import Certificates
from machine import HERE, ask, emulate, provision, sandbox, start

SANDBOX, CHAT_SERVER, IMAGE, *WORDS = sys.argv[1:]
# Drawing an ad makes it some 50 ms late at worst; a signature would hold it up for 370 at least.
LATEST_BEAT_MS = 100
# Where ads lead to and are told of, under an authority that the device does not have; and the publisher's relay.
ADS, RELAY = "10.0.2.102", "10.0.2.100:8443"


class Row:
    """A fault: what the server shows, who sits in the middle, what the sandbox does, and what must come of it."""

    def __init__(self, name, show="good", middle=None, fault=None, host="10.0.2.100", refusal=None,
                 served=None, clock=True, anchor="anchor.der", relay=None, last_time=None):
        self.__dict__.update(locals())

    def judge(self, kiosk, stats):
        """What is wrong with how it went; nothing if it went as it must."""
        if kiosk.get("status") != 0 or kiosk.get("turns") != "10":
            return f"status {kiosk.get('status')}, {kiosk.get('turns')} turns"
        if self.refusal is not None:
            if stats["requests"] or kiosk["served"] != "0" or kiosk["connections"] != "0":
                return f"{stats['requests']} requests got through"
            if not re.search(self.refusal, kiosk.get("last_refusal", "")):
                return f"refused because {kiosk.get('last_refusal')}"
        if self.served is not None and int(kiosk["served"]) < self.served:
            return f"{kiosk['served']} ads, not {self.served}"
        if self.clock and not self.last_time and abs(kiosk["kept_time"] - time.time()) > 600:
            return f"{kiosk['kept_time']} was kept as the last time"
        if self.relay is not None and (wrong := self.judge_relay(kiosk, stats)):
            return wrong
        if int(kiosk["latest_beat_ms"]) > LATEST_BEAT_MS:
            return f"a beat was {kiosk['latest_beat_ms']} ms late"
        return None

    def judge_relay(self, kiosk, stats):
        """Each of an ad's two trackers has to come, once, by way of the relay; without a relay none may."""
        told = int(kiosk["served"]) if self.relay else 0
        seen = {"impressions": stats["impressions"], "pings": stats["pings"], "forwarded": stats["forwarded"]}
        if seen != {"impressions": told, "pings": 2 * told, "forwarded": 2 * told} or int(kiosk["impressions"]) != told:
            return f"{seen}, and the kiosk told {kiosk['impressions']}"
        return None


ROWS = [
    Row("a good certificate", served=2),
    Row("a good path with an intermediate", show="good-path", served=2),
    Row("another authority of the same name", show="other-authority", refusal="anchor|signature"),
    Row("the wrong name", show="wrong-name", refusal="another host"),
    Row("expired", show="expired", refusal="expired"),
    Row("not yet valid", show="not-yet-valid", refusal="not valid yet"),
    Row("a leaf that signs", show="leaf-that-signs", refusal="must not issue"),
    Row("self-signed", show="self-signed", refusal="anchor"),
    Row("an RSA key", show="rsa", refusal="nothing in common|kind|out of place"),
    Row("a missing intermediate", show="missing-intermediate", refusal="anchor"),
    Row("a tampered signature", show="tampered", refusal="signature"),
    Row("a key that must not sign", show="wrong-usage", refusal="not for a server"),
    Row("a client's certificate", show="not-a-server", refusal="not for a server"),
    Row("no anchor", anchor=None, refusal="anchor"),
    Row("the time is not known", clock=False, refusal="time of day"),
    Row("the time falls behind the last known one", last_time=4_102_444_800, refusal="time of day"),
    Row("an empty encrypted record before the certificate", middle="short-record=16", refusal="out of place"),
    Row("an encrypted record of 0 bytes", middle="short-record=0", refusal="out of place"),
    Row("a goodbye in plain text", middle="plain-alert", refusal="out of place"),
    Row("refused", middle="closed", refusal="connection|ended inside|took too long"),
    Row("reset in the handshake", middle="reset-at=400", refusal="ended inside|took too long"),
    Row("reset at byte 1,500 of what comes", middle="reset-at=1500"),
    Row("a silent server", middle="silent", refusal="took too long|^$"),
    Row("a drip", middle="drip=3"),
    Row("the server closes idle connections", middle="idle-close=1500"),
    Row("nothing for 20 s", middle="stall=20000"),
    Row("a name that does not resolve", host="nowhere.test", refusal="not resolved|took too long|^$"),
    Row("an answer of 18,000 bytes", fault="padded=18000"),
    Row("an oversized answer", fault="oversized=1"),
    Row("closed inside an answer", fault="close=200"),
    Row("chunks that are none", fault="bad-chunks=1"),
    Row("an answer in chunks with extensions", fault="chunked"),
    Row("a hang", fault="hang"),
    Row("429 with Retry-After", fault="429=2"),
    Row("a redirect to another host", fault="redirect"),
    Row("trackers that no anchor covers, and no relay", served=2, relay=False),
    Row("trackers that no anchor covers, told by a relay", served=2, relay=True),
]


def run(row, certificates):
    with tempfile.TemporaryDirectory() as folder:
        folder, started = pathlib.Path(folder), []
        try:
            elsewhere = ["--ads-at", ADS] if row.relay is not None else []
            port = sandbox(started, SANDBOX, certificates, row.show, *elsewhere)
            if row.fault:
                ask(port, "fault", json.dumps({"fault": row.fault}).encode())
            outer = port
            if row.middle == "closed":
                outer = 9
            elif row.middle:
                outer = start(started, [sys.executable, HERE / "middle.py", row.middle, str(port)])
            provision(folder, row.anchor and certificates / row.anchor, row.host)
            others, relay = [], None
            if row.relay is not None:
                others = [(f"{ADS}:443", sandbox(started, SANDBOX, certificates, "stranger"))]
            if row.relay:
                relay = start_relay(started, folder, certificates, port)
                front = [sys.executable, HERE / "front.py", certificates / "good.chain", certificates / "good.key", str(relay)]
                others.append((RELAY, start(started, front)))
                provision(folder, certificates / row.anchor, row.host, relay=f"https://{RELAY}/relay")
            if not row.clock:
                (folder / "no-clock").touch()
            if row.last_time:
                (folder / "time").write_bytes(kept(row.last_time).ljust(2 * 4096, b"\xff"))
            kiosk, seconds = emulate(IMAGE, folder, outer, others)
            kiosk["kept_time"] = int.from_bytes((folder / "time").read_bytes()[:8], "little") / 1000
            kiosk["hellos"] = hellos(folder / "frames.pcap")
            stats = ask(port, "stats") | {"forwarded": forwarded(relay) if relay else 0}
            return row, kiosk, stats, row.judge(kiosk, stats), seconds
        finally:
            for process in started:
                process.terminate()


def kept(seconds):
    """A record of the last known time: milliseconds and their complement."""
    millis = (1000 * seconds).to_bytes(8, "little")
    return millis + bytes(255 - byte for byte in millis)


def start_relay(started, folder, certificates, platform):
    """Starts the publisher's server, whose relay takes the address of ads to the platform, and gives the device its pass."""
    (folder / "secret").write_bytes(bytes(range(32)))
    relay = [CHAT_SERVER, "--relay", folder / "secret"]
    made = subprocess.run([*relay, "--relay-pass", "kiosk-17"], capture_output=True, check=True)
    (folder / "relay-pass").write_bytes(made.stdout)
    tests_only = ["--relay-to-loopback", certificates / "anchor.der", "--relay-seen-as", f"{ADS}={platform}"]
    return start(started, [*relay, *tests_only, "--listen", "127.0.0.1:0"])


def forwarded(relay):
    """How many requests the relay has carried out."""
    metrics = urllib.request.urlopen(f"http://127.0.0.1:{relay}/metrics").read().decode()
    found = re.search(r'^thrads_relayed_total\{verdict="forwarded"\} (\d+)', metrics, re.M)
    return int(found.group(1)) if found else 0


def hellos(capture):
    """The random bytes and the key share of each client hello on the wire."""
    frames = capture.read_bytes() if capture.exists() else b""
    found = []
    for match in re.finditer(rb"\x16\x03\x01..\x01...\x03\x03", frames, re.S):
        hello = frames[match.end() : match.end() + 600]
        share = re.search(rb"\x00\x17\x00\x41(\x04.{64})", hello, re.S)
        if share:
            found.append((hello[:32], share.group(1)))
    return found


def main():
    rows = [row for row in ROWS if not WORDS or any(word in row.name for word in WORDS)]
    bad, secrets = 0, []
    print(f"{'fault':<52}{'asked':>6}{'ads':>5}{'sec':>5}  came of it", flush=True)
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        certificates = pathlib.Path(folder)
        Certificates(certificates).all()
        for row, kiosk, stats, wrong, seconds in pool.map(lambda row: run(row, certificates), rows):
            bad += wrong is not None
            secrets += kiosk["hellos"]
            good = f"refused: {kiosk.get('last_refusal', 'in time')}" if row.refusal else "survived"
            word = f"WRONG: {wrong} {kiosk['error']}" if wrong else good
            print(f"{row.name:<52}{kiosk.get('asked', '?'):>6}{kiosk.get('served', '?'):>5}{seconds:>5.0f}  {word}", flush=True)
    # A hello may be captured twice, sent again after a loss; then it is the very same frame.
    hellos = set(secrets)
    alike = len(hellos) != len({random for random, _ in hellos}) or len(hellos) != len({share for _, share in hellos})
    print(f"{len(hellos)} handshakes, {'some share' if alike else 'none shares'} a random or a key share with another")
    sys.exit(bool(bad or alike))


main()
