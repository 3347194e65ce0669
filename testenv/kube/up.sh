#!/bin/bash
# A real Kubernetes of one node: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, containerd and kubelet, in a
# network namespace of their own. May be run again at any time; what runs already is left alone.
#   $STATE/kube/kubeconfig         an administrator: context "admin" (client certificate), "token" (the same by token) and
#                                  "viewer" (nobody in particular: every request is forbidden)
# The images are busybox:podium and localhost/podium-bare:test, which has no shell.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
NETNS=podium-kube
ip=10.98.0.1
dir=$STATE/kube

[ "$(id -u)" = 0 ] || lacking "root is needed to bring it up"
command -v go >/dev/null || lacking "Go is needed to build Kubernetes"
packages "containerd ctr runc ip curl /usr/lib/cni/bridge" containerd runc containernetworking-plugins iproute2 curl
"$here/../images.sh"
kube=$("$here/build.sh" | tail -1)
umask 077
mkdir -p "$dir"/{bin,log,pid,etcd,cni,kubelet,podlogs}
for program in etcd kubectl kube-apiserver kube-controller-manager kube-scheduler kubelet; do ln -sfn "$kube" "$dir/bin/$program"; done
(cd "$here/nodekit" && CGO_ENABLED=0 GOWORK=off GOFLAGS= go build -buildvcs=false -trimpath -ldflags '-s -w' -o "$dir/bin/nodekit" .)
kit=$dir/bin/nodekit
"$kit" pki "$dir/pki" "$ip"
"$kit" images "$dir/images"

# The namespace has a bridge for the node's address, since the kubelet wants one that is not loopback and a default route.
netns_up
ip -n "$NETNS" link show node0 >/dev/null 2>&1 || ip -n "$NETNS" link add node0 type bridge
ip -n "$NETNS" addr replace "$ip/24" dev node0
ip -n "$NETNS" link set node0 up
ip -n "$NETNS" route replace default via 10.98.0.254 dev node0
nsenter --net="/run/netns/$NETNS" sysctl -qw net.ipv4.ip_forward=1

