#!/usr/bin/env bash
# benchmarks/profile.sh [put|get|head|list] [size]: where the native server's processor time goes, by Linux perf. The binary needs its symbols:
#   ./mvnw package -Dnative -DskipTests -Dquarkus.native.additional-build-args=-H:+UnlockExperimentalVMOptions,-H:-DeleteLocalSymbols,-H:+PreserveFramePointer
set -euo pipefail
cd "$(dirname "$0")/.."
op=${1:-put}
size=${2:-1K}
seconds=12
. benchmarks/server.sh
start_server native power-loss
samples=$DATA/perf.data
trap stop_server EXIT
"$JAVA" -Xmx512m benchmarks/S3Bench.java --endpoint "$ENDPOINT" --access "$ACCESS" --secret "$SECRET" --pid "$PID" --sizes "$size" \
    --ops "$op,$([ "$op" = put ] || echo put)" --seconds "$seconds" --warmup 2 > "$DATA/bench" &
load=$!
sleep 6
[ "$op" = put ] || sleep $((seconds + 1))
perf record --quiet --event cpu-clock --freq 997 -g --pid "$PID" --output "$samples" -- sleep 6
wait "$load"
cat "$DATA/bench"
show() { perf report --input "$samples" "$@" -g none 2> /dev/null | grep -v '^#' | grep . | cut -c 1-110; }
printf '\nby thread\n'
show --no-children --sort comm | head -8
printf '\nby library\n'
show --no-children --sort dso | head -6
printf '\nby method, with what it calls\n'
show --children --sort symbol | grep -v 'Netty\|AbstractChannel\|NioEvent\|\[.\] 0x0' | sed -n 5,60p
