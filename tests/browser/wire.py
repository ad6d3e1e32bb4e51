"""A wire between a browser and the program that keeps every byte the browser is sent."""

import re
import socket
import threading
import zlib
from urllib.parse import urlsplit

_GZIP = re.compile(rb"\x1f\x8b\x08")


class Wire:
    """Listens on a port of its own and passes everything on, both ways."""

    def __init__(self, address):
        self._there = urlsplit(address).port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._kept, self._open = [], []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                browser, _ = self._listening.accept()
            except OSError:  # closed
                return
            program = socket.create_connection(("127.0.0.1", self._there))
            self._open += [browser, program]
            kept = bytearray()
            self._kept.append(kept)
            threading.Thread(target=_pass_on, args=(browser, program), daemon=True).start()
            threading.Thread(target=_pass_on, args=(program, browser, kept), daemon=True).start()

    def received(self):
        """Every byte so far, and beside what is compressed what it says."""
        plain = b"".join(bytes(kept) for kept in self._kept)
        return plain + b"".join(_unpacked(plain[found.start() :]) for found in _GZIP.finditer(plain))

    def close(self):
        """Hang up."""
        for end in (self._listening, *self._open):
            end.close()


def _pass_on(source, target, kept=None):
    try:
        while data := source.recv(65536):
            if kept is not None:
                kept += data
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:  # one of the two has hung up
        pass


def _unpacked(data):
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data)
    except zlib.error:
        return b""
