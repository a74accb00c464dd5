"""zones: which zones are compared, and with whom they are loaded.

A *set* is a list of zones that every server serves together: zones of one set can point at each other. Real zones come
from $EDICT_REALZONES, special ones from zones/SET/ORIGIN.zone beside this file; some sets exist unsigned and signed in
several ways. Signing happens at run time, with keys made at run time.
"""
import csv
import functools
import glob
import lzma
import os
import random
import re
import shutil
import subprocess
import sys
from collections import namedtuple

import wire

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(os.path.dirname(HERE))
REALZONES = os.environ.get("EDICT_REALZONES", os.path.join(os.path.dirname(CHECKOUT), "shared", "realzones"))
TOOLS = os.environ.get("EDICT_TOOLS", os.path.join(os.path.dirname(CHECKOUT), "shared", "tools"))

INCEPTION, EXPIRATION = "20260101000000", "20370101000000"
SALT, ITERATIONS = "aabb", "3"		# not zero, so that a server that ignores them is seen; small, so that nobody refuses
PEERS = ("nsd", "knot", "bind")

Zone = namedtuple("Zone", "origin path apex")
Set = namedtuple("Set", "name zones peers")	# peers: names of the servers that accept these zones


def zone(origin, path):
    return Zone(origin, path, wire.to_wire(origin))


def origin_of(path):
    """origin_of reads the origin from a file name: one.test.zone -> one.test., ROOT.zone -> the root."""
    name = os.path.basename(path)[:-len(".zone")]
    return "." if name == "ROOT" else name + "."


# ---------------------------------------------------------------- signing

