"""wire: DNS messages as bytes, fast enough to compare hundreds of thousands of them.

Knows the header, names with pointers, and which RDATA contain names. Python's usual DNS library is ten times
slower and hides what this comparison wants to see (raw flags, odd OPT records), so it is used only for printing.

    norm = wire.normalise(raw)      # sections as sets, names in lower case, no compression
"""
import struct
from collections import namedtuple

TYPES = {
    "A": 1, "NS": 2, "MD": 3, "MF": 4, "CNAME": 5, "SOA": 6, "MB": 7, "MG": 8, "MR": 9, "NULL": 10, "WKS": 11, "PTR": 12,
    "HINFO": 13, "MINFO": 14, "MX": 15, "TXT": 16, "RP": 17, "AFSDB": 18, "X25": 19, "RT": 21, "KEY": 25, "PX": 26,
    "AAAA": 28, "LOC": 29, "SRV": 33, "NAPTR": 35, "KX": 36, "CERT": 37, "DNAME": 39, "OPT": 41, "APL": 42, "DS": 43,
    "SSHFP": 44, "IPSECKEY": 45, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "DHCID": 49, "NSEC3": 50, "NSEC3PARAM": 51,
    "TLSA": 52, "SMIMEA": 53, "CDS": 59, "CDNSKEY": 60, "OPENPGPKEY": 61, "CSYNC": 62, "ZONEMD": 63, "SVCB": 64,
    "HTTPS": 65, "SPF": 99, "NID": 104, "L32": 105, "L64": 106, "LP": 107, "EUI48": 108, "EUI64": 109, "TKEY": 249,
    "TSIG": 250, "IXFR": 251, "AXFR": 252, "MAILB": 253, "MAILA": 254, "ANY": 255, "URI": 256, "CAA": 257,
}
TYPE_NAMES = {code: name for name, code in TYPES.items()}
RCODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED", 6: "YXDOMAIN",
          8: "NXRRSET", 9: "NOTAUTH", 10: "NOTZONE", 16: "BADVERS", 23: "BADCOOKIE"}
A, NS, CNAME, SOA, MX, TXT, AAAA, SRV, DNAME, OPT, DS, RRSIG, NSEC, DNSKEY, NSEC3, NSEC3PARAM, ANY = (
    TYPES[t] for t in "A NS CNAME SOA MX TXT AAAA SRV DNAME OPT DS RRSIG NSEC DNSKEY NSEC3 NSEC3PARAM ANY".split())

# type -> (octets before the first name, number of names). What follows them is compared byte for byte.
NAMES_IN_RDATA = {
    TYPES[t]: layout for t, layout in {
        "NS": (0, 1), "MD": (0, 1), "MF": (0, 1), "CNAME": (0, 1), "SOA": (0, 2), "MB": (0, 1), "MG": (0, 1),
        "MR": (0, 1), "PTR": (0, 1), "MINFO": (0, 2), "MX": (2, 1), "RP": (0, 2), "AFSDB": (2, 1), "RT": (2, 1),
        "PX": (2, 2), "SRV": (6, 1), "KX": (2, 1), "DNAME": (0, 1), "RRSIG": (18, 1), "NSEC": (0, 1)}.items()}

QR, AA, TC, RD, RA, AD, CD, DO = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080, 0x0020, 0x0010, 0x8000
FLAG_NAMES = ((QR, "qr"), (AA, "aa"), (TC, "tc"), (RD, "rd"), (RA, "ra"), (0x40, "z"), (AD, "ad"), (CD, "cd"))

RR = namedtuple("RR", "owner type cls ttl rdata")
Opt = namedtuple("Opt", "version flags options")
Norm = namedtuple("Norm", "rcode flags question answer authority additional chain opt twice")


class Malformed(Exception):
    """The message cannot be read to its end."""


def type_code(text):
    """type_code gives the number of a type name; TYPE123 is understood too (RFC 3597)."""
    code = TYPES.get(text)
    if code is None:
        if not text.startswith("TYPE"):
            raise ValueError("unknown type " + text)
        code = int(text[4:])
    return code


def type_name(code):
    return TYPE_NAMES.get(code, "TYPE%d" % code)


def to_wire(text, origin=b"\0"):
    """to_wire turns a name of a master file, escapes included, into wire form. Relative names end in origin."""
    if text == "@":
        return origin
    if text == ".":
        return b"\0"
    if "\\" not in text:
        labels = text.encode("latin-1").split(b".")
    else:
        labels, label, i = [], bytearray(), 0
        while i < len(text):
            c = text[i]
            if c == "\\" and text[i + 1:i + 4].isdigit():
                label.append(int(text[i + 1:i + 4]))
                i += 4
                continue
            if c == "\\":
                i += 1
                label += text[i].encode("latin-1")
            elif c == ".":
                labels.append(bytes(label))
                label = bytearray()
            else:
                label += c.encode("latin-1")
            i += 1
        labels.append(bytes(label))
    end = origin
    if labels[-1] == b"":
        labels.pop()
        end = b"\0"
    return b"".join(bytes([len(l)]) + l for l in labels) + end


def labels_of(wire):
    out, at = [], 0
    while wire[at]:
        out.append(wire[at + 1:at + 1 + wire[at]])
        at += 1 + wire[at]
    return out


