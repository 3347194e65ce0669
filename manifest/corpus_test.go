package manifest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the expected diagnostics anew")

type corpusFile struct {
	name string
	text []byte
}

// corpus returns the manifests in testdata/corpus.
func corpus(t testing.TB) []corpusFile {
	t.Helper()
	var files []corpusFile
	for _, pattern := range []string{"*.yaml", "*.json"} {
		names, err := filepath.Glob(filepath.Join("testdata", "corpus", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, corpusFile{name: filepath.Base(name), text: text})
		}
	}
	if len(files) < 30 {
		t.Fatalf("the corpus has %d files only", len(files))
	}
	return files
}

// report writes what is found in a manifest, one problem on a line with its
// exact extent, the text it marks and the suggestion.
func report(text []byte) string {
	docs, problems := Parse(text, Options{})
	var b strings.Builder
	write := func(p Problem) {
		marked := string(text[p.Start.Offset:p.End.Offset])
		fmt.Fprintf(&b, "%d:%d-%d:%d %s %s %q", p.Start.Line, p.Start.Column, p.End.Line, p.End.Column, p.Severity, p.Code, clip(marked, 40))
		if p.Suggestion != "" {
			fmt.Fprintf(&b, " -> %q", p.Suggestion)
		}
		fmt.Fprintf(&b, "\n\t%s | %s\n", p.Field, p.Message)
	}
	for _, p := range problems {
		write(p)
	}
	for i := range docs {
		d := &docs[i]
		fmt.Fprintf(&b, "document %d: %s %s, lines %d to %d\n\t%s\n", i, d.Kind, d.Name, d.Start.Line, d.End.Line, d.JSON)
		for _, p := range Check(d, PageRules()) {
			write(p)
		}
	}
	return b.String()
}

// TestCorpus holds every manifest in testdata/corpus against the diagnostics
// in the file of the same name with .txt behind it; -update writes them anew,
// to be read before they are believed.
func TestCorpus(t *testing.T) {
	for _, f := range corpus(t) {
		t.Run(f.name, func(t *testing.T) {
			name := filepath.Join("testdata", "corpus", f.name+".txt")
			got := report(f.text)
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
			if good := strings.HasPrefix(f.name, "good"); good && f.name != "good-list.yaml" && strings.Contains(got, " error ") {
				t.Errorf("a good manifest has errors:\n%s", got)
			} else if strings.HasPrefix(f.name, "bad") || strings.HasPrefix(f.name, "syntax") {
				if !strings.Contains(got, " error ") {
					t.Error("no error was found")
				}
			}
		})
	}
}
