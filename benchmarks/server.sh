# Sourced by the other scripts: starts and stops one Cairn server on fresh data. Not a program of its own.
# start_server jvm|native power-loss|process-crash   sets PID, ENDPOINT, ADMIN, ACCESS, SECRET, DATA, STARTED_MS, IDLE_RSS_KIB

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ACCESS=CAIRNBENCH0123456789
SECRET=benchSecretKey0123456789abcdefghijklmnop
BUDGET=${BUDGET:-128MiB}
PORT=${PORT:-39000}

java_home() {
    for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
        [ -x "$home/bin/java" ] && [ "$("$home/bin/java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')" -ge 25 ] &&
            echo "$home" && return
    done
    echo "no JDK 25 found: set JAVA_HOME" >&2
    return 1
}
JAVA=$(java_home)/bin/java

server_command() {
    case $1 in
        native) echo "$ROOT/target/cairn" ;;
        jvm) echo "$JAVA @$ROOT/src/main/jvm/cairn.options -Djava.library.path=$ROOT/target" \
            "-jar $ROOT/target/quarkus-app/quarkus-run.jar" ;;
        *) echo "jvm or native, not $1" >&2; return 1 ;;
    esac
}

start_server() {
    DATA=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/cairn-bench-XXXXXX")
    ENDPOINT=http://127.0.0.1:$PORT
    ADMIN=http://127.0.0.1:$((PORT + 3))
    local command started
    command=$(server_command "$1")
    started=$(date +%s%3N)
    env CAIRN_S3_BIND=127.0.0.1:$PORT CAIRN_RPC_BIND=127.0.0.1:$((PORT + 1)) CAIRN_WEB_BIND=127.0.0.1:$((PORT + 2)) \
        CAIRN_ADMIN_BIND=127.0.0.1:$((PORT + 3)) CAIRN_K2V_BIND=127.0.0.1:$((PORT + 4)) CAIRN_ADMIN_TOKEN=bench \
        CAIRN_DATA_DIR="$DATA/data" CAIRN_METADATA_DIR="$DATA/meta" CAIRN_DURABILITY="$2" CAIRN_MEMORY_BUDGET="$BUDGET" \
        CAIRN_DEFAULT_ACCESS_KEY=$ACCESS CAIRN_DEFAULT_SECRET_KEY=$SECRET CAIRN_DEFAULT_BUCKET=bench-bucket \
        $command server --single-node > "$DATA/log" 2>&1 &
    PID=$!
    until curl -sf -o /dev/null "$ADMIN/health"; do
        kill -0 $PID 2> /dev/null || { tail -40 "$DATA/log" >&2; return 1; }
        [ $(($(date +%s%3N) - started)) -lt 60000 ] || { tail -40 "$DATA/log" >&2; stop_server; return 1; }
        sleep 0.005
    done
    STARTED_MS=$(($(date +%s%3N) - started))
    IDLE_RSS_KIB=$(awk '/VmRSS/ {print $2}' /proc/$PID/status)
}

stop_server() {
    kill $PID 2> /dev/null || true
    wait $PID 2> /dev/null || true
    rm -rf "$DATA"
}
