#!/usr/bin/python3
"""lengths: is Edict's referral as long as NSD's? Every delegation of the real root, with and without DO, at 512, 1232 and
4096 octets.

- What fits whole is as long as NSD's.
- TC is set exactly if the referral without sibling glue is longer than the client accepts (RFC 9471 3.1). How long that is,
  NSD's whole message tells: NSD 4.6 itself forgets TC when in-domain glue is left out, so its TC is only counted.
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

SIZES = (4096, 1232, 512)		# the largest first: it shows what the whole message is
FAILURES = ("no answer", "TC differs", "length differs", "longer than the client accepts")


def delegations(z):
    c = questions.Contents(z)
    return sorted(name for name, types in c.owners.items() if "NS" in types and name != c.apex)


def truncated(raw):
    return bool(raw[2] & 2)


def needed(whole):
    """needed gives the octets of a referral without the addresses that may be left out: those of servers that are not
    at or below the delegated name. An address takes a pointer, ten octets, and 4 or 16 of data."""
    norm = wire.normalise(whole)
    in_domain = {rr.rdata for rr in norm.authority if rr.type == wire.NS and wire.is_below(rr.rdata, rr.owner)}
    return len(whole) - sum(12 + len(rr.rdata) for rr in norm.additional if rr.owner not in in_domain)


class Lengths:
    """Counts of what was found."""

    def __init__(self):
        self.count = collections.Counter()
        self.lines = []

    def judge(self, name, how, size, edict, nsd, whole):
        """judge compares a referral with NSD's, and with NSD's whole one."""
        if edict is None or nsd is None or whole is None:
            return self.note("no answer", name, how)
        if len(edict) > size:
            return self.note("longer than the client accepts", name, how, edict, nsd)
        if truncated(edict) != (needed(whole) > size):
            return self.note("TC differs", name, how, edict, nsd)
        if len(whole) <= size and len(edict) != len(whole):
            return self.note("length differs", name, how, edict, nsd)
        self.count["whole, as long as NSD's" if len(whole) <= size else "TC" if truncated(edict) else "some sibling glue left out"] += 1
        self.count["TC where NSD has none"] += truncated(edict) and not truncated(nsd)
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
            found = measure(servers, names)
    failed = sum(n for what, n in found.count.items() if what in FAILURES)
    print("%d delegations: %s" % (len(names), ", ".join("%s %d" % kv for kv in sorted(found.count.items()))))
    for line in found.lines:
        print("  " + line)
    print("\n%d passed, %d failed" % (len(names) * len(SIZES) * 2 - failed, failed))
    sys.exit(1 if failed else 0)


def measure(servers, names):
    udp = ask.Udp([s.port for s in servers])
    found = Lengths()
    whole = {}
    for size in SIZES:
        for do in (False, True):
            how = "%d%s" % (size, " DO" if do else "")
            packets = [wire.query(n, wire.A, size=size, do=do) for n in names]
            for at in range(0, len(names), ask.WINDOW):
                for name, (edict, nsd) in zip(names[at:], udp.window(packets[at:at + ask.WINDOW])):
                    found.judge(name, how, size, edict, nsd, whole.setdefault((name, do), nsd))
    udp.close()
    return found


if __name__ == "__main__":
    main()
