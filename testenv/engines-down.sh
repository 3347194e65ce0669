#!/bin/bash
# Ends Podman and Docker as podman-up.sh and docker-up.sh started them, with every container and process of theirs.
# WIPE=1 removes their data as well. May be run again, and after either was killed.
. "$(dirname "$0")/lib.sh"

for engine in podman docker; do
  dir=$STATE/$engine sock=$STATE/$engine.sock
  [ -d "$dir" ] || continue
  if answers "$sock"; then
    for id in $(curl -s -m 20 --unix-socket "$sock" 'http://d/v1.40/containers/json?all=1' | grep -o '"Id":"[0-9a-f]*"' | cut -d'"' -f4); do
      curl -s -m 20 --unix-socket "$sock" -X DELETE "http://d/v1.40/containers/$id?force=1&v=1" >/dev/null || true
    done
  fi
  stop "$dir/pid" "$sock"
  # What outlives its daemon names our folder in its command line: conmon, containerd and its shims. Their children go with
  # them only if they are told first.
  for ((i = 0; i < 20; i++)); do
    left=0
    for p in /proc/[0-9]*; do
      pid=${p#/proc/}
      [ "$pid" != $$ ] && [ "$pid" != "$PPID" ] || continue
      case $({ tr '\0' ' ' <"$p/cmdline"; } 2>/dev/null || true) in
        *conmon*"$dir"* | *containerd*"$dir"* | *docker-proxy*"$dir"*)
          left=1
          pkill -KILL -P "$pid" 2>/dev/null || true
          kill "$([ "$i" -gt 5 ] && echo -KILL || echo -TERM)" "$pid" 2>/dev/null || true
          ;;
      esac
    done
    [ "$left" = 1 ] || break
    sleep 0.1
  done
  awk -v d="$dir/" 'index($2, d) == 1 {print $2}' /proc/mounts | sort -r | while read -r m; do umount -l "$m" || true; done
  rm -f "$sock"
  [ "${WIPE:-0}" = 0 ] || rm -rf --one-file-system "$dir"
  say "$engine is down"
done
# Only when nothing of another test is in it.
if [ -e "/run/netns/$NETNS" ] && [ -z "$(ip netns pids "$NETNS")" ]; then ip netns del "$NETNS"; fi
