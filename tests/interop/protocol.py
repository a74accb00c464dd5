#!/usr/bin/python3
"""protocol: odd packets, and what each server does with them, as a table.

A row is a packet, a column a server; a cell says silence, or RCODE, flags, counts of the four sections, and the OPT record.
Nothing fails here because servers differ (README.md lists who is right), except that Edict must be alive at the end, must
answer no response, and must agree with at least one peer unless the row is listed in OWN_WAY.

    protocol.py            rows where servers differ
    protocol.py --all      all rows
"""
import argparse
import select
import socket
import struct
import sys
import tempfile
import time

import ask
import peers
import wire
import zones

WAIT_UDP, WAIT_TCP = 0.5, 1.0
APEX = wire.to_wire("cuts.test.")
NAME = wire.to_wire("ns.cuts.test.")
CH, HS, NONE, ANY = 3, 4, 254, 255
NSID, COOKIE, KEEPALIVE, PADDING, ZONEVERSION = 3, 10, 11, 12, 19

# What Edict does and no peer of these versions: row -> why
OWN_WAY = {
    "opcode 4": "no transfers in: NOTIFY is refused",
    "NOTIFY for a served zone": "no transfers in: NOTIFY is refused",
    "type IXFR, our serial": "no transfers out",
    "OPT, option runs past its end": "FORMERR, with the OPT of RFC 6891 6.1.1",
    "OPT, three stray octets": "FORMERR, with the OPT of RFC 6891 6.1.1",
    "two OPTs": "FORMERR, with the OPT of RFC 6891 6.1.1",
    "CH TXT version.server.": "with AA, as BIND gives its CHAOS names",
    "CH A version.bind.": "the name is there, the type is not: NODATA",
    "CH SOA version.bind.": "the name is there, the type is not: NODATA",
    "OPT, ZONEVERSION": "RFC 9660 is younger than these peers",
}


def header(flags=0, qd=1, an=0, ns=0, ar=0):
    return struct.pack("!HHHHHH", 0x1234, flags, qd, an, ns, ar)


def question(name=NAME, qtype=wire.A, qclass=1):
    return name + struct.pack("!HH", qtype, qclass)


def simple(name=NAME, qtype=wire.A, qclass=1, flags=0):
    return header(flags) + question(name, qtype, qclass)


def edns(name=NAME, qtype=wire.A, qclass=1, flags=0, **opt):
    return header(flags, ar=1) + question(name, qtype, qclass) + wire.opt_rr(**opt)


def option(code, data=b""):
    return struct.pack("!HH", code, len(data)) + data


def record(name, rrtype, rrclass=1, ttl=0, rdata=b""):
    return name + struct.pack("!HHIH", rrtype, rrclass, ttl, len(rdata)) + rdata


SOA = record(APEX, wire.SOA, rdata=b"\0\0" + struct.pack("!IIIII", 1, 2, 3, 4, 5))
TSIG_RDATA = (wire.to_wire("hmac-sha256.") + struct.pack("!HIHH", 0, 1700000000, 300, 32) + bytes(32)
              + struct.pack("!HHH", 0x1234, 0, 0))
TSIG = record(wire.to_wire("unknown-key."), wire.TYPES["TSIG"], ANY, 0, TSIG_RDATA)


def opcode(n):
    return n << 11


def counts_and_flags():
    yield "plain question", simple()
    yield "RD set", simple(flags=wire.RD)
    yield "CD set", simple(flags=wire.CD)
    yield "AD set", simple(flags=wire.AD)
    yield "RD, AD and CD, with OPT DO", edns(flags=wire.RD | wire.AD | wire.CD, do=True)
    yield "Z set", simple(flags=0x40)
    yield "AA, TC and RA set", simple(flags=wire.AA | wire.TC | wire.RA)
    yield "RCODE 5 in a question", simple(flags=5)
    yield "QR set", simple(flags=wire.QR)
    yield "QR set, nothing but a header", header(wire.QR, qd=0)
    yield "no question", header(qd=0)
    yield "no question, with OPT", header(qd=0, ar=1) + wire.opt_rr()
    yield "no question, with OPT and COOKIE", header(qd=0, ar=1) + wire.opt_rr(options=option(COOKIE, b"12345678"))
    yield "two questions", header(qd=2) + question() + question(APEX)
    yield "two questions announced, one there", header(qd=2) + question()
    yield "65535 questions announced", header(qd=65535) + question()
    yield "an answer in the question", header(an=1) + question() + record(NAME, wire.A, rdata=b"\1\2\3\4")
    yield "an authority record in the question", header(ns=1) + question() + SOA
    yield "an address in additional", header(ar=1) + question() + record(NAME, wire.A, rdata=b"\1\2\3\4")
    yield "an answer announced, none there", header(an=1) + question()
    yield "additional announced, none there", header(ar=1) + question()
    for n in range(1, 5):
        yield "%d octets after the question" % n, simple() + b"\0" * n
    yield "500 octets after the question", simple() + b"x" * 500
    yield "octets after the OPT", edns() + b"x"


