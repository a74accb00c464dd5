#!/usr/bin/python3
"""run: the comparison with the peers, from the command line. See README.md.

    run.py --short              what continuous integration runs, below three minutes
    run.py                      everything
    run.py --set main/nsec --peer nsd --peer knot --limit 1000 -v
"""
import argparse
import concurrent.futures
import fnmatch
import os
import shutil
import sys
import tempfile
import time
from collections import Counter

import ask
import compare
import dumps
import peers
import permitted	# noqa: F401: fills compare.PERMITTED
import questions
import wire
import zones

SLICE = 4096		# questions a process takes at a time
EXAMPLES = 3		# of each kind of difference, printed at the end

# how a question is asked: transport, EDNS size (None: no EDNS), DO
HOWS = {
    "tcp-do": (True, 1232, True),
    "udp-do": (False, 1232, True),
    "udp": (False, None, False),
    "udp-512-do": (False, 512, True),
    "udp-4096": (False, 4096, False),
    "tcp": (True, None, False),
}
SHORT_HOWS = ("tcp-do", "udp", "udp-do")
LIMIT = {"tld": 100000}		# where not all questions can be asked in an hour: so many, drawn by --seed, in each way
SHORT_LIMIT = {"root": 3000, "tld": 3000, "real": 150, "main": 600, "long": 600, "names": 600, "gap": 400}


WORLD = [None]		# the zones of the set being compared; processes that ask inherit it


class Tally:
    """What came out: counts, and a few examples of every kind of difference. Tallies of several processes add up."""

    def __init__(self):
        self.passed = self.failed = 0
        self.permitted, self.unexplained, self.examples = Counter(), Counter(), {}

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.permitted += other.permitted
        self.unexplained += other.unexplained
        for k, v in other.examples.items():
            self.examples[k] = (self.examples.get(k, []) + v)[:EXAMPLES]

    def example(self, key, text):
        have = self.examples.setdefault(key, [])
        if len(have) < EXAMPLES:
            have.append(text)


def read(raw, cache):
    """read normalises a message; None is silence, a string says why it cannot be read."""
    if raw is None:
        return None
    key = raw[2:]
    if key not in cache:
        try:
            cache[key] = wire.normalise(raw)
        except wire.Malformed as e:
            cache[key] = str(e)
    return cache[key]


def show_question(name, set_name, case):
    return "%s %s %s [%s, set %s]" % (name, wire.to_text(case.qname), wire.type_name(case.qtype), case.how, set_name)


def judge_question(tally, set_name, servers, case, raws):
    """judge_question compares the answers of all servers to one question with the majority's."""
    if None not in raws and all(r[2:] == raws[0][2:] for r in raws):
        tally.passed += 1
        return
    cache = {}
    norms = [read(r, cache) for r in raws]
    case.lengths = {id(n): len(r) for n, r in zip(norms, raws) if isinstance(n, wire.Norm)}
    readable = [n if isinstance(n, wire.Norm) else None for n in norms]
    ref = compare.reference_of(readable)
    agree = tuple(s.name for s, n in zip(servers, norms) if n == ref)
    good = True
    for server, norm in zip(servers, norms):
        if norm is ref:
            continue
        if not isinstance(norm, wire.Norm) or ref is None:
            met, kinds, lines = set(), ["silence" if norm is None else "malformed: %s" % norm], []
        else:
            met, items = compare.judge(case, norm, ref, server.name, agree)
            kinds = [" ".join(sorted({compare.shape(i) for i in items}))] if items else []
            lines = ["    " + compare.show_item(i)[:140] for i in items[:12]]
        for name in met:
            tally.permitted[server.name, name] += 1
            if (server.name, name) not in tally.examples:
                tally.example((server.name, name), show_question(server.name, set_name, case))
        for kind in kinds:
            good = False
            key = (server.name, kind)
            tally.unexplained[key] += 1
            tally.example(key, "\n".join([show_question(server.name, set_name, case) + " against " + ", ".join(agree)] + lines))
    if good:
        tally.passed += 1
    else:
        tally.failed += 1


def compare_slice(job):
    """compare_slice asks a part of the questions in one way; runs in a process of its own."""
    set_name, servers, how, part = job
    tcp, size, do = HOWS[how]
    ports = [s.port for s in servers]
    by_name = {s.name: s for s in servers}
    channel = ask.Tcp(ports) if tcp else ask.Udp(ports)
    tally = Tally()
    for at in range(0, len(part), ask.WINDOW):
        window = part[at:at + ask.WINDOW]
        packets = [wire.query(n, t, size=size, do=do) for n, t in window]
        for (n, t), packet, raws in zip(window, packets, channel.window(packets)):
            case = compare.Case(n, t, how, 65535 if tcp else size or 512, WORLD[0],
                                lambda name, p=packet: len(ask.one(by_name[name].port, p, tcp=True) or b""))
            judge_question(tally, set_name, servers, case, raws)
    channel.close()
    return tally


def judge_dumps(s, edict, tally):
    """judge_dumps has every zone written by `zonec dump` and compared with its file."""
    for z in s.zones:
        wrong = list(dumps.compare(z, edict.dump(z)))
        if wrong:
            tally.failed += 1
            tally.unexplained["edict", "dump"] += 1
            tally.example(("edict", "dump"), "\n    ".join(["%s of set %s" % (z.origin, s.name)] + wrong[:8]))
        else:
            tally.passed += 1


