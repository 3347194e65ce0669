// Package copyas spells pods in the forms in which people take them elsewhere:
// as names, as YAML and JSON, and as the commands of kubectl, docker, podman and
// curl that ask for the same pod where it really is. What is copied can be pasted
// into a shell as it is, and never holds a token.
//
// It draws nothing: the root offers the forms and copies the text.
package copyas

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"podium/api"
	"podium/manifest"
	"podium/models"
)

// Form is one way to spell pods.
type Form struct {
	Name string // "YAML", "kubectl logs"
	What string // what one gets, in a few words

	pod  bool   // it takes the whole pod, not only its name
	sep  string // between several pods
	text func(t target) (string, error)
}

// target is one pod to spell.
type target struct {
	ref       api.PodRef
	container string        // "" for the pod's first
	object    api.PodObject // where the form needs it
}

// Forms are the ways to spell pods of the endpoint: those that are of use there,
// the most usual ones first.
func Forms(env *models.Env) []Form {
	forms := []Form{
		{Name: "name", What: "the name alone", text: func(t target) (string, error) { return plain(t.ref.Name) }},
		{Name: "YAML", What: "as the server has it", pod: true, sep: "---\n", text: wholeYAML},
		{Name: "manifest", What: "YAML without what only servers set", pod: true, sep: "---\n", text: bareYAML},
		{Name: "JSON", What: "as the server has it", pod: true, text: indented},
		{Name: "namespace/name", What: "both", text: func(t target) (string, error) { return plain(t.ref.String()) }},
	}
	switch env.Info.Engine() {
	case "kube":
		forms = append(forms, kubectl(env.Info[api.InfoContext])...)
	case "docker":
		forms = append(forms, docker(env.Info)...)
	}
	forms = append(forms, podium(env)...)
	return append(forms, curl(env)...)
}

// Text asks for what the form needs of the pods and spells them. It may block
// until ctx is done, so it is called in commands only.
func (f Form) Text(ctx context.Context, client models.Client, refs []api.PodRef, container string) (string, error) {
	var out strings.Builder
	for i, ref := range refs {
		t := target{ref: ref, container: container}
		if f.pod {
			var err error
			if t.object, err = client.Get(ctx, ref.Namespace, ref.Name); err != nil {
				return "", fmt.Errorf("copy %s: %w", ref, err)
			}
		}
		text, err := f.text(t)
		if err != nil {
			return "", fmt.Errorf("copy %s as %s: %w", ref, f.Name, err)
		}
		if i > 0 {
			if !strings.HasSuffix(out.String(), "\n") {
				out.WriteByte('\n')
			}
			out.WriteString(f.sep)
		}
		out.WriteString(text)
	}
	return out.String(), nil
}

func wholeYAML(t target) (string, error) {
	text, err := manifest.ToYAML(t.object.Raw)
	return string(text), err
}

func bareYAML(t target) (string, error) {
	bare, err := manifest.Recreatable(t.object.Raw)
	if err != nil {
		return "", err
	}
	text, err := manifest.ToYAML(bare)
	return string(text), err
}

func indented(t target) (string, error) {
	var b bytes.Buffer
	if err := json.Indent(&b, t.object.Raw, "", "  "); err != nil {
		return "", err
	}
	b.WriteByte('\n')
	return b.String(), nil
}
