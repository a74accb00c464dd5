#!/usr/bin/python3
"""signed: do those who check zones believe what zonec signs? ldns-verify-zone, dnssec-verify and kzonecheck read the dump.

Zones: those of RFC 4035 and 5155, the special ones, random ones, a small registry's, and the real ones that arrive
unsigned. Ways: every algorithm with NSEC, NSEC3 and opt-out on one zone; on all others one algorithm that changes.
"""
import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

import peers
import zones

BIN = peers.Edict.bin
ALGORITHMS = ("8", "10", "13", "14", "15", "16")
WAYS = {
    "nsec": ["--nsec", "--zonemd", "sha384,sha512"],
    "nsec3": ["--nsec3"],
    "nsec3-salt": ["--nsec3", "--salt", "aabbccdd", "--iterations", "5", "--allow-iterations"],
    "opt-out": ["--nsec3", "--opt-out"],
    "nsec3-zonemd": ["--nsec3", "--zonemd", "sha384"],
}
# Findings that are none of signing's business: real and random zones have them.
OFF = ("below-cut", "ns-missing", "ns-alias", "apex-ns-target")
ALLOWED = re.compile(r"missing glue|Error summary|^\s*$|^\s*\d+\s")      # what kzonecheck says of the same kind
LDNS_NAMES_MAX = 3000    # with opt-out ldns-verify-zone looks for each name in the whole chain
TIME_MAX = 120
PATH = os.environ["PATH"] + ":/usr/sbin"


class Checker:
    def __init__(self, name, command, fit=lambda z, way: True):
        self.name, self.command, self.fit = name, command, fit

    def says(self, origin, path, way):
        """says gives None if it accepts the zone, else its words."""
        extra = ["-ZZ"] if self.name == "ldns-verify-zone" and "--zonemd" in WAYS[way] else []
        command = [self.command[0], *extra, *(w.format(origin=origin, path=path) for w in self.command[1:])]
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=TIME_MAX,
                                  env=dict(os.environ, PATH=PATH))
        except subprocess.TimeoutExpired:
            return "no answer within %d s" % TIME_MAX
        lines = [l for l in done.stdout.decode(errors="replace").splitlines() if not ALLOWED.search(l)]
        return None if done.returncode == 0 or not lines else "\n".join(lines)[-400:]


def plain_names(z):
    """plain_names: kzonecheck 3.2 does not read brackets in names, and finds no chain whole that has names of octets such as \\000,
    dnssec-signzone's neither."""
    return not re.search(r"^\S*[\[{\\]", z.text, re.M)


def plain_alpn(z):
    """plain_alpn: ldns 1.8.3 and Knot 3.2 do not read escapes inside a list of ALPN identifiers (RFC 9460 A.1), quoted or not;
    BIND and NSD do."""
    return not re.search(r"\salpn=\S*\\", z.text)


# ldns-verify-zone 1.8.3 never ends with some zones that have NSEC3 and ZONEMD, its own signer's among them.
CHECKERS = (
    Checker("ldns-verify-zone", ["ldns-verify-zone", "{path}"],
            lambda z, way: z.names < LDNS_NAMES_MAX and way != "nsec3-zonemd" and plain_alpn(z)),
    Checker("dnssec-verify", ["dnssec-verify", "-z", "-q", "-o", "{origin}", "{path}"]),
    Checker("kzonecheck", ["kzonecheck", "--dnssec", "on", "-o", "{origin}", "{path}"],
            lambda z, way: plain_names(z) and plain_alpn(z)),
)


class Zone:
    def __init__(self, label, origin, path):
        self.label, self.origin, self.path = label, origin, path
        with open(path, encoding="latin-1") as f:
            self.text = f.read()
        self.names = self.text.count("\n")


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options)


def zonec(*words):
    return run([os.path.join(BIN, "zonec"), *words])


def keys_for(origin, algorithm, split, directory):
    """keys_for makes a CSK, or a KSK and a ZSK."""
    os.makedirs(directory, exist_ok=True)
    bits = ["--bits", "1024"] if algorithm in ("8", "10") else []
    for role in ("--ksk", "--zsk") if split else ("--csk",):
        done = zonec("key", "generate", "-k", directory, "-a", algorithm, role, *bits, origin)
        if done.returncode != 0:
            sys.exit(done.stdout.decode(errors="replace"))


class Tally:
    def __init__(self):
        self.passed = self.failed = 0
        self.left_out = 0

    def take(self, what, words):
        if words is None:
            self.passed += 1
        else:
            self.failed += 1
            print("%s: %s" % (what, words), flush=True)


