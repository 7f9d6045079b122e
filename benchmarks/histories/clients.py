#!/usr/bin/env python3
"""Clients of all nodes at once that write, read, delete and list, and a judgement of all that they saw. Used by run.sh; runs where the clients are."""
import argparse, http.client, json, os, pathlib, random, re, sys, threading, time, urllib.parse

here = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(here), str(here.parent / "s3lat")]
import check, s3lat

ADDRESSES = {1: "10.77.1.1", 2: "10.77.1.2", 3: "10.77.2.1", 4: "10.77.2.2", 5: "10.77.3.1", 6: "10.77.3.2"}
LIMIT = 5.0
BLOCKS = 80_000
INLINE = 2_000
FAILURES = (OSError, RuntimeError, http.client.HTTPException)


class Clients:
    def __init__(self, given):
        self.given = given
        self.bucket = f"histories-{int(time.time() * 1000)}"
        self.origin = time.monotonic()
        self.history = {"reg": [], "set": []}
        self.lock = threading.Lock()
        self.tried = self.failed = 0
        self.until = 0.0
        self.sets = {}
        self.numbers = iter(range(1, 1 << 40))

    def now(self):
        return time.monotonic() - self.origin

    def s3(self, node):
        s3 = s3lat.S3(f"http://{ADDRESSES[node]}:3900", self.given.access_key, self.given.secret_key, "us-east-1")
        s3.http.timeout = LIMIT
        return s3

    def ready(self, seconds):
        until = time.time() + seconds
        while True:
            try:
                return self.s3(1).call("PUT", "/" + self.bucket)
            except FAILURES:
                if time.time() > until:
                    raise
                time.sleep(0.5)

    def record(self, workload, op):
        with self.lock:
            self.history[workload].append(op)

    def attempt(self, client, workload, kind, key, value, call):
        """Does it, records it, and says whether it was done."""
        begin = self.now()
        with self.lock:
            self.tried += 1
        try:
            result = call()
        except FAILURES as failed:
            with self.lock:
                self.failed += 1
            if kind in ("write", "add", "delete"):
                self.record(workload, check.Op(client, kind, key, value, begin, None))
            raise failed
        end = self.now()
        self.record(workload, check.Op(client, kind, key, value if result is None else result[0], begin, end))

    def register(self, s3, client, chance, key):
        path = f"/{self.bucket}/reg/{key}"
        dice = chance.random()
        if dice < 0.45:
            def read():
                body = s3.call("GET", path, wanted=(200, 404))[2]
                return (None,) if body.startswith(b"<?xml") else (body.split(b"\n", 1)[0].decode(),)
            self.attempt(client, "reg", "read", key, None, read)
        elif dice < 0.9:
            with self.lock:
                value = f"v{next(self.numbers)}"
            size = BLOCKS if chance.random() < 0.2 else INLINE
            body = value.encode() + b"\n" + os.urandom(1) * size
            self.attempt(client, "reg", "write", key, value, lambda: s3.call("PUT", path, body=body) and None)
        else:
            self.attempt(client, "reg", "write", key, None, lambda: s3.call("DELETE", path) and None)

    def members(self, s3, client, chance, key):
        prefix = f"set/{key}/"
        dice = chance.random()
        with self.lock:
            mine = self.sets.setdefault((client, key), [])
        if dice < 0.45:
            with self.lock:
                element = f"e{next(self.numbers)}"
            self.attempt(client, "set", "add", key, element,
                         lambda: s3.call("PUT", f"/{self.bucket}/{prefix}{element}", body=b"x") and None)
            mine.append(element)
        elif dice < 0.65 and mine:
            element = mine.pop(chance.randrange(len(mine)))
            self.attempt(client, "set", "delete", key, element,
                         lambda: s3.call("DELETE", f"/{self.bucket}/{prefix}{element}") and None)
        else:
            self.attempt(client, "set", "list", key, None, lambda: (self.listed(s3, prefix, chance.choice([3, 50, 1000])),))

    def listed(self, s3, prefix, page):
        names, token = [], ""
        while True:
            query = {"delimiter": "/", "list-type": "2", "max-keys": str(page), "prefix": prefix}
            if token:
                query["continuation-token"] = token
            text = urllib.parse.urlencode(sorted(query.items()), quote_via=urllib.parse.quote)
            body = s3.call("GET", f"/{self.bucket}", text)[2].decode()
            names += [key[len(prefix):] for key in re.findall("<Key>([^<]*)</Key>", body)]
            found = re.search("<NextContinuationToken>([^<]*)<", body)
            if not found:
                return names
            token = found.group(1)

    def client(self, node, number):
        chance, s3, turn = random.Random(os.urandom(8)), None, 0
        pause = 1.0 / self.given.rate
        while time.time() < self.until:
            turn += 1
            try:
                s3 = s3 or self.s3(node)
                # New registers and sets all the time, so that each is young once and hears of few writes.
                age = int(self.now() // 10)
                if turn % 3:
                    self.register(s3, number, chance, f"{age}-{chance.randrange(8)}")
                else:
                    self.members(s3, number, chance, f"{age // 2}-{chance.randrange(2)}")
            except FAILURES:
                s3 = None
                time.sleep(0.05)
            time.sleep(chance.random() * 2 * pause)

    def run(self):
        self.ready(60)
        print("ready", flush=True)
        self.until = time.time() + self.given.seconds
        threads = [threading.Thread(target=self.client, args=(node, 10 * node + i)) for node in ADDRESSES for i in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def served_again(self):
        """Seconds until every node has answered once."""
        begin = time.time()
        for node in ADDRESSES:
            while True:
                try:
                    self.s3(node).call("GET", f"/{self.bucket}", "list-type=2&max-keys=1")
                    break
                except FAILURES as failed:
                    if time.time() > begin + 60:
                        raise RuntimeError(f"node {node} does not serve a minute after the last fault: {failed}")
                    time.sleep(0.1)
        return time.time() - begin

    def read_all(self):
        """When all is well again every node shows what was acknowledged."""
        keys = sorted({op.key for op in self.history["reg"]})
        sets = sorted({op.key for op in self.history["set"]})
        for node in ADDRESSES:
            until = time.time() + 30
            pending = [("reg", key) for key in keys] + [("set", key) for key in sets]
            while pending:
                workload, key = pending[-1]
                s3 = self.s3(node)
                begin = self.now()
                try:
                    if workload == "reg":
                        body = s3.call("GET", f"/{self.bucket}/reg/{key}", wanted=(200, 404))[2]
                        value = None if body.startswith(b"<?xml") else body.split(b"\n", 1)[0].decode()
                        self.record("reg", check.Op(node, "read", key, value, begin, self.now()))
                    else:
                        names = self.listed(s3, f"set/{key}/", 1000)
                        self.record("set", check.Op(node, "list", key, names, begin, self.now()))
                    pending.pop()
                except FAILURES as failed:
                    if time.time() > until:
                        raise RuntimeError(f"node {node} does not serve half a minute after the last fault: {failed}")
                    time.sleep(0.2)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("access_key")
    options.add_argument("secret_key")
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--rate", type=float, default=8, help="operations of one client in a second")
    options.add_argument("--name", required=True)
    options.add_argument("--keep", help="where to write the history when it is wrong")
    given = options.parse_args()
    clients = Clients(given)
    clients.run()
    print("over", flush=True)
    # Until the faults are mended.
    sys.stdin.readline()
    problems, recovered = [], float("inf")
    try:
        recovered = clients.served_again()
        clients.read_all()
    except RuntimeError as failed:
        problems.append(str(failed))
    for wrong in check.registers(clients.history["reg"]) + check.sets(clients.history["set"]):
        problems.append(f"{wrong[1]}; {wrong[0]}")
    reads = sum(1 for op in clients.history["reg"] + clients.history["set"] if op.kind in ("read", "list"))
    print(f"| {given.name} | {clients.tried} | {100 * (1 - clients.failed / clients.tried):.2f} % | {reads} | "
          f"{len(problems)} | {recovered:.1f} s |", flush=True)
    for problem in problems[:5]:
        print("  " + problem, file=sys.stderr, flush=True)
    if problems:
        if given.keep:
            pathlib.Path(given.keep).write_text(json.dumps(clients.history))
        sys.exit(1)


if __name__ == "__main__":
    main()
