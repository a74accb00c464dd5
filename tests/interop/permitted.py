"""permitted: the differences between servers that are known and explained, one row each.

A row's name is a heading of README.md, where the RFC's sentence stands. A row sees one item of a difference with the
question and both messages, and says whether it explains this item; it is as narrow as we could make it.
"""
import wire
from compare import permitted
from wire import A, AA, AAAA, ANY, CNAME, DNAME, DS, NS, NSEC, NSEC3, RRSIG, SOA, TC

NOERROR, SERVFAIL, NXDOMAIN, YXDOMAIN = 0, 2, 3, 6
EDE = 15
ADDRESSES = (A, AAAA)
POINTERS = {wire.TYPES[t]: skip for t, skip in (
    ("MX", 2), ("SRV", 6), ("NS", 0), ("KX", 2), ("AFSDB", 2), ("RT", 2), ("SVCB", 2), ("HTTPS", 2))}
SVCB = wire.TYPES["SVCB"]


def covered(rr):
    """covered gives the type of a record, or the type its signature covers."""
    return int.from_bytes(rr.rdata[:2], "big") if rr.type == RRSIG else rr.type


def visited(case, norm):
    """visited gives the names a message leads through: the question, then every target of a CNAME. A name met again
    ends it."""
    names = case.visited.get(id(norm))
    if names is None:
        targets = {rr.owner: rr.rdata for rr in norm.answer if rr.type == CNAME}
        names = case.visited[id(norm)] = [case.qname]
        while names[-1] in targets and targets[names[-1]] not in names:
            names.append(targets[names[-1]])
    return names


def loops(case, norm):
    targets = {rr.owner: rr.rdata for rr in norm.answer if rr.type == CNAME}
    names = visited(case, norm)
    return targets.get(names[-1]) in names


def stop(case, mine, ref):
    """stop gives (names, k) if one server stopped following a chain before names[k] and the other went on, else None."""
    a, b = visited(case, mine), visited(case, ref)
    short, names, other = (a, b, mine) if (len(a), len(mine.answer)) < (len(b), len(ref.answer)) else (b, a, ref)
    if names[:len(short)] != short or len(short) < 2 or any(rr.owner == short[-1] for rr in other.answer):
        return None
    return names, len(short) - 1


@permitted("extended-error")
def _(case, item, mine, ref):
    if item.kind != "opt" or mine.opt is None or ref.opt is None:
        return False
    rest = [[o for o in n.opt.options if o[0] != EDE] for n in (mine, ref)]
    return mine.opt[:2] == ref.opt[:2] and rest[0] == rest[1]


@permitted("chase-into-other-zones")
def _(case, item, mine, ref):
    where = stop(case, mine, ref)
    if where is None or item.kind not in ("answer", "authority", "additional", "rcode"):
        return False
    names, k = where
    return case.world.zone_of(names[k]) != case.world.zone_of(names[k - 1])


@permitted("length-of-chains")
def _(case, item, mine, ref):
    longest = max(len(visited(case, mine)), len(visited(case, ref)))
    return longest > 5 and (stop(case, mine, ref) is not None or SERVFAIL in (mine.rcode, ref.rcode))


@permitted("loops")
def _(case, item, mine, ref):
    return (loops(case, mine) or loops(case, ref)) and item.kind in ("answer", "rcode", "twice", "authority", "order", "flag")


@permitted("minimal-any")
def _(case, item, mine, ref):
    return case.qtype == ANY and mine.rcode == ref.rcode and item.kind in ("answer", "additional", "authority") and bool(
        mine.answer and ref.answer)


@permitted("one-rrsig-for-qtype-rrsig")
def _(case, item, mine, ref):
    return case.qtype == RRSIG and item.kind == "answer" and item.what.type == RRSIG and bool(mine.answer and ref.answer)


@permitted("useful-additional")
def _(case, item, mine, ref):
    """Addresses of names in the answer's RDATA: some servers add them, some do not."""
    if item.kind != "additional" or covered(item.what) not in (*ADDRESSES, SVCB):
        return False
    answer = mine.answer if item.extra else ref.answer
    return any(rr.type in POINTERS and rr.rdata[POINTERS[rr.type]:].startswith(item.what.owner) for rr in answer)


