#!/usr/bin/env python3
"""Somebody on the path between a kiosk and its platform, with a fault of their own.

middle.py FAULT PORT listens on a free port, prints it, and hands connections on to PORT.
"""
import contextlib, socket, sys, threading, time

fault, port = sys.argv[1], int(sys.argv[2])


def read_record(stream):
    header = stream.recv(5, socket.MSG_WAITALL)
    if len(header) < 5:
        raise EOFError
    return header + stream.recv(int.from_bytes(header[3:], "big"), socket.MSG_WAITALL)


def reset(stream):
    """Ends a connection with a reset instead of a goodbye."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    stream.close()


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(client, number):
    """A fault ends in errors on both sides, which are not what is looked at."""
    with contextlib.suppress(OSError, EOFError):
        play(client, number)


def play(client, number):
    if fault == "silent":
        time.sleep(300)
        return
    server = socket.create_connection(("127.0.0.1", port))
    threading.Thread(target=pump, args=(client, server), daemon=True).start()
    name, _, value = fault.partition("=")
    value = int(value or 0)
    if name == "short-record":
        client.sendall(read_record(server))
        client.sendall(bytes([23, 3, 3, 0, value]) + bytes(value))
        time.sleep(1)
        reset(client)
    elif name == "plain-alert":
        client.sendall(read_record(server) + bytes([21, 3, 3, 0, 2, 1, 0]))
        time.sleep(1)
        reset(client)
    elif name == "reset-at":
        sent = 0
        while sent < value and (data := server.recv(min(64, value - sent))):
            client.sendall(data)
            sent += len(data)
        reset(client)
    elif name == "drip":
        while data := server.recv(1):
            client.sendall(data)
            time.sleep(value / 1000)
    elif name == "idle-close":
        server.settimeout(value / 1000)
        try:
            while data := server.recv(65536):
                client.sendall(data)
        except TimeoutError:
            client.close()
    elif name == "stall" and number == 0:
        time.sleep(value / 1000)
        pump(server, client)
    else:
        pump(server, client)


listener = socket.create_server(("127.0.0.1", 0))
print(f"127.0.0.1:{listener.getsockname()[1]}", flush=True)
number = 0
while True:
    client, _ = listener.accept()
    threading.Thread(target=serve, args=(client, number), daemon=True).start()
    number += 1
