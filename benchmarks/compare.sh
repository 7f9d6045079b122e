#!/usr/bin/env bash
# benchmarks/compare.sh [jvm|native] [fsync|nofsync] [options of Compare ...]
# Cairn beside the other stores that are on the PATH (garage, minio), each on fresh data on this machine, under the same load in one run.
# For servers that run already: java benchmarks/Compare.java NAME=http://KEY:SECRET@HOST:PORT ...
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-native}
durability=${2:-fsync}
shift $(($# < 2 ? $# : 2))
. benchmarks/server.sh
case $durability in
    fsync) start_server "$kind" power-loss; sync=true ;;
    nofsync) start_server "$kind" process-crash; sync=false ;;
    *) echo "fsync or nofsync, not $durability" >&2; exit 1 ;;
esac
peers=()
trap 'for peer in "${peers[@]}"; do kill "$peer" 2> /dev/null || true; done; stop_server' EXIT
endpoints=("cairn=http://$ACCESS:$SECRET@127.0.0.1:$PORT#$PID")

if command -v garage > /dev/null; then
    mkdir -p "$DATA/garage"
    cat > "$DATA/garage.toml" << TOML
metadata_dir = "$DATA/garage/meta"
data_dir = "$DATA/garage/data"
metadata_fsync = $sync
data_fsync = $sync
db_engine = "lmdb"
replication_factor = 1
rpc_bind_addr = "127.0.0.1:$((PORT + 11))"
rpc_secret = "$(printf '%064d' 1)"
[s3_api]
s3_region = "us-east-1"
api_bind_addr = "127.0.0.1:$((PORT + 10))"
TOML
    garage=(garage -c "$DATA/garage.toml")
    RUST_LOG=warn "${garage[@]}" server > "$DATA/garage.log" 2>&1 &
    peers+=($!)
    until "${garage[@]}" status > /dev/null 2>&1; do sleep 0.2; done
    "${garage[@]}" layout assign -z dc1 -c 100G "$("${garage[@]}" node id -q | cut -d@ -f1)" > /dev/null 2>&1
    "${garage[@]}" layout apply --version 1 > /dev/null 2>&1
    key=GK$(printf '%024d' 1)
    secret=$(printf '%064d' 2)
    "${garage[@]}" key import --yes -n bench "$key" "$secret" > /dev/null 2>&1
    "${garage[@]}" key allow --create-bucket "$key" > /dev/null 2>&1
    endpoints+=("garage=http://$key:$secret@127.0.0.1:$((PORT + 10))#${peers[-1]}")
fi
if command -v minio > /dev/null; then
    MINIO_ROOT_USER=$ACCESS MINIO_ROOT_PASSWORD=$SECRET minio server --quiet --address "127.0.0.1:$((PORT + 20))" \
        --console-address "127.0.0.1:$((PORT + 21))" "$DATA/minio" > "$DATA/minio.log" 2>&1 &
    peers+=($!)
    until curl -sf -o /dev/null "http://127.0.0.1:$((PORT + 20))/minio/health/live"; do sleep 0.2; done
    endpoints+=("minio=http://$ACCESS:$SECRET@127.0.0.1:$((PORT + 20))#${peers[-1]}")
fi
"$JAVA" -Xmx1g benchmarks/Compare.java "${endpoints[@]}" "$@"
