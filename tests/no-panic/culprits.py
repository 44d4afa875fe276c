"""Names the code of an image that can panic: each call of a panicking function, with the lines around it.

Usage: culprits.py OBJDUMP IMAGE. Lines are those of the debug information, the innermost of inlined calls; where that is
in the standard library or a dependency, the nearest line of thrads-core or of the image before the call stands behind.
"""

import re
import subprocess
import sys

PANICKING = re.compile(r"core::panicking|_fail(ed|_rt)?>|(slice|str)::\w*_fail|rust_begin_unwind")
OUR_CODE = re.compile(r"(thrads-core|tests/no-panic|^src)/")


def main(objdump, image):
    command = [objdump, "-d", "-C", "-l", "--no-show-raw-insn", image]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for line in sorted(set(culprits(listing.splitlines()))):
        print(line)


def culprits(lines):
    function = here = ours = "?"
    for line in lines:
        if start := re.match(r"[0-9a-f]+ <(.*)>:$", line):
            function, here, ours = start[1], "?", "?"
        elif place := re.match(r"; (\S+:\d+)$", line):
            here = short(place[1])
            ours = here if OUR_CODE.search(place[1]) else ours
        elif (call := re.search(r"\tb[a-z.]*\t0x[0-9a-f]+ (<.*>)", line)) and PANICKING.search(call[1]):
            if not PANICKING.search(f"<{function}>"):
                where = here if here == ours else f"{here}, from {ours}"
                function = re.sub(r"::h[0-9a-f]{16}$", "", function)
                yield f"  {function}\n    {re.sub(r'[+]0x.*', '', call[1].strip('<>'))} at {where}"


def short(place):
    return re.sub(r".*/(library/|registry/src/[^/]+/|(?=thrads-core/|no-panic/))", "", place)


main(*sys.argv[1:])