def try_zone(z, way, algorithm, split, checkers, tally):
    """try_zone signs, dumps, and asks the checkers. A zone that zonec refuses for another reason than signing is left out."""
    label = "%s, %s, algorithm %s" % (z.label, way, algorithm)
    with tempfile.TemporaryDirectory(prefix="interop.") as d:
        keys_for(z.origin, algorithm, split, os.path.join(d, "keys"))
        off = [w for check in OFF for w in ("--off", check)] + ["--error", "wildcard-ns"]    # which BIND does not read
        done = zonec("compile", "-q", "-d", os.path.join(d, "db"), "--sign", "-k", os.path.join(d, "keys"), *WAYS[way], *off, z.origin, z.path)
        if done.returncode != 0:
            words = done.stdout.decode(errors="replace")
            if "[sign]" in words or "denial-" in words:
                tally.take(label, words.strip()[-300:])
            else:
                tally.left_out += 1
            return
        dump = os.path.join(d, "dump")
        with open(dump, "wb") as f:
            subprocess.run([os.path.join(BIN, "zonec"), "dump", "-d", os.path.join(d, "db"), z.origin], stdout=f, check=True)
        for c in checkers:
            if c.fit(z, way):
                tally.take("%s: %s" % (label, c.name), c.says(z.origin, dump, way))


# ---------------------------------------------------------------- zones

def special():
    for path in sorted(glob.glob(os.path.join(zones.HERE, "zones", "*", "*.zone"))):
        yield Zone(os.path.basename(path), zones.origin_of(path), path)


def examples(directory):
    """examples leaves out the RFCs' keys, which are of algorithms that nobody signs with any more."""
    for rfc in ("rfc4035", "rfc5155"):
        path = os.path.join(directory, rfc + ".zone")
        with open(os.path.join(zones.CHECKOUT, "tests", "model", "zones", rfc + ".zone")) as f, open(path, "w") as out:
            out.writelines(line for line in f if not re.search(r"\sDNSKEY\s+\d", line))
        yield Zone(rfc, "example.", path)


def random_zones(directory, seeds):
    """random_zones gives those of the twin, as tests/model/test_random writes them."""
    program = os.path.join(os.path.dirname(BIN), "tests", "model", "test_random")
    if not os.path.exists(program):
        print("no %s: random zones are left out" % program)
        return
    run([program], env=dict(os.environ, EDICT_RANDOM_ZONES=directory, EDICT_RANDOM_SEEDS=str(seeds)))
    for path in sorted(glob.glob(os.path.join(directory, "*.zone"))):
        with open(path, encoding="latin-1") as f:
            origin = f.readline().split()[1]
        yield Zone("random " + os.path.basename(path)[:-5], origin, path)


def registry(directory):
    generator, path = os.path.join(zones.TOOLS, "gen_tld_zone.py"), os.path.join(directory, "tld.zone")
    if os.path.exists(generator):
        run([sys.executable, generator, "-n", "300", "--origin", "test.", "-o", path])
        yield Zone("a registry", "test.", path)


DNSSEC = {"RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "CDS", "CDNSKEY", "ZONEMD"}


def real(directory):
    """real gives the real zones as they were before somebody signed them. Keys that stand in a zone are of other signers,
    who would have to sign it too (RFC 4035 2.2): they go with the signatures."""
    for s in zones.real(directory):
        for z in s.zones:
            if os.path.getsize(z.path) > 3000000:
                continue
            path = os.path.join(directory, "unsigned." + os.path.basename(z.path))
            with open(path, "w", encoding="latin-1") as out:
                out.writelines("%s %s IN %s %s\n" % r for r in zones.lines_of(zones.flat_file(z)[0]) if r[2] not in DNSSEC)
            yield Zone(os.path.basename(z.path), z.origin, path)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--short", action="store_true", help="fewer random zones, no real ones")
    short = options.parse_args().short
    if not peers.Edict.present():
        sys.exit("no zonec in " + BIN)
    checkers = [c for c in CHECKERS if shutil.which(c.command[0], path=PATH)]
    if not checkers:
        sys.exit("none of ldns-verify-zone, dnssec-verify and kzonecheck is installed")
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="interop.") as d:
        first = next(z for z in special() if z.label.startswith("cuts.test"))
        for algorithm in ALGORITHMS:
            for i, way in enumerate(sorted(WAYS)):
                try_zone(first, way, algorithm, i % 2 == 0, checkers, tally)
        print("every algorithm: %d passed, %d failed" % (tally.passed, tally.failed), flush=True)
        os.makedirs(os.path.join(d, "random"))
        all_zones = [*examples(d), *special(), *registry(d), *random_zones(os.path.join(d, "random"), 10 if short else 40)]
        if not short:
            all_zones += real(d)
        for i, z in enumerate(all_zones):
            for k, way in enumerate(sorted(WAYS)):
                if len(all_zones) < 60 or (i + k) % 2 == 0:
                    try_zone(z, way, ("13", "15")[(i + k) // 2 % 2], (i + k) % 3 == 0, checkers, tally)
    print("\n%d passed, %d failed; %d were no zones to compile" % (tally.passed, tally.failed, tally.left_out))
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
