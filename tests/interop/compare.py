"""compare: says in which way one server's message differs from another's, and whether that is permitted.

Two messages are compared as sets of records (wire.normalise). A difference is a small item, such as "authority: this
record is missing". Every item must be explained by a row of PERMITTED, each with the RFC's sentence in README.md; what
no row explains is a failure. Rows are narrow: they see the question, both messages and the item.
"""
from collections import Counter, namedtuple

import wire

# kind: rcode, flag, question, answer, authority, additional, order, opt. extra: True if the server has it and the
# reference has not. what: an RR, or the value.
Item = namedtuple("Item", "kind extra what")


def differences(mine, ref):
    """differences lists what `mine` has and `ref` has not, and the other way round."""
    out = []
    if mine.rcode != ref.rcode:
        out.append(Item("rcode", True, mine.rcode))
    for bit, name in wire.FLAG_NAMES:
        if (mine.flags ^ ref.flags) & bit:
            out.append(Item("flag", bool(mine.flags & bit), name))
    if mine.question != ref.question:
        out.append(Item("question", True, mine.question))
    for section in ("answer", "authority", "additional"):
        a, b = getattr(mine, section), getattr(ref, section)
        out += [Item(section, True, rr) for rr in sorted(a - b)]
        out += [Item(section, False, rr) for rr in sorted(b - a)]
    if mine.answer == ref.answer and mine.chain != ref.chain:
        out.append(Item("order", True, mine.chain))
    if mine.twice != ref.twice:
        out.append(Item("twice", mine.twice, "a record twice in one section"))
    if mine.opt != ref.opt:
        out.append(Item("opt", mine.opt is not None, mine.opt))
    return out


class Case:
    """A question, with what is needed to judge the answers: how it was asked, and what the zones hold."""

    def __init__(self, qname, qtype, how, limit, world, whole):
        self.qname, self.qtype, self.how, self.limit, self.world = qname.lower(), qtype, how, limit, world
        self.parties = (None, ())
        self.lengths = {}		# id of a message -> its octets
        self.visited = {}		# id of a message -> the names it leads through; filled by permitted.py
        self.whole = whole		# gives the length of a server's answer over TCP, for the one rule that needs it


    def of(self, server, mine, ref):
        """of gives the message of a server whose habit is in question, or None if it speaks for neither side alone."""
        who, others = self.parties
        if who == server:
            return mine
        return ref if others == (server,) else None

    def length(self, norm):
        return self.lengths.get(id(norm), 0)


class World:
    """What the servers of one run were given: apexes, and the owners of each zone with their types."""

    def __init__(self, contents):
        self.zones = {c.apex: c for c in contents}
        self.cuts = {}		# name -> what cut_over gives

    def zone_of(self, name):
        """zone_of gives the apex of the longest matching zone, or None."""
        while name not in self.zones:
            if name == b"\0":
                return None
            name = wire.parent(name)
        return name

    def exists(self, name):
        """exists says whether records stand at exactly this name, in any zone."""
        return any(name in c.owners for c in self.zones.values())

    def types_of(self, name):
        return set().union(*(c.owners.get(name, ()) for c in self.zones.values()))

    def wildcard_is_ent(self, name):
        """wildcard_is_ent says whether a name would be answered by a wildcard that has no records of its own."""
        while name != b"\0":
            name = wire.parent(name)
            if any(name in c.owners or name in c.ents for c in self.zones.values()):
                return any(b"\1*" + name in c.ents for c in self.zones.values())
        return False

    def at_or_below_an_ent(self, name):
        """at_or_below_an_ent says whether a name, or the closest encloser of one that is not there, is an empty
        non-terminal."""
        if any(name in c.ents for c in self.zones.values()):
            return True
        while name != b"\0":
            name = wire.parent(name)
            if any(name in c.owners or name in c.ents for c in self.zones.values()):
                return not self.exists(name)
        return False

    def cut_over(self, name):
        """cut_over gives the highest cut at or above a name in the zone that holds it from above, or None."""
        if name not in self.cuts:
            above = self.cut_over(wire.parent(name)) if name != b"\0" else None
            if above is None and any("NS" in c.owners.get(name, ()) and name != c.apex for c in self.zones.values()):
                above = name
            self.cuts[name] = above
        return self.cuts[name]


def reference_of(norms):
    """reference_of gives the message most servers agree on; without a majority, the first server's (NSD's)."""
    count = Counter(n for n in norms if n is not None)
    if not count:
        return None
    best = max(count.values())
    return next(n for n in norms if n is not None and count[n] == best)


PERMITTED = []		# (name, predicate(case, item, mine, ref) -> bool), in the order of permitted.py


def permitted(name):
    def keep(predicate):
        PERMITTED.append((name, predicate))
        return predicate
    return keep


def judge(case, mine, ref, who, others):
    """judge gives (names of the permitted differences met, items nobody explains). who sent mine; others sent ref."""
    case.parties = (who, others)
    met, unexplained = set(), []
    for item in differences(mine, ref):
        for name, predicate in PERMITTED:
            if predicate(case, item, mine, ref):
                met.add(name)
                break
        else:
            unexplained.append(item)
    return met, unexplained


def shape(item):
    """shape puts alike differences together in the summary."""
    sign = "+" if item.extra else "-"
    if isinstance(item.what, wire.RR):
        return "%s%s %s" % (sign, item.kind, wire.type_name(item.what.type))
    if item.kind == "rcode":
        return "rcode " + wire.RCODES.get(item.what, str(item.what))
    return "%s%s %s" % (sign, item.kind, item.what if item.kind == "flag" else "")


def show_item(item):
    sign = "+" if item.extra else "-"
    what = wire.show_rr(item.what) if isinstance(item.what, wire.RR) else item.what
    return "%s %s: %s" % (sign, item.kind, what)
