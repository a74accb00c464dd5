#!/usr/bin/python3
"""syntax: master files written in every odd way that RFC 1035 allows, read by zonec and by BIND.

A file is made by chance, from a seed: owners blank, relative, absolute and escaped; TTL and class in either order or left out;
parentheses, comments and line ends anywhere; strings quoted or not; numbers with zeros in front; types of all kinds. Where
both readers take a file, `zonec dump` read by BIND must be what BIND reads from the file. Where one refuses it, a row of
REFUSALS says why that is right.
"""
import argparse
import base64
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

import peers
import zones

BIN = peers.Edict.bin
ORIGIN = "t.example."
ODD_LABELS = (r"a\.b", r"a\046b", r"\065x", r"x\;y", r"x\"y", r"\(z", r"\@q", r"a\000b", r"\255", r"a\\b", r"sp\ ace", r"\$d")
TTLS = ("0", "1", "300", "3600", "1h", "1H30M", "2d", "1w2d3h4m5s", "2147483647", "86400", "007", "1m")
CLASSES = ("IN", "in", "In", "CLASS1")
DIRECTIVES = ("$TTL 1h30m", "$ttl 300", "$TTL 1w", "$ORIGIN sub", "$ORIGIN a.b." + ORIGIN, "$ORIGIN " + ORIGIN, "", ";tight", "   ", "  ; c",
              "$GENERATE 1-3 h$ A 192.0.2.$", "$GENERATE 0-10/5 g${0,3,d} CNAME x${1,2,x}", "$GENERATE 0-3/3 ${0,4,n} PTR h$.example.",
              r'$GENERATE 1-2 n${-1} 300 IN TXT "v $ \$ ${0,4,X}"')

# Flaws that are no matter of syntax: zonec is to take what BIND's -i none and -k ignore let pass.
OFF = ("cname-and-other-data", "cname-count", "dname-count", "below-dname", "nsec3-record", "denial-chain", "zonemd-wrong")

# who refuses, what it says, why
REFUSALS = (
    ("bind", r"extra input text|not end with newline", "a last line without an end is read (RFC 1035 5.1 knows lines, not files)"),
    ("bind", r"type 'M[DF]': obsolete", "RFC 1035 3.3.4, 3.3.5: obsolete, but with a form to write; zonec warns"),
    ("bind", r"near 'ohttp'", "RFC 9540, younger than BIND 9.18"),
    ("bind", r"inherited owner", "a blank owner behind $ORIGIN; zonec warns"),
    ("bind", r"DS record at top|CDS/CDNSKEY|invalid NS owner|out of range", "checks of contents, of which zonec's are named and warn"),
    ("edict", r"\[[a-z0-9-]+\]$", "a named check, no matter of syntax"),
)


class Writer:
    """Writer makes the words of a zone, by chance."""

    def __init__(self, seed):
        self.r = random.Random(seed)

    def one(self, *of):
        return self.r.choice(of)

    def label(self):
        if self.r.randrange(12) == 0:
            return self.one(*ODD_LABELS)
        return "".join(self.r.choices("abcXYZ019-_", k=self.r.randrange(1, 6)))

    def relative(self):
        return ".".join(self.label() for _ in range(self.r.randrange(1, 4)))

    def name(self):
        return self.one("@", ".", self.relative() + "." + ORIGIN, self.relative() + ".example.net.", *(self.relative() for _ in range(4)))

    def owner(self):
        return self.one("", "@", self.relative() + "." + ORIGIN, "*." + self.relative(), *(self.relative() for _ in range(5)))

    def string(self):
        body = "".join(self.r.choices(("a", "B", "1", r"\;", r"\"", r"\032", r"\200", "-", "=", r"\\", r"\(", "x", r"\@"), k=self.r.randrange(9)))
        if self.r.randrange(3) == 0:
            return '"%s%s"' % (body, self.one("", " ", "; no comment", " ( ", " )", "@", "$x"))
        return body or '""'

    def split(self, text):
        """split cuts hex or base64 digits in two, now and then: blanks in them mean nothing."""
        if len(text) > 1 and self.r.randrange(3) == 0:
            at = self.r.randrange(1, len(text))
            return text[:at] + " " + text[at:]
        return text

    def hex(self, octets):
        return self.split("".join(self.r.choices("0123456789abcdefABCDEF", k=2 * octets)))

    def b64(self):
        return self.split(base64.b64encode(self.r.randbytes(self.r.randrange(4, 40))).decode())

    def number(self, most):
        return self.one("%d", "%d", "0%d") % self.one(0, 1, most, self.r.randrange(most + 1))

    def some(self, least, *of):
        return " ".join(self.r.sample(of, self.r.randrange(least, len(of) + 1)))

    def v6(self):
        return self.one("::", "::1", "2001:DB8::5", "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8", "fe80::1:0:0:2", "1::8", "64:ff9b::192.0.2.33")


