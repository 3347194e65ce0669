#!/bin/bash
# Runs the tests of the engines that need real servers: brings up Podman, Docker and a Kubernetes cluster, runs the suite of all
# engines and the tests of their own features and faults against each, takes them down, and says what ran.
#   test.sh [podman|docker|kube]...   all of them without a name
# An engine that this machine cannot have (no root, no Debian) is skipped by name; PODIUM_NO_SKIP=1 makes that a failure.
# What an interrupted run has left is removed before. Logs are in $STATE/logs.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/lib.sh"
cd "$here/.."
engines=("$@")
[ "$#" -gt 0 ] || engines=(podman docker kube)

logs=$STATE/logs built=$STATE/tests
mkdir -p "$logs" "$built"
if [ "$(id -u)" = 0 ]; then
  # The servers' namespaces are the machine's: one run at a time.
  lock=/run/lock/podium-testenv
  [ -w /run/lock ] || lock=$STATE/.lock
  exec 8>"$lock"
  flock -w 900 8 || die "another run has the test environment, and still has it after 15 minutes"
fi

declare -A outcome detail tests began
order=()

# note ENGINE OUTCOME DETAIL
note() { order+=("$1") outcome[$1]=$2 detail[$1]=$3; }

# The scripts must not keep the lock: what they start lives on.
down() {
  { "$here/engines-down.sh" && "$here/kube/down.sh"; } >>"$logs/down.log" 2>&1 8>&- ||
    { tail -n 5 "$logs/down.log" >&2; die "could not take the servers down: see $logs/down.log"; }
}

# up ENGINE SCRIPT
up() {
  local status=0
  timeout -k 10 1500 "$2" >"$logs/$1-up.log" 2>&1 </dev/null 8>&- || status=$?
  case $status in
    0) say "$(tail -n 1 "$logs/$1-up.log" | sed 's/^testenv: //')" ;;
    77) note "$1" skipped "$(tail -n 1 "$logs/$1-up.log" | sed 's/^testenv: //')" ;;
    *)
      tail -n 20 "$logs/$1-up.log" >&2
      note "$1" FAILED "it could not be brought up: see $logs/$1-up.log"
      ;;
  esac
  return "$status"
}

# build, once and when something is there to be tested: podium and the tests.
build() {
  [ "${have_built:-0}" = 0 ] || return 0
  have_built=1
  say "building podium and its tests"
  go build -o "$built/podium" .
  for p in ./apiserver/engine/docker ./apiserver/engine/kube ./internal/e2e; do go test -c -o "$built/$(basename "$p").test" "$p"; done
}

# start ENGINE PACKAGE TESTS: starts the tests of its package and then those of the dashboard on it, in the background and in a
# process group of their own.
start() {
  build
  say "testing $1"
  began[$1]=$SECONDS
  set -m
  (
    export PODIUM_ENGINES=$1 PODIUM_BIG=1 PODIUM_E2E=1 PODIUM_BIN=$built/podium
    result=0
    (cd "apiserver/engine/$2" && "$built/$2.test" -test.v -test.timeout 900s -test.run "$3") || result=1
    (cd internal/e2e && "$built/e2e.test" -test.v -test.timeout 900s -test.run "^TestDashboard.*On${1^}\$") || result=1
    exit "$result"
  ) >"$logs/$1.log" 2>&1 </dev/null 8>&- &
  tests[$1]=$!
  set +m
}

# finish ENGINE: waits for its tests and notes how they went.
finish() {
  local result=passed log=$logs/$1.log text
  wait "${tests[$1]}" || result=FAILED
  unset "tests[$1]"
  # A pattern that fits no test would pass.
  grep -q '^--- PASS: Test[^D]' "$log" && grep -q '^--- PASS: TestDashboard' "$log" || result=FAILED
  text="$(grep -c '^ *--- PASS' "$log" || true) tests in $((SECONDS - began[$1])) s"
  if [ "$result" = FAILED ]; then
    # What failed, with what it said.
    grep -vE '^ *(=== (RUN|PAUSE|CONT|NAME)|--- (PASS|SKIP))|engine: |server: ' "$log" | tail -n 200 >&2 || true
    text="$text: see $log"
  fi
  note "$1" "$result" "$text"
}

summary() {
  printf '\nEngines tried:\n'
  for e in "${order[@]}"; do
    printf '  %-8s %-8s %s\n' "$e" "${outcome[$e]}" "${detail[$e]}"
    [ "${outcome[$e]}" = skipped ] || grep -hoE '^ *--- SKIP: .*' "$logs/$e.log" 2>/dev/null | sed 's/^ *--- SKIP: /             not tried: /; s/ ([0-9.]*s)$//' || true
  done
}

rm -f "$logs"/*.log
if [ "$(id -u)" = 0 ]; then
  trap down EXIT
  trap 'for t in "${tests[@]}"; do kill -- "-$t" 2>/dev/null; done; exit 130' INT TERM HUP
  WIPE=1 down
fi

# The two daemons side by side; the cluster, with its faults, for itself.
for e in podman docker; do
  case " ${engines[*]} " in *" $e "*) if up "$e" "$here/$e-up.sh"; then start "$e" docker "${e^}\$"; fi ;; esac
done
for e in "${!tests[@]}"; do finish "$e"; done
case " ${engines[*]} " in
  *" kube "*) if up kube "$here/kube/up.sh"; then start kube kube '^TestCluster' && finish kube; fi ;;
esac

summary
for e in "${order[@]}"; do
  [ "${outcome[$e]}" != FAILED ] || exit 1
  [ "${outcome[$e]}" != skipped ] || [ -z "${PODIUM_NO_SKIP:-}" ] || die "PODIUM_NO_SKIP is set, and $e was skipped"
done
if [ "$(id -u)" = 0 ]; then WIPE=1 down; fi
