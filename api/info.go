package api

import (
	"maps"
	"slices"
	"strings"
)

// A Capability is something an endpoint can do beyond the API page. What an
// endpoint does not name is hidden from users, not tried.
type Capability string

// The capabilities that podium knows.
const (
	CapWatch       Capability = "watch"        // list requests with watch=true stream events
	CapLimit       Capability = "limit"        // list honours limit and continue
	CapLog         Capability = "log"          // the log path is served, with follow
	CapEvents      Capability = "events"       // the events path is served
	CapExecInspect Capability = "exec-inspect" // exec's json path tells the exit code
	CapExecKill    Capability = "exec-kill"    // exec's kill path sends signals
	CapPatch       Capability = "patch"        // a pod takes a strategic merge patch
	CapNamespaces  Capability = "namespaces"   // other namespaces than default exist and are listed
)

// Info is what an endpoint says of itself at InfoPath: a flat map of strings,
// as the API's original service answers it. podium's servers add the keys
// below. The zero Info means that the endpoint says nothing: the page's own
// rules and nothing more.
type Info map[string]string

// The keys that podium's servers put into Info beside the original ones.
const (
	InfoEngine       = "engine"       // name of the engine: host, docker, kube, fake
	InfoCapabilities = "capabilities" // comma-separated Capability names
	InfoVersion      = "version"      // version of the serving podium
	InfoDetail       = "detail"       // one line for people: what serves, and where
	InfoContext      = "context"      // name of the context that the engine was opened by, such as a kubeconfig's
	InfoNamespace    = "namespace"    // the namespace to begin in
	InfoIdentity     = "identity"     // who acts, as far as is known without asking
	InfoServer       = "server"       // where the engine itself sends requests, a URL
)

// Engine is the name of the engine behind the endpoint, "" when it says none.
func (i Info) Engine() string { return i[InfoEngine] }

// Has tells whether the endpoint names the capability.
func (i Info) Has(c Capability) bool {
	for part := range strings.SplitSeq(i[InfoCapabilities], ",") {
		if strings.TrimSpace(part) == string(c) {
			return true
		}
	}
	return false
}

// With is a copy of i that names the given capabilities, sorted, beside those
// it had.
func (i Info) With(caps ...Capability) Info {
	out := maps.Clone(i)
	if out == nil {
		out = Info{}
	}
	var names []string
	for part := range strings.SplitSeq(i[InfoCapabilities], ",") {
		if part = strings.TrimSpace(part); part != "" {
			names = append(names, part)
		}
	}
	for _, c := range caps {
		names = append(names, string(c))
	}
	slices.Sort(names)
	out[InfoCapabilities] = strings.Join(slices.Compact(names), ",")
	return out
}