# service NAME COMMAND...: starts it unless it runs.
service() {
  local name=$1
  shift
  running "$dir/pid/$name" "$dir" || spawn "$dir/pid/$name" "$dir/log/$name.log" "$@"
}
# ready NAME SECONDS COMMAND...: waits until the command succeeds.
ready() {
  local name=$1 seconds=$2 i
  shift 2
  for ((i = 0; i < seconds * 10; i++)); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.1
  done
  tail -n 3 "$dir"/log/*.log >&2
  die "$name is not ready after $seconds s: see $dir/log"
}

# The API server's port on this machine's loopback: the first that is free, and then always the same.
port=$(cat "$dir/port" 2>/dev/null || true)
if [ -z "$port" ]; then
  for ((port = 26443; port < 26543; port++)); do { : <>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null || break; done
  echo "$port" >"$dir/port"
fi

pki=$dir/pki
cat >"$pki/tokens.csv" <<CSV
podium-admin-token,admin,1,"system:masters"
podium-node-token,system:node:podium,2,"system:nodes,system:masters"
podium-viewer-token,viewer,3
CSV
# kubeconfig FILE SERVER CURRENT
kubeconfig() {
  cat >"$1" <<YAML
apiVersion: v1
kind: Config
clusters:
- {name: podium, cluster: {server: "$2", certificate-authority: $pki/ca.crt}}
users:
- {name: admin, user: {client-certificate: $pki/admin.crt, client-key: $pki/admin.key}}
- {name: token, user: {token: podium-admin-token}}
- {name: node, user: {token: podium-node-token}}
- {name: viewer, user: {token: podium-viewer-token}}
contexts:
- {name: admin, context: {cluster: podium, user: admin}}
- {name: token, context: {cluster: podium, user: token}}
- {name: node, context: {cluster: podium, user: node}}
- {name: viewer, context: {cluster: podium, user: viewer}}
current-context: $3
YAML
}
kubeconfig "$dir/kubeconfig" "https://127.0.0.1:$port" admin
kubeconfig "$dir/node.kubeconfig" "https://$ip:6443" node

# The data is thrown away, so nothing has to reach the disk.
service etcd "$dir/bin/etcd" --data-dir "$dir/etcd" --listen-client-urls http://127.0.0.1:2379 \
  --advertise-client-urls http://127.0.0.1:2379 --listen-peer-urls http://127.0.0.1:2380 --unsafe-no-fsync --log-level warn
ready etcd 30 nsenter --net="/run/netns/$NETNS" curl -sf http://127.0.0.1:2379/health
service kube-apiserver "$dir/bin/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 --bind-address=0.0.0.0 --secure-port=6443 \
  --advertise-address="$ip" --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" \
  --client-ca-file="$pki/ca.crt" --token-auth-file="$pki/tokens.csv" --authorization-mode=RBAC --event-ttl=1h \
  --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$pki/tokens.pub" \
  --service-account-signing-key-file="$pki/tokens.key" --service-cluster-ip-range=10.96.0.0/16 \
  --kubelet-preferred-address-types=InternalIP
if ! running "$dir/pid/forward" "$dir"; then
  setsid "$kit" forward "/run/netns/$NETNS" "127.0.0.1:$port" "$ip:6443" >"$dir/log/forward.log" 2>&1 </dev/null &
  echo $! >"$dir/pid/forward"
fi
export KUBECONFIG=$dir/kubeconfig
kubectl=$dir/bin/kubectl
ready kube-apiserver 120 "$kubectl" get --raw /readyz
service kube-controller-manager "$dir/bin/kube-controller-manager" --kubeconfig="$dir/node.kubeconfig" --leader-elect=false \
  --service-account-private-key-file="$pki/tokens.key" --root-ca-file="$pki/ca.crt" \
  --cluster-signing-cert-file="$pki/ca.crt" --cluster-signing-key-file="$pki/ca.key"
service kube-scheduler "$dir/bin/kube-scheduler" --kubeconfig="$dir/node.kubeconfig" --leader-elect=false \
  --authentication-kubeconfig="$dir/node.kubeconfig" --authorization-kubeconfig="$dir/node.kubeconfig"

cat >"$dir/cni/10-podium.conflist" <<JSON
{"cniVersion": "0.4.0", "name": "podium", "plugins": [{"type": "bridge", "bridge": "cni0", "isGateway": true,
  "ipam": {"type": "host-local", "dataDir": "$dir/cni-state", "ranges": [[{"subnet": "10.243.0.0/22"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
JSON
# No lower oom scores and no hugetlb limits: both need more than every machine gives to root.
cat >"$dir/containerd.toml" <<TOML
version = 2
root = "$dir/containerd/root"
state = "$dir/containerd/state"
oom_score = 0
[grpc]
  address = "$dir/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$dir/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/podium-pause:test"
  restrict_oom_score_adj = true
  disable_apparmor = true
  disable_hugetlb_controller = true
  tolerate_missing_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$dir/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
TOML
service containerd containerd --config "$dir/containerd.toml"
ctr="ctr -a $dir/containerd.sock -n k8s.io"
ready containerd 30 $ctr version
for image in "$dir/images/pause.tar" "$dir/images/bare.tar" "$STATE/busybox.tar"; do $ctr images import "$image" >/dev/null; done

# The kubelet changes settings of the kernel; down.sh puts these back.
[ -f "$dir/sysctl" ] || for s in kernel.panic kernel.panic_on_oops vm.overcommit_memory vm.panic_on_oom; do
  echo "$s=$(sysctl -n "$s")" >>"$dir/sysctl"
done
cat >"$dir/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $ip
readOnlyPort: 0
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
containerRuntimeEndpoint: unix://$dir/containerd.sock
podLogsDir: $dir/podlogs
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
oomScoreAdj: 0
makeIPTablesUtilChains: false
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
imageGCHighThresholdPercent: 100
serializeImagePulls: false
maxPods: 250
nodeStatusUpdateFrequency: 10s
YAML
service kubelet "$dir/bin/kubelet" --config="$dir/kubelet.yaml" --kubeconfig="$dir/node.kubeconfig" --hostname-override=podium \
  --node-ip="$ip" --root-dir="$dir/kubelet"
ready "the node" 120 "$kubectl" wait --for=condition=Ready node/podium --timeout=1s
ready "the default service account" 60 "$kubectl" -n default get serviceaccount default
say "kubernetes $("$kubectl" version -o json | grep -o '"gitVersion": "[^"]*"' | tail -1 | cut -d'"' -f4) at https://127.0.0.1:$port, $KUBECONFIG"