@permitted("denial-in-additional")
def _(case, item, mine, ref):
    """A SVCB answer from Knot carries a denial for the address its target does not have."""
    return case.of("knot", mine, ref) is not None and case.qtype == SVCB and item.kind == "additional" and (
        covered(item.what) in (NSEC, NSEC3))


@permitted("address-of-a-wildcard")
def _(case, item, mine, ref):
    """A referral's server whose address would come from a wildcard."""
    return item.kind == "additional" and covered(item.what) in ADDRESSES and not case.world.exists(item.what.owner)


@permitted("authoritative-address-in-referral")
def _(case, item, mine, ref):
    """The server's name is in this zone and not below any cut: its address is no glue."""
    return item.kind == "additional" and covered(item.what) in ADDRESSES and served_by(item, mine, ref) is not None and (
        case.world.cut_over(item.what.owner) is None)


@permitted("sibling-glue")
def _(case, item, mine, ref):
    """The server's name is below another cut of the zone."""
    if item.kind != "additional" or covered(item.what) not in ADDRESSES:
        return False
    cut, over = served_by(item, mine, ref), case.world.cut_over(item.what.owner)
    return cut is not None and over is not None and not wire.is_below(item.what.owner, cut)


def served_by(item, mine, ref):
    """served_by gives the delegated name whose NS record asks for this address, in the message that has it."""
    authority = mine.authority if item.extra else ref.authority
    for rr in authority:
        if rr.type == NS and rr.rdata == item.what.owner:
            return rr.owner
    return None


@permitted("dnssec-types-at-a-cname")
def _(case, item, mine, ref):
    return case.qtype in (RRSIG, NSEC, NSEC3) and (
        any(rr.type == CNAME for rr in mine.answer | ref.answer) or "CNAME" in case.world.types_of(case.qname))


@permitted("any-at-a-lone-ds")
def _(case, item, mine, ref):
    """DS where nothing is delegated, asked with ANY: BIND gives nothing, and sets AD."""
    return case.of("bind", mine, ref) is not None and case.qtype == ANY and "DS" in case.world.types_of(case.qname) and (
        "NS" not in case.world.types_of(case.qname))


@permitted("ns-at-a-wildcard")
def _(case, item, mine, ref):
    """A wildcard that owns NS: Knot refers, NSD and Edict answer as for any type (RFC 4592 4.2 leaves it undefined)."""
    return any(rr.type == NS and rr.owner[:2] == b"\1*" for rr in mine.authority | ref.authority)


@permitted("ds-in-a-half-signed-zone")
def _(case, item, mine, ref):
    """NSEC records and DS, but no signatures, or hardly any: BIND takes the zone for unsigned."""
    if case.of("bind", mine, ref) is None:
        return False
    if item.kind == "answer" and item.what.type == RRSIG:
        return case.world.half_signed(case.qname)
    if item.kind != "authority" or covered(item.what) not in (DS, NSEC, NSEC3, SOA):
        return False
    owner = item.what.owner
    if covered(item.what) == NSEC and case.world.half_signed(case.qname):
        return True  # its owner may be a cut whose zone is served, too
    return case.world.half_signed(wire.parent(owner) if covered(item.what) == DS else owner)


@permitted("name-of-another-zone")
def _(case, item, mine, ref):
    """NSD has one table of names for all zones: a name that is not there is NODATA if another zone has it, as a parent
    has the child's glue."""
    nsd = case.of("nsd", mine, ref)
    return (nsd is not None and item.kind == "rcode" and nsd.rcode == NOERROR and NXDOMAIN in (mine.rcode, ref.rcode)
            and case.world.only_elsewhere(visited(case, nsd)[-1]))


@permitted("any-and-dname")
def _(case, item, mine, ref):
    return case.qtype == ANY and any(rr.type == DNAME for rr in mine.answer | ref.answer)


@permitted("yxdomain")
def _(case, item, mine, ref):
    """The target of a DNAME is too long: YXDOMAIN, or what Knot says."""
    return {mine.rcode, ref.rcode} == {YXDOMAIN, NXDOMAIN} and item.kind in ("rcode", "authority")


