package cli

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"podium/apiserver/engine/host"
	"podium/manifest"
)

const fieldsFile = "../../docs/fields.md"

// docs/fields.md is what the engines' own tables say.
func TestFieldsDocument(t *testing.T) {
	want := fieldsDocument(t)
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" { // x/exp/golden's
		if err := os.WriteFile(fieldsFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(fieldsFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/fields.md is not what the engines' tables say: run this test with -update")
	}
}

func fieldsDocument(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("# What each engine does with the fields of a pod\n\n" +
		"This file is made of the engines' own tables (`rules.go` in apiserver/engine/*) by `go test ./internal/cli -run Fields -update`.\n\n" +
		"*honoured*: the field does what Kubernetes says it does. *mapped*: it does something close, which the note tells. " +
		"*warned*: it is accepted and ignored, and the server says so. *refused*: a pod with it is not created. " +
		"A row covers everything below its field that has no row of its own; rows of `spec.containers[]` hold for `spec.initContainers[]` too. " +
		"*page* is what the API page says. On kube every field of Kubernetes that is not here is honoured as well.\n\n")
	engines := backends[1:]
	b.WriteString("| field | page |")
	for _, e := range engines {
		b.WriteString(" " + e.name + " |")
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(engines)) + "\n")
	onPage := map[string]string{}
	for _, f := range manifest.PageFields() {
		onPage[f.Path] = "not supported"
		if f.Supported {
			onPage[f.Path] = "supported"
		}
	}
	for _, path := range fieldPaths() {
		fmt.Fprintf(&b, "| `%s` | %s |", path, onPage[path])
		for _, e := range engines {
			rule, listed := e.rules().Rule(path)
			cell := rule.Treatment.String()
			switch {
			case !listed:
				cell += ": not known"
			case rule.Path == path && rule.Note != "":
				cell += ": " + strings.ReplaceAll(rule.Note, "|", "\\|")
			}
			b.WriteString(" " + cell + " |")
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## The environment of a container of the host engine\n\n")
	for _, v := range host.Environment() {
		fmt.Fprintf(&b, "- `%s`: %s\n", v[0], v[1])
	}
	return b.String()
}

// fieldPaths are the fields of the page, in its order, and after their
// neighbours those that some engine has something to say of.
func fieldPaths() []string {
	var paths []string
	for _, f := range manifest.PageFields() {
		paths = append(paths, f.Path)
	}
	var more []string
	for _, e := range backends[1:] {
		for _, r := range e.rules().Rules() {
			if r.Note != "" || r.Treatment != manifest.Honoured {
				more = append(more, r.Path)
			}
		}
	}
	// Parents before children.
	slices.SortStableFunc(more, func(a, b string) int { return strings.Count(a, ".") - strings.Count(b, ".") })
	for _, path := range more {
		if !slices.Contains(paths, path) {
			paths = slices.Insert(paths, placeOf(path, paths), path)
		}
	}
	return paths
}

// placeOf is behind the field's nearest ancestor that is there and all that is
// below that.
func placeOf(path string, among []string) int {
	for {
		i := strings.LastIndex(path, ".")
		if i < 0 {
			return len(among)
		}
		path = path[:i]
		at := 0
		for i, p := range among {
			if p == strings.TrimSuffix(path, "[]") || strings.HasPrefix(p, path+".") {
				at = i + 1
			}
		}
		if at > 0 {
			return at
		}
	}
}
