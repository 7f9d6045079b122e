#!/usr/bin/env bash
# benchmarks/startup.sh [runs]: time from exec to the first 200 on /health, and resident memory then and 10 s later, JVM and native.
set -euo pipefail
cd "$(dirname "$0")/.."
. benchmarks/server.sh
runs=${1:-5}
printf '%-8s %4s %12s %16s %16s\n' binary run 'start ms' 'RSS KiB at start' 'RSS KiB idle 10s'
for kind in jvm native; do
    program=$([ "$kind" = jvm ] && echo target/quarkus-app/quarkus-run.jar || echo target/cairn)
    [ -e "$program" ] || { echo "$kind: $program is not built, left out"; continue; }
    for run in $(seq "$runs"); do
        start_server "$kind" power-loss
        sleep 10
        idle=$(awk '/VmRSS/ {print $2}' /proc/$PID/status)
        printf '%-8s %4d %12d %16d %16d\n' "$kind" "$run" "$STARTED_MS" "$IDLE_RSS_KIB" "$idle"
        stop_server
    done
done
