package strictyaml

import (
	"strings"
	"testing"
)

func TestPlaces(t *testing.T) {
	for text, want := range map[string]string{
		"a: b":                     "",
		"# only a comment\n":       "",
		"":                         "",
		"a: [b":                    "f:1: did not find expected ',' or ']'",
		"a: b\n  c: d":             "f:2: mapping values are not allowed in this context",
		"a: 1\n---\nb: 2":          "f:2:1: a second document begins here, but only one is read",
		"a: &x 1\nb: 2":            "f:1:4: anchors and aliases are not read here: write the value out",
		"\xff":                     "f: the file is not UTF-8 text",
		strings.Repeat(" ", 1<<21): "f: the file has 2097152 bytes, more than the 1024 kB that are read",
	} {
		r := Reader{File: "f"}
		n := r.Parse([]byte(text))
		got := ""
		if err := r.Err(); err != nil {
			got = err.Error()
		}
		if got != want || (n == nil) != (got != "" || !strings.HasPrefix(text, "a")) {
			t.Errorf("%.40q gives %q (%v), want %q", text, got, n, want)
		}
	}
}

func TestProblemsAreBounded(t *testing.T) {
	r := Reader{File: "f"}
	for range 1000 {
		r.Complain(nil, "again")
	}
	if len(r.Problems) != problemLimit {
		t.Errorf("%d problems were kept", len(r.Problems))
	}
	if got := Quote("a\x1b" + strings.Repeat("b", 100)); got != `"a\x1b`+strings.Repeat("b", 37)+`…"` {
		t.Error(got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("a: {b: [c, 'd']}\n? e\n: f\n---\n")
	f.Add("&a [*a]\t: !!x |\n y")
	f.Fuzz(func(t *testing.T, text string) {
		r := Reader{File: "f"}
		if n := r.Parse([]byte(text)); n != nil {
			r.Mapping(n, "it")
		}
	})
}