class Handle:
    """What another process needs to know of a server."""

    def __init__(self, server):
        self.name, self.port = server.name, server.port


def compare_set(s, classes, args, tally, directory):
    """compare_set starts the servers over one set of zones and asks everything about each of its zones. Zones that some
    server does not take are set apart, for their absence would change other zones' answers too."""
    if len(classes) < 2 or not s.zones:
        return
    with peers.started(classes, s.zones, directory) as servers:
        takers = {z: tuple(p.name for p in servers if z in p.served) for z in s.zones}
        if all(len(names) == len(servers) for names in takers.values()):
            ask_about(s, servers, args, tally)
            return
    for names in sorted(set(takers.values()), key=len, reverse=True):
        part = [z for z in s.zones if takers[z] == names]
        if len(names) < len(classes):
            print("  only %s: %s" % (", ".join(names) or "nobody", " ".join(z.origin for z in part)))
        compare_set(s._replace(zones=part), [c for c in classes if c.name in names], args, tally, directory)


def ask_about(s, servers, args, tally):
    """ask_about compares the running servers' answers about every zone of the set."""
    began = time.monotonic()
    contents = [questions.Contents(z) for z in s.zones]
    WORLD[0] = compare.World(contents)
    handles = [Handle(p) for p in servers]
    limit = args.limit or (SHORT_LIMIT if args.short else LIMIT).get(s.name.split("/")[0])
    jobs, asked = [], 0
    for c in contents:
        qs = questions.about(c, args.seed, limit)
        asked += len(qs) * len(args.hows)
        jobs += [(s.name, handles, how, qs[at:at + SLICE]) for how in args.hows for at in range(0, len(qs), SLICE)]
    with concurrent.futures.ProcessPoolExecutor(args.jobs) as pool:		# a process that dies is an error, and not waited for
        for part in concurrent.futures.as_completed([pool.submit(compare_slice, job) for job in jobs]):
            tally.add(part.result())
    for p in servers:
        if not p.alive():
            tally.failed += 1
            tally.unexplained[p.name, "the server ended"] += 1
        if isinstance(p, peers.Edict):
            judge_dumps(s, p, tally)
    took = time.monotonic() - began
    print("%-18s %7d questions of %s, %.1f s" % (s.name, asked, ", ".join(p.name for p in servers), took), flush=True)


def all_sets(args, directory):
    """all_sets gives the sets that the command line wants, each made when it is its turn."""
    def wanted(name):
        return not args.set or any(fnmatch.fnmatch(name, pattern) for pattern in args.set)

    yield from zones.special(directory, ("plain", "nsec", "nsec3", "optout", "ldns-optout"), wanted)
    if wanted("root"):
        yield from zones.root(directory)
    if wanted("tld"):
        yield from zones.tld(directory, 2000 if args.short else 100000)
    yield from (s for s in zones.real(directory) if wanted(s.name))


def report(tally):
    print("\nPermitted differences (README.md says why):")
    for (server, name), n in sorted(tally.permitted.items()):
        print("  %7d  %-6s %s" % (n, server, name))
        for text in tally.examples.get((server, name), [])[:1]:
            print("              e.g. " + text)
    print("\nUnexplained differences:" if tally.unexplained else "\nNo unexplained differences.")
    for key, n in tally.unexplained.most_common(60):
        print("  %7d  %-6s %s" % (n, key[0], key[1]))
        for text in tally.examples.get(key, []):
            print("      " + text.replace("\n", "\n      "))
    print("\n%d passed, %d failed" % (tally.passed, tally.failed))


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--short", action="store_true", help="fewer zones' questions, for continuous integration")
    p.add_argument("--set", action="append", metavar="PATTERN", help="only these sets, e.g. 'main/*', root, tld, 'real/*'")
    p.add_argument("--peer", action="append", choices=[c.name for c in peers.ALL], help="only these servers")
    p.add_argument("--how", action="append", choices=list(HOWS), help="only these ways of asking")
    p.add_argument("--limit", type=int, help="at most so many questions for each zone")
    p.add_argument("--seed", default="1")
    p.add_argument("--jobs", type=int, default=1, help="processes that ask")
    p.add_argument("--keep", metavar="DIR", help="work in this directory and leave it")
    args = p.parse_args()
    wanted = args.peer or [c.name for c in peers.ALL]
    args.classes = [c for c in peers.ALL if c.name in wanted and c.present()]
    args.hows = args.how or (SHORT_HOWS if args.short else list(HOWS))
    return args


def main():
    args = arguments()
    directory = args.keep or tempfile.mkdtemp(prefix="interop.")
    os.makedirs(directory, exist_ok=True)
    print("servers: " + ", ".join(c.name for c in args.classes))
    if len(args.classes) < 2:
        sys.exit("fewer than two servers to compare; make interop installs them")
    tally = Tally()
    try:
        for s in all_sets(args, directory):
            compare_set(s, [c for c in args.classes if c.name in s.peers + ("edict",)], args, tally, directory)
    finally:
        if not args.keep:
            shutil.rmtree(directory, ignore_errors=True)
        report(tally)		# also of what was asked before an error or a signal ended it
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
