#!/usr/bin/env python3
"""Times of parts and of pages of keys by tenths of the work. Used by run.sh."""
import argparse, base64, hashlib, multiprocessing, pathlib, random, re, statistics, sys, time, urllib.parse

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "s3lat"))
import s3lat

BUCKET = "bench-bucket"
WRITERS = 4


def connect(given):
    return s3lat.S3(given.endpoint, given.access_key, given.secret_key, "us-east-1")


def tenths(seconds):
    size = max(1, len(seconds) // 10)
    return [statistics.mean(seconds[i:i + size]) for i in range(0, size * 10, size)]


def show(what, means):
    print(f"| {what} | " + " | ".join(f"{1000 * mean:.2f}" for mean in means) + f" | {means[-1] / means[0]:.2f} |", flush=True)


def parts(given):
    s3, path = connect(given), f"/{BUCKET}/long"
    upload = re.search(b"<UploadId>([^<]*)<", s3.call("POST", path, "uploads=")[2]).group(1).decode()
    body, seconds, tags = bytes(given.part_mib << 20), [], []
    for number in range(1, given.parts + 1):
        seconds.append(s3.call("PUT", path, f"partNumber={number}&uploadId={upload}", body)[1])
    marker = 0
    while True:
        text = s3.call("GET", path, f"max-parts=1000&part-number-marker={marker}&uploadId={upload}")[2].decode()
        tags += re.findall("<PartNumber>([0-9]+)</PartNumber>.*?<ETag>([^<]*)</ETag>", text, re.S)
        marker = tags[-1][0]
        if "<IsTruncated>true" not in text:
            break
    document = "".join(f"<Part><PartNumber>{n}</PartNumber><ETag>{tag}</ETag></Part>" for n, tag in tags)
    begin = time.perf_counter()
    s3.call("POST", path, f"uploadId={upload}", f"<CompleteMultipartUpload>{document}</CompleteMultipartUpload>".encode())
    completed = time.perf_counter() - begin
    reads = [s3.call("GET", path, headers={"range": f"bytes={at}-{at + 99_999}"}, wanted=(206,))[1]
             for at in (i * (given.parts * (given.part_mib << 20) - 100_000) // 49 for i in range(50))]
    show(f"a part of {given.part_mib} MiB ({given.parts:,} parts)", tenths(seconds))
    show("100 KB from one place after the other", tenths(reads))
    print(f"\ncompleted in {completed:.2f} s\n", flush=True)


def key(number):
    return f"{number % 100:02d}/{number:08d}"


def put(work):
    given, first = work
    s3, seconds = connect(given), []
    for number in range(first, given.keys, WRITERS):
        seconds.append(s3.call("PUT", f"/{BUCKET}/keys/{key(number)}", body=b"x" * 100)[1])
    return seconds


def walk(s3):
    seconds, count, token = [], 0, ""
    while True:
        query = {"list-type": "2", "prefix": "keys/", **({"continuation-token": token} if token else {})}
        _, took, body = s3.call("GET", f"/{BUCKET}", urllib.parse.urlencode(sorted(query.items()), quote_via=urllib.parse.quote))
        count += body.count(b"<Key>")
        seconds.append(took)
        found = re.search(b"<NextContinuationToken>([^<]*)<", body)
        if not found:
            return seconds, count
        token = found.group(1).decode()


def delete(work):
    given, chunks = work
    s3 = connect(given)
    for chunk in chunks:
        document = "<Delete><Quiet>true</Quiet>" + "".join(f"<Object><Key>keys/{key(n)}</Key></Object>" for n in chunk) + "</Delete>"
        digest = base64.b64encode(hashlib.md5(document.encode()).digest()).decode()
        s3.call("POST", f"/{BUCKET}", "delete=", document.encode(), {"content-md5": digest})


def keys(given):
    with multiprocessing.Pool(WRITERS) as pool:
        written = pool.map(put, [(given, first) for first in range(WRITERS)])
        show(f"PUT of 100 B ({given.keys:,} keys, {WRITERS} at once)", tenths([s for each in zip(*written) for s in each]))
        s3 = connect(given)
        full, count = walk(s3)
        assert count == given.keys, count
        show("LIST, a page of 1,000", tenths(full))
        gone = random.Random(1).sample(range(given.keys), given.keys * 9 // 10)
        chunks = [gone[i:i + 1000] for i in range(0, len(gone), 1000)]
        pool.map(delete, [(given, chunks[i::WRITERS]) for i in range(WRITERS)])
    after, count = walk(s3)
    assert count == given.keys - len(gone), count
    show("the same after nine of ten keys are deleted", tenths(after))
    print(f"\na page after the deletions takes {statistics.mean(after) / statistics.mean(full):.2f} times what it took before", flush=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("endpoint")
    options.add_argument("access_key")
    options.add_argument("secret_key")
    options.add_argument("--parts", type=int, default=10_000)
    options.add_argument("--part-mib", type=int, default=5)
    options.add_argument("--keys", type=int, default=1_000_000)
    given = options.parse_args()
    print("| mean ms, by tenths of the work | " + " | ".join(str(i) for i in range(1, 11)) + " | last / first |")
    print("|---" * 12 + "|", flush=True)
    if given.parts:
        parts(given)
    if given.keys:
        keys(given)


if __name__ == "__main__":
    main()
