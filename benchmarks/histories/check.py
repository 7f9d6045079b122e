"""What a history of clients must satisfy. A history is a list of operations with begin and end in seconds; end None where nobody knows the outcome."""
import collections

Op = collections.namedtuple("Op", "client kind key value begin end")
ABSENT = None
NEVER = float("inf")


def registers(history):
    """Wrong reads of registers that were written with values of their own (ABSENT: deleted), each with the reason.

    A read is right if its value was written by an operation that began before the read ended, and no other write both began after that one ended and
    ended before the read began.
    """
    wrong = []
    by_key = collections.defaultdict(list)
    for op in history:
        by_key[op.key].append(op)
    for key, ops in by_key.items():
        writes = [op for op in ops if op.kind == "write"]
        # Nothing was there in the beginning.
        writes.append(Op(None, "write", key, ABSENT, -2.0, -1.0))
        ends = sorted((w.end if w.end is not None else NEVER, w.begin) for w in writes)
        for read in ops:
            if read.kind != "read":
                continue
            # The latest beginning of any write that was over before the read began.
            latest = max((begin for end, begin in ends if end < read.begin), default=-NEVER)
            fits = any(
                w.value == read.value and w.begin < read.end and (w.end is None or w.end >= latest) for w in writes)
            if not fits:
                wrong.append((read, f"{key}: read {read.value!r}, which is not there any more or was never written"))
    return wrong


def sets(history):
    """Wrong listings of a set whose elements are added once and deleted once at most."""
    wrong = []
    by_key = collections.defaultdict(list)
    for op in history:
        by_key[op.key].append(op)
    for key, ops in by_key.items():
        added = {op.value: op for op in ops if op.kind == "add"}
        deleted = {op.value: op for op in ops if op.kind == "delete"}
        for read in ops:
            if read.kind != "list":
                continue
            seen = set(read.value)
            if len(seen) != len(read.value):
                wrong.append((read, f"{key}: something is listed twice"))
            for element in seen:
                add, gone = added.get(element), deleted.get(element)
                if add is None or add.begin >= read.end:
                    wrong.append((read, f"{key}: {element} is listed and was never added"))
                elif gone is not None and gone.end is not None and gone.end < read.begin:
                    wrong.append((read, f"{key}: {element} is listed and was deleted before"))
            for element, add in added.items():
                gone = deleted.get(element)
                there = add.end is not None and add.end < read.begin and (gone is None or gone.begin > read.end)
                if there and element not in seen:
                    wrong.append((read, f"{key}: {element} is there and not listed"))
    return wrong


def selftest():
    w = lambda value, begin, end: Op(0, "write", "k", value, begin, end)
    r = lambda value, begin, end: Op(1, "read", "k", value, begin, end)
    assert not registers([w(1, 0, 1), r(1, 2, 3)])
    assert not registers([w(1, 0, 4), r(1, 2, 3)]) and not registers([w(1, 0, 4), r(ABSENT, 2, 3)])
    assert not registers([w(1, 0, None), r(ABSENT, 2, 3), r(1, 4, 5), r(ABSENT, 6, 7)])
    assert registers([w(1, 0, 1), r(ABSENT, 2, 3)]) and registers([r(1, 0, 1), w(1, 2, 3)])
    assert registers([w(1, 0, 1), w(2, 2, 3), r(1, 4, 5)]) and not registers([w(1, 0, 3), w(2, 2, 3), r(1, 4, 5)])
    assert registers([w(1, 0, 1), w(ABSENT, 2, 3), r(1, 4, 5)]) and not registers([w(1, 0, 1), w(2, 2, None), r(1, 4, 5)])
    s = lambda kind, value, begin, end: Op(0, kind, "s", value, begin, end)
    assert not sets([s("add", "a", 0, 1), s("list", ["a"], 2, 3)]) and sets([s("add", "a", 0, 1), s("list", [], 2, 3)])
    assert sets([s("list", ["a"], 2, 3)]) and not sets([s("add", "a", 0, None), s("list", [], 2, 3), s("list", ["a"], 4, 5)])
    gone = [s("add", "a", 0, 1), s("delete", "a", 2, 3)]
    assert sets(gone + [s("list", ["a"], 4, 5)]) and not sets(gone + [s("list", [], 4, 5)])
    assert not sets(gone + [s("list", ["a"], 2.5, 5)]) and not sets(gone + [s("list", [], 2.5, 5)])
    assert sets([s("add", "a", 0, 1), s("list", ["a", "a"], 2, 3)])


selftest()
