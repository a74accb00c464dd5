#!/usr/bin/env python3
"""Writes a zone of N delegations, as a registry has it, and a file of questions for it ("NAME TYPE" a line).

    gen_zone.py -n 1000000 --origin test. --zone test.zone -q 1000000 --nx 25 --queries test.queries

Standard library only; the same arguments give the same bytes. Every delegation has two to four NS: a tenth of them
name servers and addresses of their own, the others those of hosters, a few of which have most of the customers; one
hoster in fifty is a delegation of this zone itself. --ds percent have a DS. Questions go to the apex and to names at
and below delegations, a few of them very often, and --nx percent to names that do not exist.
"""
import argparse
import random
from bisect import bisect
from itertools import accumulate

SYLLABLES = [c + v for c in "b d f g h k l m n p r s t w z br st tr".split() for v in "a e i o u ei ou".split()]
HOSTERS = 25000
TYPES = (("", "NS", 30), ("", "A", 22), ("www.", "A", 16), ("", "AAAA", 12), ("", "DS", 8), ("", "MX", 6),
         ("www.", "AAAA", 4), ("", "TXT", 2))
APEX = ("SOA", "NS", "DNSKEY")


def label(i):
    """The i-th label: i's digits to the base of the number of syllables, stirred, so that order says nothing."""
    x = (i * 2654435761 + 12345) % (1 << 32)
    text = ""
    while x:
        x, digit = divmod(x, len(SYLLABLES))
        text += SYLLABLES[digit]
    return text


def address(rng):
    return "192.0.2.%d" % rng.randrange(256)


def address6(rng):
    return "2001:db8:%x::%x" % (rng.randrange(65536), rng.randrange(1, 65536))


def at_home(hoster):
    """Whether a hoster is a delegation of the zone; it is that of the same number."""
    return hoster < HOSTERS and hoster % 50 == 7


def write_zone(args, out):
    rng, ds = random.Random(args.seed), random.Random(args.seed + 2)
    customers = list(accumulate(1 / (k + 1) for k in range(HOSTERS)))
    out.write("$ORIGIN %s\n$TTL 3600\n" % args.origin)
    out.write("@\tSOA\tns1 hostmaster 1 1800 900 604800 900\n@\tNS\tns1\n@\tNS\tns2\n")
    out.write("ns1\tA\t192.0.2.1\nns1\tAAAA\t2001:db8::1\nns2\tA\t192.0.2.2\nns2\tAAAA\t2001:db8::2\n")
    for i in range(args.n):
        own = label(i)
        if ds.random() * 100 < args.ds:
            out.write("%s\tDS\t%d 13 2 %064X\n" % (own, ds.randrange(65536), ds.getrandbits(256)))
        count = 4 if at_home(i) else rng.choice((2, 2, 2, 2, 2, 2, 2, 3, 4, 4))
        if at_home(i) or rng.random() < 0.1:
            six = rng.random() < 0.45
            for k in range(1, count + 1):
                out.write("%s\tNS\tns%d.%s\n" % (own, k, own))
                out.write("ns%d.%s\tA\t%s\n" % (k, own, address(rng)))
                if six:
                    out.write("ns%d.%s\tAAAA\t%s\n" % (k, own, address6(rng)))
            continue
        hoster = bisect(customers, rng.random() * customers[-1])
        at = label(hoster) if at_home(hoster) and hoster < args.n else "hoster%d.example." % hoster
        for k in range(1, count + 1):
            out.write("%s\tNS\tns%d.%s\n" % (own, k, at))


def write_queries(args, out):
    rng = random.Random(args.seed + 1)
    dot = "" if args.origin == "." else "." + args.origin
    kinds = [(prefix, rrtype) for prefix, rrtype, weight in TYPES for _ in range(weight)]
    for _ in range(args.q):
        prefix, rrtype = rng.choice(kinds)
        dice = rng.random() * 100
        if dice < args.nx:
            name = "%x-none" % rng.getrandbits(48)
        elif dice < args.nx + 2:
            out.write("%s %s\n" % (args.origin, rng.choice(APEX)))
            continue
        else: # who is asked for often has nothing to do with who is a hoster
            name = label(int(args.n * rng.random() ** 3) * 7919 % args.n)
        out.write("%s%s%s %s\n" % (prefix, name, dot, rrtype))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("-n", type=int, default=1000000, help="delegations")
    p.add_argument("--origin", default="test.")
    p.add_argument("--zone", help="where the zone goes")
    p.add_argument("-q", type=int, default=1000000, help="questions")
    p.add_argument("--nx", type=float, default=25, help="percent of questions for names that do not exist")
    p.add_argument("--ds", type=float, default=10, help="percent of delegations with DS")
    p.add_argument("--queries", help="where the questions go")
    p.add_argument("--seed", type=int, default=1)
    args = p.parse_args()
    if args.zone:
        with open(args.zone, "w", encoding="ascii", buffering=1 << 20) as out:
            write_zone(args, out)
    if args.queries:
        with open(args.queries, "w", encoding="ascii", buffering=1 << 20) as out:
            write_queries(args, out)


main()
