#!/bin/bash
# Podman's Docker-compatible API at $STATE/podman.sock, with a storage and a network namespace of its own. May be run again at any time.
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" = 0 ] || lacking "root is needed to bring it up"
packages "podman runc conmon iptables ip curl /usr/lib/podman/netavark" podman runc conmon netavark aardvark-dns iptables iproute2 curl
"$(dirname "$0")/images.sh"
netns_up

dir=$STATE/podman sock=$STATE/podman.sock
mkdir -p "$dir"/{storage,run,tmp}
nofile=$(ulimit -Hn) nproc=$(cat /proc/sys/kernel/pid_max)
# Without systemd: cgroupfs, events and logs in files. runc, since Debian 12's crun refuses hybrid cgroups. The limits are
# those that this machine may give. The delay is how long Podman keeps an exec's processes around (300 s otherwise).
cat >"$dir/containers.conf" <<CONF
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
tmp_dir = "$dir/tmp"
exit_command_delay = 10
[containers]
log_driver = "k8s-file"
default_ulimits = ["nofile=$nofile:$nofile", "nproc=$nproc:$nproc"]
[network]
network_config_dir = "$dir/networks"
CONF
# A registry of a test speaks plain http, which Docker allows on loopback by itself.
cat >"$dir/registries.conf" <<CONF
unqualified-search-registries = ["docker.io"]
[[registry]]
location = "127.0.0.1"
insecure = true
CONF
if ! running "$dir/pid" "$sock" || ! answers "$sock"; then
  stop "$dir/pid" "$sock"
  rm -f "$sock"
  cd "$dir" # conmon leaves files in its working directory
  CONTAINERS_CONF=$dir/containers.conf CONTAINERS_REGISTRIES_CONF=$dir/registries.conf spawn "$dir/pid" "$dir/service.log" \
    podman --root "$dir/storage" --runroot "$dir/run" --storage-driver overlay --log-level=warn system service --time=0 "unix://$sock"
  wait_for "$sock" "$dir/service.log"
fi
load "$sock"
say "podman $(podman --version | cut -d' ' -f3) at $sock"
