package manifest

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"
)

func TestToYAMLKeepsOrderDigitsAndUnknownFields(t *testing.T) {
	const in = `{"kind":"Pod","apiVersion":"v1","zz":{"b":1.0,"a":123456789012345678901234567890,"c":1e3},` +
		`"metadata":{"name":"x","annotations":{"a.b/c":"yes","n":"1","t":"2026-01-31","m":"one\ntwo\n","k":"","s":" x","o":"0o17","h":"a #b","esc":"\u001b[31m"}},` +
		`"spec":{"containers":[{"name":"c","command":["sh","-c","echo: hi","--flag","-"],"ports":[],"resources":{}},{"name":"d"}],"x":null,"y":[[1,[2]],{}]}}`
	const want = `kind: Pod
apiVersion: v1
zz:
  b: 1.0
  a: 123456789012345678901234567890
  c: 1e3
metadata:
  name: x
  annotations:
    a.b/c: "yes"
    "n": "1"
    t: "2026-01-31"
    m: |
      one
      two
    k: ""
    s: " x"
    o: "0o17"
    h: "a #b"
    esc: "\x1b[31m"
spec:
  containers:
  - name: c
    command:
    - sh
    - -c
    - "echo: hi"
    - --flag
    - "-"
    ports: []
    resources: {}
  - name: d
  x: null
  "y":
  - - 1
    - - 2
  - {}
`
	got, err := ToYAML([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Fatalf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestToYAMLRefusesWhatIsNoJSON(t *testing.T) {
	for _, in := range []string{"", "{", `{"a":1} x`, "a: 1", `{"a":01}`, "[1,]", "\"\x01\"", strings.Repeat("[", 5000)} {
		if out, err := ToYAML([]byte(in)); err == nil {
			t.Errorf("%q became %q", clip(in, 20), out)
		} else if !strings.Contains(err.Error(), "line 1, column") {
			t.Errorf("%q: no place in %q", clip(in, 20), err)
		}
	}
	if _, err := ToYAML(make([]byte, MaxBytes+1)); err == nil {
		t.Error("more than MaxBytes was read")
	}
}

// roundTrip demands that what sigs.k8s.io/yaml reads from our YAML is the JSON.
func roundTrip(t interface {
	Fatalf(string, ...any)
	Helper()
}, data []byte,
) {
	t.Helper()
	out, err := ToYAML(data)
	if err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	back, err := yaml.YAMLToJSON(out)
	if err != nil {
		t.Fatalf("%s became\n%s\nwhich is refused: %v", data, out, err)
	}
	if !sameJSON(t, data, back) {
		t.Fatalf("%s became\n%s\nwhich is\n%s", data, out, back)
	}
	for _, c := range out {
		if c < 0x20 && c != '\n' && c != '\t' || c == 0x7f {
			t.Fatalf("a control character %q in %q", c, out)
		}
	}
	roots, problems := rootsOf(out) // and we read it alike
	if len(roots) == 1 && !sameJSON(t, data, appendJSON(nil, roots[0])) || len(problems) > 0 {
		t.Fatalf("we read our own\n%s\nas %v", out, problems)
	}
}

func TestToYAMLRoundTrip(t *testing.T) {
	text := rapid.OneOf(
		rapid.String(),
		rapid.StringMatching(`[-+0-9.:_eExob~ynYN?!&*|>%@#{}\[\],'" \n\t<=]{0,12}`),
		rapid.SampledFrom([]string{"yes", "no", "on", "null", "~", "<<", "=", "1:30", "a: b", "a #b", "\n", "\n\nx", "x\n\n\n", "  lead\nx\n", "x\n  in\n", "\tx\ny", "trail \nx", "---", "...", "é\u2028x", "\ufeff", "\u0085", "0777", "--- a\nb", "|", "a:\n"}),
	)
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		leaf := rapid.OneOf(
			rapid.Map(text, func(s string) any { return s }),
			rapid.Map(rapid.Int64(), func(i int64) any { return i }),
			rapid.Map(rapid.Float64(), func(f float64) any { return f }),
			rapid.Map(rapid.Bool(), func(b bool) any { return b }),
			rapid.Just[any](nil),
		)
		if depth == 0 {
			return leaf
		}
		return rapid.OneOf(leaf,
			rapid.Map(rapid.SliceOfN(rapid.Deferred(func() *rapid.Generator[any] { return value(depth - 1) }), 0, 4), func(s []any) any { return s }),
			rapid.Map(rapid.MapOfN(text, rapid.Deferred(func() *rapid.Generator[any] { return value(depth - 1) }), 0, 4), func(m map[string]any) any { return m }),
		)
	}
	rapid.Check(t, func(rt *rapid.T) {
		data, err := json.Marshal(value(4).Draw(rt, "value"))
		if err != nil {
			rt.Fatal(err)
		}
		roundTrip(rt, data)
	})
	roundTrip(t, []byte(`{"`+strings.Repeat("k", 3000)+`":{"a":1},"`+strings.Repeat("é", 600)+`":[1,{"b":2}]}`))
}

func FuzzToYAML(f *testing.F) {
	f.Add([]byte(`{"a":["b",1,null,{"c":"d\ne"}]}`))
	f.Add([]byte(`"\ud83d\ude00\u0000"`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) || bytes.ContainsAny(data, "eE") && bytes.ContainsAny(data, "0123456789") || len(data) > 4096 {
			return // numbers out of a float's range have no meaning to compare
		}
		if _, err := ToYAML(data); err != nil {
			return // nested too deeply
		}
		if n := newSource(data); bytes.Contains(data, []byte(`\u`)) || len(n.lines) == 0 {
			return // half surrogates are replaced in two ways
		}
		if _, problems := rootsOf(data); len(problems) > 0 {
			return // a key written twice
		}
		roundTrip(t, data)
	})
}

func TestRecreatable(t *testing.T) {
	const in = `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x","namespace":"default","uid":"u","resourceVersion":"7","generation":1,` +
		`"creationTimestamp":"2026-01-01T00:00:00Z","selfLink":"/x","managedFields":[],"deletionTimestamp":null,"labels":{"id":"kept"},` +
		`"annotations":{"id":"` + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" + `","podium.dev/x":"1"}},` +
		`"spec":{"volumes":[{"name":"data","emptyDir":{}},{"name":"kube-api-access-abc","projected":{}}],"nodeName":"n","later":1.0,` +
		`"containers":[{"name":"c","image":"i","volumeMounts":[{"name":"kube-api-access-abc","mountPath":"/t"}]},` +
		`{"name":"d","volumeMounts":[{"name":"data","mountPath":"/d"},{"name":"kube-api-access-abc","mountPath":"/t"}]}]},"status":{"phase":"Running"}}`
	const want = `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x","namespace":"default","labels":{"id":"kept"}},` +
		`"spec":{"volumes":[{"name":"data","emptyDir":{}}],"later":1.0,` +
		`"containers":[{"name":"c","image":"i"},{"name":"d","volumeMounts":[{"name":"data","mountPath":"/d"}]}]}}`
	got, err := Recreatable([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Fatalf("got\n%s\nwant\n%s", got, want)
	}
	for _, bad := range []string{"", "[]", "{", "null"} {
		if _, err := Recreatable([]byte(bad)); err == nil {
			t.Errorf("%q was taken for a pod", bad)
		}
	}
}
