#!/usr/bin/env python3
"""Joins its standard input and output to 127.0.0.1:PORT. QEMU starts one for each connection of the machine."""
import os, socket, sys, threading

peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))


def up():
    while data := os.read(0, 65536):
        peer.sendall(data)
    peer.shutdown(socket.SHUT_WR)


threading.Thread(target=up, daemon=True).start()
while data := peer.recv(65536):
    os.write(1, data)
