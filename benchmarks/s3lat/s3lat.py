#!/usr/bin/env python3
"""Latency of single S3 calls, one at a time, over one kept connection: mean, median, 99th percentile, and the mean in round trips.

    s3lat.py ENDPOINT ACCESS_KEY SECRET_KEY [--samples N] [--rtt MS] [--region R] [--bucket B] [--json FILE]

With --rtt the means are also divided by the round-trip time between the sites, which a noisy machine does not change. Any S3 server will do.
"""
import argparse, datetime, hashlib, hmac, http.client, json, os, statistics, sys, time, urllib.parse


class S3:
    def __init__(self, endpoint, key, secret, region):
        at = urllib.parse.urlsplit(endpoint)
        self.host, self.key, self.secret, self.region = at.netloc, key, secret, region
        self.http = http.client.HTTPConnection(at.hostname, at.port or 80, timeout=180)

    def call(self, method, path, query="", body=b"", headers=None, wanted=(200, 204)):
        """Seconds to the first byte and to the last, and the body."""
        now = datetime.datetime.now(datetime.timezone.utc)
        stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        digest = hashlib.sha256(body).hexdigest()
        signed = {"host": self.host, "x-amz-content-sha256": digest, "x-amz-date": stamp, **(headers or {})}
        names = ";".join(sorted(signed))
        canonical = "\n".join(
            [method, path, query, *(f"{name}:{signed[name]}" for name in sorted(signed)), "", names, digest])
        scope = f"{day}/{self.region}/s3/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = ("AWS4" + self.secret).encode()
        for part in (day, self.region, "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        sent = {name: value for name, value in signed.items() if name != "host"}
        sent["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.key}/{scope}, SignedHeaders={names}, Signature={signature}")
        begin = time.perf_counter()
        self.http.request(method, path + ("?" + query if query else ""), body, sent)
        answer = self.http.getresponse()
        first = time.perf_counter() - begin
        content = answer.read()
        if answer.status not in wanted:
            raise RuntimeError(f"{method} {path}?{query}: {answer.status} {content[:300]}")
        return first, time.perf_counter() - begin, content


def measure(s3, bucket, samples):
    """Name of the call -> seconds of each sample."""
    small, inline, mid, big = (os.urandom(n) for n in (200, 4 << 10, 32 << 10, 1 << 20))
    few = max(5, samples // 5)
    run = {}

    def series(name, count, call, part=1):
        run[name] = [call(i)[part] for i in range(count)]
        print(f"{name:28} {1000 * statistics.mean(run[name]):9.1f} ms", file=sys.stderr, flush=True)

    def put(prefix, body):
        return lambda i: s3.call("PUT", f"/{bucket}/{prefix}{i}", body=body)

    series("CreateBucket", 5, lambda i: s3.call("PUT", f"/{bucket}-{i}"))
    series("ListBuckets", samples, lambda i: s3.call("GET", "/"))
    series("PUT 200 B", samples, put("small/", small))
    series("PUT 4 KiB", samples, put("inline/", inline))
    series("PUT 32 KiB", samples, put("mid/", mid))
    series("PUT 1 MiB", few, lambda i: s3.call("PUT", f"/{bucket}/big/{i}", body=big[:-4] + i.to_bytes(4, "big")))
    series("GET 200 B", samples, lambda i: s3.call("GET", f"/{bucket}/small/{i}"))
    series("GET 4 KiB", samples, lambda i: s3.call("GET", f"/{bucket}/inline/{i}"))
    series("GET 1 MiB, first byte", few, lambda i: s3.call("GET", f"/{bucket}/big/{i}"), part=0)
    series("HEAD", samples, lambda i: s3.call("HEAD", f"/{bucket}/small/{i}"))
    series("GET of a missing key", samples, lambda i: s3.call("GET", f"/{bucket}/none/{i}", wanted=(404,)))
    series("LIST", samples, lambda i: s3.call("GET", f"/{bucket}", "list-type=2&prefix=small%2F"))
    series("DELETE", samples, lambda i: s3.call("DELETE", f"/{bucket}/small/{i}"))
    names = [f"many/{i}" for i in range(1000)]
    for name in names[:100]:
        s3.call("PUT", f"/{bucket}/{name}", body=small)
    document = "<Delete>" + "".join(f"<Object><Key>{name}</Key></Object>" for name in names) + "</Delete>"
    document = document.encode()
    import base64
    md5 = {"content-md5": base64.b64encode(hashlib.md5(document).digest()).decode()}
    series("DeleteObjects of 1,000", 3, lambda i: s3.call("POST", f"/{bucket}", "delete=", document, md5))
    return run


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("endpoint")
    options.add_argument("access_key")
    options.add_argument("secret_key")
    options.add_argument("--samples", type=int, default=100)
    options.add_argument("--rtt", type=float, help="round-trip time between the sites in ms")
    options.add_argument("--region", default="us-east-1")
    options.add_argument("--bucket", default=f"s3lat-{int(time.time())}")
    options.add_argument("--json")
    given = options.parse_args()
    s3 = S3(given.endpoint, given.access_key, given.secret_key, given.region)
    s3.call("PUT", f"/{given.bucket}")
    run = measure(s3, given.bucket, given.samples)
    print("| call | samples | mean ms | p50 | p99 | round trips |\n|---|---|---|---|---|---|")
    table = {}
    for name, seconds in run.items():
        ms = sorted(1000 * s for s in seconds)
        mean, p50, p99 = statistics.mean(ms), ms[len(ms) // 2], ms[min(len(ms) - 1, len(ms) * 99 // 100)]
        trips = f"{mean / given.rtt:.2f}" if given.rtt else ""
        print(f"| {name} | {len(ms)} | {mean:.1f} | {p50:.1f} | {p99:.1f} | {trips} |")
        table[name] = {"samples": len(ms), "mean": mean, "p50": p50, "p99": p99, "rtt": given.rtt}
    if given.json:
        with open(given.json, "w") as out:
            json.dump(table, out, indent=1)


if __name__ == "__main__":
    main()
