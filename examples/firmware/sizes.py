#!/usr/bin/env python3
"""Prints what images take of a chip's flash and of its memory: sizes.py NAME=IMAGE.."""
import struct, sys


def sections(path):
    """Address, size, and whether it is written, for each section of an ELF32 image that is loaded."""
    elf = open(path, "rb").read()
    table, = struct.unpack_from("<I", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 46)
    for index in range(count):
        _, kind, flags, address, _, length = struct.unpack_from("<6I", elf, table + index * size)
        if flags & 2 and length:
            yield address, length, bool(flags & 1), kind == 8


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        name, path = argument.split("=", 1)
        found = list(sections(path))
        flash = sum(length for _, length, _, is_empty in found if not is_empty)
        memory = sum(length for _, length, is_written, _ in found if is_written)
        print(f"{name:>10}  {flash:>9,} bytes of flash  {memory:>9,} bytes of memory before the stack")
