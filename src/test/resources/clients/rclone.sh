#!/usr/bin/env bash
# rclone with its defaults: a tree there, back, checked, copied, and everything away again.
set -euo pipefail
export RCLONE_CONFIG=$PWD/rclone.conf
cat > "$RCLONE_CONFIG" <<CONF
[cairn]
type = s3
provider = Other
access_key_id = $AWS_ACCESS_KEY_ID
secret_access_key = $AWS_SECRET_ACCESS_KEY
endpoint = $ENDPOINT
CONF
chmod 600 "$RCLONE_CONFIG"

rclone mkdir "cairn:$BUCKET"
rclone sync "$TREE" "cairn:$BUCKET/tree"
wanted=$(find "$TREE" -type f | wc -l)
listed=$(rclone lsf -R --files-only "cairn:$BUCKET/tree" | wc -l)
[ "$wanted" = "$listed" ] || { echo "listed $listed of $wanted"; exit 1; }
rclone check "$TREE" "cairn:$BUCKET/tree"
rclone sync "cairn:$BUCKET/tree" "$OUT"

# a second run finds nothing to do
rclone sync -v "$TREE" "cairn:$BUCKET/tree" 2> again
! grep -q 'Copied' again || { grep 'Copied' again; exit 1; }

rclone cat --offset 65530 --count 16 "cairn:$BUCKET/tree/sizes/1048577" > range
dd if="$TREE/sizes/1048577" bs=1 skip=65530 count=16 status=none | cmp - range

rclone copyto "cairn:$BUCKET/tree/names/plus+plus" "cairn:$BUCKET/copy of plus+plus"
rclone moveto "cairn:$BUCKET/copy of plus+plus" "cairn:$BUCKET/moved %+"
rclone cat "cairn:$BUCKET/moved %+" | cmp - "$TREE/names/plus+plus"
rclone rcat "cairn:$BUCKET/streamed" < "$TREE/sizes/8388608"
rclone cat "cairn:$BUCKET/streamed" | cmp - "$TREE/sizes/8388608"

rclone deletefile "cairn:$BUCKET/streamed"
rclone delete "cairn:$BUCKET/tree/plain"
rclone purge "cairn:$BUCKET"
