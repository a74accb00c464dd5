"""peers: the servers that are compared, one class each. All run in the foreground, on loopback, in a directory of their own.

    with started([Nsd, Knot], [Zone("example.", path)], directory) as servers: ...

A server knows how to write its configuration, how to start, and nothing of what it will be asked.
"""
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import ask
import wire

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(os.path.dirname(HERE))
START_SECONDS = 60
QUIET_SECONDS = 3		# no further zone within this time: what is missing was not accepted


def free_port():
    """free_port finds a port free for UDP and TCP. Another program could take it before the server does; then the server
    ends at once, and its log says why."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as t, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as u:
            t.bind(("127.0.0.1", 0))
            try:
                u.bind(("127.0.0.1", t.getsockname()[1]))
            except OSError:
                continue
            return t.getsockname()[1]


class Server:
    name = "?"
    needs = ()		# programs that must be found

    def __init__(self, zones, directory):
        self.zones = zones
        self.dir = os.path.join(directory, self.name)
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        self.log_path = os.path.join(self.dir, "log")
        self.port = free_port()
        self.process = None

    @classmethod
    def present(cls):
        return all(shutil.which(p, path=os.environ["PATH"] + ":/usr/sbin:/sbin") for p in cls.needs)

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)
        return self.path(name)

    def configure(self):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def prefix(self):
        return []

    def start(self, prefix=()):
        """start launches the server; wait() says when it answers. prefix: a command that runs it, such as faketime."""
        self.configure()
        log = open(self.log_path, "ab")
        env = dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")
        self.process = subprocess.Popen(list(prefix) + self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                        cwd=self.dir, env=env, start_new_session=True)
        log.close()

    def wait(self):
        """wait returns when every zone is answered with authority, or when nothing more happens: self.served then says
        which zones are there. A server that ends or serves nothing is an error, told with the end of its log."""
        probes = [wire.query(z.apex, wire.SOA) for z in self.zones]
        deadline, quiet = time.monotonic() + START_SECONDS, None
        udp = ask.Udp([self.port], timeout=0.3)
        self.served = []
        while time.monotonic() < deadline and self.process.poll() is None and len(self.served) < len(self.zones):
            before, served = len(self.served), []
            for at in range(0, len(probes), ask.WINDOW):
                answers = udp.window(probes[at:at + ask.WINDOW], tries=1)
                served += [z for z, a in zip(self.zones[at:], answers) if a[0] is not None and a[0][2] & 4]
            self.served = served
            if len(served) > before or not served:
                quiet = time.monotonic() + QUIET_SECONDS
            if time.monotonic() > quiet:
                break
            self.ended_within(0.05)
        udp.close()
        if not self.served or not self.alive():
            with open(self.log_path, errors="replace") as f:
                raise RuntimeError("%s did not start\n%s" % (self.name, "".join(f.readlines()[-20:])))

    def ended_within(self, seconds):
        """ended_within waits for the server's end, for so long."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None


class Nsd(Server):
    name, needs = "nsd", ("nsd",)

    def configure(self):
        self.write("nsd.conf", """server:
	ip-address: 127.0.0.1@%d
	server-count: 1
	username: ""
	chroot: ""
	zonesdir: "%s"
	database: ""
	pidfile: ""
	xfrdfile: "%s"
	zonelistfile: "%s"
	xfrdir: "%s"
	zonefiles-check: no
	minimal-responses: yes
	refuse-any: no
	round-robin: no
	hide-version: no
	identity: "peer"
	nsid: "ascii_peer"
	answer-cookie: no
	ipv4-edns-size: 4096
	rrl-ratelimit: 0
	rrl-whitelist-ratelimit: 0
	tcp-count: 200
	tcp-query-count: 0
	verbosity: 1
remote-control:
	control-enable: no
""" % (self.port, self.dir, self.path("xfrd.state"), self.path("zone.list"), self.dir) + "".join(
            'zone:\n\tname: "%s"\n\tzonefile: "%s"\n\tprovide-xfr: 127.0.0.1 NOKEY\n' % (z.origin, z.path) for z in self.zones))

    def command(self):
        return ["nsd", "-d", "-c", self.path("nsd.conf")]


