#!/usr/bin/env python3
"""Writes a zone of N delegations, as a registry has it, and a file of questions for it ("NAME TYPE" a line).

    gen_zone.py -n 1000000 --origin test. --zone test.zone -q 1000000 --nx 25 --queries test.queries

Standard library only; the same arguments give the same bytes. Every delegation has two to four NS: most of
them at a few hundred hosters, some of which are delegations of this zone themselves, and a fifth with name
servers and addresses of their own, and --ds percent have a DS. Questions go to names at and below delegations, a few of them very often,
and --nx percent to names that do not exist.
"""
import argparse
import random

SYLLABLES = [c + v for c in "b d f g h k l m n p r s t w z br st tr".split() for v in "a e i o u ei ou".split()]
HOSTERS = 400
TYPES = (("www.", "A", 25), ("", "A", 25), ("", "AAAA", 14), ("www.", "AAAA", 8), ("", "NS", 8), ("", "MX", 8),
         ("", "DS", 9), ("", "TXT", 3))


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


def write_zone(args, out):
    rng, ds = random.Random(args.seed), random.Random(args.seed + 2)
    out.write("$ORIGIN %s\n$TTL 3600\n" % args.origin)
    out.write("@\tSOA\tns1 hostmaster 1 1800 900 604800 900\n@\tNS\tns1\n@\tNS\tns2\n")
    out.write("ns1\tA\t192.0.2.1\nns1\tAAAA\t2001:db8::1\nns2\tA\t192.0.2.2\nns2\tAAAA\t2001:db8::2\n")
    for i in range(args.n):
        own = label(i)
        if ds.random() * 100 < args.ds:
            out.write("%s\tDS\t%d 13 2 %064X\n" % (own, ds.randrange(65536), ds.getrandbits(256)))
        count = rng.choice((2, 2, 2, 2, 2, 2, 3, 4))
        if i < HOSTERS // 4:
            count = 4  # others rely on it
        if i < HOSTERS // 4 or rng.random() < 0.2:
            for k in range(1, count + 1):
                out.write("%s\tNS\tns%d.%s\n" % (own, k, own))
                out.write("ns%d.%s\tA\t%s\n" % (k, own, address(rng)))
                if rng.random() < 0.4:
                    out.write("ns%d.%s\tAAAA\t%s\n" % (k, own, address6(rng)))
            continue
        hoster = int(HOSTERS * rng.random() ** 3)
        at = label(hoster) if hoster < HOSTERS // 4 else "hoster%d.example." % hoster
        for k in range(1, count + 1):
            out.write("%s\tNS\tns%d.%s\n" % (own, k, at))


def write_queries(args, out):
    rng = random.Random(args.seed + 1)
    dot = "" if args.origin == "." else "." + args.origin
    kinds = [(prefix, rrtype) for prefix, rrtype, weight in TYPES for _ in range(weight)]
    for _ in range(args.q):
        prefix, rrtype = rng.choice(kinds)
        if rng.random() * 100 < args.nx:
            name = "%x-none" % rng.getrandbits(48)
        else:
            name = label(int(args.n * rng.random() ** 3))
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
