#!/usr/bin/env bash
# benchmarks/soak.sh [jvm|native] [minutes]: one server under mixed load, small and large objects at a time, again and again.
# A line per round says what it holds then; fails when the last third of the rounds needs more than the second by a tenth.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-native}
minutes=${2:-120}
. benchmarks/server.sh
start_server "$kind" power-loss
trap stop_server EXIT
load() { # bucket, connections, options
    "$JAVA" -Xmx512m benchmarks/S3Bench.java --endpoint "$ENDPOINT" --access "$ACCESS" --secret "$SECRET" --bucket "$1" \
        --connections "$2" --large-connections "$2" --seconds 4 --warmup 1 "${@:3}" > "$DATA/$1.out" 2>&1
}
field() { awk -v name="$1:" '$1 == name {print $2}' "/proc/$PID/status"; }
metric() { curl -sf "$ADMIN/metrics" | awk -v name="$1" 'index($1, name) == 1 {print int($2); exit}'; }

end=$(($(date +%s) + minutes * 60))
began=$(date +%s)
held=()
printf '%7s %12s %12s %10s %10s\n' minute 'RSS KiB' 'anon KiB' refusals blocks
while [ "$(date +%s)" -lt "$end" ]; do
    load soak-small 8 --sizes 1K,64K &
    small=$!
    load soak-large 4 --sizes 1M,16M &
    large=$!
    wait $small || { cat "$DATA/soak-small.out" >&2; exit 1; }
    wait $large || { cat "$DATA/soak-large.out" >&2; exit 1; }
    kill -0 $PID 2> /dev/null || { tail -40 "$DATA/log" >&2; exit 1; }
    held+=("$(field VmRSS)")
    printf '%7d %12d %12d %10d %10d\n' $((($(date +%s) - began) / 60)) "${held[-1]}" "$(field RssAnon)" \
        "$(metric body_memory_refusals)" "$(find "$DATA/data" -type f | wc -l)"
done
most() { printf '%s\n' "$@" | sort -n | tail -1; }
third=$((${#held[@]} / 3))
[ "$third" -ge 1 ] || { echo "too short to tell"; exit 1; }
before=$(most "${held[@]:third:third}")
after=$(most "${held[@]:2*third}")
echo "most held: $before KiB in the second third, $after KiB in the last"
[ $((after * 10)) -le $((before * 11)) ] || { echo "memory grew"; exit 1; }
