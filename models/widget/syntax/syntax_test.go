package syntax

import (
	"fmt"
	"strings"
	"testing"

	"podium/themes"
)

// marked writes the spans of a text as role:"text".
func marked(text string) string {
	var out []string
	var state uint64
	for line := range strings.SplitSeq(text, "\n") {
		var spans []themes.Span
		spans, state = YAML(line, state)
		for _, s := range spans {
			name := strings.TrimPrefix(s.Role.String(), "syntax-")
			out = append(out, fmt.Sprintf("%s:%s", name, line[s.Start:s.End]))
		}
	}
	return strings.Join(out, " ")
}

func TestYAML(t *testing.T) {
	for in, want := range map[string]string{
		"":                           "",
		"# all":                      "comment:# all",
		"---":                        "anchor:---",
		"name: web-0 # why":          "key:name punct:: string:web-0 comment:# why",
		"- name: \"a: b\"":           `punct:- key:name punct:: string:"a: b"`,
		"- 80":                       "punct:- number:80",
		"port: -8.5e3":               "key:port punct:: number:-8.5e3",
		"image: nginx:1.25":          "key:image punct:: string:nginx:1.25",
		"tty: true":                  "key:tty punct:: bool:true",
		"a: 'it''s'":                 "key:a punct:: string:'it''s'",
		"\"q k\": ~":                 `key:"q k" punct:: bool:~`,
		"x: &a !!str *b":             "key:x punct:: anchor:&a anchor:!!str anchor:*b",
		"args: [a, 1, {k: v}]":       "key:args punct:: punct:[ string:a punct:, number:1 punct:, punct:{ key:k punct:: string:v punct:} punct:]",
		"s: |-\n  a: b\n\n c\nd: 1":  "key:s punct:: punct:|- string:a: b string:c key:d punct:: number:1",
		"- |\n  text\n- x":           "punct:- punct:| string:text punct:- string:x",
		"a: \"x\ny\" \nb: 1":         `key:a punct:: string:"x string:y" key:b punct:: number:1`,
		"{\n\"a\":true,\n\"b\":[1]}": `punct:{ key:"a" punct:: bool:true punct:, key:"b" punct:: punct:[ number:1 punct:] punct:}`,
		"v: a#b":                     "key:v punct:: string:a#b",
		"t: 10:30":                   "key:t punct:: string:10:30",
	} {
		if got := marked(in); got != want {
			t.Errorf("%q:\n got %s\nwant %s", in, got, want)
		}
	}
}

func FuzzYAML(f *testing.F) {
	for _, s := range []string{"a: b", "- |", "\"x", "'", "{[", "%", "#", ": :", "? -", "&"} {
		f.Add(s, uint64(0))
	}
	f.Fuzz(func(t *testing.T, line string, state uint64) {
		spans, _ := YAML(line, state)
		at := 0
		for _, s := range spans {
			if s.Start < at || s.End <= s.Start || s.End > len(line) {
				t.Fatalf("%q in state %d: spans %v", line, state, spans)
			}
			at = s.End
		}
	})
}

func BenchmarkYAML(b *testing.B) {
	for b.Loop() {
		YAML("    image: registry.example.com/web/nginx:1.25.3 # pinned", 0)
	}
}
