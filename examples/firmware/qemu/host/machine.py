"""A kiosk in QEMU and the servers that it talks to, for scripts that look at what becomes of it."""
import json, pathlib, re, ssl, subprocess, sys, time, urllib.request

HERE = pathlib.Path(__file__).resolve().parent
QEMU = [
    "qemu-system-arm", "-M", "mps2-an385", "-display", "none", "-serial", "none", "-monitor", "none",
    "-semihosting-config", "enable=on,target=native", "-icount", "shift=3",
]
SETTINGS = {
    "user_agent": "kiosk/1.0",
    "environment": "production",
    "family": "ssp",
    "policy": {"enforcement": "device", "offset": 3, "frequency": 5},
}


def provision(folder, anchor, host="10.0.2.100", **more):
    """Writes what a kiosk is set up with; `anchor` is a certificate in DER, or None."""
    (folder / "key").write_text("sandbox-production")
    (folder / "settings.json").write_text(json.dumps(SETTINGS | {"base_url": f"https://{host}"} | more))
    if anchor:
        (folder / "anchor.der").write_bytes(anchor.read_bytes())


def sandbox(started, program, certificates, show, *more):
    """Starts a platform that shows this certificate, and returns its port."""
    chain, key = (certificates / f"{show}.{kind}" for kind in ("chain", "key"))
    return start(started, [program, "--port", "0", "--direct", "--tls-cert", chain, "--tls-key", key, *more])


def command(image, port, others=()):
    """Starts the machine with its platform at `port` of the host; `others` are more addresses and their ports."""
    places = [("10.0.2.100:443", port), *others]
    forwards = [f"guestfwd=tcp:{place}-cmd:python3 {HERE}/forward.py {port}" for place, port in places]
    return [*QEMU, "-kernel", image, "-nic", ",".join(["user,id=n0,model=lan9118,restrict=on", *forwards])]


def emulate(image, folder, port, others=()):
    """What the kiosk says at its end, and how long it took."""
    capture = ["-object", "filter-dump,id=f0,netdev=n0,file=frames.pcap"]
    start = time.monotonic()
    try:
        done = subprocess.run([*command(image, port, others), *capture], cwd=folder, capture_output=True, timeout=240)
        status, text = done.returncode, done.stdout.decode(errors="replace")
        error = done.stderr.decode(errors="replace").strip()
    except subprocess.TimeoutExpired as late:
        status, text, error = "hung", (late.stdout or b"").decode(errors="replace"), ""
    kiosk = dict(re.findall(r"^(\w+) (.*)$", text, re.M)) | {"status": status, "error": error}
    return kiosk, time.monotonic() - start


def start(started, command):
    """Starts a server and returns the port that it says it listens on."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    started.append(process)
    for line in process.stdout:
        if found := re.search(r"127\.0\.0\.1:(\d+)", line):
            return int(found.group(1))
    raise RuntimeError(f"{command[0]} did not start")


def ask(port, path, body=None, method=None):
    """Talks to a sandbox, whatever certificate it shows."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    request = urllib.request.Request(f"https://127.0.0.1:{port}/sandbox/{path}", data=body, method=method or ("POST" if body else "GET"))
    if body:
        request.add_header("content-type", "application/json")
    text = urllib.request.urlopen(request, context=context).read()
    return json.loads(text) if text else None
