#!/usr/bin/env bash
# A tree of 1,000 files in a cluster of six processes at three sites, through everything that may happen to a cluster, one thing after the other, while clients
# write and read: after each of them every node has to list all of the tree and give every file as it was.
#
#   benchmarks/tree/run.sh [--faults "kill restart wipe partition layouts site"] [--files N] [--partition-seconds N] [--binary FILE] [--python FILE]
#
# kill one node is killed under load and started again; restart all are restarted, one by one; wipe a node loses its directories and joins as a new one;
# partition a site is cut off for ten minutes; layouts two changes of the layout overlap; site both nodes of a site are gone for good and new ones take
# their place. Needs root, gcc, iproute2, ping, openssl and a python3 with boto3. The binary is target/cairn unless said otherwise. Ends with 1 when
# anything was lost or a client of a node that was not hit saw an error.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
faults="kill restart wipe partition layouts site" files=1000 partition=600 binary="$root/target/cairn" python=python3
while [ $# -gt 0 ]; do
    case "$1" in
        --faults) faults="$2"; shift 2 ;;
        --files) files="$2"; shift 2 ;;
        --partition-seconds) partition="$2"; shift 2 ;;
        --binary) binary="$2"; shift 2 ;;
        --python) python="$2"; shift 2 ;;
        *) sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
    esac
done
"$python" -c 'import boto3' || { echo "$python has no boto3: say one that has with --python" >&2; exit 1; }
wan="$root/benchmarks/histories/near.wan"
. "$root/benchmarks/wanlab/cluster.sh"
ulimit -n 4096

# Node to say it to.
layout_version() { node "$1" layout show --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["version"])'; }
apply() { node "$1" layout apply --version "$(($(layout_version "$1") + 1))" >/dev/null; }
settled() { # node to ask, seconds at most
    for _ in $(seq "$2"); do
        node "$1" layout history --json | grep -q Draining || return 0
        sleep 1
    done
    echo "the layout change is not through after $2 s" >&2
    return 1
}
ended() { for _ in $(seq 100); do kill -0 "$1" 2>/dev/null || return 0; sleep 0.1; done; kill -9 "$1"; }
serves() { for _ in $(seq 300); do node "$1" status >/dev/null 2>&1 && return 0; sleep 0.1; done; return 1; }
# Node whose place is taken, node to say it to: its directories are gone, another one stands on the same address.
replace_nodes() { # node to say it to, nodes
    local at="$1" i id old
    shift
    for i in "$@"; do
        rm -rf "$work/node$i/meta" "$work/node$i/data"
        start_node "$i"
    done
    for i in "$@"; do
        serves "$i"
        old="$(cat "$work/node$i/id")"
        id="$(node "$i" node id)"
        node "$at" node connect "$id" >/dev/null
        echo "${id%@*}" >"$work/node$i/id"
        node "$at" layout assign --zone "$(cat "$work/node$i/zone")" --capacity 10GB "${id%@*}" --replace "$old" >/dev/null
    done
    apply "$at"
    settled "$at" 180
}

fault_kill() { signal 3 KILL; sleep 10; start_node 3; serves 3; sleep 5; }
fault_restart() {
    for i in 1 2 3 4 5 6; do
        signal "$i" TERM
        ended "$(cat "$work/node$i/pid")"
        start_node "$i"
        serves "$i"
        sleep 3
    done
}
fault_wipe() { signal 4 KILL; sleep 2; replace_nodes 1 4; }
fault_partition() {
    lab partition n5,n6 n1,n2,n3,n4 >/dev/null
    sleep "$partition"
    lab heal >/dev/null
    sleep 15
}
fault_layouts() {
    node 1 layout remove "$(cat "$work/node2/id")" >/dev/null
    apply 1
    sleep 1
    node 3 layout remove "$(cat "$work/node6/id")" >/dev/null
    apply 3
    settled 1 180
    for i in 2 6; do
        node 1 layout assign --zone "$(cat "$work/node$i/zone")" --capacity 10GB "$(cat "$work/node$i/id")" >/dev/null
    done
    apply 1
    settled 1 180
}
fault_site() { signal 5 KILL; signal 6 KILL; sleep 5; replace_nodes 1 5 6; }
hit() {
    case "$1" in
        kill) echo 3 ;;
        restart) echo 1,2,3,4,5,6 ;;
        wipe) echo 4 ;;
        partition | site) echo 5,6 ;;
        layouts) echo "" ;;
        *) echo "no such fault: $1" >&2; exit 2 ;;
    esac
}

client() { ip netns exec wl-client "$python" "$here/tree.py" "$access_key" "$secret_key" --files "$files" "$@"; }
wrong=0
client fill
echo "| what happened | requests meanwhile | failed at nodes not hit | of nodes hit | files whole at each node after it | seconds |"
echo "|---|---|---|---|---|---|"
for fault in $faults; do
    nodes_hit="$(hit "$fault")"
    begin="$(date +%s)"
    mkfifo "$work/over"
    client load --hit "$nodes_hit" <"$work/over" >"$work/seen" &
    clients=$!
    exec 7>"$work/over"
    sleep 3
    "fault_$fault" || wrong=1
    echo >&7
    exec 7>&-
    wait "$clients" || wrong=1
    rm "$work/over"
    whole="$(client verify)" || wrong=1
    echo "| $fault | $(cat "$work/seen") | $whole | $(($(date +%s) - begin)) |"
done
exit "$wrong"
