#!/usr/bin/env python3
"""Measures how a big zone is signed: by zonec, and beside it by every other signer that is installed.

    signing.py BUILD              part of make bench
    N=100000 signing.py BUILD
    ZONE=a.zone ORIGIN=a. signing.py BUILD
    SIGNERS="zonec kzonesign" signing.py BUILD

Without ZONE a zone of N (1,000,000) delegations is generated, a tenth of them with DS. Everybody signs it with a
KSK and a ZSK of algorithm 13 and NSEC3 with opt-out, with all cores. zonec parses, signs and has the answers in its
database when it ends; the others parse, sign and write a master file. Then one delegation gets another DS, and
zonec compiles again. Figures of one run on one machine compare with each other and with nothing else.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ORIGIN = os.environ.get("ORIGIN", "test.")
LIMIT = 300  # seconds that a signer may take


def run(command):
    """Runs a command to its end; gives wall time, CPU time of user and system (seconds), and peak memory (MiB)."""
    begun = time.monotonic()
    p = subprocess.Popen(["timeout", str(LIMIT)] + command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = p.stderr.read()
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode != 0:
        raise RuntimeError("exit status %d: %s" % (p.returncode, said[-300:].decode(errors="replace")))
    return time.monotonic() - begun, usage.ru_utime, usage.ru_stime, usage.ru_maxrss / 1024


class Zonec:
    name = "zonec"

    def __init__(self, build, scratch):
        self.program = os.path.join(build, "bin", "zonec")
        self.keys = os.path.join(scratch, "keys")
        self.db = os.path.join(scratch, "db")
        os.mkdir(self.db)
        for role in ("--ksk", "--zsk"):
            run([self.program, "key", "generate", "-k", self.keys, "-a", "13", role, ORIGIN])

    def command(self, zone):
        return [self.program, "compile", "--quiet", "--off", "deprecated-algorithm", "--sign", "--nsec3", "--opt-out",
                "-k", self.keys, "-d", self.db, ORIGIN, zone]


class Kzonesign:
    name = "kzonesign"

    def __init__(self, scratch):
        self.scratch = scratch

    def command(self, zone):
        conf = os.path.join(self.scratch, "knot.conf")
        with open(conf, "w") as f:
            f.write("server:\n  rundir: %s\ndatabase:\n  storage: %s\n" % (self.scratch, self.scratch))
            f.write("policy:\n  - id: p\n    algorithm: ecdsap256sha256\n    nsec3: on\n    nsec3-opt-out: on\n")
            f.write("    nsec3-iterations: 0\n    nsec3-salt-length: 0\n    signing-threads: %d\n" % os.cpu_count())
            f.write("zone:\n  - domain: %s\n    file: %s\n    dnssec-signing: on\n    dnssec-policy: p\n" % (ORIGIN, zone))
        return ["kzonesign", "-c", conf, "-o", self.scratch, ORIGIN]


class Signzone:
    name = "dnssec-signzone"

    def __init__(self, scratch, keys):
        self.out, self.keys = os.path.join(scratch, "bind.signed"), keys

    def command(self, zone):
        return ["dnssec-signzone", "-P", "-A", "-3", "-", "-S", "-K", self.keys, "-n", str(os.cpu_count()), "-o", ORIGIN,
                "-d", os.path.dirname(self.out), "-f", self.out, zone]


class Ldns:
    name = "ldns-signzone"

    def __init__(self, scratch, keys):
        self.out, self.keys = os.path.join(scratch, "ldns.signed"), keys

    def command(self, zone):
        keys = sorted(f[:-4] for f in os.listdir(self.keys) if f.endswith(".key"))
        return ["ldns-signzone", "-n", "-p", "-s", "", "-t", "0", "-o", ORIGIN, "-f", self.out, zone] + [
            os.path.join(self.keys, k) for k in keys]


def measure(name, command):
    try:
        wall, user, system, peak = run(command)
    except (RuntimeError, OSError) as e:
        print("%-26s failed: %s" % (name, e), flush=True)
        return False
    print("%-26s %8.2f %8.2f %8.2f %9.0f" % (name, wall, user, system, peak), flush=True)
    return True


def change_one(zone, to):
    """Copies a zone in which one DS in the middle has another digest."""
    with open(zone) as f, open(to, "w") as out:
        text = f.read()
        ds = re.compile(r"\sDS\s+\d+ \d+ \d+ ([0-9A-Fa-f]{8})").search(text, len(text) // 2)
        out.write(text[:ds.start(1)] + "01234567" + text[ds.end(1):])


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    scratch = tempfile.mkdtemp(prefix="edict-signing-")
    try:
        zone = os.environ.get("ZONE")
        if zone is None:
            zone = os.path.join(scratch, "zone")
            run([sys.executable, os.path.join(HERE, "gen_zone.py"), "-n", os.environ.get("N", "1000000"), "--origin", ORIGIN,
                 "--zone", zone, "--queries", os.path.join(scratch, "queries")])
        zonec = Zonec(os.path.abspath(sys.argv[1]), scratch)
        others = [Kzonesign(scratch), Signzone(scratch, zonec.keys), Ldns(scratch, zonec.keys)]
        wanted = os.environ.get("SIGNERS", " ".join(s.name for s in [zonec] + others)).split()
        print("zone %s, %d MB of text; %d cores" % (ORIGIN, os.path.getsize(zone) >> 20, os.cpu_count()))
        print("%-26s %8s %8s %8s %9s" % ("", "wall s", "user s", "system s", "peak MiB"))
        good = measure("zonec", zonec.command(zone))
        changed = os.path.join(scratch, "changed")
        change_one(zone, changed)
        good = measure("zonec, one DS changed", zonec.command(changed)) and good
        good = measure("zonec, nothing changed", zonec.command(changed)) and good
        for s in others:
            if s.name not in wanted:
                continue
            if shutil.which(s.name) is None:
                print("%-26s is not installed" % s.name)
                continue
            measure(s.name, s.command(zone))
        if not good:
            sys.exit(1)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


main()
