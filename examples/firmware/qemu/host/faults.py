#!/usr/bin/env python3
"""Runs the kiosk through a matrix of faults and prints what became of each.

faults.py SANDBOX IMAGE [WORD..]: only rows with such a word in their name. Exit status 1 if anything was accepted that must
be refused, or a conversation was not held to its end.
"""
import concurrent.futures, json, pathlib, re, ssl, subprocess, sys, tempfile, time, urllib.request
from certificates import Certificates

HERE = pathlib.Path(__file__).resolve().parent
SANDBOX, IMAGE, *WORDS = sys.argv[1:]
QEMU = [
    "qemu-system-arm", "-M", "mps2-an385", "-display", "none", "-serial", "none", "-monitor", "none",
    "-semihosting-config", "enable=on,target=native", "-icount", "shift=3", "-kernel", IMAGE,
]
SETTINGS = (
    '{"user_agent":"kiosk/1.0","environment":"production","family":"ssp","base_url":"https://%s",'
    '"policy":{"enforcement":"device","offset":3,"frequency":5}}'
)
# A signature holds up its own executor for 370 ms at least; below that, a busy host wakes QEMU late.
LATEST_BEAT_MS = 50


class Row:
    """A fault: what the server shows, who sits in the middle, what the sandbox does, and what must come of it."""

    def __init__(self, name, show="good", middle=None, fault=None, host="10.0.2.100", refusal=None,
                 served=None, clock=True, anchor="anchor.der"):
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
        if int(kiosk["latest_beat_ms"]) > LATEST_BEAT_MS:
            return f"a beat was {kiosk['latest_beat_ms']} ms late"
        return None


# A handshake that held the ticker would make it 370 ms late; a few are the emulator's own when its host is busy.
LATEST_BEAT_MS = 50

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
    Row("an oversized answer", fault="oversized=1"),
    Row("closed inside an answer", fault="close=200"),
    Row("chunks that are none", fault="bad-chunks=1"),
    Row("an answer in chunks with extensions", fault="chunked"),
    Row("a hang", fault="hang"),
    Row("429 with Retry-After", fault="429=2"),
    Row("a redirect to another host", fault="redirect"),
]


def run(row, certificates):
    with tempfile.TemporaryDirectory() as folder:
        folder, started = pathlib.Path(folder), []
        try:
            port = start(started, [SANDBOX, "--port", "0", "--direct", "--tls-cert", certificates / f"{row.show}.chain",
                                   "--tls-key", certificates / f"{row.show}.key"])
            if row.fault:
                ask(port, "fault", json.dumps({"fault": row.fault}).encode())
            outer = port
            if row.middle == "closed":
                outer = 9
            elif row.middle:
                outer = start(started, [sys.executable, HERE / "middle.py", row.middle, str(port)])
            (folder / "key").write_text("sandbox-production")
            (folder / "settings.json").write_text(SETTINGS % row.host)
            if row.anchor:
                (folder / "anchor.der").write_bytes((certificates / row.anchor).read_bytes())
            if not row.clock:
                (folder / "no-clock").touch()
            kiosk, seconds = emulate(folder, outer)
            stats = ask(port, "stats")
            return row, kiosk, stats, row.judge(kiosk, stats), seconds
        finally:
            for process in started:
                process.terminate()


def emulate(folder, port):
    """What the kiosk says at its end, and how long it took."""
    forward = f"python3 {HERE}/forward.py {port}"
    network = f"user,id=n0,model=lan9118,restrict=on,guestfwd=tcp:10.0.2.100:443-cmd:{forward}"
    capture = ["-object", "filter-dump,id=f0,netdev=n0,file=frames.pcap"]
    start = time.monotonic()
    try:
        done = subprocess.run([*QEMU, "-nic", network, *capture], cwd=folder, capture_output=True, timeout=240)
        status, text = done.returncode, done.stdout.decode(errors="replace")
        error = done.stderr.decode(errors="replace").strip()
    except subprocess.TimeoutExpired as late:
        status, text, error = "hung", (late.stdout or b"").decode(errors="replace"), ""
    kiosk = dict(re.findall(r"^(\w+) (.*)$", text, re.M)) | {"status": status, "error": error}
    kiosk["hellos"] = hellos(folder / "frames.pcap")
    return kiosk, time.monotonic() - start


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


def start(started, command):
    """Starts a server and returns the port that it says it listens on."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    started.append(process)
    for line in process.stdout:
        if found := re.search(r"127\.0\.0\.1:(\d+)", line):
            return int(found.group(1))
    raise RuntimeError(f"{command[0]} did not start")


def ask(port, path, body=None):
    """Talks to a sandbox, whatever certificate it shows."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    request = urllib.request.Request(f"https://127.0.0.1:{port}/sandbox/{path}", data=body, method="POST" if body else "GET")
    if body:
        request.add_header("content-type", "application/json")
    text = urllib.request.urlopen(request, context=context).read()
    return json.loads(text) if text else None


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
