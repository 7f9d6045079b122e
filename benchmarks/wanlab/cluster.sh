# Sourced by benchmarks that need six nodes at three sites (100 +- 20 ms apart) on one machine: sets $work, $rtt, $access_key, $secret_key and the
# functions node N VERB..., start_node N, signal N NAME, lab COMMAND..., stop_cluster. Needs root, gcc, iproute2, ping, openssl; $binary and $root are set
# before, $wan where the network is to be another, $preload where nodes are to have a clock of
# their own, see set_clock, and $more_config for lines of their configuration.
[ "$(id -u)" = 0 ] || { echo "this benchmark needs root, for network namespaces" >&2; exit 1; }
[ -x "$binary" ] || { echo "$binary is not there: ./mvnw package -Dnative -DskipTests, or --binary FILE" >&2; exit 1; }
for tool in gcc ip ping python3 openssl; do
    command -v "$tool" >/dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
wan="${wan:-$root/benchmarks/wanlab/three-sites.wan}"
work="$(mktemp -d /tmp/cairn-lab.XXXXXX)"
zones=(paris paris berlin berlin lisbon lisbon)
addresses=(10.77.1.1 10.77.1.2 10.77.2.1 10.77.2.2 10.77.3.1 10.77.3.2)
gcc -O2 -o "$work/wanlab" "$root/benchmarks/wanlab/wanlab.c"
"$work/wanlab" "$wan" >"$work/wanlab.log" 2>&1 &
lab_pid=$!

lab() { "$work/wanlab" "$wan" ctl "$@"; }
node() { ip netns exec "wl-n$1" "$binary" "${@:2}" --config "$work/node$1/cairn.yaml"; }
start_node() {
    local clock=()
    if [ -n "${preload:-}" ]; then
        [ -e "$work/node$1/clock" ] || echo "+0" >"$work/node$1/clock"
        clock=(env "LD_PRELOAD=$preload" "SKEW_FILE=$work/node$1/clock")
    fi
    ip netns exec "wl-n$1" "${clock[@]}" "$binary" server --config "$work/node$1/cairn.yaml" >>"$work/node$1/log" 2>&1 &
    echo $! >"$work/node$1/pid"
    disown
}
signal() { kill "-$2" "$(cat "$work/node$1/pid")"; }
# Node, offset in seconds with its sign: its wall clock, at once.
set_clock() { echo "$2" >"$work/node$1/clock.new"; mv "$work/node$1/clock.new" "$work/node$1/clock"; }
stop_cluster() {
    for file in "$work"/node*/pid; do kill -CONT "$(cat "$file")" 2>/dev/null || true; kill "$(cat "$file")" 2>/dev/null || true; done
    for file in "$work"/node*/pid; do
        for _ in $(seq 50); do kill -0 "$(cat "$file")" 2>/dev/null || break; sleep 0.1; done
        kill -9 "$(cat "$file")" 2>/dev/null || true
    done
    kill "$lab_pid" 2>/dev/null || true
    wait "$lab_pid" 2>/dev/null || true
    rm -rf "$work" ${preload:+"$preload"}
}
trap stop_cluster EXIT
sleep 1

openssl rand -hex 32 >"$work/rpc.secret"
openssl rand -hex 16 >"$work/admin.token"
chmod 600 "$work/rpc.secret" "$work/admin.token"
for i in 1 2 3 4 5 6; do
    mkdir "$work/node$i"
    cat >"$work/node$i/cairn.yaml" <<YAML
metadata.dir: $work/node$i/meta
data.dir: $work/node$i/data
rpc: { bind: "${addresses[$((i - 1))]}:3901", secret-file: $work/rpc.secret }
s3: { bind: "0.0.0.0:3900" }
admin: { bind: "127.0.0.1:3903", token-file: $work/admin.token }
${more_config:-}
YAML
    ip netns exec "wl-n$i" ip link set lo up
    # As is usual on long links: a connection that was idle for a moment begins where it was, not with ten packets.
    ip netns exec "wl-n$i" sysctl -qw net.ipv4.tcp_slow_start_after_idle=0 2>/dev/null || true
    start_node "$i"
done
for i in 1 2 3 4 5 6; do
    id=""
    for _ in $(seq 100); do id="$(node "$i" node id 2>/dev/null)" && break || sleep 0.1; done
    [ -n "$id" ] || { tail -3 "$work/node$i/log" >&2; exit 1; }
    echo "${id%@*}" >"$work/node$i/id"
    echo "${zones[$((i - 1))]}" >"$work/node$i/zone"
    [ "$i" = 1 ] || node 1 node connect "$id" >/dev/null
    node 1 layout assign --zone "${zones[$((i - 1))]}" --capacity 10GB "${id%@*}" >/dev/null
done
node 1 layout apply --version 1 >/dev/null
node 1 key create lab --json >"$work/key.json"
node 1 key allow --create-bucket lab >/dev/null
# Until all links are up and every node has its copies.
sleep 8
access_key="$(sed -n 's/.*"accessKeyId" *: *"\([^"]*\)".*/\1/p' "$work/key.json")"
secret_key="$(sed -n 's/.*"secretAccessKey" *: *"\([^"]*\)".*/\1/p' "$work/key.json")"
rtt="$(ip netns exec wl-client ping -c 40 -i 0.2 -q 10.77.2.1 | sed -n 's|^rtt [^=]*= [^/]*/\([^/]*\)/.*|\1|p')"
echo "measured round trip between sites: $rtt ms; $("$binary" version 2>/dev/null | head -1); fsync on; $(date -u +%F)"
