#!/usr/bin/env bash
# What clients of a cluster of six nodes at three sites see while one thing at a time goes wrong: success within 5 s and latency, by node, for each fault
# beside the quiet cluster.
#
#   benchmarks/degrade/run.sh [--seconds N] [--binary FILE]
#
# Needs root, gcc, iproute2, ping and openssl. The binary is target/cairn unless said otherwise.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
seconds=20 binary="$root/target/cairn"
while [ $# -gt 0 ]; do
    case "$1" in
        --seconds) seconds="$2"; shift 2 ;;
        --binary) binary="$2"; shift 2 ;;
        *) sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
    esac
done
. "$root/benchmarks/wanlab/cluster.sh"
ulimit -n 4096
pid() { cat "$work/node$1/pid"; }
phase() { # name, nodes that are hit
    ip netns exec wl-client python3 "$here/degrade.py" "$access_key" "$secret_key" --seconds "$seconds" --name "$1" --hit "$2" --state "$work/state.json"
}
echo "| fault | node hit | requests | success within 5 s | PUT p50 / p99 ms | GET p50 / p99 ms |"
echo "|---|---|---|---|---|---|"
phase "quiet" ""
# Node 4 is cut from the others alone, as when a switch of its site goes: the client still reaches it.
for other in n1 n2 n3 n5 n6; do lab partition n4 "$other" >/dev/null; done
phase "node cut off" "4"
lab heal >/dev/null; sleep 8
for other in n1 n2 n3 n5 n6; do lab oneway n4 "$other" >/dev/null; done
phase "one-way cut (n4 is not heard)" "4"
lab heal >/dev/null; sleep 8
kill -STOP "$(pid 4)"; phase "SIGSTOP" "4"; kill -CONT "$(pid 4)"; sleep 8
kill -9 "$(pid 4)"; phase "kill -9" "4"; start_node 4; sleep 8
lab slow n4 500 >/dev/null; phase "+500 ms on a node" "4"; lab heal >/dev/null; lab slow n4 0 >/dev/null; sleep 8
for a in n3 n4; do for b in n1 n2 n5 n6; do lab partition "$a" "$b" >/dev/null; done; done
phase "site cut off" "3,4"
lab heal >/dev/null; sleep 8
phase "quiet again" ""
