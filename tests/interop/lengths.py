#!/usr/bin/python3
"""lengths: is Edict's referral as long as NSD's? Every delegation of the real root, with and without DO, at 512, 1232 and
4096 octets: the message may not be longer than NSD's, and TC is set for the same names.

One exception: NSD 4.6 forgets TC when in-domain glue does not fit. RFC 9471 3.1 wants it, so Knot's TC counts there.
"""
import argparse
import collections
import sys
import tempfile

import ask
import peers
import questions
import wire
import zones

SIZES = (512, 1232, 4096)


def delegations(z):
    c = questions.Contents(z)
    return sorted(name for name, types in c.owners.items() if "NS" in types and name != c.apex)


def truncated(raw):
    return bool(raw[2] & 2)


def in_domain_glue_missing(norm, contents):
    """in_domain_glue_missing says whether a referral lacks an address of a server at or below the delegated name."""
    have = {(rr.owner, rr.type) for rr in norm.additional}
    for rr in norm.authority:
        if rr.type == wire.NS and wire.is_below(rr.rdata, rr.owner):
            types = contents.owners.get(rr.rdata, ())
            if ("A" in types and (rr.rdata, wire.A) not in have) or ("AAAA" in types and (rr.rdata, wire.AAAA) not in have):
                return True
    return False


class Lengths:
    """Counts of what was found in one way of asking."""

    def __init__(self, contents):
        self.contents = contents
        self.count = collections.Counter()
        self.lines = []

    def judge(self, name, how, edict, nsd):
        if edict is None or nsd is None:
            return self.note("no answer", name, how)
        want = truncated(nsd) or in_domain_glue_missing(wire.normalise(nsd), self.contents)
        if truncated(edict) != want:
            return self.note("TC differs", name, how, edict, nsd)
        if not want and len(edict) != len(nsd):
            return self.note("longer than NSD" if len(edict) > len(nsd) else "shorter than NSD", name, how, edict, nsd)
        self.count["as NSD"] += 1
        return None

    def note(self, what, name, how, edict=b"", nsd=b""):
        self.count[what] += 1
        if self.count[what] <= 5:
            self.lines.append("%s: %s %s: %d octets, NSD %d" % (what, wire.to_text(name), how, len(edict), len(nsd)))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.parse_args()
    with tempfile.TemporaryDirectory(prefix="interop.") as directory:
        sets = list(zones.root(directory))
        if not sets:
            sys.exit("no root zone in " + zones.REALZONES)
        z = sets[0].zones[0]
        names = delegations(z)
        with peers.started([peers.Edict, peers.Nsd], [z], directory) as servers:
            found = measure(servers, z, names)
    failed = sum(n for what, n in found.count.items() if what in ("no answer", "TC differs", "longer than NSD"))
    print("%d delegations: %s" % (len(names), ", ".join("%s %d" % kv for kv in sorted(found.count.items()))))
    for line in found.lines:
        print("  " + line)
    print("\n%d passed, %d failed" % (sum(found.count.values()) - failed, failed))
    sys.exit(1 if failed else 0)


def measure(servers, z, names):
    udp = ask.Udp([s.port for s in servers])
    found = Lengths(questions.Contents(z))
    for size in SIZES:
        for do in (False, True):
            how = "%d%s" % (size, " DO" if do else "")
            packets = [wire.query(n, wire.A, size=size, do=do) for n in names]
            for at in range(0, len(names), ask.WINDOW):
                for name, raws in zip(names[at:], udp.window(packets[at:at + ask.WINDOW])):
                    found.judge(name, how, *raws)
    udp.close()
    return found


if __name__ == "__main__":
    main()
