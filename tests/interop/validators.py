#!/usr/bin/python3
"""validators: do those who check signatures believe Edict? ldns-verify-zone reads a dump of the root; delv and Unbound ask a
running edictd with a trust anchor: positive, negative, wildcard and insecure answers, from zones that others signed and from
zones that zonec signed, with every algorithm.

The copy of the root was signed for August 2026, so the clock is set there (clock.c, and ldns-verify-zone -t).
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import namedtuple

import ask
import peers
import wire
import zones

CLOCK, CLOCK_LDNS = 1785585600, "20260801120000"
HERE = os.path.dirname(os.path.abspath(__file__))

# secure: True: validated (the AD bit); False: an answer that is not; None: either, but not bogus
Row = namedtuple("Row", "why name type secure rcode")
ROOT = (
    Row("positive", ".", "SOA", True, 0),
    Row("priming", ".", "NS", True, 0),
    Row("positive, below", "com.", "DS", True, 0),
    Row("NODATA at the apex", ".", "A", True, 0),
    Row("NXDOMAIN", "nosuchtld.", "A", True, 3),
    Row("NXDOMAIN before the first name", "0.", "DS", True, 3),
    Row("NXDOMAIN after the last name", "zzzz.", "TXT", True, 3),
    Row("no DS: an insecure delegation", "ae.", "DS", True, 0),
)
WILD = (
    Row("positive", "ns.wild.test.", "A", True, 0),
    Row("wildcard", "host3.example.wild.test.", "MX", True, 0),
    Row("wildcard, two labels", "a.host3.example.wild.test.", "TXT", True, 0),
    Row("wildcard NODATA", "host3.example.wild.test.", "AAAA", True, 0),
    Row("the wildcard itself", "*.example.wild.test.", "TXT", True, 0),
    Row("the name exists, so no wildcard", "host1.example.wild.test.", "MX", True, 0),
    Row("below a name that exists", "x.host1.example.wild.test.", "MX", True, 3),
    Row("empty non-terminal", "_tcp.host1.example.wild.test.", "A", True, 0),
    Row("`*` as an empty non-terminal", "other.ent.wild.test.", "A", True, 0),
    Row("wildcard CNAME", "x.alias.wild.test.", "A", True, 0),
    Row("closest encloser in the middle", "x.b.c.ce.wild.test.", "A", True, 3),
)
CUTS = (
    Row("positive", "ns.cuts.test.", "A", True, 0),
    Row("NXDOMAIN", "nothing.cuts.test.", "A", True, 3),
    Row("secure delegation's DS", "secure.cuts.test.", "DS", True, 0),
    Row("an unsigned child", "ns.plainchild.cuts.test.", "A", False, 0),
    Row("nothing in an unsigned child", "nothing.plainchild.cuts.test.", "A", False, 3),
)

def in_optout(rows):
    """in_optout expects less of denials: in an opt-out span they say that a name is not secure, not that it is not there
    (RFC 5155 9.2), and validators differ in what they make of it."""
    return tuple(r if r.why == "positive" or not r.secure else r._replace(secure=None) for r in rows)


def set_clock(directory):
    """set_clock gives a command that runs another with the clock set."""
    shim = os.path.join(directory, "clock.so")
    subprocess.run([os.environ.get("CC", "cc"), "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", shim,
                    os.path.join(HERE, "clock.c")], check=True)
    return ["env", "LD_PRELOAD=" + shim, "EDICT_CLOCK_OFFSET=%d" % (CLOCK - time.time())]


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def note(self, good, text):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print("FAILED " + text)


def dnskeys(z):
    """dnskeys gives the secure entry points of a zone as text: flags, protocol, algorithm, key."""
    found = []
    for owner, rrtype, rdata in zones.records(z):
        if rrtype == "DNSKEY" and owner == z.apex.lower() and rdata.startswith("257 "):
            flags, protocol, algorithm, key = rdata.split(None, 3)
            found.append((flags, protocol, algorithm, key.replace(" ", "")))
    return found


def verify_dump(edict, z, directory, tally):
    """verify_dump gives what `zonec dump` prints to ldns-verify-zone."""
    path = os.path.join(directory, "dump.zone")
    with open(path, "wb") as f:
        subprocess.run([os.path.join(edict.bin, "zonec"), "dump", "-d", edict.path("db"), z.origin], stdout=f, check=False)
    done = subprocess.run(["ldns-verify-zone", "-V", "1", "-t", CLOCK_LDNS, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    tally.note(done.returncode == 0, "ldns-verify-zone refuses the dump of %s\n%s" % (z.origin, done.stdout.decode()[-500:]))


def ask_delv(edict, anchored, rows, directory, tally):
    anchors = os.path.join(directory, "anchors.conf")
    with open(anchors, "w") as f:
        f.write("trust-anchors {\n")
        for z in anchored:
            for flags, protocol, algorithm, key in dnskeys(z):
                f.write('\t"%s" static-key %s %s %s "%s";\n' % (z.origin, flags, protocol, algorithm, key))
        f.write("};\n")
    clock = set_clock(directory)
    for row in rows:
        done = subprocess.run(["timeout", "10", *clock, "delv", "@127.0.0.1", "-p", str(edict.port), "-a", anchors,
                               "+root=" + anchored[0].origin, row.name, row.type], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        text = done.stdout.decode(errors="replace")
        validated, unsigned = "fully validated" in text, "unsigned answer" in text or "negative response, unsigned" in text
        good = validated if row.secure else unsigned or (validated and row.secure is None)
        tally.note(good, "delv: %s: %s %s\n    %s" % (row.why, row.name, row.type, text.strip().replace("\n", "\n    ")[:600]))


class Unbound(peers.Server):
    name, needs = "unbound", ("unbound",)

    def __init__(self, edict, anchored, served, directory):
        super().__init__(served, directory)
        self.edict, self.anchored = edict, anchored

    def configure(self):
        anchors = self.write("anchors", "".join(
            "%s 3600 IN DNSKEY %s %s %s %s\n" % (z.origin, *key) for z in self.anchored for key in dnskeys(z)))
        self.write("unbound.conf", """server:
	interface: 127.0.0.1@%d
	do-daemonize: no
	use-syslog: no
	username: ""
	chroot: ""
	directory: "%s"
	pidfile: ""
	do-ip6: no
	do-not-query-localhost: no
	num-threads: 1
	module-config: "validator iterator"
	trust-anchor-file: "%s"
	local-zone: "test." nodefault
	aggressive-nsec: no
	qname-minimisation: no
	val-log-level: 2
