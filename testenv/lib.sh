# What the scripts of the test environment share; sourced, not run.
# shellcheck shell=bash
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin DEBIAN_FRONTEND=noninteractive

# Everything is kept here; sockets too, so the path must stay short of 108 bytes.
STATE=${PODIUM_TESTENV:-${XDG_CACHE_HOME:-$HOME/.cache}/podium-testenv}
# The network namespace that keeps bridges and address translation off the machine's own network.
NETNS=podium
IMAGE=docker.io/library/busybox:podium

mkdir -p "$STATE" && chmod 700 "$STATE"

say() { echo "testenv: $*"; }
die() { echo "testenv: $*" >&2; exit 1; }
# lacking WHAT...: this machine cannot have the engine at all, which is told from a failure by the exit status.
lacking() { echo "testenv: $*" >&2; exit 77; }

# missing NAME...: prints those programs that are not there.
missing() {
  local p
  for p in "$@"; do command -v "$p" >/dev/null || echo "$p"; done
}

# packages "PROGRAM..." PACKAGE...: installs the packages unless the programs are all there.
packages() {
  local programs=$1 log=$STATE/apt.log
  shift
  # shellcheck disable=SC2086
  [ -n "$(missing $programs)" ] || return 0
  command -v apt-get >/dev/null || lacking "$(missing $programs | tr '\n' ' ')is missing, and this is no Debian to install it on"
  say "installing $*"
  # Lists may be old or absent: install from what there is, else fetch them.
  apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" >"$log" 2>&1 ||
    { apt-get -o DPkg::Lock::Timeout=300 update >>"$log" 2>&1 &&
      apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" >>"$log" 2>&1; } ||
    die "could not install $*: see $log"
}

# netns_up: the private network namespace, with loopback.
netns_up() {
  [ -e "/run/netns/$NETNS" ] || ip netns add "$NETNS" 2>/dev/null || [ -e "/run/netns/$NETNS" ]
  ip -n "$NETNS" link set lo up
}

# spawn PIDFILE LOG COMMAND...: starts a command in a session of its own, in the namespace, and notes its pid.
spawn() {
  local pidfile=$1 log=$2
  shift 2
  setsid nsenter --net="/run/netns/$NETNS" "$@" >"$log" 2>&1 </dev/null &
  echo $! >"$pidfile"
}

# running PIDFILE WORD: whether the noted process lives and is still what was started: WORD is in its command line.
running() {
  local pid
  pid=$(cat "$1" 2>/dev/null) && [ -n "$pid" ] && { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qF -- "$2"
}

# stop PIDFILE WORD: TERM, then after ten seconds KILL.
stop() {
  local pid i
  if running "$1" "$2"; then
    pid=$(cat "$1")
    kill "$pid" 2>/dev/null || true
    for ((i = 0; i < 100; i++)); do running "$1" "$2" || break; sleep 0.1; done
    if running "$1" "$2"; then kill -9 "$pid" 2>/dev/null || true; fi
  fi
  rm -f "$1"
}

# answers SOCKET: whether a Docker Engine API answers there.
answers() { curl -sf -m 5 --unix-socket "$1" http://d/_ping >/dev/null 2>&1; }

# wait_for SOCKET LOG: until it answers, 30 s at most.
wait_for() {
  local i
  for ((i = 0; i < 300; i++)); do
    answers "$1" && return 0
    sleep 0.1
  done
  tail -5 "$2" >&2
  die "$1 does not answer: see $2"
}

# load SOCKET: the test image into the engine, unless it is there.
load() {
  curl -sf --unix-socket "$1" "http://d/v1.40/images/$IMAGE/json" >/dev/null 2>&1 && return 0
  curl -sf --unix-socket "$1" -X POST -H 'Content-Type: application/x-tar' --data-binary @"$STATE/busybox.tar" \
    "http://d/v1.40/images/load?quiet=1" >/dev/null || die "could not load the image into $1"
}
