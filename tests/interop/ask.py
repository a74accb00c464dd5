"""ask: sends many questions to several servers at once and gives their answers, in order.

UDP keeps a window of questions in flight to every server; TCP pipelines them over one connection. Silence after some
tries is the answer None. Ids roll on through 16 bits, so a late answer is never taken for another one's.
"""
import select
import socket
import struct
import time

WINDOW = 128		# questions in flight for each server: fits the smallest receive buffer
TRIES = 3
TCP_TRIES = 4


class Udp:
    """One connected socket per server, used for everything a process asks."""

    def __init__(self, ports, timeout=1.5):
        self.timeout = timeout
        self.next_id = 1
        self.socks = []
        for port in ports:
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            s.connect(("127.0.0.1", port))
            s.setblocking(False)
            self.socks.append(s)

    def close(self):
        for s in self.socks:
            s.close()

    def window(self, packets, tries=TRIES):
        """window asks at most WINDOW questions; gives for each question the list of answers, a server each."""
        first = self.next_id
        self.next_id = (first + len(packets)) & 0xffff
        out = [[None] * len(self.socks) for _ in packets]
        for _ in range(tries):
            missing = [sum(row[s] is None for row in out) for s in range(len(self.socks))]
            if not any(missing):
                break
            self._send(packets, first, out)
            self._receive(first, out, missing)
        return out

    def _send(self, packets, first, out):
        for i, p in enumerate(packets):
            p = struct.pack("!H", (first + i) & 0xffff) + p[2:]
            for s, sock in enumerate(self.socks):
                if out[i][s] is None:
                    try:
                        sock.send(p)
                    except OSError:	# full or refused: the next try, or silence
                        pass

    def _receive(self, first, out, missing):
        deadline = time.monotonic() + self.timeout
        while any(missing):
            waiting = [s for i, s in enumerate(self.socks) if missing[i]]
            ready = select.select(waiting, [], [], max(0, deadline - time.monotonic()))[0]
            if not ready:
                return
            for sock in ready:
                self._drain(sock, self.socks.index(sock), first, out, missing)

    @staticmethod
    def _drain(sock, s, first, out, missing):
        while missing[s]:
            try:
                m = sock.recv(65535)
            except OSError:
                return
            i = ((m[0] << 8 | m[1]) - first) & 0xffff if len(m) >= 2 else len(out)
            if i < len(out) and out[i][s] is None:
                out[i][s] = m
                missing[s] -= 1


def read_exactly(sock, n):
    parts = []
    while n > 0:
        part = sock.recv(n)
        if not part:
            raise ConnectionError("closed")
        parts.append(part)
        n -= len(part)
    return b"".join(parts)


class Tcp:
    """A connection per server, opened again when the server closes it. RFC 7766 6.2.1: answers in any order."""

    def __init__(self, ports, timeout=3):
        self.ports, self.timeout = ports, timeout
        self.socks = [None] * len(ports)

    def close(self):
        for s in self.socks:
            if s is not None:
                s.close()

    def window(self, packets, tries=TCP_TRIES):
        """window sends everything to every server before it reads, so that the servers work at the same time."""
        out = [[None] * len(self.ports) for _ in packets]
        for _ in range(tries):
            missing = [[i for i in range(len(packets)) if out[i][s] is None] for s in range(len(self.ports))]
            if not any(missing):
                break
            for s, todo in enumerate(missing):
                self._guarded(self._send, s, todo, packets)
            for s, todo in enumerate(missing):
                self._guarded(self._receive, s, todo, out)
        return out

    def _guarded(self, step, s, *rest):
        """_guarded runs a step; if the connection fails it is dropped, and the next try opens another."""
        try:
            step(s, *rest)
        except OSError:
            if self.socks[s] is not None:
                self.socks[s].close()
            self.socks[s] = None

    def _send(self, s, todo, packets):
        if not todo:
            return
        if self.socks[s] is None:
            self.socks[s] = socket.create_connection(("127.0.0.1", self.ports[s]), self.timeout)
            self.socks[s].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socks[s].settimeout(self.timeout)
        self.socks[s].sendall(b"".join(struct.pack("!HH", len(packets[i]), i) + packets[i][2:] for i in todo))

    def _receive(self, s, todo, out):
        if self.socks[s] is None:
            return
        for _ in todo:
            self.socks[s].setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)	# some servers wait for it
            m = read_exactly(self.socks[s], struct.unpack("!H", read_exactly(self.socks[s], 2))[0])
            i = m[0] << 8 | m[1]
            if i < len(out):
                out[i][s] = m


def one(port, packet, tcp=False):
    """one asks a single question of a single server."""
    channel = Tcp([port]) if tcp else Udp([port])
    try:
        return channel.window([packet])[0][0]
    finally:
        channel.close()
