#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""old_server.py PORT CERT KEY BACKEND PREFIX...: a server of an older version.

It speaks HTTPS on 127.0.0.1:PORT (0: any; the port is printed) and passes
requests on to BACKEND, but knows no path that begins with a PREFIX: 404.
"""
import http.server
import ssl
import sys
import urllib.error
import urllib.request

port, cert, key, backend = sys.argv[1:5]
missing = tuple(sys.argv[5:])


class Old(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def pass_on(self):
        n = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(n) if n else None
        if self.path.startswith(missing):
            self.answer(404, b"There is no such page here.\n", None)
            return
        asked = urllib.request.Request(backend + self.path, data=body)
        asked.add_header("Content-Type", "application/octet-stream")
        try:
            with urllib.request.urlopen(asked, timeout=90) as got:
                self.answer(got.status, got.read(),
                            got.headers.get("Content-Type"))
        except urllib.error.HTTPError as e:
            self.answer(e.code, e.read(), e.headers.get("Content-Type"))

    do_GET = do_POST = pass_on

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
server = Server(("127.0.0.1", int(port)), Old)
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
