#!/bin/bash
# Ends what up.sh started, with every container, mount and control group of its own. WIPE=1 removes its data as well; the built
# binary stays. May be run again, and after any of it was killed.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
NETNS=podium-kube
dir=$STATE/kube
[ -d "$dir" ] || exit 0

export KUBECONFIG=$dir/kubeconfig
if running "$dir/pid/kube-apiserver" "$dir" && running "$dir/pid/kubelet" "$dir"; then
  timeout 30 "$dir/bin/kubectl" delete pods -A --all --grace-period=1 >/dev/null 2>&1 || true
fi
for name in kubelet kube-scheduler kube-controller-manager forward kube-apiserver etcd; do stop "$dir/pid/$name" "$dir"; done
if running "$dir/pid/containerd" "$dir"; then
  ctr="ctr -a $dir/containerd.sock -n k8s.io"
  for task in $($ctr tasks ls -q 2>/dev/null); do $ctr tasks kill -s KILL "$task" >/dev/null 2>&1 || true; done
  for ((i = 0; i < 30; i++)); do $ctr tasks ls 2>/dev/null | grep -q RUNNING || break; sleep 0.1; done
  for container in $($ctr containers ls -q 2>/dev/null); do
    $ctr tasks rm "$container" >/dev/null 2>&1 || true
    $ctr containers rm "$container" >/dev/null 2>&1 || true
  done
fi
stop "$dir/pid/containerd" "$dir"
# Shims of a containerd that was killed: their command lines name our socket.
for ((i = 0; i < 20; i++)); do
  left=0
  for p in /proc/[0-9]*; do
    case $({ tr "\0" " " <"$p/cmdline"; } 2>/dev/null || true) in
      *containerd-shim*"$dir"*)
        left=1
        pkill -KILL -P "${p#/proc/}" 2>/dev/null || true
        kill -KILL "${p#/proc/}" 2>/dev/null || true
        ;;
    esac
  done
  [ "$left" = 1 ] || break
  sleep 0.1
done
# Network namespaces of pods that were cut off: known by their addresses.
for n in /run/netns/cni-*; do
  [ -e "$n" ] || continue
  n=${n##*/}
  case $(ip -n "$n" -4 -o addr 2>/dev/null || true) in *" 10.243."*) ip netns del "$n" || true ;; esac
done
awk -v d="$dir/" 'index($2, d) == 1 {print $2}' /proc/mounts | sort -r | while read -r m; do umount -l "$m" || true; done
find /sys/fs/cgroup -maxdepth 2 -type d \( -name kubepods -o -name kubelet \) 2>/dev/null | while read -r g; do
  find "$g" -depth -type d -exec rmdir {} \; 2>/dev/null || true
done
if [ -f "$dir/sysctl" ]; then
  while IFS== read -r name value; do sysctl -qw "$name=$value" || true; done <"$dir/sysctl"
  rm -f "$dir/sysctl"
fi
if [ -e "/run/netns/$NETNS" ] && [ -z "$(ip netns pids "$NETNS")" ]; then ip netns del "$NETNS"; fi
[ "${WIPE:-0}" = 0 ] || rm -rf --one-file-system "$dir"
say "kubernetes is down"
