#!/usr/bin/env python3
"""Speaks TLS in front of a plain server, as a publisher's own front does.

front.py CHAIN KEY PORT listens on a free port, prints it, and hands connections on to PORT.
"""
import contextlib, socket, ssl, sys, threading

chain, key, port = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(chain, key)


def pump(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


def serve(client):
    with contextlib.suppress(OSError):
        outer = context.wrap_socket(client, server_side=True)
        inner = socket.create_connection(("127.0.0.1", int(port)))
        threading.Thread(target=pump, args=(inner, outer), daemon=True).start()
        pump(outer, inner)


listener = socket.create_server(("127.0.0.1", 0))
print(f"127.0.0.1:{listener.getsockname()[1]}", flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