@permitted("dname-at-a-wildcard")
def _(case, item, mine, ref):
    return item.kind == "answer" and covered(item.what) == DNAME and b"\1*" in item.what.owner


@permitted("ds-across-a-gap")
def _(case, item, mine, ref):
    """DS at an apex whose parent is not served, or does not delegate it: Edict says NODATA from the child, the others
    answer from whatever zone is above, in three ways."""
    world = case.world
    return (case.qtype == DS and case.qname in world.zones and case.qname != b"\0"
            and world.zone_of(wire.parent(case.qname)) is not None and world.cut_over(case.qname) != case.qname)


@permitted("ds-behind-a-cname")
def _(case, item, mine, ref):
    """A CNAME leads to an apex, and the question is DS: NSD answers from the parent, the others from the child."""
    names = visited(case, mine)
    return case.qtype == DS and case.of("nsd", mine, ref) is not None and len(names) > 1 and names[-1] in case.world.zones


# ---------------------------------------------------------------- single servers' habits and mistakes

def canonical(name):
    """canonical gives a key that sorts names in canonical order (RFC 4034 6.1)."""
    return wire.labels_of(name)[::-1]


def common(a, b):
    """common gives the longest name that both end in."""
    while not wire.is_below(b, a):
        a = wire.parent(a)
    return a


def nsec_proves_nxdomain(case, norm):
    """nsec_proves_nxdomain says whether the NSEC records deny the last name of the chain and the wildcard that would
    have answered (RFC 4035 5.4)."""
    name = visited(case, norm)[-1]
    spans = []
    for rr in norm.authority:
        if rr.type == NSEC:
            following, _ = wire.read_name(rr.rdata, 0, {})
            spans.append((rr.owner, following))

    def covers(owner, following, n):
        o, f, n = canonical(owner), canonical(following), canonical(n)
        return o < n < f or (f <= o < n)
    for owner, following in spans:
        if covers(owner, following, name):
            encloser = max(common(owner, name), common(following, name), key=len)
            if len(encloser) > 253:
                return True
            return any(covers(o, f, b"\1*" + encloser) for o, f in spans)
    return False


@permitted("wrong-nsec")
def _(case, item, mine, ref):
    """NSD looks for the wildcard's denial one name too early where an empty non-terminal sorts just before it: what it
    sends proves nothing, or holds one NSEC too many. The other message proves what it says."""
    nsd = case.of("nsd", mine, ref)
    if nsd is None or item.kind != "authority" or covered(item.what) != NSEC or not mine.rcode == ref.rcode == NXDOMAIN:
        return False
    other = ref if nsd is mine else mine
    return nsec_proves_nxdomain(case, other) and (not nsec_proves_nxdomain(case, nsd) or item.what in nsd.authority)


@permitted("nul-octet-in-nsec")
def _(case, item, mine, ref):
    """Knot 3.2 sorts names with a NUL octet differently from RFC 4034 6.1, so it finds the wrong NSEC."""
    if case.of("knot", mine, ref) is None or item.kind != "authority" or covered(item.what) != NSEC:
        return False
    involved = {visited(case, ref)[-1]} | {rr.owner for rr in mine.authority | ref.authority}
    return any(0 in label for name in involved for label in wire.labels_of(name))


@permitted("wildcard-that-is-an-ent")
def _(case, item, mine, ref):
    """The wildcard that answers with NODATA is an empty non-terminal: NSD proves that it has no data, others do not."""
    name = visited(case, ref)[-1]
    return item.kind == "authority" and covered(item.what) == NSEC and mine.rcode == ref.rcode == NOERROR and (
        case.world.wildcard_is_ent(name))


@permitted("nsec-from-a-wildcard")
def _(case, item, mine, ref):
    return case.of("knot", mine, ref) is not None and case.qtype == NSEC and item.kind == "authority" and covered(item.what) == NSEC


@permitted("nsec-at-a-cut")
def _(case, item, mine, ref):
    return case.of("bind", mine, ref) is not None and case.qtype == NSEC and case.world.cut_over(case.qname) == case.qname


@permitted("dname-at-a-wildcard-denial")
def _(case, item, mine, ref):
    return (case.of("knot", mine, ref) is not None and item.kind == "authority" and covered(item.what) in (NSEC, NSEC3)
            and any(rr.type == DNAME and b"\1*" in rr.owner for rr in mine.answer | ref.answer))


