"""compare: says in which way one server's message differs from another's, and whether that is permitted.

Two messages are compared as sets of records (wire.normalise). A difference is a small item, such as "authority: this
record is missing". Every item must be explained by a row of PERMITTED, each with the RFC's sentence in README.md; what
no row explains is a failure. Rows are narrow: they see the question, both messages and the item.
"""
from collections import Counter, namedtuple

import wire
from wire import AA, AD, CD, RA, RD, TC

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
    if mine.opt != ref.opt:
        out.append(Item("opt", mine.opt is not None, mine.opt))
    return out


class Case:
    """A question with what is needed to judge the answers: name, type, how it was asked, and the whole answer over TCP
    where somebody needs it."""

    def __init__(self, qname, qtype, how, whole=None):
        self.qname, self.qtype, self.how = qname.lower(), qtype, how
        self.whole = whole or (lambda server: None)


PERMITTED = []		# (name, predicate(case, item, mine, ref) -> bool)


def permitted(name):
    def keep(predicate):
        PERMITTED.append((name, predicate))
        return predicate
    return keep


def reference_of(norms):
    """reference_of gives the message most servers agree on; without a majority, the first server's (NSD's)."""
    count = Counter(n for n in norms if n is not None)
    if not count:
        return None
    best = max(count.values())
    return next(n for n in norms if n is not None and count[n] == best)


def judge(case, mine, ref):
    """judge gives (names of the permitted differences met, items nobody explains)."""
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