class Knot(Server):
    name, needs = "knot", ("knotd",)

    def configure(self):
        self.write("knot.conf", """server:
    rundir: "%s"
    listen: 127.0.0.1@%d
    udp-max-payload: 4096
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    answer-rotation: off
    identity: "peer"
    nsid: "peer"
log:
  - target: stderr
    any: notice
database:
    storage: "%s"
acl:
  - id: loopback
    address: 127.0.0.1
    action: transfer
template:
  - id: default
    storage: "%s"
    semantic-checks: off
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
    acl: loopback
zone:
""" % (self.dir, self.port, self.path("db"), self.dir) + "".join(
            '  - domain: "%s"\n    file: "%s"\n' % (z.origin, z.path) for z in self.zones))

    def command(self):
        return ["knotd", "-c", self.path("knot.conf")]


class Bind(Server):
    name, needs = "bind", ("named",)

    def configure(self):
        self.write("named.conf", """options {
	directory "%s";
	listen-on port %d { 127.0.0.1; };
	listen-on-v6 { none; };
	pid-file none;
	session-keyfile none;
	managed-keys-directory "%s";
	lock-file none;
	recursion no;
	allow-query { any; };
	allow-transfer { any; };
	notify no;
	dnssec-validation no;
	empty-zones-enable no;
	minimal-responses yes;
	minimal-any yes;
	zero-no-soa-ttl no;
	max-udp-size 4096;
	edns-udp-size 4096;
	nocookie-udp-size 4096;
	answer-cookie no;
	rrset-order { order none; };
	check-names primary ignore;
	check-integrity no;
	check-dup-records ignore;
	check-mx ignore;
	check-srv-cname ignore;
	check-mx-cname ignore;
	check-sibling no;
	check-spf ignore;
	check-wildcard no;
	max-records-per-type 0;
	max-types-per-name 0;
	tcp-clients 1000;
	version "peer";
	hostname "peer";
	server-id "peer";
};
controls { };
logging { category default { default_stderr; }; category queries { null; }; category query-errors { null; }; };
""" % (self.dir, self.port, self.dir) + "".join(
            'zone "%s" { type primary; file "%s"; };\n' % (z.origin.replace('"', '\\"'), z.path) for z in self.zones))

    def command(self):
        return ["named", "-f", "-n", "2", "-U", "2", "-c", self.path("named.conf"), "-L", self.log_path]


# Checks of zonec that the peers do not make, or leave to other programs. Zones that fail them must be answered alike too.
# A chain with holes stays an error: nothing could be proved from it.
LENIENT = ("apex-ns", "apex-ns-target", "below-dname", "denial-bitmap", "rrsig-missing", "rrsig-wrong", "zonemd-wrong",
           "rrs-per-rrset", "types-per-name")


class Edict(Server):
    name = "edict"
    bin = os.environ.get("EDICT_BIN", os.path.join(CHECKOUT, "build", "bin"))

    @classmethod
    def present(cls):
        return all(os.access(os.path.join(cls.bin, p), os.X_OK) for p in ("zonec", "edictd"))

    def configure(self):
        os.makedirs(self.path("db"), exist_ok=True)
        listing = self.write("zones.list", "".join("%s %s\n" % (z.origin, z.path) for z in self.zones))
        with open(self.path("zonec.log"), "wb") as log:
            subprocess.run([os.path.join(self.bin, "zonec"), "compile", "-q", "-d", self.path("db"),
                            *(word for check in LENIENT for word in ("--warning", check)), "--list", listing],
                           stdout=log, stderr=log, check=False)

    def dump(self, z):
        """dump writes a zone as `zonec dump` tells it, and gives the path."""
        path = self.path("dump.zone")
        with open(path, "wb") as f:
            subprocess.run([os.path.join(self.bin, "zonec"), "dump", "-d", self.path("db"), "--", z.origin], stdout=f, check=True)
        return path

    def command(self):
        return [os.path.join(self.bin, "edictd"), "-d", self.path("db"), "-l", "127.0.0.1@%d" % self.port, "-t", "1",
                "--udp-size", "4096", "--nsid", "peer"]


ALL = (Nsd, Knot, Bind, Edict)


@contextlib.contextmanager
def started(classes, zones, directory):
    """started runs one server of each class over the zones, and stops them whatever happens."""
    servers = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))	# so that `finally` runs, and no server is left behind
    os.chmod(directory, 0o755)		# servers give up root and must still get here
    try:
        for cls in classes:
            servers.append(cls(zones, directory))
            servers[-1].start()
        for s in servers:
            s.wait()
        yield servers
    finally:
        for s in servers:
            s.stop()
