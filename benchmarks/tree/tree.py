#!/usr/bin/env python3
"""Fills a bucket with a tree of files, loads the cluster while something happens to it, and looks whether the tree is whole. Used by run.sh."""
import argparse, collections, hashlib, itertools, os, random, sys, threading, time
import boto3, botocore.config, botocore.exceptions

ADDRESSES = {1: "10.77.1.1", 2: "10.77.1.2", 3: "10.77.2.1", 4: "10.77.2.2", 5: "10.77.3.1", 6: "10.77.3.2"}
BUCKET = "tree"


def s3(given, node, attempts=0):
    return boto3.client(
        "s3", endpoint_url=f"http://{ADDRESSES[node]}:3900", region_name="us-east-1",
        aws_access_key_id=given.access_key, aws_secret_access_key=given.secret_key,
        config=botocore.config.Config(retries={"max_attempts": attempts}, connect_timeout=3, read_timeout=20, max_pool_connections=8,
                                      s3={"addressing_style": "path"}))


def body(number):
    """Of a file: most are small, each seventh is of several blocks."""
    size = 1_500_000 + number * 1_000 if number % 7 == 0 else 100 + number * 37
    return random.Random(number).randbytes(size)


def key(number):
    return f"dir-{number % 10}/sub-{number % 97}/file {number}.bin"


def in_parallel(workers, items, do):
    items, lock, failed = iter(items), threading.Lock(), []

    def work():
        while not failed:
            with lock:
                item = next(items, None)
            if item is None:
                return
            try:
                do(item)
            except Exception as why:  # whatever it is ends the run
                failed.append(f"{item}: {why}")

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise SystemExit("\n".join(failed[:5]))


def fill(given):
    nodes = {node: s3(given, node, 5) for node in ADDRESSES}
    nodes[1].create_bucket(Bucket=BUCKET)
    time.sleep(1)
    in_parallel(6, range(given.files), lambda n: nodes[1 + n % 6].put_object(Bucket=BUCKET, Key=key(n), Body=body(n)))


def load(given):
    """Until a line comes in: each node is written to and read from all the time. Prints what failed."""
    hit = {int(node) for node in given.hit.split(",") if node}
    stop, lock = threading.Event(), threading.Lock()
    done, failed, kinds = collections.Counter(), collections.Counter(), collections.Counter()

    def client(node):
        there, chance = s3(given, node), random.Random()
        for turn in itertools.count():
            if stop.is_set():
                return
            begin = time.monotonic()
            try:
                if turn % 3 == 0:
                    mine = os.urandom(500) * chance.choice([1, 1, 1, 400])
                    there.put_object(Bucket=BUCKET, Key=f"load/{node}", Body=mine)
                    got = there.get_object(Bucket=BUCKET, Key=f"load/{node}")["Body"].read()
                    if got != mine:
                        raise ValueError("what was just written is not what is read")
                elif turn % 3 == 1:
                    n = chance.randrange(given.files)
                    if there.get_object(Bucket=BUCKET, Key=key(n))["Body"].read() != body(n):
                        raise ValueError(f"{key(n)} is another one")
                else:
                    there.list_objects_v2(Bucket=BUCKET, Prefix=f"dir-{chance.randrange(10)}/", MaxKeys=50)
                outcome = None
            except botocore.exceptions.ClientError as why:
                outcome = why.response["Error"]["Code"]
            except (botocore.exceptions.BotoCoreError, OSError) as why:
                outcome = type(why).__name__
            except ValueError as why:
                outcome = str(why)
            with lock:
                done[node] += 1
                if outcome:
                    failed[node] += 1
                    if node not in hit:
                        kinds[outcome] += 1
                        print(f"  node {node} after {time.monotonic() - begin:.1f} s: {outcome}", file=sys.stderr, flush=True)
            if outcome:
                time.sleep(0.2)
            time.sleep(0.05)

    threads = [threading.Thread(target=client, args=(node,)) for node in ADDRESSES]
    for thread in threads:
        thread.start()
    sys.stdin.readline()
    stop.set()
    for thread in threads:
        thread.join()
    of_others = sum(count for node, count in failed.items() if node not in hit)
    what = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    print(f"{sum(done.values())} | {of_others}{f' ({what})' if what else ''} | {sum(failed[node] for node in hit)} of {sum(done[node] for node in hit)}")
    # What is told apart from a node's own death is a mistake of the cluster, but for 503, which asks to try again.
    sys.exit(1 if any(kind not in ("SlowDown", "ServiceUnavailable", "503") for kind in kinds) else 0)


def verify(given):
    whole = []
    for node in ADDRESSES:
        there = s3(given, node, 5)
        names = [o["Key"] for page in there.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="dir-", PaginationConfig={"PageSize": 100})
                 for o in page.get("Contents", [])]
        if names != sorted(map(key, range(given.files))):
            raise SystemExit(f"node {node} lists {len(names)} of {given.files} files")
        right = [0]

        def look(n):
            got = there.get_object(Bucket=BUCKET, Key=key(n))["Body"].read()
            if hashlib.sha256(got).digest() != hashlib.sha256(body(n)).digest():
                raise ValueError(f"node {node} gives another {key(n)}")
            right[0] += 1

        in_parallel(4, range(given.files), look)
        whole.append(str(given.files))
    print(", ".join(whole))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("access_key")
    options.add_argument("secret_key")
    options.add_argument("verb", choices=["fill", "load", "verify"])
    options.add_argument("--files", type=int, default=1000)
    options.add_argument("--hit", default="", help="nodes that something happens to, whose clients may see errors")
    given = options.parse_args()
    {"fill": fill, "load": load, "verify": verify}[given.verb](given)


if __name__ == "__main__":
    main()