def run(command, directory):
    done = subprocess.run(command, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise RuntimeError("%s\n%s" % (" ".join(command), done.stdout.decode(errors="replace")[-2000:]))
    return done.stdout.decode()


def key_for(origin, directory):
    """key_for makes a key that signs everything of a zone (CSK), and gives the base name of its files."""
    old = glob.glob(os.path.join(directory, "K%s+*.key" % origin.lower()))
    if old:
        return os.path.basename(old[0])[:-len(".key")]
    return run(["dnssec-keygen", "-q", "-a", "ECDSAP256SHA256", "-f", "KSK", "-K", directory, origin], directory).strip()


def readable(origin, path):
    """readable writes brackets in names as \\DDD: signers print them bare, and Knot's reader refuses that."""
    with open(path, encoding="latin-1") as f:
        text = f.read()
    with open(path, "w", encoding="latin-1") as f:
        f.write(text.replace("[", "\\091").replace("{", "\\123"))
    return zone(origin, path)


def sign_bind(z, directory, *options):
    key = key_for(z.origin, directory)
    out = os.path.join(directory, os.path.basename(z.path) + ".signed")
    run(["dnssec-signzone", "-q", "-P", "-z", "-s", INCEPTION, "-e", EXPIRATION, "-o", z.origin, "-f", out, *options,
         "-S", "-K", directory, "-d", directory, z.path, key], directory)
    return readable(z.origin, out)


def sign_ldns(z, directory, *options):
    key = key_for(z.origin, directory)
    out = os.path.join(directory, os.path.basename(z.path) + ".signed")
    run(["ldns-signzone", "-i", INCEPTION, "-e", EXPIRATION, "-o", z.origin, "-f", out, *options, z.path, key], directory)
    return readable(z.origin, out)


def sign_nsec3(z, directory, opt_out):
    """sign_nsec3 lets BIND sign, or ldns where BIND gives up: it does with names so long that *.NAME is too long."""
    try:
        return sign_bind(z, directory, "-3", SALT, "-H", ITERATIONS, *(["-A"] if opt_out else []))
    except RuntimeError as e:
        if "name too long" not in str(e):
            raise
        return sign_ldns(z, directory, "-n", "-s", SALT, "-t", ITERATIONS, *(["-p"] if opt_out else []))


SIGNINGS = {
    "plain": lambda z, d: z,
    "nsec": sign_bind,
    "nsec3": lambda z, d: sign_nsec3(z, d, False),
    "optout": lambda z, d: sign_nsec3(z, d, True),
    "ldns-optout": lambda z, d: sign_ldns(z, d, "-n", "-p", "-s", SALT, "-t", ITERATIONS),
}

# NSD 4.6.1 ends while it loads an NSEC3 zone in which *.NAME would be longer than 255 octets.
# ldns-signzone 1.8.3 writes names of odd octets so that nobody reads them back.
UNFIT = {("long", signing): ("knot", "bind") for signing in ("nsec3", "optout", "ldns-optout")}
UNFIT["names", "ldns-optout"] = ()


# ---------------------------------------------------------------- sets

def special(directory, signings, wanted=lambda name: True):
    """special gives every folder of zones/ once for every way of signing, if a set of that name is wanted."""
    for folder in sorted(glob.glob(os.path.join(HERE, "zones", "*", ""))):
        folder = folder.rstrip("/")
        for signing in signings:
            fit = UNFIT.get((os.path.basename(folder), signing), PEERS)
            if not fit:
                continue
            name = "%s/%s" % (os.path.basename(folder), signing)
            if not wanted(name):
                continue
            where = os.path.join(directory, name.replace("/", "-"))
            os.makedirs(where, exist_ok=True)
            paths = sorted(glob.glob(os.path.join(folder, "*.zone")))
            yield Set(name, [SIGNINGS[signing](zone(origin_of(p), p), where) for p in paths], fit)


def root(directory):
    for path in sorted(glob.glob(os.path.join(REALZONES, "root", "*.zone"))):
        yield Set("root", [zone(".", path)], PEERS)


def unpacked(path, directory):
    if not path.endswith(".xz"):
        return path
    out = os.path.join(directory, os.path.relpath(path, REALZONES).replace("/", "_")[:-3])
    with lzma.open(path) as f, open(out, "wb") as g:
        shutil.copyfileobj(f, g)
    return out


def real(directory):
    """real gives the files of SOURCES.tsv that at least two peers accept, in as few sets as possible: zones of one set
    are accepted by the same peers and have different origins."""
    listing = os.path.join(REALZONES, "SOURCES.tsv")
    if not os.path.exists(listing):
        return
    waves = []
    with open(listing, newline="") as f:
        for row in csv.DictReader(f, delimiter="\t"):
            accepted = tuple(p for p in PEERS if row[p] == "ok")
            if len(accepted) < 2 or row["file"].startswith("root/"):
                continue
            z = zone(row["origin"], unpacked(os.path.join(REALZONES, row["file"]), directory))
            for peers, wave in waves:
                if peers == accepted and all(z.apex.lower() != other.apex.lower() for other in wave):
                    wave.append(z)
                    break
            else:
                waves.append((accepted, [z]))
    for i, (peers, wave) in enumerate(waves):
        yield Set("real/%d" % i, wave, peers)


def tld(directory, delegations):
    """tld generates a registry's zone and signs it with opt-out."""
    generator = os.path.join(TOOLS, "gen_tld_zone.py")
    if not os.path.exists(generator):
        return
    path = os.path.join(directory, "tld.zone")
    run([sys.executable, generator, "-n", str(delegations), "--origin", "test.", "-o", path], directory)
    yield Set("tld", [sign_bind(zone("test.", path), directory, "-3", "-", "-H", "0", "-A")], PEERS)


# ---------------------------------------------------------------- contents

LINE = re.compile(r"^(\S+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(.*)$")


READERS = (
    lambda z: ["named-compilezone", "-q", "-j", "-i", "none", "-k", "ignore", "-n", "ignore", "-m", "ignore", "-M", "ignore",
               "-S", "ignore", "-T", "ignore", "-W", "ignore", "-r", "ignore", "-s", "full", "-o", "-", z.origin, z.path],
    lambda z: ["nsd-checkzone", "-p", z.origin, z.path],
)


def flat(z, readers=READERS):
    """flat prints a zone with one record a line. BIND's reader is tried first, then NSD's. Gives the text and who read."""
    for reader in readers:
        done = subprocess.run(reader(z), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False, cwd=os.path.dirname(z.path),
                              env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin"))
        if done.returncode == 0:
            return done.stdout.decode("latin-1"), reader
    raise RuntimeError("nobody reads " + z.path)


@functools.lru_cache(maxsize=256)
def flat_file(z):
    """flat_file is flat for a file that does not change while this runs."""
    return flat(z)


def lines_of(text):
    """lines_of gives owner, TTL, type and RDATA of every record of a flat text."""
    for line in text.splitlines():
        m = LINE.match(line)
        if m and not m.group(1).startswith(";"):
            yield m.group(1), m.group(2), m.group(4), m.group(5)


def records(z):
    """records gives (owner in wire form and lower case, type name, rdata text) of every record of the zone."""
    seen = {}
    for name, _, rrtype, rdata in lines_of(flat_file(z)[0]):
        owner = seen.get(name)
        if owner is None:
            owner = seen[name] = wire.to_wire(name).lower()
        yield owner, rrtype, rdata
