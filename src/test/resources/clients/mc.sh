#!/usr/bin/env bash
# MinIO's client with its defaults: a tree there, back, looked at, copied, and everything away again.
set -euo pipefail
export MC_CONFIG_DIR=$PWD/mc MC_DISABLE_PAGER=1
same() { cmp "$1" "$2" || { echo "differs: $1"; exit 1; }; }
m() { mc --quiet --no-color "$@"; }

m alias set cairn "$ENDPOINT" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY"
m mb "cairn/$BUCKET"
m mb --ignore-existing "cairn/$BUCKET"
m mirror "$TREE" "cairn/$BUCKET/tree" > mirrored
wanted=$(find "$TREE" -type f | wc -l)
listed=$(m find "cairn/$BUCKET/tree" | wc -l)
[ "$wanted" = "$listed" ] || { echo "found $listed of $wanted"; exit 1; }
m mirror "cairn/$BUCKET/tree" "$OUT" > fetched
m diff "$TREE" "cairn/$BUCKET/tree" > differences
[ ! -s differences ] || { cat differences; exit 1; }

m stat "cairn/$BUCKET/tree/sizes/65536" > stat
grep -q '64 KiB' stat
m ls --recursive "cairn/$BUCKET/tree/sizes/" > listing
grep -q 1048577 listing
m du "cairn/$BUCKET" > usage
m cp "cairn/$BUCKET/tree/sizes/17825795" "cairn/$BUCKET/large copy" > copied
m cat "cairn/$BUCKET/large copy" > back
same back "$TREE/sizes/17825795"
m head --lines 1 "cairn/$BUCKET/tree/names/plus+plus" > first-line
m mv "cairn/$BUCKET/large copy" "cairn/$BUCKET/moved +%" > moved
m cp "cairn/$BUCKET/moved +%" ./fetched-back > fetched-one
same fetched-back "$TREE/sizes/17825795"
m pipe "cairn/$BUCKET/from stdin" < "$TREE/sizes/65537" > piped
m cat "cairn/$BUCKET/from stdin" > to-stdout
same to-stdout "$TREE/sizes/65537"
# a presigned URL, without a tool of ours in between
url=$(m share download --json "cairn/$BUCKET/from stdin" | sed -n 's/.*"share": *"\([^"]*\)".*/\1/p' | sed 's/\\u0026/\&/g')
curl -sSf "$url" > by-url
same by-url "$TREE/sizes/65537"

m rm "cairn/$BUCKET/from stdin" > removed
m rm --recursive --force "cairn/$BUCKET/tree/plain" > removed
m rb --force "cairn/$BUCKET" > removed
tail -1 removed
