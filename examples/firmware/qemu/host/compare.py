#!/usr/bin/env python3
"""Prints what a kiosk has counted beside what its sandbox has; exit status 1 where they differ.

compare.py KIOSK_LOG ANCHOR_DER PORT
"""
import json, ssl, sys, urllib.request

log, anchor, port = sys.argv[1:]
kiosk = dict(
    line.split(" ", 1) for line in open(log, encoding="utf-8").read().splitlines() if line.count(" ") == 1
)
context = ssl.create_default_context(cadata=open(anchor, "rb").read())
stats = json.load(urllib.request.urlopen(f"https://localhost:{port}/sandbox/stats", context=context))

rows = [
    ("turns", None),
    ("asked", stats["requests"]),
    ("served", stats["ads"]),
    ("held", None),
    ("no_ad", None),
    ("failed", None),
    ("impressions", stats["impressions"]),
    ("revenue_micros", stats["revenue_micros"]),
    ("connections", None),
    ("reused", None),
    ("cold_work", None),
    ("warm_work", None),
    ("latest_beat_ms", None),
    ("stack_bytes", None),
]
print(f"{'':>16}  {'this kiosk':<14}the platform")
agree = True
for name, theirs in rows:
    own = kiosk.get(name, "?")
    agree &= theirs is None or own == str(theirs)
    print(f"{name:>16}  {own:<14}{'' if theirs is None else theirs}".rstrip())
earned = int(kiosk.get("impressions", 0)) > 0
print("both counts agree" if agree else "the counts differ")
print("an ad was earned" if earned else "no ad was earned")
sys.exit(not (agree and earned))
