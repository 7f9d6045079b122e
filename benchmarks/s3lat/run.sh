#!/usr/bin/env bash
# Round trips of S3 calls in a cluster of six nodes at three sites, 100 +- 20 ms apart, on one machine, seen by a client at the first site:
#
#   benchmarks/s3lat/run.sh [--samples N] [--binary FILE]
#
# Needs root, gcc, iproute2, ping and openssl. The binary is target/cairn unless said otherwise.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
samples=100 binary="$root/target/cairn"
while [ $# -gt 0 ]; do
    case "$1" in
        --samples) samples="$2"; shift 2 ;;
        --binary) binary="$2"; shift 2 ;;
        *) sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
    esac
done
. "$root/benchmarks/wanlab/cluster.sh"
ip netns exec wl-client python3 "$here/s3lat.py" http://10.77.1.1:3900 "$access_key" "$secret_key" --samples "$samples" --rtt "$rtt"
