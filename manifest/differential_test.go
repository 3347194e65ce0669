package manifest

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"
)

// roots reads text without making documents of it.
func rootsOf(data []byte) ([]*node, []Problem) {
	p := &parser{src: newSource(data)}
	roots := p.roots()
	p.reportDuplicates()
	return roots, p.problems
}

// sameJSON compares two JSON texts; numbers are equal when a float64 cannot
// tell them apart, since that is all sigs.k8s.io/yaml keeps of large ones.
func sameJSON(t interface{ Fatalf(string, ...any) }, ours, theirs []byte) bool {
	var a, b any
	for text, into := range map[*[]byte]*any{&ours: &a, &theirs: &b} {
		dec := json.NewDecoder(bytes.NewReader(*text))
		dec.UseNumber()
		if err := dec.Decode(into); err != nil {
			t.Fatalf("not JSON: %q: %v", *text, err)
		}
	}
	return sameValue(a, b)
}

func sameValue(a, b any) bool {
	switch x := a.(type) {
	case json.Number:
		y, ok := b.(json.Number)
		if !ok {
			return false
		}
		f, _ := x.Float64()
		g, _ := y.Float64()
		return x == y || f == g && math.Abs(f) >= 1<<53 || f == g && strings.ContainsAny(string(x)+string(y), ".eE") || f == 0 && g == 0
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for k, v := range x {
			w, ok := y[k]
			if !ok || !sameValue(v, w) {
				return false
			}
		}
		return true
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !sameValue(x[i], y[i]) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a, b)
}

// agree holds our reading of one document against sigs.k8s.io/yaml. Text that
// either of the two refuses is no difference; strict makes it one.
func agree(t interface {
	Fatalf(string, ...any)
	Helper()
}, data []byte, strict bool,
) {
	t.Helper()
	roots, problems := rootsOf(data)
	theirs, err := yaml.YAMLToJSON(data)
	if len(roots) != 1 || err != nil || hasCode(problems, CodeSyntax) {
		if strict {
			t.Fatalf("%q: we read %d documents with %v; sigs.k8s.io/yaml says %v", data, len(roots), problems, err)
		}
		return
	}
	if hasCode(problems, CodeDuplicateKey) && !strict {
		return // 1 and "1" are two keys to sigs.k8s.io/yaml, which then takes either
	}
	ours := appendJSON(nil, roots[0])
	if !sameJSON(t, ours, theirs) {
		t.Fatalf("%q:\nours   %s\ntheirs %s", data, ours, theirs)
	}
}

func hasCode(problems []Problem, code Code) bool {
	for _, p := range problems {
		if p.Code == code {
			return true
		}
	}
	return false
}

func TestScalarsMeanWhatSigsYAMLMakesOfThem(t *testing.T) {
	words := strings.Fields(`y Y yes Yes YES yEs true True TRUE on On ON oN n N no No NO false off OFF null Null ~ nULL
		0 1 -1 +1 007 017 08 0o17 0O17 0b101 -0b1 0x1F -0x1f 0xG 1_000 _1 1__0 12345678901234567890 18446744073709551615
		18446744073709551616 -9223372036854775809 123456789012345678901234567890 1.0 1. .5 -.5 +.5 . .. 1e3 1E3 1e+3 1e-3 1e400
		0.1 3.141592653589793238462643 1.5e300 6.02_214e23 1:30 190:20:30 2001-01-01 2001-1-1 2001-01-01T00:00:00Z 20010101 1-2
		.e1 .1e1 Infinity inf -inf nan NaN -0 -0.0 00 0. 0x 0b 0b2 1a 1e 1e+ - -- --- <<x = @x 100m 1Gi 0777 0644 "1" '1' "yes"
		!!str !!int|5 !!str|5 !!float|1 !!bool|yes !!null| !!str|null !|5 ! 0_7 0x_1 1_ +0x1 +017 -017 .5_0 0.1_5 é 日本`)
	for _, w := range words {
		w = strings.ReplaceAll(w, "|", " ")
		for _, text := range []string{"a: " + w + "\n", "[" + w + "]", w + ": 1\n"} {
			if text == "[1e400]" {
				continue // read as JSON, where it is a number with its digits kept
			}
			agree(t, []byte(text), false)
		}
	}
	// Most of these must be read by both, or the comparison says nothing.
	for _, w := range []string{"yes", "017", "0o17", "1_000", "1e3", "2001-01-01", "~", "\"1\"", "12345678901234567890"} {
		agree(t, []byte("a: "+w+"\n"), true)
	}
}

