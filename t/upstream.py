#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A keyserver that says what it is told to.

	upstream.py FOLDER   prints its port; each look-up becomes a line of
	                     FOLDER/asked

What FOLDER/mode says: "say" (the octets of FOLDER/say), "miss", "fail" (a 500),
"away" (a redirect), "flood" (no end of it), "mute" (no answer at all).
"""
import http.server
import os
import sys
import threading

FOLDER = sys.argv[1]
LOCK = threading.Lock()


def read(name):
    with open(os.path.join(FOLDER, name), "rb") as file:
        return file.read()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with LOCK, open(os.path.join(FOLDER, "asked"), "a") as file:
            file.write(self.path + "\n")
        mode = read("mode").decode().strip()
        if mode == "mute":
            self.rfile.read()  # until the other side has had enough
            return
        status = {"say": 200, "flood": 200, "fail": 500, "away": 302}
        self.send_response(status.get(mode, 404))
        if mode == "away":
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        if mode == "say":
            self.wfile.write(read("say"))
        while mode == "flood":
            self.wfile.write(b"-" * 65536)

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass  # a client that left


server = Server(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
