#!/bin/bash
# dockerd at $STATE/docker.sock, with data, containerd and a network namespace of its own. May be run again at any time.
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" = 0 ] || lacking "root is needed to bring it up"
packages "dockerd containerd runc iptables ip curl" docker.io containerd runc iptables iproute2 curl
"$(dirname "$0")/images.sh"
netns_up

dir=$STATE/docker sock=$STATE/docker.sock
mkdir -p "$dir"
if ! running "$dir/pid" "$sock" || ! answers "$sock"; then
  stop "$dir/pid" "$sock"
  rm -f "$sock" "$dir/dockerd.pid"
  echo '{}' >"$dir/daemon.json" # keeps the machine's own configuration out
  # No oom score: writing a lower one needs a right that not every machine gives.
  spawn "$dir/pid" "$dir/dockerd.log" \
    dockerd -H "unix://$sock" --config-file "$dir/daemon.json" --data-root "$dir/data" --exec-root "$dir/exec" \
    --pidfile "$dir/dockerd.pid" --exec-opt native.cgroupdriver=cgroupfs --oom-score-adjust=0 --bip=172.29.0.1/24
  wait_for "$sock" "$dir/dockerd.log"
fi
load "$sock"
say "docker $(dockerd --version | cut -d' ' -f3 | tr -d ,) at $sock"
