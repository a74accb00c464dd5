#!/usr/bin/env python3
"""Measures Edict on a big zone, and beside it every other server that is installed.

    bench.py BUILD                make bench
    N=100000 SECONDS=5 bench.py BUILD
    ZONE=a.zone ORIGIN=a. QUERIES=a.queries bench.py BUILD
    SERVERS="Edict NSD" bench.py BUILD

Without ZONE a zone of N (1,000,000) delegations is generated, with a quarter of the questions for names that
do not exist. Each server is given one thread, started, asked until it answers, weighed, and loaded by dnsperf
for SECONDS (10). Figures of one run on one machine compare with each other and with nothing else: run it on a
quiet machine, and more than once. TMPDIR should be on a disk, as databases are in service.
"""
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ORIGIN = os.environ.get("ORIGIN", "test.")
PORT = int(os.environ.get("PORT", "5392"))
START_LIMIT = 120  # seconds until a server must have answered
COUNTED = 20000  # queries under valgrind


def run(command, **options):
    """Runs a command to its end; gives its wall time, user time (both in seconds) and peak memory (MiB)."""
    begun = time.monotonic()
    p = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)
    said = p.stderr.read()
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode != 0:
        raise RuntimeError("%s: exit status %d: %s" % (command[0], p.returncode, said[-300:].decode(errors="replace")))
    return time.monotonic() - begun, usage.ru_utime, usage.ru_maxrss / 1024


def run_if_there(command):
    """run, for a checker that its distribution may have put in a package of its own."""
    return run(command) if shutil.which(command[0]) else (float("nan"),) * 3


def answered(sock, origin):
    """Asks once for the zone's SOA; true if there is an answer with one."""
    name = b"".join(bytes([len(l)]) + l for l in origin.encode().strip(b".").split(b".") if l) + b"\0"
    try:
        sock.send(struct.pack(">6H", 1, 0, 1, 0, 0, 0) + name + struct.pack(">2H", 6, 1))
        answer = sock.recv(4096)
    except OSError:
        return False
    return answer[3] & 15 == 0 and struct.unpack(">H", answer[6:8])[0] > 0


def tree(pid):
    """A process and its descendants."""
    children = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % entry) as f:
                parent = int(f.read().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry))
        except OSError:
            pass
    found = [pid]
    for p in found:
        found += children.get(p, [])
    return found


def private_memory(pid, kind):
    """MiB that only this server has. Private_Dirty: nobody can take it away. Private_Clean: pages of files that
    no other process maps at the moment, such as a database; the page cache has them anyway."""
    total = 0
    for p in tree(pid):
        try:
            with open("/proc/%d/smaps_rollup" % p) as f:
                total += sum(int(l.split()[1]) for l in f if l.startswith(kind))
        except OSError:
            pass
    return total / 1024


def user_seconds(pid):
    total = 0
    for p in tree(pid):
        try:
            with open("/proc/%d/stat" % p) as f:
                total += int(f.read().rpartition(")")[2].split()[11])
        except OSError:
            pass
    return total / os.sysconf("SC_CLK_TCK")


class Edict:
    name = "Edict"

    def __init__(self, build):
        self.zonec = os.path.join(build, "bin", "zonec")
        self.edictd = os.path.join(build, "bin", "edictd")
        self.bench_udp = os.path.join(build, "tests", "bench", "bench_udp")

    def needs(self):
        return self.zonec, self.edictd

    def prepare(self, d, zone):
        self.db = os.path.join(d, "db")
        os.mkdir(self.db)
        return run([self.zonec, "compile", "--quiet", "-d", self.db, ORIGIN, zone])

    def command(self):
        return [self.edictd, "-d", self.db, "-l", "127.0.0.1@%d" % PORT, "-t", "1"]