def to_text(wire):
    """to_text prints a name as a master file would."""
    def show(octet):
        if octet in b".\\\"();@$":
            return "\\" + chr(octet)
        return chr(octet) if 0x21 <= octet <= 0x7e else "\\%03d" % octet
    return "".join("".join(map(show, label)) + "." for label in labels_of(wire)) or "."


def parent(wire):
    return wire[1 + wire[0]:]


def is_below(name, top):
    """is_below says whether name is top or ends in it, label by label. Both in lower case."""
    while len(name) > len(top):
        name = name[1 + name[0]:]
    return name == top


def opt_rr(size=1232, do=False, version=0, flags=0, options=b"", rcode=0):
    flags |= DO if do else 0
    return b"\0" + struct.pack("!HHBBHH", OPT, size, rcode, version, flags, len(options)) + options


def query(qname, qtype, qclass=1, flags=0, size=None, do=False):
    """query builds a question with id 0; with an OPT record if size is given. RFC 1035 4.1, RFC 6891 6.1."""
    edns = b"" if size is None else opt_rr(size, do)
    return (struct.pack("!HHHHHH", 0, flags, 1, 0, 0, 1 if edns else 0)
            + qname + struct.pack("!HH", qtype, qclass) + edns)


def read_name(msg, at, memo):
    """read_name gives the name at `at` in lower case and the place after it. memo: offset -> name, one per message."""
    hit = memo.get(at)
    if hit is not None:
        return hit
    start, parts, after, hops = at, [], None, 0
    try:
        while True:
            c = msg[at]
            if c >= 0xc0:
                to = (c & 0x3f) << 8 | msg[at + 1]
                if after is None:
                    after = at + 2
                hops += 1
                if hops > 128 or to >= at:
                    raise Malformed("pointer")
                hit = memo.get(to)
                if hit is not None:
                    parts.append(hit[0])
                    break
                at = to
                continue
            if c > 63:
                raise Malformed("label type")
            if c == 0:
                parts.append(b"\0")
                if after is None:
                    after = at + 1
                break
            parts.append(msg[at:at + 1 + c].lower())
            at += 1 + c
    except IndexError:
        raise Malformed("name past the end")
    name = b"".join(parts)
    if len(name) > 255:
        raise Malformed("name too long")
    memo[start] = (name, after)
    return name, after


def read_rdata(msg, at, length, rrtype, memo):
    layout = NAMES_IN_RDATA.get(rrtype)
    end = at + length
    if layout is None:
        return msg[at:end]
    skip, n = layout
    parts = [msg[at:at + skip]]
    at += skip
    for _ in range(n):
        name, at = read_name(msg, at, memo)
        parts.append(name)
    if at > end:
        raise Malformed("rdata past its length")
    parts.append(msg[at:end])
    return b"".join(parts)


def read_rr(msg, at, memo):
    owner, at = read_name(msg, at, memo)
    if at + 10 > len(msg):
        raise Malformed("record past the end")
    rrtype, cls, ttl, length = struct.unpack_from("!HHIH", msg, at)
    at += 10
    if at + length > len(msg):
        raise Malformed("rdata past the end")
    return RR(owner, rrtype, cls, ttl, read_rdata(msg, at, length, rrtype, memo)), at + length


def read_options(rdata):
    out, at = [], 0
    while at + 4 <= len(rdata):
        code, length = struct.unpack_from("!HH", rdata, at)
        out.append((code, rdata[at + 4:at + 4 + length]))
        at += 4 + length
    return tuple(out)


def normalise(msg):
    """normalise reads a whole message, or raises Malformed. The order of records is kept only for CNAMEs and DNAMEs
    in the answer, where it carries meaning (RFC 1034 4.3.2 step 3a)."""
    if len(msg) < 12:
        raise Malformed("no header")
    _, flags, qd, an, ns, ar = struct.unpack_from("!HHHHHH", msg, 0)
    memo, at, rcode, opt = {}, 12, flags & 15, None
    for _ in range(qd):
        _, at = read_name(msg, at, memo)
        at += 4
    question = msg[12:at]
    sections, chain, twice = [], [], False
    for count in (an, ns, ar):
        records = []
        for _ in range(count):
            rr, at = read_rr(msg, at, memo)
            if rr.type == OPT and len(sections) == 2 and opt is None:
                rcode |= rr.ttl >> 24 << 4
                opt = Opt(rr.ttl >> 16 & 255, rr.ttl & 0xffff, read_options(rr.rdata))
                continue
            records.append(rr)
        if not sections:
            chain = [rr.owner for rr in records if rr.type in (CNAME, DNAME)]
        sections.append(frozenset(records))
        twice |= len(sections[-1]) != len(records)	# never right: RFC 2181 5
    if at != len(msg):
        raise Malformed("octets after the last record")
    return Norm(rcode, flags & 0xfff0, question, sections[0], sections[1], sections[2], tuple(chain), opt, twice)


def show_flags(flags):
    return " ".join(name for bit, name in FLAG_NAMES if flags & bit)


def show_rr(rr):
    """show_rr prints a record for people; what the library cannot read is printed as octets."""
    try:
        import dns.rdata
        rdata = dns.rdata.from_wire(rr.cls, rr.type, rr.rdata, 0, len(rr.rdata)).to_text()
    except Exception:		# octets nobody can read, or no library to read them with
        rdata = "\\# " + rr.rdata.hex()
    return "%s %d %s %s" % (to_text(rr.owner), rr.ttl, type_name(rr.type), rdata[:100])
