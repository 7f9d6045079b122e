#!/usr/bin/env bash
# Whether what a request takes depends on how much is there already: parts of one upload, and keys of one bucket, before and after nine of ten are deleted.
#
#   benchmarks/scale/run.sh [jvm|native] [--parts N] [--part-mib N] [--keys N]
#
# Parts are all zeros: they are sent, hashed and compressed, but take little of the disk. Prints times by tenths of the work, and ratios.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
kind=native
case "${1:-}" in jvm | native) kind="$1"; shift ;; esac
. "$here/../server.sh"
start_server "$kind" power-loss
trap stop_server EXIT
python3 "$here/scale.py" "$ENDPOINT" "$ACCESS" "$SECRET" "$@"
