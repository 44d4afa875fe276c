"""Prints what the images take, and fails where that is over its limit.

Usage: report.py LIMITS STACK TARGET_DIR TARGET...

LIMITS has lines `flash|ram|stack NAME BYTES`, for the first TARGET; STACK has lines `stack NAME BYTES`, as the image of
`stack/` prints them. Flash is what an image has over the one named `base`, without the routines that move, fill and compare
memory: every firmware has those.
"""

import re
import struct
import sys
from pathlib import Path

IMAGES = [
    ("prompt", "prompt API, turn pacing"),
    ("message", "SSP messages, turn pacing, trackers"),
    ("everything", "every request and answer, turn pacing, trackers"),
    ("session", "the same through a session, with a history"),
    ("rate", "rate and caps"),
    ("redact", "`redact`"),
    ("card", "`card`"),
    ("speech", "`speech`"),
    ("reported", "an opener through a session, its impression and its use"),
    ("outbox", "`Outbox`, over the one before"),
    ("settings", "provisioning JSON"),
    ("serde_json_core", "serde-json-core: one answer, no numbers"),
    ("serde_json_core_f64", "serde-json-core: the same with one `f64`"),
]
# What is shown of an image is what it has over another one than `base`.
OVER = {"outbox": "reported"}
# Names that only one part of the core writes or looks for, and the images that have that part. In any other image it is
# dead weight.
PARTS = {
    "conversationOffset": {"prompt", "everything", "session", "reported", "outbox"},
    "ad_formats": {"message", "everything", "session", "reported", "outbox"},
    "number_follow_ups": {"everything", "reported", "outbox"},
    "option_id": {"everything", "session", "reported", "outbox"},
    "metaData": {"everything", "session", "reported", "outbox"},
    "results_url": {"message", "everything", "session", "reported", "outbox"},
    "sponsored_prompt_id": {"prompt", "everything", "session", "reported", "outbox"},
    "view_url": {"message", "everything", "session", "reported", "outbox"},
    "Sponsored": {"card", "speech"},
    "accept_language": {"settings"},
}
WRITABLE, ALLOCATED, PROGBITS, SYMTAB, NOBITS = 1, 2, 1, 2, 8
MEMORY_ROUTINE = re.compile(r"(__aeabi_)?mem(cpy|move|set|clr|cmp)[48]?$|.*compiler_builtins.*3mem")


def main(budgets, stack, target_dir, *targets):
    budgets = {tuple(words[:2]): int(words[2]) for words in lines(budgets)}
    stack = {words[1]: int(words[2]) for words in lines(stack) if words[0] == "stack"}
    images = {target: measure(Path(target_dir) / target / "release") for target in targets}
    linked = [
        complaint for target in targets for complaint in misplaced(Path(target_dir) / target / "release", target)
    ]
    over = [*flash_table(images, budgets), *stack_table(stack, budgets), *linked]
    for complaint in over:
        print(f"footprint: {complaint}", file=sys.stderr)
    sys.exit(1 if over else 0)


def lines(file):
    text = [line.split("#")[0].split() for line in Path(file).read_text().splitlines()]
    return [words for words in text if words]


def measure(directory):
    measured = {}
    for name, _ in IMAGES:
        base_flash, base_ram = sizes(directory / OVER.get(name, "base"))
        flash, ram = sizes(directory / name)
        measured[name] = flash - base_flash, ram - base_ram
    return measured


def sizes(image):
    """Flash and static RAM of an ELF image, from its section headers.

    Unwinding tables are left out: no firmware with panic = "abort" loads them.
    """
    elf, sections, names = read(image)
    flash = ram = 0
    for name, kind, flags, _, offset, length, link, *_ in sections:
        name = text(elf, names + name)
        if kind == SYMTAB:
            flash -= memory_routines(elf, offset, length, sections[link][4])
        if not flags & ALLOCATED or kind not in (PROGBITS, NOBITS) or name.startswith((".eh_frame", ".ARM.ex")):
            continue
        ram += length if flags & WRITABLE else 0
        flash += length if kind == PROGBITS else 0
    return flash, ram


def read(image):
    """An ELF image, its section headers, and where their names are."""
    elf = image.read_bytes()
    (at,) = struct.unpack_from("<I", elf, 0x20)
    size, count, names_index = struct.unpack_from("<HHH", elf, 0x2E)
    sections = [struct.unpack_from("<10I", elf, at + size * index) for index in range(count)]
    return elf, sections, sections[names_index][4]


def loaded(image):
    """What of an image is in flash, in one run of bytes."""
    elf, sections, _ = read(image)
    return b"".join(
        elf[offset : offset + length]
        for _, kind, flags, _, offset, length, *_ in sections
        if flags & ALLOCATED and kind == PROGBITS
    )


def misplaced(directory, target):
    """Parts that an image has and does not use, or uses and does not have, which would make this check one of nothing."""
    for name, _ in IMAGES:
        if name.startswith("serde_json_core"):
            continue
        content = loaded(directory / name)
        for word, places in PARTS.items():
            if (word.encode() in content) != (name in places):
                yield f"{name} for {target} {'lacks' if name in places else 'holds'} `{word}`"


def memory_routines(elf, symbols, length, names):
    """Bytes of the memory routines, several names of one counted once."""
    routines = {}
    for at in range(symbols, symbols + length, 16):
        name, value, size = struct.unpack_from("<III", elf, at)
        if size and MEMORY_ROUTINE.match(text(elf, names + name)):
            routines[value] = size
    return sum(routines.values())


def text(elf, at):
    return elf[at : elf.index(b"\0", at)].decode()


def flash_table(images, budgets):
    first = next(iter(images))
    print("| image | limit |", " | ".join(images), "| static RAM |")
    print("|---|--:|", "--:|" * (len(images) + 1), sep="")
    for name, what in IMAGES:
        figures = [f"{image[name][0]:,}" for image in images.values()]
        budget, ram = budgets.get(("flash", name)), images[first][name][1]
        print(f"| {what} | {shown(budget)} |", " | ".join(figures), f"| {ram} |")
        if budget is not None and images[first][name][0] > budget:
            yield f"{name} takes {images[first][name][0]:,} B of flash, {budget:,} are allowed"
        if budget is not None and ram > budgets["ram", "*"]:
            yield f"{name} takes {ram} B of static RAM"
    print()


def stack_table(stack, budgets):
    print("| call | stack | limit |\n|---|--:|--:|")
    for name, used in stack.items():
        budget = budgets.get(("stack", name), budgets["stack", "*"])
        print(f"| {name.replace('_', ' ')} | {used:,} | {budget:,} |")
        if used > budget:
            yield f"{name} takes {used:,} B of stack, {budget:,} are allowed"


def shown(budget):
    return "" if budget is None else f"{budget:,}"


main(*sys.argv[1:])