// documents are constructs of YAML that both readers must take alike.
var documents = []string{
	"a: &x 1\nb: *x\n",
	"a: &x {k: v}\nb: *x\nc: [*x, *x]\n",
	"base: &b {x: 1, y: 2}\nz:\n  <<: *b\n  y: 3\n",
	"base: &b {x: 1, y: 2}\nz:\n  y: 3\n  <<: *b\n",
	"a: &a {x: 1}\nb: &b {x: 2, y: 2}\nz:\n  <<: [*a, *b]\n  q: 1\n",
	"a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nz: {<<: *b}\n",
	"z: {<<: {x: 1}, y: 2}\n",
	"s: |\n  one\n  two\n\nt: >\n  folded\n  text\n\n  par\nu: |-\n  x\nv: |+\n  x\n\nw: |2\n    two more\n",
	"s: 'it''s'\nt: \"a\\tb\\u00e9\\x41\\n\"\nu: plain text over\n  two lines\n\n  and a third\n",
	"? complex\n: value\n? other\n: - 1\n  - 2\n",
	"- a\n-\n  - b\n- - c\n  - d\n- {e: f}\n",
	"a:\n- b\n- c\nd:\n  - e\n",
	"a:\nb: ~\nc: ''\n",
	"{a: 1, b: [x, y,], c: {d: e}}",
	"a: !!str 1\nb: ! 2\nc: !!int \"3\"\n",
	"# comment\na: 1 # behind\n# between\nb: 2\n",
	"%YAML 1.1\n---\na: 1\n",
	"---\na: 1\n...\n",
	"\"quoted key\": 1\n'single': 2\n1: 3\ntrue: 4\n1.5: 5\n",
	"a: x\r\nb: |\r\n  one\r\n  two\r\nc: y\r\n",
	"a: \"folded\n  double\n\n  quoted\"\nb: 'folded\n  single'\n",
	"key with spaces: v\nhttp://x: y\na#b: c#d\n",
	"a: b:c\nd: -x\ne: ?y\nf: [a:b, -c]\n",
	"\ufeffa: 1\n",
	"a:   [1, 2,\n  3]   # c\nb: {x: 1,\n  y: 2}\n",
	"a: \"\\\n  joined\"\n",
	"&top a: 1\n&k b: 2\n",
	"a: &empty\nb: *empty\n",
	"é: ü\n日本: [語, '文']\n",
	"{\"a\": 1.0, \"b\": 1e2, \"c\": \"x\\u00e9\", \"d\": [true, false, null]}",
	"[1, \"two\", {\"three\": 3}]",
	"\"just text\"",
	"a: {b: {c: {d: [[[1]]]}}}\n",
	"a: 2001-01-01\nb: 2001-01-01T00:00:00Z\nc: 1:30\n",
	"a: 1\na: 2\nb: {c: 1, c: 2}\n",
	"a: 1\nb:\n    c: 2\n    d:\n     - 3\n     -  4\n",
}

func TestDocumentsMeanWhatSigsYAMLMakesOfThem(t *testing.T) {
	for _, d := range documents {
		agree(t, []byte(d), true)
	}
	for _, c := range corpus(t) {
		agree(t, c.text, false)
	}
	for _, tpl := range Templates() {
		agree(t, []byte(tpl.YAML), true)
	}
}

// TestRandomYAMLMeansWhatSigsYAMLMakesOfIt composes text of the bits that
// matter and compares the two readers on it.
func TestRandomYAMLMeansWhatSigsYAMLMakesOfIt(t *testing.T) {
	bits := []string{
		"a", "b", ": ", ":", "- ", "-", "\n", "\n  ", "\n    ", " ", "[", "]", "{", "}", ", ", "#", " #c", "&x ", "*x", "<<: ", "|", ">", "|-", "'", "\"",
		"yes", "017", "1.0", "null", "~", "!!str ", "? ", "\t", "é", "1_0", ".5", "---\n", "0x1", "\\n", "!", "%", "@",
	}
	rapid.Check(t, func(rt *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(bits), 1, 14).Draw(rt, "bits"), "")
		if strings.Contains(text, "---") {
			text = strings.ReplaceAll(text, "---\n", "") // one document each
		}
		agree(rt, []byte(text), false)
	})
}

func FuzzAgreement(f *testing.F) {
	for _, d := range documents {
		f.Add([]byte(d))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.Contains(data, []byte("---")) || bytes.Contains(data, []byte("...")) || bytes.Contains(data, []byte("!")) || len(data) > 4096 {
			return // one document each; tags have rules of their own
		}
		agree(t, data, false)
	})
}