# a type, and its RDATA: each word in braces is one of these, made anew each time it stands there
WORDS = {
    "n": Writer.name, "s": Writer.string, "b": Writer.b64, "u8": lambda w: w.number(255), "u16": lambda w: w.number(65535),
    "u32": lambda w: w.number(2**32 - 1), "h4": lambda w: w.hex(4), "h20": lambda w: w.hex(20), "h32": lambda w: w.hex(32),
    "h48": lambda w: w.hex(48), "v4": lambda w: ".".join(str(w.r.randrange(256)) for _ in range(4)), "v6": Writer.v6,
    "alg": lambda w: w.one("8", "13", "RSASHA256", "ECDSAP256SHA256", "ED25519"),
    "types": lambda w: w.some(1, "A", "NS", "TYPE1234", "aaaa", "RRSIG", "NSEC", "CAA", "TYPE65280"),
    "params": lambda w: w.some(0, "alpn=h2", "port=8443", "ipv4hint=1.2.3.4,5.6.7.8", "ipv6hint=::1", 'key65400="a b"', "key65401",
                               "ech=AAAA", 'dohpath="/q{?dns}"', "ohttp"),
    "apl": lambda w: w.some(0, "1:192.0.2.0/24", "!1:10.0.0.0/8", "2:2001:db8::/32", "!2:::/0", "1:0.0.0.0/0"),
    "loc": lambda w: w.one("52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000.00m 10.00m", "42 21 54 N 71 06 18 W -24m 30m", "1 N 1 E 0",
                           "42 21 43.952 N 71 5 6.344 W -24m 1m 200m", "90 S 180 W -100000.00m 0.01m", "32 7 19 S 116 2 25 E 10m"),
}
TYPES = [line.split(None, 1) for line in r"""
A {v4}
AAAA {v6}
NS {n}
MX {u16} {n}
TXT {s} {s} {s}
TXT {s}
SRV {u16} {u16} {u16} {n}
CAA {u8} issue {s}
LOC {loc}
HINFO {s} {s}
NAPTR {u16} {u16} "s" {s} "!^.*$!sip:a@b!" {n}
SSHFP {u8} {u8} {h20}
TLSA {u8} {u8} {u8} {h20}
SMIMEA {u8} {u8} {u8} {h32}
DS {u16} {alg} 2 {h32}
CDS {u16} 13 2 {h32}
DNSKEY 256 3 {alg} {b}
KEY 256 3 8 {b}
SVCB {u16} {n} {params}
HTTPS 1 {n} {params}
URI {u16} {u16} "http://a/{u8}"
APL {apl}
CERT PGP {u16} RSASHA256 {b}
CERT 65535 {u16} 0 {b}
RP {n} {n}
AFSDB {u16} {n}
PTR {n}
KX {u16} {n}
EUI48 00-00-5e-00-53-2A
EUI64 00-00-5e-ef-10-00-00-2a
NID {u16} 0014:4fff:ff20:ee64
L32 {u16} {v4}
L64 {u16} 2001:0DB8:1140:1000
LP {u16} {n}
OPENPGPKEY {b}
DHCID {b}
X25 "311061700956"
ISDN {s} {s}
RT {u16} {n}
NSAP 0x47.0005.80.005a00.0000.0001.e133.ffffff000161.00
PX {u16} {n} {n}
GPOS -32.6882 116.8652 "10.0"
WKS {v4} tcp 25 smtp 53
NSEC {n} {types}
CSYNC {u32} 3 A NS
IPSECKEY 10 1 2 {v4} {b}
IPSECKEY 10 2 2 {v6} {b}
IPSECKEY 10 3 2 gw.example. {b}
DNAME {n}
ZONEMD 2018031500 1 1 {h48}
AMTRELAY 10 0 1 {v4}
AMTRELAY 128 1 3 relay.example.
NSEC3PARAM 1 0 {u8} AABBcc
MINFO {n} {n}
SPF {s}
AVC {s}
NINFO {s}
RKEY 0 3 8 {b}
TALINK {n} {n}
SINK {u8} {u8} {u8} {b}
DOA 1234567890 2147483648 1 "image/gif" {b}
RRSIG TYPE4711 8 3 3600 20300101000000 1577836800 {u16} {n} {b}
EID {h4}
NIMLOC {h4}
ATMA +61200000000
MB {n}
MD {n}
A6 64 ::1 pre.example.
TYPE65399 \# 20 {h20}
TYPE65399 \# 0
TYPE1 \# 4 {h4}
NULL \# 4 {h4}
""".strip().splitlines()]


class Layout:
    """Layout puts words on lines."""

    def __init__(self, writer):
        self.w, self.open, self.text = writer, 0, ""

    def gap(self):
        out, kind = self.w.one(" ", "\t", "  ", " \t "), self.w.r.randrange(14)
        if kind == 0:
            self.open += 1
            out += "("
        elif kind == 1 and self.open:
            self.open -= 1
            out += ") "
        if self.open and self.w.r.randrange(4) == 0:
            out += self.w.one("\n", ' ; com ( " ment\n\t', "\n\n  ", "; )\n ") + " "
        return out

    def entry(self, owner, words):
        self.text = owner + "".join(self.gap() + word for word in words)
        while self.open:
            self.open -= 1
            self.text += self.w.one(" )", "\n)", " ; x\n )")
        return self.text + self.w.one("", " ", "\t", ' ; trailing " ( comment', ";tight")


