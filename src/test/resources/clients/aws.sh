#!/usr/bin/env bash
# The AWS command line with its defaults: a tree there, back, ranges, copies, and everything away again.
set -euo pipefail
export AWS_ENDPOINT_URL=$ENDPOINT
same() { cmp "$1" "$2" || { echo "differs: $1"; exit 1; }; }

aws s3 mb "s3://$BUCKET"
aws s3 cp --recursive --only-show-errors "$TREE" "s3://$BUCKET/tree"
wanted=$(find "$TREE" -type f | wc -l)
listed=$(aws s3 ls --recursive "s3://$BUCKET/tree/" | wc -l)
[ "$wanted" = "$listed" ] || { echo "listed $listed of $wanted"; exit 1; }
aws s3 sync --only-show-errors "s3://$BUCKET/tree" "$OUT"

# nothing has changed, so nothing is copied again
[ -z "$(aws s3 sync --size-only --dryrun "$TREE" "s3://$BUCKET/tree")" ]

aws s3api get-object --bucket "$BUCKET" --key tree/sizes/1048577 --range bytes=65530-65545 range >/dev/null
dd if="$TREE/sizes/1048577" of=wanted-range bs=1 skip=65530 count=16 status=none
same range wanted-range

aws s3 cp --only-show-errors "s3://$BUCKET/tree/names/plus+plus" "s3://$BUCKET/copy of plus+plus"
aws s3 cp --only-show-errors "s3://$BUCKET/copy of plus+plus" copied
same copied "$TREE/names/plus+plus"
aws s3 cp --only-show-errors "s3://$BUCKET/tree/sizes/17825795" "s3://$BUCKET/large copy"
aws s3 mv --only-show-errors "s3://$BUCKET/large copy" moved
same moved "$TREE/sizes/17825795"
aws s3 cp --only-show-errors - "s3://$BUCKET/from stdin" < "$TREE/sizes/65537"
aws s3 cp --only-show-errors "s3://$BUCKET/from stdin" - > to-stdout
same to-stdout "$TREE/sizes/65537"
# version 1 of this client presigns with signature version 2 unless told otherwise
printf '[default]\ns3 =\n  signature_version = s3v4\n' > presign-config
curl -sSf "$(AWS_CONFIG_FILE=$PWD/presign-config aws s3 presign "s3://$BUCKET/from stdin")" > by-url
same by-url "$TREE/sizes/65537"

aws s3 rm --only-show-errors "s3://$BUCKET/from stdin"
aws s3 rm --only-show-errors --recursive "s3://$BUCKET/tree/plain"
aws s3 rb --force "s3://$BUCKET" > removed
tail -1 removed