def opcodes():
    for n in range(16):
        yield "opcode %d" % n, simple(APEX, wire.SOA, flags=opcode(n))
    for n in range(1, 16):
        yield "opcode %d, header only" % n, header(opcode(n), qd=0)
    yield "opcode 3 with OPT", edns(flags=opcode(3))
    yield "opcode 3 with OPT version 1", edns(flags=opcode(3), version=1)
    yield "NOTIFY for a served zone", header(opcode(4) | wire.AA, an=1) + question(APEX, wire.SOA) + SOA
    yield "NOTIFY for another zone", header(opcode(4) | wire.AA) + question(wire.to_wire("not.served."), wire.SOA)
    yield "NOTIFY answer (QR)", header(wire.QR | opcode(4)) + question(APEX, wire.SOA)
    yield "UPDATE of a served zone", header(opcode(5), ns=1) + question(APEX, wire.SOA) + record(NAME, wire.A, rdata=b"\1\2\3\4")
    yield "UPDATE of another zone", header(opcode(5)) + question(wire.to_wire("not.served."), wire.SOA)
    yield "UPDATE, class CH", header(opcode(5)) + question(APEX, wire.SOA, CH)
    yield "UPDATE answer (QR)", header(wire.QR | opcode(5)) + question(APEX, wire.SOA)


def classes_and_types():
    for name, qclass in (("0", 0), ("2", 2), ("CH", CH), ("HS", HS), ("NONE", NONE), ("ANY", ANY), ("65280", 65280)):
        yield "class " + name, simple(qclass=qclass)
    yield "class ANY, apex SOA", simple(APEX, wire.SOA, ANY)
    yield "class NONE with OPT", edns(qclass=NONE)
    for name in ("version.bind.", "version.server.", "hostname.bind.", "id.server.", "authors.bind.", "other.", "VERSION.BIND."):
        yield "CH TXT " + name, simple(wire.to_wire(name), wire.TXT, CH)
    yield "CH A version.bind.", simple(wire.to_wire("version.bind."), wire.A, CH)
    yield "CH ANY version.bind.", simple(wire.to_wire("version.bind."), wire.ANY, CH)
    yield "CH SOA version.bind.", simple(wire.to_wire("version.bind."), wire.SOA, CH)
    yield "IN TXT version.bind.", simple(wire.to_wire("version.bind."), wire.TXT)
    yield "CH TXT version.bind. with OPT", edns(wire.to_wire("version.bind."), wire.TXT, CH)
    for name in ("TYPE0", "OPT", "TKEY", "TSIG", "MAILB", "MAILA", "ANY", "TYPE128", "TYPE65535", "NULL", "TYPE65280"):
        yield "type " + name, simple(qtype=wire.type_code(name))
    yield "type AXFR of a zone", simple(APEX, wire.TYPES["AXFR"])
    yield "type AXFR below an apex", simple(NAME, wire.TYPES["AXFR"])
    yield "type AXFR of another zone", simple(wire.to_wire("not.served."), wire.TYPES["AXFR"])
    yield "type IXFR, our serial", header(ns=1) + question(APEX, wire.TYPES["IXFR"]) + SOA
    yield "type IXFR without SOA", simple(APEX, wire.TYPES["IXFR"])
    yield "type IXFR of another zone", simple(wire.to_wire("not.served."), wire.TYPES["IXFR"])
    yield "a zone not served", simple(wire.to_wire("not.served."))
    yield "a zone not served, with OPT", edns(wire.to_wire("not.served."))
    yield "the root", simple(b"\0", wire.NS)


