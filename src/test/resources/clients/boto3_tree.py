"""boto3 with its defaults: a tree there, back, ranges, copies, and everything away again."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

s3 = boto3.client("s3", endpoint_url=os.environ["ENDPOINT"])
bucket = os.environ["BUCKET"]
tree = Path(os.environ["TREE"])
out = Path(os.environ["OUT"])
names = sorted(str(p.relative_to(tree)) for p in tree.rglob("*") if p.is_file())


def download(name):
    target = out / name
    target.parent.mkdir(parents=True, exist_ok=True)
    s3.download_file(bucket, "tree/" + name, str(target))


s3.create_bucket(Bucket=bucket)
with ThreadPoolExecutor(4) as threads:
    list(threads.map(lambda n: s3.upload_file(str(tree / n), bucket, "tree/" + n), names))
pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 300})
listed = [entry["Key"] for page in pages for entry in page["Contents"]]
assert listed == sorted("tree/" + n for n in names), "listing differs"
assert listed == [e["Key"] for p in s3.get_paginator("list_objects").paginate(Bucket=bucket) for e in p["Contents"]]
with ThreadPoolExecutor(4) as threads:
    list(threads.map(download, names))

part = s3.get_object(Bucket=bucket, Key="tree/sizes/1048577", Range="bytes=65530-65545")
assert part["Body"].read() == (tree / "sizes/1048577").read_bytes()[65530:65546]
assert part["ResponseMetadata"]["HTTPStatusCode"] == 206

s3.put_object(Bucket=bucket, Key="meta", Body=b"x", Metadata={"colour": "blue"}, ContentType="text/x-a")
head = s3.head_object(Bucket=bucket, Key="meta")
assert head["Metadata"] == {"colour": "blue"} and head["ContentType"] == "text/x-a"
for algorithm in ("CRC32", "SHA1", "SHA256"):
    s3.put_object(Bucket=bucket, Key="meta", Body=b"sum", ChecksumAlgorithm=algorithm)
    got = s3.get_object(Bucket=bucket, Key="meta", ChecksumMode="ENABLED")
    assert got["Body"].read() == b"sum" and got["Checksum" + algorithm]

s3.copy_object(Bucket=bucket, Key="copy of plus+plus", CopySource={"Bucket": bucket, "Key": "tree/names/plus+plus"})
copied = s3.get_object(Bucket=bucket, Key="copy of plus+plus")["Body"].read()
assert copied == (tree / "names/plus+plus").read_bytes()
s3.copy({"Bucket": bucket, "Key": "tree/sizes/17825795"}, bucket, "large copy")
assert s3.get_object(Bucket=bucket, Key="large copy")["Body"].read() == (tree / "sizes/17825795").read_bytes()

for key in ("meta", "copy of plus+plus", "large copy"):
    s3.delete_object(Bucket=bucket, Key=key)
try:
    s3.get_object(Bucket=bucket, Key="meta")
    raise AssertionError("deleted object is there")
except s3.exceptions.NoSuchKey:
    pass
try:
    s3.delete_bucket(Bucket=bucket)
    raise AssertionError("deleted a bucket with objects")
except ClientError as error:
    assert error.response["Error"]["Code"] == "BucketNotEmpty"
for start in range(0, len(listed), 1000):
    keys = [{"Key": key} for key in listed[start : start + 1000]]
    assert not s3.delete_objects(Bucket=bucket, Delete={"Objects": keys}).get("Errors")
s3.delete_bucket(Bucket=bucket)
