"""Who wrote the code of an image: bytes by owner, and of ours by what it is for.

Each address counts to the innermost frame that is not the standard library's, as llvm-symbolizer tells them from what the
compiler says was inlined. So a future of ours does not count the TLS that was inlined into it, and what ours had inlined into
others does count.
"""
import collections, re, subprocess

CRYPTOGRAPHY = (
    "embedded-tls|p256|p384|primeorder|elliptic-curve|crypto-.*|ecdsa|signature|sha2|hmac|hkdf|digest|block-buffer|generic-array"
    "|aes.*|aead|ghash|polyval|universal-hash|ctr|cipher|der|const-oid|subtle|rand_chacha|ppv-lite86|zerocopy|zeroize"
    "|rand_core|sec1|base16ct|inout|ff|byteorder"
)
OWNERS = [
    ("thrads-core", "thrads-core"),
    ("thrads-embassy", "thrads-embassy"),
    ("P-384 alone", "p384"),
    ("embedded-tls and what it computes with", CRYPTOGRAPHY),
    ("TCP/IP", "smoltcp|embassy-net.*|managed"),
    ("HTTP by reqwless", "reqwless|httparse|buffered-io|nourl|hex|base64.*"),
    ("serde-json-core and heapless", "serde.*|heapless.*"),
    ("cards and codes, as they are drawn", "kiosk-display|embedded-graphics.*|qrcodegen.*|unicode-width|az|micromath"),
    ("reports in flash, by sequential-storage", "sequential-storage|embassy-embedded-hal|embedded-storage.*"),
    ("the program and its board", "kiosk.*|qemu|embassy-.*|semihosting|cortex-m.*|critical-section|embedded-.*|portable-atomic|static_cell"),
    ("the standard library", "std"),
]
# A device may leave out the first four.
ROOMS = [
    ("what a voice says, and cards as text", "core/src/render/"),
    ("the scrubber", "core/src/redact/"),
    ("reports that wait, in memory and in flash", "core/src/tracking/(outbox|waiting|record|entry)|embassy/src/flash"),
    ("settings from JSON", "core/src/(settings|config)"),
    ("certificates and TLS", "embassy/src/tls/"),
    ("HTTP and its pipes", "embassy/src/(http|body|wire|transport|link|relay)"),
    ("connections", "embassy/src/"),
    ("requests, and JSON as it is written", "core/src/(request|conversation|json/write)"),
    ("answers, their trackers, and JSON as it is read", "core/src/(response|ad|json|head|target|tracking)"),
    ("pacing, session, client, time", "core/src/"),
]


def code(image):
    """Bytes by owner, the same by the function that they are part of, and ours by room."""
    by_line, by_function, rooms = (collections.Counter() for _ in range(3))
    addresses = list(code_addresses(image))
    asked = "".join(f"{address:#x}\n" for address in addresses)
    tool = ["llvm-symbolizer", f"--obj={image}", "--inlines", "--functions=none"]
    answer = subprocess.run(tool, input=asked, capture_output=True, text=True, check=True).stdout
    for frames in answer.rstrip("\n").split("\n\n"):
        paths = frames.splitlines()
        path = next((path for path in paths if crate_of(path) != "std"), "")
        by_line[owner(crate_of(path))] += 2
        by_function[owner(crate_of(paths[-1]))] += 2
        if crate_of(path).startswith("thrads"):
            rooms[next(name for name, files in ROOMS if re.search(files, path))] += 2
    return by_line, by_function, rooms


def code_addresses(image):
    """Every second byte of every function, once: instructions have two or four."""
    names = subprocess.run(["readelf", "-W", "-s", image], capture_output=True, text=True, check=True).stdout
    fields = [line.split() for line in names.splitlines()]
    places = sorted((int(row[1], 16) & ~1, int(row[2], 0)) for row in fields if len(row) >= 8 and row[3] == "FUNC")
    behind = 0
    for start, size in places:
        yield from range(max(start, behind), start + size, 2)
        behind = max(behind, start + size)


def crate_of(path):
    found = re.search(r"registry/src/[^/]*/(.*?)-\d+\.\d|/(thrads-core|thrads-embassy|kiosk-app|kiosk-display|qemu)/src/", path)
    return found.group(1) or found.group(2) if found else "std"


def owner(crate):
    return next((name for name, crates in OWNERS if re.fullmatch(crates, crate)), "everything else")


def table(image, flash):
    """Prints what the code of `flash` bytes is made of, and returns how much of it is ours."""
    by_line, by_function, rooms = code(image)
    print("| code | bytes by line | by function |\n|---|--:|--:|")
    for name, size in by_line.most_common():
        print(f"| {name} | {size:,} | {by_function[name]:,} |")
    print(f"| constants and start values | {flash - sum(by_line.values()):,} | |")
    print("\n| of that, ours | bytes |\n|---|--:|")
    for name, size in rooms.most_common():
        print(f"| {name} | {size:,} |")
    return rooms.total()