@permitted("nsec3-more-than-needed")
def _(case, item, mine, ref):
    """NSD proves more than RFC 5155 7.2.3 asks when the question is itself a wildcard's name."""
    nsd = case.of("nsd", mine, ref)
    return nsd is not None and item.kind == "authority" and covered(item.what) == NSEC3 and item.what in nsd.authority and (
        case.qname[:2] == b"\1*")


@permitted("closest-provable-encloser")
def _(case, item, mine, ref):
    """Opt-out, and the closest encloser is an empty non-terminal: NSD proves nothing, or something about another name."""
    nsd = case.of("nsd", mine, ref)
    if nsd is None or item.kind != "authority" or covered(item.what) != NSEC3:
        return False
    return case.world.at_or_below_an_ent(visited(case, ref)[-1]) and (
        any(rr.type == NSEC3 and rr.rdata[1] & 1 for rr in nsd.authority))


@permitted("empty-nxdomain")
def _(case, item, mine, ref):
    """Knot 3.2 answers some names of an NSEC3 zone that has NUL octets in names, or a DNAME at a wildcard, by a bare
    NXDOMAIN without AA."""
    knot = case.of("knot", mine, ref)
    return knot is not None and knot.rcode == NXDOMAIN and not knot.answer and not knot.authority and not knot.flags & AA


@permitted("servfail-below-a-dname")
def _(case, item, mine, ref):
    """Knot 3.2 says SERVFAIL below a DNAME at a wildcard that leads to another zone, if the zone has NSEC3."""
    knot = case.of("knot", mine, ref)
    other = ref if knot is mine else mine
    return knot is not None and knot.rcode == SERVFAIL and any(rr.type == DNAME and b"\1*" in rr.owner for rr in other.answer)


# ---------------------------------------------------------------- what does not fit

def missing_in_domain(case, norm):
    """missing_in_domain says whether a referral lacks an address that the zone has of a server at or below the delegated
    name (RFC 9471 2.1)."""
    have = {(rr.owner, rr.type) for rr in norm.additional}
    for rr in norm.authority:
        if rr.type == NS and wire.is_below(rr.rdata, rr.owner):
            types = case.world.types_of(rr.rdata)
            if any(wire.type_name(t) in types and (rr.rdata, t) not in have for t in ADDRESSES):
                return True
    return False


def delegation(norm):
    return {rr for rr in norm.authority if rr.type == NS}


def rrset_octets(rr, norm):
    """rrset_octets gives what the RRset of an address takes: a pointer, ten octets and the data, for each record."""
    return sum(12 + len(other.rdata) for other in norm.additional if (other.owner, other.type) == (rr.owner, rr.type))


@permitted("glue-that-does-not-fit")
def _(case, item, mine, ref):
    """A referral over UDP in which not all addresses fit: which ones are there, and TC if in-domain glue is missing. NSD
    leaves out what would fill the message to its last octet."""
    if mine.rcode != ref.rcode or mine.answer or ref.answer or delegation(mine) != delegation(ref):
        return False
    if item.kind == "flag" and item.what == "tc":
        return missing_in_domain(case, mine) or missing_in_domain(case, ref)
    lacking = ref if item.extra else mine
    return item.kind == "additional" and covered(item.what) in ADDRESSES and (
        bool(lacking.flags & TC) or case.length(lacking) + rrset_octets(item.what, mine if item.extra else ref) >= case.limit)


@permitted("contents-of-a-truncated-message")
def _(case, item, mine, ref):
    return bool(mine.flags & ref.flags & TC) and item.kind in ("answer", "authority", "additional", "order", "rcode", "flag")


@permitted("length-of-a-message")
def _(case, item, mine, ref):
    """One answer fits, the other one's does not: the servers compress differently. The TC is right if the whole answer
    of the server that sets it is longer than the client accepts."""
    if not (mine.flags ^ ref.flags) & TC or item.kind not in ("answer", "authority", "additional", "flag", "order", "rcode"):
        return False
    who, others = case.parties
    return case.whole(who if mine.flags & TC else others[0]) > case.limit
