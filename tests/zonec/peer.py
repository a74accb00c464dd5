#!/usr/bin/env python3
"""peer.py FOLDER MODE... -- servers of a parent, each on a free TCP port of 127.0.0.1, each with its own manners.

Prints a line "MODE PORT" for each. The DS set is in FOLDER/dsset, lines of "TTL TAG ALGORITHM TYPE HEX", read for each
question; what is asked is noted in FOLDER/asked. Ends when its standard input does."""
import socket
import struct
import sys
import threading

folder = sys.argv[1]
POINTER = b"\xc0\x0c"
DS, SOA, CNAME, A = 43, 6, 5, 1


def record(owner, rtype, ttl, rdata, rdlength=None):
    return owner + struct.pack("!HHIH", rtype, 1, ttl, len(rdata) if rdlength is None else rdlength) + rdata


def ds_set():
    found = []
    with open(folder + "/dsset", encoding="ascii") as lines:
        for line in lines:
            ttl, tag, algorithm, digest_type, digest = line.split()
            found.append((int(ttl), struct.pack("!HBB", int(tag), int(algorithm), int(digest_type)) + bytes.fromhex(digest)))
    return found


def soa(owner):
    return record(owner, SOA, 60, b"\0\0" + struct.pack("!IIIII", 1, 1, 1, 1, 1))


def message(query, answers, authority=(), flags=0x8400, name=None, ident=None, counts=None):
    end = query.index(b"\0", 12) + 5
    question = query[12:end] if name is None else name + query[end - 4:end]
    counts = (1, len(answers), len(authority), 0) if counts is None else counts
    ident = query[:2] if ident is None else ident
    return ident + struct.pack("!HHHHH", flags, *counts) + question + b"".join(answers) + b"".join(authority)


def answer(mode, query):
    """The octets to send, or None: nothing, ever."""
    right = [record(POINTER, DS, ttl, rdata) for ttl, rdata in ds_set()]
    label = query[12]
    above = struct.pack("!H", 0xC000 + 13 + label)  # the name behind the first label
    whole = {
        "right": lambda: message(query, right, [] if right else [soa(above)]),
        "again": lambda: message(query, right, [] if right else [soa(above)]),
        "child": lambda: message(query, [], [soa(POINTER)]),
        "empty": lambda: message(query, []),
        "id": lambda: message(query, right, ident=bytes([query[0] ^ 1, query[1]])),
        "question": lambda: message(query, right, name=b"\5other\0"),
        "query": lambda: message(query, right, flags=0x0400),
        "servfail": lambda: message(query, [], flags=0x8402),
        "nxdomain": lambda: message(query, [], [soa(above)], flags=0x8403),
        "refused": lambda: message(query, [], flags=0x8405),
        "badcode": lambda: message(query, [], flags=0x840F),
        "truncated": lambda: message(query, right, flags=0x8600),
        "lame": lambda: message(query, right, flags=0x8000),
        "alias": lambda: message(query, [record(POINTER, CNAME, 60, b"\0")] + right),
        "loop": lambda: message(query, [record(struct.pack("!H", 0xC000 + len(query)), DS, 60, b"1234")]),
        "count": lambda: message(query, right, counts=(1, 65535, 65535, 65535)),
        "many": lambda: message(query, right * 65),
        "long": lambda: message(query, [record(POINTER, DS, 60, b"1234", 65535)]),
        "header": lambda: query[:5],
        "sha1": lambda: message(query, [record(POINTER, DS, 60, right[0][12:15] + b"\1" + bytes(20))]),
        "other": lambda: message(query, [record(POINTER, DS, 60, right[0][12:16] + bytes(32))]),
    }
    if mode == "late":
        return None
    if mode == "close":
        return b""
    if mode == "half":
        return b"\1\0" + message(query, right)[:20]
    octets = whole[mode]()
    return struct.pack("!H", len(octets)) + octets


held = []


def serve(mode, listener):
    while True:
        conn = listener.accept()[0]
        stream = conn.makefile("rb")
        size = stream.read(2)
        query = stream.read(struct.unpack("!H", size)[0])
        with open(folder + "/asked", "a", encoding="ascii") as log:
            log.write("%s %s\n" % (mode, query[2:].hex()))
        octets = answer(mode, query)
        if octets is None:
            held.append((conn, stream))
            continue
        conn.sendall(octets)
        stream.close()
        conn.close()


for wanted in sys.argv[2:]:
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.bind(("127.0.0.1", 0))
    s.listen(16)
    print(wanted, s.getsockname()[1], flush=True)
    threading.Thread(target=serve, args=(wanted, s), daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
