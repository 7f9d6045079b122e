#!/usr/bin/env bash
# restic: a backup, every byte of it read again, and a restore.
set -euo pipefail
export RESTIC_PASSWORD=restic-test RESTIC_REPOSITORY=s3:$ENDPOINT/$BUCKET
restic init
restic backup --quiet "$TREE"
restic check --read-data
restic restore latest --target "$OUT"
restic backup --quiet "$TREE"
restic forget --keep-last 1 --prune
restic check