class Nsd:
    name = "NSD"

    def needs(self):
        return ("nsd",)

    def prepare(self, d, zone):
        self.conf = os.path.join(d, "nsd.conf")
        with open(self.conf, "w") as f:
            f.write('server:\n ip-address: 127.0.0.1@%d\n server-count: 1\n rrl-ratelimit: 0\n username: ""\n zonesdir: "%s"\n' % (PORT, d))
            f.write(' pidfile: ""\n database: ""\n xfrdfile: "%s/xfrd"\n xfrdir: "%s"\n zonelistfile: "%s/l"\n' % (d, d, d))
            f.write('remote-control:\n control-enable: no\nzone:\n name: "%s"\n zonefile: "%s"\n' % (ORIGIN, zone))
        return run_if_there(["nsd-checkzone", ORIGIN, zone])

    def command(self):
        return ["nsd", "-d", "-c", self.conf]


class Knot:
    name = "Knot"

    def needs(self):
        return ("knotd",)

    def prepare(self, d, zone):
        self.conf = os.path.join(d, "knot.conf")
        with open(self.conf, "w") as f:
            f.write("server:\n  listen: 127.0.0.1@%d\n  rundir: %s\n" % (PORT, d))
            f.write("  udp-workers: 1\n  tcp-workers: 1\n  background-workers: 1\n")
            f.write("database:\n  storage: %s\nlog:\n  - target: stderr\n    any: error\n" % d)
            f.write("zone:\n  - domain: %s\n    file: %s\n    journal-content: none\n" % (ORIGIN, zone))
        return run_if_there(["kzonecheck", "-o", ORIGIN, zone])

    def command(self):
        return ["knotd", "-c", self.conf]


class Bind:
    name = "BIND"

    def needs(self):
        return ("named",)

    def prepare(self, d, zone):
        self.conf = os.path.join(d, "named.conf")
        with open(self.conf, "w") as f:
            f.write('options { directory "%s"; recursion no; listen-on port %d { 127.0.0.1; };' % (d, PORT))
            f.write(" listen-on-v6 { none; }; pid-file none; minimal-responses yes; check-sibling no; };\ncontrols { };\n")
            f.write('zone "%s" { type primary; file "%s"; };\n' % (ORIGIN, zone))
        return run_if_there(["named-checkzone", "-q", "-i", "none", ORIGIN, zone])

    def command(self):
        return ["named", "-f", "-n", "1", "-U", "1", "-c", self.conf, "-p", str(PORT)]


class Pdns:
    name = "PowerDNS"

    def needs(self):
        return "pdns_server", "pdnsutil"

    def prepare(self, d, zone):
        self.dir = d
        with open(os.path.join(d, "pdns.conf"), "w") as f:
            f.write("launch=lmdb\nlmdb-filename=%s/pdns.lmdb\nlocal-address=127.0.0.1\nlocal-port=%d\n" % (d, PORT))
            f.write("socket-dir=%s\nreceiver-threads=1\ndistributor-threads=1\nloglevel=3\n" % d)
        return run(["pdnsutil", "--config-dir=" + d, "load-zone", ORIGIN.rstrip("."), zone])

    def command(self):
        return ["pdns_server", "--config-dir=" + self.dir, "--daemon=no", "--guardian=no"]


def installed(server):
    return all(shutil.which(program) for program in server.needs())


