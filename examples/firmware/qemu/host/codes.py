#!/usr/bin/env python3
"""Follows the codes in the pictures that a kiosk drew, as a telephone does: each has to be a click that the platform counts.

codes.py SCANNER ANCHOR_DER PORT ADS PICTURE..: SCANNER prints what it reads in a picture. Exit status 1 unless each of the ADS
has its picture and its click.
"""
import http.client, json, ssl, subprocess, sys, urllib.parse

scanner, anchor, port, ads, *pictures = sys.argv[1:]
context = ssl.create_default_context(cadata=open(anchor, "rb").read())


def get(path):
    connection = http.client.HTTPSConnection("localhost", int(port), context=context, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.getheader("location"), answer.read()


def clicks():
    return json.loads(get("/sandbox/stats")[2])["clicks"]


shown_is_no_click = clicks() == 0
read = subprocess.run([scanner, *pictures], capture_output=True, text=True, check=True).stdout.splitlines()
followed = 0
for code in read:
    url = urllib.parse.urlsplit(code)
    status, location, _ = get(f"{url.path}?{url.query}") if url[:2] == ("https", "10.0.2.100") else (None, None, None)
    followed += status == 302
    print(f"{status}  {location}")
counted = clicks()
print(f"{len(pictures)} pictures of {ads} ads, {len(read)} codes, {followed} lead to an advertiser, {counted} clicks counted")
sys.exit(not (shown_is_no_click and int(ads) == len(pictures) == len(read) == followed == counted))
