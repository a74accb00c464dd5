"""dumps: what `zonec dump` writes is the zone that was compiled, as a peer's reader sees both.

The same reader prints the zone's file and the dump, one record a line, and the two must be the same records. Letter case:
RDATA are compared as they are; an owner's case must be one that the file has for this name, for Edict keeps one for each
name, and a file may have several.
"""
from collections import defaultdict

import zones


def cases(records):
    """cases gives the spellings of every owner."""
    out = defaultdict(set)
    for owner, *_ in records:
        out[owner.lower()].add(owner)
    return out


def compare(z, dump_path):
    """compare gives lines that say what is wrong with a dump; none: it is the zone."""
    text, reader = zones.flat_file(z)
    want = list(zones.lines_of(text))
    have = list(zones.lines_of(zones.flat(zones.Zone(z.origin, dump_path, z.apex), [reader])[0]))
    spelt = cases(want)

    def key(record):
        return (record[0].lower(), *record[1:])
    a, b = sorted(map(key, have)), sorted(map(key, want))
    if a != b:
        yield from ("+ " + " ".join(r)[:200] for r in sorted(set(a) - set(b)))
        yield from ("- " + " ".join(r)[:200] for r in sorted(set(b) - set(a)))
        yield "%d records, the file has %d" % (len(a), len(b))
    for owner in sorted({r[0] for r in have}):
        if owner not in spelt[owner.lower()]:
            yield "letter case: %s, the file has %s" % (owner, " ".join(sorted(spelt[owner.lower()])))