def start(command, log):
    """Starts a server; gives the process and the seconds until its first answer."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.connect(("127.0.0.1", PORT))
    sock.settimeout(0.001)
    if answered(sock, ORIGIN):
        raise RuntimeError("somebody else answers on port %d; choose another with PORT=" % PORT)
    begun = time.monotonic()
    p = subprocess.Popen(command, stdout=log, stderr=log)
    while not answered(sock, ORIGIN):
        if p.poll() is not None or time.monotonic() - begun > START_LIMIT:
            stop(p)
            log.seek(0)
            raise RuntimeError("no answer: " + log.read()[-300:])
    return p, time.monotonic() - begun


def stop(p):
    p.terminate()
    try:
        p.wait(10)
    except subprocess.TimeoutExpired:
        for pid in tree(p.pid):
            os.kill(pid, signal.SIGKILL)
        p.wait()


def load(p, queries, seconds):
    """Queries a second, percent answered, and user nanoseconds of the server per query."""
    before = user_seconds(p.pid)
    out = subprocess.run(["dnsperf", "-s", "127.0.0.1", "-p", str(PORT), "-d", queries, "-l", str(seconds), "-c", "8",
                          "-q", "200", "-e"], capture_output=True, text=True, check=True).stdout
    spent = user_seconds(p.pid) - before
    done = int(re.search(r"Queries completed:\s+(\d+)", out).group(1))
    sent = int(re.search(r"Queries sent:\s+(\d+)", out).group(1))
    return done / seconds, 100 * done / max(sent, 1), spent * 1e9 / max(done, 1)


def measure(server, zone, queries, seconds, scratch):
    d = os.path.join(scratch, server.name)
    os.mkdir(d)
    wall, user, peak = server.prepare(d, zone)
    with open(os.path.join(d, "log"), "w+") as log:
        p, first = start(server.command(), log)
        try:
            memory = private_memory(p.pid, "Private_Dirty")
            rate, percent, ns = load(p, queries, seconds)
            after = private_memory(p.pid, "Private_Dirty")
            mapped = private_memory(p.pid, "Private_Clean")
        finally:
            stop(p)
    print("%-9s %8.2f %8.2f %8.0f %9.1f %9.1f %9.1f %9.1f %10.0f %8.2f %8.0f"
          % (server.name, wall, user, peak, first * 1000, memory, after, mapped, rate, percent, ns), flush=True)


def instructions(server, queries, scratch, dnssec):
    """User instructions a query costs a thread that serves UDP: all of serve_socket, as valgrind counts it."""
    some = os.path.join(scratch, "some.queries")
    with open(queries) as f, open(some, "w") as out:
        out.writelines(line for line, _ in zip(f, range(COUNTED)))
    p = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no",
                        "--toggle-collect=serve_socket", server.bench_udp, server.db, some, str(COUNTED)] + dnssec,
                       env=dict(os.environ, EDICT_MAPSIZE="16G"), capture_output=True, text=True, check=True)
    count = int(re.search(r"Collected\s*:\s*(\d+)", p.stderr).group(1))
    print("user instructions a query%s: %.0f (%s)" % (", DO" if dnssec else "", count / COUNTED, p.stdout.strip()), flush=True)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    build = os.path.abspath(sys.argv[1])
    seconds = int(os.environ.get("SECONDS", "10"))
    n = int(os.environ.get("N", "1000000"))
    scratch = tempfile.mkdtemp(prefix="edict-bench-")
    os.chmod(scratch, 0o755)  # edictd's front gives up root and must still read its database
    try:
        zone, queries = os.environ.get("ZONE"), os.environ.get("QUERIES")
        if not (zone and queries):
            zone, queries = os.path.join(scratch, "zone"), os.path.join(scratch, "queries")
            run([sys.executable, os.path.join(HERE, "gen_zone.py"), "-n", str(n), "--origin", ORIGIN,
                 "--zone", zone, "--queries", queries])
        print("zone %s, %d MB of text; %d cores" % (ORIGIN, os.path.getsize(zone) >> 20, os.cpu_count()))
        print("text: seconds, user seconds, peak MiB to check it (Edict, PowerDNS: to have it in the database)")
        print("first: milliseconds from start to first answer; MiB: private memory then, and after the load")
        print("file: MiB of files that only this server maps; user: nanoseconds of user time a query")
        print("%-9s %8s %8s %8s %9s %9s %9s %9s %10s %8s %8s" % ("", "text s", "user s", "peak MiB", "first ms", "MiB",
                                                                "MiB later", "file MiB", "queries/s", "answ. %", "user ns"))
        edict = Edict(build)
        for server in (edict, Nsd(), Knot(), Bind(), Pdns()):
            if server.name not in os.environ.get("SERVERS", server.name).split():
                continue
            if not installed(server):
                print("%-9s is not installed" % server.name)
                continue
            try:
                measure(server, os.path.abspath(zone), queries, seconds, scratch)
            except (RuntimeError, OSError, subprocess.SubprocessError) as e:
                print("%-9s failed: %s" % (server.name, e))
                if server is edict:
                    sys.exit(1)
        if hasattr(edict, "db"):
            instructions(edict, queries, scratch, [])
            instructions(edict, queries, scratch, ["dnssec"])
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


main()