def options():
    yield "OPT, size 0", edns(size=0)
    yield "OPT, size 65535", edns(size=65535)
    yield "OPT, version 1", edns(version=1)
    yield "OPT, version 255, DO", edns(version=255, do=True)
    yield "OPT, version 1, class CH", edns(qclass=CH, version=1)
    yield "OPT, version 1, zone not served", edns(wire.to_wire("not.served."), version=1)
    yield "OPT, unknown flags", header(ar=1) + question() + wire.opt_rr(flags=0x7fff)
    yield "OPT, extended RCODE 1", edns(rcode=1)
    yield "OPT, unknown option", edns(options=option(65001, b"abc"))
    yield "OPT, option runs past its end", edns(options=struct.pack("!HH", 65001, 9) + b"abc")
    yield "OPT, three stray octets", edns(options=b"abc")
    yield "OPT, NSID", edns(options=option(NSID))
    yield "OPT, NSID not empty", edns(options=option(NSID, b"x"))
    yield "OPT, NSID twice", edns(options=option(NSID) * 2)
    yield "OPT, COOKIE of 8", edns(options=option(COOKIE, b"12345678"))
    yield "OPT, COOKIE of 7", edns(options=option(COOKIE, b"1234567"))
    yield "OPT, COOKIE of 9", edns(options=option(COOKIE, b"123456789"))
    yield "OPT, COOKIE of 24, wrong", edns(options=option(COOKIE, b"12345678" + bytes(16)))
    yield "OPT, COOKIE of 41", edns(options=option(COOKIE, b"1" * 41))
    yield "OPT, KEEPALIVE", edns(options=option(KEEPALIVE))
    yield "OPT, KEEPALIVE with a time", edns(options=option(KEEPALIVE, b"\0\1"))
    yield "OPT, PADDING", edns(options=option(PADDING, bytes(40)))
    yield "OPT, ZONEVERSION", edns(options=option(ZONEVERSION))
    yield "OPT, client subnet", edns(options=option(8, struct.pack("!HBB", 1, 24, 0) + b"\xc0\0\2"))
    yield "OPT, client subnet malformed", edns(options=option(8, struct.pack("!HBB", 1, 99, 0)))
    yield "two OPTs", header(ar=2) + question() + wire.opt_rr() * 2
    yield "OPT with an owner", header(ar=1) + question() + b"\1x" + wire.opt_rr()
    yield "OPT in answer", header(an=1) + question() + wire.opt_rr()
    yield "OPT in authority", header(ns=1) + question() + wire.opt_rr()
    yield "OPT after another record", header(ar=2) + question() + record(NAME, wire.A, rdata=b"\1\2\3\4") + wire.opt_rr()
    yield "OPT before another record", header(ar=2) + question() + wire.opt_rr() + record(NAME, wire.A, rdata=b"\1\2\3\4")
    yield "TSIG, key unknown", header(ar=1) + question() + TSIG
    yield "TSIG, key unknown, with OPT", header(ar=2) + question() + wire.opt_rr() + TSIG
    yield "TSIG before OPT", header(ar=2) + question() + TSIG + wire.opt_rr()
    yield "two TSIGs", header(ar=2) + question() + TSIG * 2
    yield "TSIG in answer", header(an=1) + question() + TSIG
    yield "TSIG of class IN", header(ar=1) + question() + record(wire.to_wire("k."), wire.TYPES["TSIG"], 1, 0, TSIG_RDATA)
    yield "TSIG of no octets", header(ar=1) + question() + record(wire.to_wire("k."), wire.TYPES["TSIG"], ANY)
    yield "SIG(0)", header(ar=1) + question() + record(b"\0", 24, ANY, 0, bytes(18) + b"\0" + bytes(8))


def names():
    longest = b"\x3f" + b"a" * 63
    yield "name of 255 octets", simple(longest * 3 + b"\x31" + b"b" * 49 + wire.to_wire("cuts.test."))
    yield "name of 256 octets", simple(longest * 3 + b"\x32" + b"b" * 50 + wire.to_wire("cuts.test."))
    yield "name of 127 labels", simple(b"\1a" * 122 + wire.to_wire("cuts.test."))
    yield "label type 01", simple(b"\x41" + b"a" * 65 + b"\0")
    yield "label type 10", simple(b"\x81" + b"a" * 65 + b"\0")
    yield "name points at itself", simple(b"\xc0\x0c")
    yield "name points at the header", simple(b"\xc0\x00")
    yield "name points forwards", simple(b"\xc0\x20")
    yield "label, then a pointer to itself", simple(b"\1a\xc0\x0c")
    yield "label, then a pointer into the header", simple(b"\3www\xc0\x04")
    yield "second question points at the first", header(qd=2) + question() + question(b"\xc0\x0c")
    yield "letter case", simple(wire.to_wire("nS.CuTs.tEsT."))


def truncations():
    whole = edns(options=option(NSID))
    for n in range(len(whole)):
        yield "first %d octets" % n, whole[:n]


ROOMS = (counts_and_flags, opcodes, classes_and_types, options, names, truncations)
TCP_ROWS = ("plain question", "QR set", "no question", "two questions", "opcode 3", "type AXFR of another zone", "type IXFR without SOA",
            "type ANY", "OPT, KEEPALIVE", "OPT, KEEPALIVE with a time", "OPT, version 1", "first 5 octets", "first 11 octets",
            "first 12 octets", "1 octets after the question", "NOTIFY for a served zone", "UPDATE of a served zone")


