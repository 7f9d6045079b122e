// The AWS SDK for JavaScript v3 with its defaults: a tree there and back, presigned URLs, large uploads and copies, and everything
// away again. The packages are found through NODE_PATH.
"use strict";
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const {
  S3Client, CreateBucketCommand, PutObjectCommand, GetObjectCommand, HeadObjectCommand, CopyObjectCommand,
  CreateMultipartUploadCommand, UploadPartCommand, UploadPartCopyCommand, CompleteMultipartUploadCommand,
  DeleteObjectsCommand, DeleteBucketCommand, paginateListObjectsV2,
} = require("@aws-sdk/client-s3");
const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");
const { Upload } = require("@aws-sdk/lib-storage");

const { ENDPOINT, BUCKET: Bucket, TREE, OUT } = process.env;
const s3 = new S3Client({ endpoint: ENDPOINT, region: process.env.AWS_DEFAULT_REGION, forcePathStyle: true });
const MIB = 1 << 20;

async function fourAtOnce(items, action) {
  const queue = [...items];
  await Promise.all([1, 2, 3, 4].map(async () => {
    while (queue.length > 0) await action(queue.shift());
  }));
}

const get = async (Key, more = {}) => s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
const bytes = async (Key, more) => Buffer.from(await (await get(Key, more)).Body.transformToByteArray());

async function thereAndBack(names) {
  await fourAtOnce(names, (name) =>
    s3.send(new PutObjectCommand({ Bucket, Key: "tree/" + name, Body: fs.readFileSync(path.join(TREE, name)) })));
  const listed = [];
  for await (const page of paginateListObjectsV2({ client: s3, pageSize: 300 }, { Bucket, Prefix: "tree/" })) {
    listed.push(...(page.Contents ?? []).map((entry) => entry.Key));
  }
  assert.deepEqual([...listed].sort(), names.map((name) => "tree/" + name).sort());
  await fourAtOnce(names, async (name) => {
    const file = path.join(OUT, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, await bytes("tree/" + name));
  });
}

async function metadata() {
  const sent = { colour: "blau-grün", plain: "x y" };
  await s3.send(new PutObjectCommand({
    Bucket, Key: "meta", Body: "sum", ChecksumAlgorithm: "SHA256", ContentType: "text/x-a", Metadata: { plain: sent.plain },
  }));
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "meta", ChecksumMode: "ENABLED" }));
  assert.equal(head.ContentType, "text/x-a");
  assert.equal(head.Metadata.plain, sent.plain);
  assert.equal(head.ChecksumSHA256.length, 44);
}

// The default of getSignedUrl signs the checksum of an empty body into the query; any body may follow.
async function presigned() {
  const body = "any body, for nothing is promised of it";
  const put = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: "by url" }), { expiresIn: 600 });
  assert.ok(put.includes("x-amz-checksum-crc32="), put);
  const stored = await fetch(put, { method: "PUT", body });
  assert.equal(stored.status, 200, await stored.text());
  const read = await fetch(await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: "by url" })));
  assert.equal(await read.text(), body);

  const upload = { Bucket, Key: "parts by url" };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload));
  const parts = [];
  for (const [number, size] of [[1, 5 * MIB], [2, 17]]) {
    const url = await getSignedUrl(s3, new UploadPartCommand({ ...upload, UploadId, PartNumber: number }));
    const part = await fetch(url, { method: "PUT", body: Buffer.alloc(size, number) });
    assert.equal(part.status, 200, await part.text());
    parts.push({ PartNumber: number, ETag: part.headers.get("etag") });
  }
  await s3.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload: { Parts: parts } }));
  assert.deepEqual(await bytes("parts by url"), Buffer.concat([Buffer.alloc(5 * MIB, 1), Buffer.alloc(17, 2)]));
}

async function large() {
  const body = Buffer.alloc(20 * MIB);
  for (let i = 0; i < body.length; i += 4) body.writeUInt32LE((i * 2654435761) >>> 0, i);
  await new Upload({ client: s3, params: { Bucket, Key: "large", Body: body } }).done();
  assert.deepEqual(await bytes("large"), body);
  const copied = await s3.send(new CopyObjectCommand({ Bucket, Key: "large copy", CopySource: `${Bucket}/large` }));
  assert.ok(copied.CopyObjectResult.ETag);
  assert.deepEqual(await bytes("large copy"), body);
  assert.deepEqual(await bytes("large copy", { Range: "bytes=1048570-1048585" }), body.subarray(1048570, 1048586));

  const upload = { Bucket, Key: "copied in parts" };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload));
  const parts = [];
  for (const [number, range] of [[1, [0, 8 * MIB - 1]], [2, [8 * MIB, 20 * MIB - 1]]]) {
    const part = await s3.send(new UploadPartCopyCommand({
      ...upload, UploadId, PartNumber: number, CopySource: `${Bucket}/large`, CopySourceRange: `bytes=${range.join("-")}`,
    }));
    parts.push({ PartNumber: number, ETag: part.CopyPartResult.ETag });
  }
  await s3.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload: { Parts: parts } }));
  assert.deepEqual(await bytes("copied in parts"), body);
}

async function away() {
  await assert.rejects(get("nothing here"), { name: "NoSuchKey" });
  await assert.rejects(s3.send(new DeleteBucketCommand({ Bucket })), { name: "BucketNotEmpty" });
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket })) {
    const gone = await s3.send(new DeleteObjectsCommand({
      Bucket, Delete: { Objects: page.Contents.map(({ Key }) => ({ Key })) },
    }));
    assert.deepEqual(gone.Errors ?? [], []);
  }
  await s3.send(new DeleteBucketCommand({ Bucket }));
}

async function main() {
  const names = fs.readdirSync(TREE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(TREE, path.join(entry.parentPath ?? entry.path, entry.name)));
  await s3.send(new CreateBucketCommand({ Bucket }));
  await thereAndBack(names);
  await metadata();
  await presigned();
  await large();
  await away();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
