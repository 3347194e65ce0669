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

// fieldPaths are the fields that some engine has something to say of, and
// those of the page: in the order of the host engine's table, what only others
// have beside its neighbours, and the kinds of volume last.
func fieldPaths() []string {
	var paths []string
	on := map[string]bool{}
	for _, f := range manifest.PageFields() {
		on[f.Path] = true
	}
	for _, e := range backends[1:] {
		after := -1
		for _, r := range e.rules().Rules() {
			if r.Note == "" && r.Treatment == manifest.Honoured && !on[r.Path] {
				continue
			}
			if at := slices.Index(paths, r.Path); at >= 0 {
				after = at
				continue
			}
			parent := r.Path[:strings.LastIndex(r.Path, ".")]
			if at := slices.Index(paths, parent); at > after {
				after = at
			}
			if after < 0 {
				after = len(paths) - 1
			}
			after++
			paths = slices.Insert(paths, after, r.Path)
		}
	}
	return paths
}