remote-control:
	control-enable: no
""" % (self.port, self.dir, anchors) + "".join(
            'stub-zone:\n\tname: "%s"\n\tstub-addr: 127.0.0.1@%d\n' % (z.origin, self.edict.port) for z in self.zones))

    def command(self):
        return ["unbound", "-d", "-c", self.path("unbound.conf")]

    def wait(self):
        """wait returns when anything is answered: a resolver has no authority of its own."""
        for _ in range(100):
            if ask.one(self.port, wire.query(self.zones[0].apex, wire.SOA, flags=wire.RD)) is not None:
                return
        raise RuntimeError("unbound does not answer")


def ask_unbound(edict, anchored, served, rows, directory, tally):
    unbound = Unbound(edict, anchored, served, directory)
    unbound.start(prefix=set_clock(directory))
    try:
        unbound.wait()
        for row in rows:
            raw = ask.one(unbound.port, wire.query(wire.to_wire(row.name), wire.type_code(row.type), flags=wire.RD, size=1232, do=True))
            norm = wire.normalise(raw) if raw is not None else None
            good = norm is not None and norm.rcode == row.rcode and row.secure in (None, bool(norm.flags & wire.AD))
            tally.note(good, "unbound: %s: %s %s: %s" % (row.why, row.name, row.type, "silence" if norm is None else "%s %s" % (
                wire.RCODES.get(norm.rcode), wire.show_flags(norm.flags))))
    finally:
        unbound.stop()


def sign_zonec(z, directory, algorithm, *options):
    """sign_zonec gives what `zonec dump` prints of a zone that zonec signed when the validators' clock is."""
    zonec, now = os.path.join(peers.Edict.bin, "zonec"), ["--now", str(CLOCK)]
    keys, db, out = (os.path.join(directory, what + "." + z.origin) for what in ("keys", "db", "dump"))
    bits = ["--bits", "1024"] if algorithm in ("8", "10") else []
    for role in ("--ksk", "--zsk"):
        zones.run([zonec, "key", "generate", "-k", keys, "-a", algorithm, role, *bits, *now, z.origin], directory)
    zones.run([zonec, "compile", "-q", "-d", db, "--sign", "-k", keys, *options, *now, z.origin, z.path], directory)
    with open(out, "wb") as f:
        subprocess.run([zonec, "dump", "-d", db, z.origin], stdout=f, check=True)
    return zones.Zone(z.origin, out, z.apex)


def sets(directory):
    """sets gives (label, zones with an anchor first, all zones served, rows)."""
    for s in zones.root(directory):
        yield "root", s.zones[:1], s.zones, ROOT
    plain = {z.origin: z for s in zones.special(directory, ["plain"]) if s.name == "main/plain" for z in s.zones}
    for signing in ("nsec", "nsec3", "optout", "ldns-optout"):
        where = os.path.join(directory, "validators-" + signing)
        os.makedirs(where)
        wild, cuts = (zones.SIGNINGS[signing](plain[o], where) for o in ("wild.test.", "cuts.test."))
        expect = in_optout if "optout" in signing else tuple
        yield "wildcards, " + signing, [wild], [wild], expect(WILD)
        yield "delegations, " + signing, [cuts], [cuts, plain["plainchild.cuts.test."]], expect(CUTS)
    for i, algorithm in enumerate(("8", "10", "13", "14", "15", "16")):
        way = (("--nsec",), ("--nsec3",), ("--nsec3", "--opt-out"))[i % 3]
        where = os.path.join(directory, "validators-" + algorithm)
        os.makedirs(where)
        wild, cuts = (sign_zonec(plain[o], where, algorithm, *way) for o in ("wild.test.", "cuts.test."))
        expect = in_optout if "--opt-out" in way else tuple
        label = ", zonec %s, algorithm %s" % (" ".join(way), algorithm)
        yield "wildcards" + label, [wild], [wild], expect(WILD)
        yield "delegations" + label, [cuts], [cuts, plain["plainchild.cuts.test."]], expect(CUTS)


def main():
    if not peers.Edict.present():
        sys.exit("no zonec and edictd in " + peers.Edict.bin)
    missing = [p for p in ("ldns-verify-zone", "delv", "unbound", "cc") if not shutil.which(p, path=os.environ["PATH"] + ":/usr/sbin")]
    if missing:
        sys.exit("not installed: " + ", ".join(missing))
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="interop.") as directory:
        for label, anchored, served, rows in sets(directory):
            before = tally.passed, tally.failed
            with peers.started([peers.Edict], served, directory) as (edict,):
                if label == "root":
                    verify_dump(edict, anchored[0], directory, tally)
                ask_delv(edict, anchored, rows, directory, tally)
                ask_unbound(edict, anchored, served, rows, directory, tally)
            print("%s: %d passed, %d failed" % (label, tally.passed - before[0], tally.failed - before[1]), flush=True)
    print("\n%d passed, %d failed" % (tally.passed, tally.failed))
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
