package cli

import (
	"fmt"
	"slices"
	"strings"

	"podium/apiserver/engine/docker"
	"podium/apiserver/engine/host"
	"podium/apiserver/engine/kube"
	"podium/internal/contexts"
	"podium/manifest"
)

// backendPage names the rules of the pod API page itself, which hold for every
// endpoint that says nothing of itself.
const backendPage = "page"

// backends are the tables of what each backend does with the fields of a pod,
// the very ones its engine goes by.
var backends = []struct {
	name  string
	rules func() manifest.RuleSet
}{
	{backendPage, manifest.PageRules},
	{string(contexts.Host), host.Rules},
	{string(contexts.Docker), docker.Rules},
	{string(contexts.Kube), kube.Rules},
}

// rulesOf is the table of the engine that an endpoint names in its Info, the
// page's for one that names none or another.
func rulesOf(engine string) manifest.RuleSet {
	rules, err := backendRules(engine)
	if err != nil {
		return manifest.PageRules()
	}
	return rules
}

// backendRules is the table of a backend by its name.
func backendRules(name string) (manifest.RuleSet, error) {
	for _, b := range backends {
		if b.name == name {
			return b.rules(), nil
		}
	}
	return manifest.RuleSet{}, fmt.Errorf("there is no backend %q: it is one of %s", name, strings.Join(backendNames(), ", "))
}

func backendNames() []string {
	names := make([]string, len(backends))
	for i, b := range backends {
		names[i] = b.name
	}
	slices.Sort(names[1:])
	return names
}