# ---------------------------------------------------------------- asking and telling

def exchange_udp(socks, packet):
    """exchange_udp sends one packet to all and gives what came back, None for silence."""
    for s in socks:
        while select.select([s], [], [], 0)[0]:
            s.recv(65535)		# a late answer to an earlier packet
        s.send(packet)
    out, deadline = [None] * len(socks), time.monotonic() + WAIT_UDP
    while None in out:
        ready = select.select([s for s, o in zip(socks, out) if o is None], [], [], max(0, deadline - time.monotonic()))[0]
        if not ready:
            break
        for s in ready:
            try:
                out[socks.index(s)] = s.recv(65535)
            except ConnectionError:
                out[socks.index(s)] = b"refused"
    return out


def exchange_tcp(port, packet):
    with socket.create_connection(("127.0.0.1", port), WAIT_TCP) as s:
        s.settimeout(WAIT_TCP)
        s.sendall(struct.pack("!H", len(packet)) + packet)
        try:
            return ask.read_exactly(s, struct.unpack("!H", ask.read_exactly(s, 2))[0])
        except socket.timeout:
            return None
        except ConnectionError:
            return b""


def tell(raw, packet):
    """tell describes an answer in a few words."""
    if raw is None:
        return "silence"
    if raw == b"":
        return "closed"
    if len(raw) < 12:
        return "%d octets" % len(raw)
    flags, qd, an, ns, ar = struct.unpack_from("!HHHHH", raw, 2)
    words = [wire.RCODES.get(flags & 15, str(flags & 15))]
    try:
        norm = wire.normalise(raw)
        words[0] = wire.RCODES.get(norm.rcode, str(norm.rcode))
        opt = norm.opt
    except wire.Malformed as e:
        opt, words = None, words + ["(%s)" % e]
    if flags >> 11 & 15 != packet[2] >> 3 & 15:
        words.append("opcode %d" % (flags >> 11 & 15))
    words.append(wire.show_flags(flags & 0x87f0))
    words.append("%d/%d/%d/%d" % (qd, an, ns, ar))
    if opt is not None:
        words.append("OPT" + ("1" if opt.version else "") + (" do" if opt.flags & wire.DO else "") + "".join(
            " %d:%d" % (code, len(data)) for code, data in opt.options))
    return " ".join(words)


def rows(servers):
    """rows gives (name, transport, cell of each server)."""
    socks = []
    for server in servers:
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.connect(("127.0.0.1", server.port))
        socks.append(s)
    for room in ROOMS:
        for name, packet in room():
            yield name, "udp", [tell(r, packet.ljust(12, b"\0")) for r in exchange_udp(socks, packet)]
            if name in TCP_ROWS:
                yield name, "tcp", [tell(exchange_tcp(s.port, packet), packet.ljust(12, b"\0")) for s in servers]
    for s in socks:
        s.close()


def wrong(name, cells, names_of):
    """wrong says whether Edict stands alone in a row."""
    if "edict" not in names_of or name in OWN_WAY:
        return False
    mine = cells[names_of.index("edict")]
    if name.startswith("QR set") or "answer (QR)" in name:
        return mine not in ("silence", "closed")
    return all(mine != c for c, n in zip(cells, names_of) if n != "edict")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--all", action="store_true", help="rows on which all agree, too")
    args = p.parse_args()
    with tempfile.TemporaryDirectory(prefix="interop.") as directory:
        plain = [s for s in zones.special(directory, ["plain"]) if s.name == "main/plain"][0]
        with peers.started([c for c in peers.ALL if c.present()], plain.zones, directory) as servers:
            names_of = [s.name for s in servers]
            passed = failed = 0
            for name, transport, cells in rows(servers):
                alone = wrong(name, cells, names_of)
                passed, failed = passed + (not alone), failed + alone
                if args.all or alone or len(set(cells)) > 1:
                    show(name, transport, cells, names_of, alone)
            for s in servers:
                if ask.one(s.port, simple()) is None or not s.alive():
                    print("%s does not answer any more" % s.name)
                    failed += 1
    print("\n%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


def show(name, transport, cells, names_of, alone):
    print("%s%s, %s" % ("* " if alone else "", name, transport))
    for cell in dict.fromkeys(cells):
        print("    %-24s %s" % (" ".join(n for n, c in zip(names_of, cells) if c == cell), cell))


if __name__ == "__main__":
    main()
