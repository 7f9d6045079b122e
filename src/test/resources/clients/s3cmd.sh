#!/usr/bin/env bash
# s3cmd with its defaults: a tree there, back, copied, and everything away again.
set -euo pipefail
authority=${ENDPOINT#http://}
cat > "$PWD/s3cfg" <<CONF
[default]
access_key = $AWS_ACCESS_KEY_ID
secret_key = $AWS_SECRET_ACCESS_KEY
host_base = $authority
host_bucket = $authority
use_https = False
CONF
chmod 600 "$PWD/s3cfg"
s3() { s3cmd --config="$PWD/s3cfg" "$@"; }

s3 mb "s3://$BUCKET"
s3 put --quiet --recursive "$TREE/" "s3://$BUCKET/tree/"
wanted=$(find "$TREE" -type f | wc -l)
listed=$(s3 ls --recursive "s3://$BUCKET/tree/" | wc -l)
[ "$wanted" = "$listed" ] || { echo "listed $listed of $wanted"; exit 1; }
mkdir -p "$OUT"
s3 get --quiet --recursive "s3://$BUCKET/tree/" "$OUT/"

s3 info "s3://$BUCKET/tree/sizes/65536" > info
grep -q 65536 info
head -c 65530 "$TREE/sizes/1048577" > continued
s3 get --quiet --continue "s3://$BUCKET/tree/sizes/1048577" continued
cmp continued "$TREE/sizes/1048577"

s3 cp --quiet "s3://$BUCKET/tree/names/plus+plus" "s3://$BUCKET/copy of plus+plus"
s3 mv --quiet "s3://$BUCKET/copy of plus+plus" "s3://$BUCKET/moved +%"
s3 get --quiet "s3://$BUCKET/moved +%" moved
cmp moved "$TREE/names/plus+plus"

s3 del --quiet "s3://$BUCKET/moved +%"
s3 del --quiet --recursive --force "s3://$BUCKET/tree/plain/"
s3 rb --recursive --force "s3://$BUCKET" > removed
tail -1 removed
