#!/usr/bin/env bash
# What clients of a cluster of six processes saw while clocks, links, nodes and the layout were troubled, judged: registers and sets, read and listed through
# all nodes. Each scenario runs for a while on one cluster, several times.
#
#   benchmarks/histories/run.sh [--scenarios "c p d r cp cdp pr cpr dpr"] [--runs N] [--seconds N] [--binary FILE] [--planted] [--verbose]
#
# c clocks (up to 40 s off), p partitions (one way, too), d kills and pauses of one or two nodes, r nodes leave the layout and come back. Needs root, gcc, iproute2,
# ping and openssl. The binary is target/cairn unless said otherwise. Ends with 1 when any history is wrong.
# With --planted reads ask one replica alone (consistency-mode: degraded), which has to show: then it ends with 1 when no history is wrong.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
scenarios="c p d r cp cdp pr cpr dpr" runs=1 seconds=60 binary="$root/target/cairn" verbose="" planted=0 more_config=""
while [ $# -gt 0 ]; do
    case "$1" in
        --scenarios) scenarios="$2"; shift 2 ;;
        --runs) runs="$2"; shift 2 ;;
        --seconds) seconds="$2"; shift 2 ;;
        --binary) binary="$2"; shift 2 ;;
        --planted) planted=1; more_config="consistency-mode: degraded"; shift ;;
        --verbose) verbose="--verbose"; shift ;;
        *) sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
    esac
done
wan="$here/near.wan"
preload="$(mktemp /tmp/cairn-skew.XXXXXX.so)"
gcc -O2 -shared -fPIC -o "$preload" "$here/skew.c"
. "$root/benchmarks/wanlab/cluster.sh"
ulimit -n 4096

# Node to say it to, node it is about, in or out.
change_layout() {
    local id next
    id="$(cat "$work/node$2/id")"
    timeout 10 ip netns exec "wl-n$1" "$binary" layout revert --config "$work/node$1/cairn.yaml" >/dev/null 2>&1 || true
    if [ "$3" = out ]; then
        timeout 10 ip netns exec "wl-n$1" "$binary" layout remove "$id" --config "$work/node$1/cairn.yaml" >/dev/null
    else
        timeout 10 ip netns exec "wl-n$1" "$binary" layout assign --zone "$(cat "$work/node$2/zone")" --capacity 10GB "$id" \
            --config "$work/node$1/cairn.yaml" >/dev/null
    fi
    next="$(timeout 10 ip netns exec "wl-n$1" "$binary" layout show --json --config "$work/node$1/cairn.yaml" | python3 -c 'import json,sys; print(json.load(sys.stdin)["version"] + 1)')"
    timeout 10 ip netns exec "wl-n$1" "$binary" layout apply --version "$next" --config "$work/node$1/cairn.yaml" >/dev/null
}
export -f lab node start_node signal set_clock change_layout
export work wan binary root preload
printf '#!/usr/bin/env bash\nset -e\n"$@"\n' >"$work/control"
chmod +x "$work/control"

wrong=0
mkfifo "$work/mended"
echo "| scenario | operations | answered | reads judged | wrong | all nodes served after |"
echo "|---|---|---|---|---|---|"
for run in $(seq "$runs"); do
    for scenario in $scenarios; do
        ip netns exec wl-client python3 "$here/clients.py" "$access_key" "$secret_key" --seconds "$((seconds + 3))" --name "$scenario" \
            --keep "/tmp/cairn-history-$scenario-$run.json" <"$work/mended" &
        clients=$!
        exec 7>"$work/mended"
        python3 "$here/faults.py" "$work/control" "$scenario" --seconds "$seconds" $verbose
        echo >&7
        exec 7>&-
        if ! wait "$clients"; then
            wrong=1
            echo "  the history is in /tmp/cairn-history-$scenario-$run.json" >&2
        fi
        # All nodes are back in the layout for the next scenario, on clocks that are right.
        for n in 1 2 3 4 5 6; do
            set_clock "$n" "+0"
        done
    done
done
[ "$planted" = 0 ] || wrong=$((1 - wrong))
exit "$wrong"