def words_of(rdata):
    """words_of splits RDATA at blanks that stand in no quotes and are not escaped."""
    return re.findall(r'(?:"(?:\\.|[^"\\])*"|\\.|[^\s"\\])+', rdata, re.S)


def entry(w):
    rrtype, rdata = w.one(*TYPES)
    rdata = re.sub(r"\{(\w+)\}", lambda m: WORDS[m.group(1)](w) if m.group(1) in WORDS else m.group(0), rdata)
    head = [w.one(*TTLS)] * w.r.randrange(2) + [w.one(*CLASSES)] * w.r.randrange(2)
    w.r.shuffle(head)
    if w.r.randrange(4) == 0:
        rrtype = rrtype.lower()
    return Layout(w).entry(w.owner(), head + [rrtype] + words_of(rdata))


def master_file(seed):
    w = Writer(seed)
    lines = ["$TTL 1h", "@ IN SOA ns.%s hm.%s ( 1 ; s" % (ORIGIN, ORIGIN), " 1h 2h 3w ; x", " 1d )", "@ NS ns", "ns A 192.0.2.1"]
    for _ in range(w.r.randrange(1, 8)):
        lines.append(w.one(*DIRECTIVES) if w.r.randrange(5) == 0 else entry(w))
    end = w.one("\n", "\n", "\n", "\r\n")
    return "\n".join(lines).replace("\n", end) + w.one(end, end, end, "")


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


def by_bind(path):
    """by_bind gives the records of a file as BIND prints them, or None and what it says."""
    done = run(*(word for word in zones.READERS[0](zones.Zone(ORIGIN, path, None)) if word != "-q"))
    if done.returncode != 0:
        return None, (done.stderr + done.stdout).decode("latin-1")
    return sorted(zones.lines_of(done.stdout.decode("latin-1"))), ""


def by_edict(path, directory):
    """by_edict gives the path of the dump, or None and the errors."""
    db, dump = os.path.join(directory, "db"), os.path.join(directory, "dump")
    shutil.rmtree(db, ignore_errors=True)
    off = [word for check in OFF for word in ("--off", check)]
    done = run(os.path.join(BIN, "zonec"), "compile", "-q", *off, "-d", db, ORIGIN, path)
    if done.returncode != 0:
        return None, "\n".join(line for line in done.stderr.decode("latin-1").splitlines() if " error: " in line)
    with open(dump, "wb") as f:
        subprocess.run([os.path.join(BIN, "zonec"), "dump", "-d", db, ORIGIN], stdout=f, check=True)
    return dump, ""


def refusal(who, words):
    """refusal gives the reason why one may refuse what the other takes."""
    return next((why for whose, pattern, why in REFUSALS if whose == who and re.search(pattern, words, re.M)), None)


def keyed(records, ttl):
    return {(owner.lower(), rrtype, rdata, seconds if ttl else "") for owner, seconds, rrtype, rdata in records}


def compare(path, directory):
    """compare gives None, or what is wrong."""
    want, refused = by_bind(path)
    dump, errors = by_edict(path, directory)
    if want is None and dump is None:
        return None
    if want is None or dump is None:
        who, words = ("bind", refused) if want is None else ("edict", errors)
        return None if refusal(who, words) else "only %s refuses it: %s" % (who, words.strip()[:300])
    have, refused = by_bind(dump)
    if have is None:
        return "BIND does not read the dump: " + refused.strip()[:300]
    several_ttls = len(keyed(want, True)) == len(keyed(have, True)) and keyed(want, False) == keyed(have, False)
    if several_ttls and differing_ttls(path):
        return None
    more, fewer = keyed(have, True) - keyed(want, True), keyed(want, True) - keyed(have, True)
    if not more and not fewer:
        return None
    return "\n".join(["the dump differs", *("+ %s" % (r,) for r in sorted(more)), *("- %s" % (r,) for r in sorted(fewer))])


def differing_ttls(path):
    """differing_ttls: zonec warns of RRsets whose records have different TTLs (RFC 2181 5.2)."""
    return b"[ttl-differs]" in run(os.path.join(BIN, "zonec"), "check", ORIGIN, path).stderr


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--seed", type=int, default=1, help="the first")
    p.add_argument("--files", type=int, default=1500)
    p.add_argument("--show", action="store_true", help="print the file of the seed, and no more")
    args = p.parse_args()
    if args.show:
        sys.stdout.write(master_file(args.seed))
        return
    if not peers.Edict.present() or not peers.Bind.present():
        sys.exit("zonec or named-compilezone is missing")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="interop.") as d:
        path = os.path.join(d, "zone")
        for seed in range(args.seed, args.seed + args.files):
            with open(path, "w", newline="", encoding="latin-1") as f:
                f.write(master_file(seed))
            wrong = compare(path, d)
            if wrong is not None:
                failed += 1
                print("seed %d: %s" % (seed, wrong), flush=True)
    print("%d passed, %d failed" % (args.files - failed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
