"""questions: what is asked about a zone: all that is in it, what is beside it, what is below it, and what is not there.

The same zone and seed give the same questions.
"""
import random
from collections import defaultdict

import wire
import zones

EVERYWHERE = ("A", "NS", "DS", "TXT", "TYPE65280")	# asked of every name, there or not
AT_SOME = ("AAAA", "CNAME", "SOA", "MX", "DNAME", "ANY", "RRSIG", "NSEC", "NSEC3", "DNSKEY", "NSEC3PARAM", "SRV", "HTTPS")
LARGE = 3000						# owners; above, AT_SOME and neighbours are asked of a sample
POINTS_AT_A_NAME = {"CNAME": 0, "NS": 0, "DNAME": 0, "PTR": 0, "MX": 1, "SRV": 3}


class Contents:
    """The owners of a zone with their types, and the names its records point at."""

    def __init__(self, z):
        self.zone = z
        self.apex = z.apex.lower()
        self.owners = defaultdict(set)
        self.targets = set()
        for owner, rrtype, rdata in zones.records(z):
            self.owners[owner].add(rrtype)
            field = POINTS_AT_A_NAME.get(rrtype)
            if field is not None:
                self.targets.add(wire.to_wire(rdata.split()[field]).lower())
        self.ents = set()
        for owner in list(self.owners):
            while len(owner) > len(self.apex):
                owner = wire.parent(owner)
                if owner not in self.owners:
                    self.ents.add(owner)

    def large(self):
        return len(self.owners) > LARGE


def below(label, name):
    """below puts a label before a name; None if the name would be too long."""
    out = bytes([len(label)]) + label + name
    return out if len(out) <= 255 else None


def neighbours(name):
    """neighbours gives names that sort just beside this one, and one that looks like it."""
    if name == b"\0":
        return
    label, rest = name[1:1 + name[0]], wire.parent(name)
    yield below(label[:-1] + bytes([(label[-1] + 1) & 255]), rest)
    yield below(label[:-1] + bytes([(label[-1] - 1) & 255]), rest)
    if len(label) < 63:
        yield below(label + b"\0", rest)
        yield below(label + b"-", rest)
    if len(label) > 1:
        yield below(label[:-1], rest)


def deeper(name):
    yield below(b"below", name)
    yield below(b"*", name)
    first = below(b"below", name)
    if first is not None:
        yield below(b"far", first)


def random_label(rng):
    return bytes(rng.choice(b"abcdefghijklmnopqrstuvwxyz0123456789-_") for _ in range(rng.randint(1, 12)))


def letter_case(rng, name):
    """letter_case changes the case of some letters: the server echoes the question as it came (RFC 1035 4.1.2)."""
    out, at = bytearray(name), 0
    while out[at]:
        for i in range(at + 1, at + 1 + out[at]):
            if 97 <= out[i] <= 122 and rng.random() < 0.5:
                out[i] -= 32
        at += 1 + out[at]
    return bytes(out)


def about(c, seed, limit=None):
    """about gives a list of (qname, qtype). limit: about so many, a sample of all; the apex is asked everything even so
    (at the root that is priming, RFC 9609)."""
    rng = random.Random("%s %s" % (seed, c.zone.origin))
    wanted = {}

    def ask(name, *types):
        if name is not None:
            for t in types:
                wanted[name, wire.type_code(t) if isinstance(t, str) else t] = None

    def rarely():
        return not c.large() or rng.random() < 0.05

    for name, types in c.owners.items():
        if types <= {"NSEC3", "RRSIG"}:
            # NSEC3 records stand at names that do not exist (RFC 5155 7.2.8): asked, but nothing beside or below them
            if rng.random() < 0.05 or not c.large():
                ask(name, "NSEC3", "A", "DS")
            continue
        ask(name, *types - {"RRSIG"}, *EVERYWHERE)
        if rarely():
            ask(name, *AT_SOME)
        for n in deeper(name):
            if rarely() or n[1:2] == b"b":
                ask(n, "A")
            if rarely():
                ask(n, "DS", "NS", "MX", "ANY")
        for n in neighbours(name):
            if rarely():
                ask(n, "A", "DS")
        if name[:2] == b"\1*":
            for n in (below(random_label(rng), name[2:]), below(b"a", below(b"b", name[2:]) or b"\0")):
                ask(n, *types - {"NSEC", "RRSIG"}, *EVERYWHERE, "ANY", "MX", "NSEC", "RRSIG")
    for name in c.ents:
        ask(name, *EVERYWHERE, "ANY", "CNAME", "NSEC", "RRSIG")
        for n in (*deeper(name), *neighbours(name)):
            ask(n, "A", "DS")
    for name in c.targets:
        if rarely():
            ask(name, "A", "AAAA")
    for _ in range(100):
        n = below(random_label(rng), c.apex)
        ask(n, "A", "DS", "ANY")
        ask(n and below(random_label(rng), n), "MX")
    ask(wire.parent(c.apex) if c.apex != b"\0" else b"\0", "A", "NS", "DS")
    ask(below(random_label(rng), wire.to_wire("invalid.")), "A")

    out = sorted(wanted)
    if limit is not None and len(out) > limit:
        out = [q for q in out if q[0] == c.apex] + rng.sample(out, limit)
    return [(letter_case(rng, n) if rng.random() < 0.1 else n, t) for n, t in out]
