#!/bin/bash
# Builds the Kubernetes of the test environment: every program of a node in one binary, from the Go module proxy alone.
# Prints the path of the binary as its last line. The binary is kept by version, platform and source, so only the first
# run on a machine costs its 13 minutes of processor time; PODIUM_TESTENV moves the cache.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
state=${PODIUM_TESTENV:-${XDG_CACHE_HOME:-$HOME/.cache}/podium-testenv}

version=$(awk '$1 == "require" && $2 == "k8s.io/kubernetes" || $1 == "k8s.io/kubernetes" {print $NF == "indirect" ? $(NF-2) : $NF; exit}' "$here/go.mod")
source=$(cat "$here/go.mod" "$here/go.sum" "$here/main.go" | sha256sum | cut -c1-12)
out=$state/bin/kube-$version-$(go env GOOS)-$(go env GOARCH)-$source
if [ -x "$out" ]; then
  echo "$out"
  exit 0
fi

mkdir -p "$state/bin"
exec 9>"$state/bin/.build.lock" # two builds at once would take twice as long to make the same thing
flock 9
if [ ! -x "$out" ]; then
  minor=${version#v1.}
  minor=${minor%%.*}
  stamp=k8s.io/component-base/version
  ld="-s -w -X $stamp.gitVersion=$version -X $stamp.gitMajor=1 -X $stamp.gitMinor=$minor -X $stamp.gitTreeState=clean"
  ld="$ld -X $stamp.gitCommit=$(printf '0%.0s' {1..40}) -X k8s.io/client-go/pkg/version.gitVersion=$version"
  echo "building Kubernetes $version; this takes minutes, and only the first time" >&2
  for try in 1 2 3; do # what was fetched and compiled stays, so that a module proxy's bad moment costs little
    (cd "$here" && CGO_ENABLED=0 GOWORK=off GOFLAGS= nice -n 19 \
      go build -buildvcs=false -trimpath -tags providerless,dockerless -ldflags "$ld" -o "$out.new" .) && break
    [ "$try" -lt 3 ] || exit 1
  done
  mv "$out.new" "$out"
fi
echo "$out"
