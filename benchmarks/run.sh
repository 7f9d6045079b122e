#!/usr/bin/env bash
# benchmarks/run.sh [jvm|native] [fsync|nofsync] [options of S3Bench ...]
# One server on fresh data, the whole series against it, the figures in benchmarks/results. See README.md here.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-jvm}
durability=${2:-fsync}
shift $(($# < 2 ? $# : 2))
. benchmarks/server.sh
case $durability in
    fsync) start_server "$kind" power-loss ;;
    nofsync) start_server "$kind" process-crash ;;
    *) echo "fsync or nofsync, not $durability" >&2; exit 1 ;;
esac
trap stop_server EXIT
commit=$(git rev-parse --short HEAD 2> /dev/null || echo unknown)
processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
echo "commit $commit, $kind, $durability, budget $BUDGET, $(nproc) x $processor; started in $STARTED_MS ms"
"$JAVA" -Xmx1g benchmarks/S3Bench.java --endpoint "$ENDPOINT" --access "$ACCESS" --secret "$SECRET" --pid "$PID" \
    --label "$commit $kind $durability budget $BUDGET, $(nproc) x $processor" \
    --json "benchmarks/results/$(date -u +%Y%m%d-%H%M)-$kind-$durability.json" "$@"
