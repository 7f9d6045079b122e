#!/usr/bin/env python3
"""Clients of each node at once, for a while; prints a line for the nodes that were hit and one for the others. Used by run.sh."""
import argparse, json, os, pathlib, random, sys, threading, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "s3lat"))
import s3lat

ADDRESSES = {1: "10.77.1.1", 2: "10.77.1.2", 3: "10.77.2.1", 4: "10.77.2.2", 5: "10.77.3.1", 6: "10.77.3.2"}
LIMIT = 5.0


def client(node, given, bucket, until, results):
    chance = random.Random(os.urandom(8))
    s3, written = None, []
    while time.time() < until:
        is_put = chance.random() < 0.5 or not written
        body = os.urandom(chance.choice([200, 4000, 30000]))
        key = f"/{bucket}/{node}/{chance.randrange(10**9)}"
        begin = time.perf_counter()
        try:
            if s3 is None:
                s3 = s3lat.S3(f"http://{ADDRESSES[node]}:3900", given.access_key, given.secret_key, "us-east-1")
                s3.http.timeout = LIMIT
            if is_put:
                s3.call("PUT", key, body=body)
                written.append((key, body))
            else:
                key, body = chance.choice(written)
                if s3.call("GET", key)[2] != body:
                    raise AssertionError(f"{key} is not what was written")
            ok = True
        except (OSError, RuntimeError, s3lat.http.client.HTTPException):
            ok, s3 = False, None
            time.sleep(0.05)
        results.append((node, "PUT" if is_put else "GET", time.perf_counter() - begin, ok))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("access_key")
    options.add_argument("secret_key")
    options.add_argument("--seconds", type=int, default=20)
    options.add_argument("--name", required=True)
    options.add_argument("--hit", default="")
    options.add_argument("--state", required=True)
    given = options.parse_args()
    state = pathlib.Path(given.state)
    if state.exists():
        bucket = json.loads(state.read_text())["bucket"]
    else:
        bucket = f"degrade-{int(time.time())}"
        s3lat.S3(f"http://{ADDRESSES[1]}:3900", given.access_key, given.secret_key, "us-east-1").call("PUT", "/" + bucket)
        state.write_text(json.dumps({"bucket": bucket}))
    results, until = [], time.time() + given.seconds
    threads = [threading.Thread(target=client, args=(node, given, bucket, until, results)) for node in ADDRESSES for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    hit = {int(node) for node in given.hit.split(",") if node}
    for who, those in (("no", [r for r in results if r[0] not in hit]), ("yes", [r for r in results if r[0] in hit])):
        if not those:
            continue
        good = sum(1 for r in those if r[3] and r[2] <= LIMIT)
        cells = []
        for kind in ("PUT", "GET"):
            ms = sorted(1000 * r[2] for r in those if r[1] == kind) or [0]
            cells.append(f"{ms[len(ms) // 2]:.0f} / {ms[min(len(ms) - 1, len(ms) * 99 // 100)]:.0f}")
        print(f"| {given.name} | {who} | {len(those)} | {100 * good / len(those):.2f} % | {cells[0]} | {cells[1]} |", flush=True)


if __name__ == "__main__":
    main()
