package manifest

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"
)

// checkPlaces demands that what lies between the start and the end of every
// scalar and every flow collection reads as that value by itself.
func checkPlaces(t interface {
	Fatalf(string, ...any)
	Helper()
}, text []byte, n *node,
) {
	t.Helper()
	if n.start > n.end || n.start < 0 || n.end > len(text) {
		t.Fatalf("%q: a value from %d to %d", text, n.start, n.end)
	}
	part := string(text[n.start:n.end])
	switch n.kind {
	case kindMapping, kindSequence:
		if part != "" && (part[0] == '{' || part[0] == '[') && strings.IndexByte("}]", part[len(part)-1]) < 0 {
			t.Fatalf("%q: the collection %q does not end in a bracket", text, part)
		}
	default:
		if strings.HasPrefix(part, "|") || strings.HasPrefix(part, ">") || strings.ContainsAny(part, "\r\n\u0085\u2028\u2029#") {
			break // such text means something else without what is around it
		}
		alone, err := yaml.YAMLToJSON([]byte("- " + part + "\n"))
		got := appendJSON(nil, &node{kind: kindSequence, items: []*node{n}})
		if err == nil && !sameJSON(t, got, alone) && !tagged(text[:n.start]) {
			t.Fatalf("%q: the value %s is said to be at %q", text, got, part)
		}
	}
	for i := range n.fields {
		if !n.fields[i].merged {
			checkPlaces(t, text, n.fields[i].value)
		}
	}
	for _, item := range n.items {
		checkPlaces(t, text, item)
	}
}

// tagged tells whether a tag stands before a place, which changes what is read.
func tagged(before []byte) bool {
	words := strings.Fields(string(before))
	return len(words) > 0 && (strings.Contains(words[len(words)-1], "!") || len(words) > 1 && strings.Contains(words[len(words)-2], "!"))
}

func TestPlacesHoldTheirValues(t *testing.T) {
	var texts [][]byte
	for _, d := range documents {
		texts = append(texts, []byte(d))
	}
	for _, f := range corpus(t) {
		texts = append(texts, f.text)
	}
	n := 0
	for _, text := range texts {
		roots, _ := rootsOf(text)
		for _, root := range roots {
			checkPlaces(t, text, root)
			n++
		}
	}
	if n < 40 {
		t.Fatalf("only %d documents were looked at", n)
	}
}

func TestPlacesInRandomText(t *testing.T) {
	bits := []string{
		"a", "b", ": ", ":", "- ", "\n", "\n  ", "\n    ", " ", "[", "]", "{", "}", ", ", "&x ", "*x", "|\n  t", "'q''r'", "\"s\\\"t\"", "é日", "1", "yes", "\t", "''", "? ",
	}
	rapid.Check(t, func(rt *rapid.T) {
		text := []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom(bits), 1, 12).Draw(rt, "bits"), ""))
		roots, _ := rootsOf(text)
		for _, root := range roots {
			checkPlaces(rt, text, root)
		}
	})
}

const located = `apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web, "a.b/c": d}
spec:
  containers:
  - name: web
    image: nginx
  - {name: side, image: busybox, env: [{name: A, value: é}]}
`

func TestLocateAndFieldAt(t *testing.T) {
	docs, problems := Parse([]byte(located), Options{})
	if len(docs) != 1 || len(problems) > 0 {
		t.Fatal(problems)
	}
	d := &docs[0]
	for path, want := range map[string]string{
		"metadata.name":                   "web",
		"metadata.labels[app]":            "web",
		"metadata.labels.app":             "web",
		"metadata.labels[a.b/c]":          "d",
		`metadata.labels["a.b/c"]`:        "d",
		"metadata.labels.a.b/c":           "d",
		"spec.containers[0].image":        "nginx",
		"spec.containers[1].env[0].value": "é",
		"spec.containers[1].env":          "[{name: A, value: é}]",
	} {
		start, end, exact := d.Locate(path)
		if got := located[start.Offset:end.Offset]; got != want || !exact {
			t.Errorf("%s is at %q (%v), want %q", path, got, exact, want)
		}
	}
	for path, line := range map[string]int{"spec.containers[0].ports[3].name": 8, "spec.containers[7]": 8, "status.x": 1, "": 1, "[[[": 1, "]": 1, "{": 1} {
		if start, _, exact := d.Locate(path); start.Line != line || exact && path != "" {
			t.Errorf("%q is on line %d (%v), want %d", path, start.Line, exact, line)
		}
	}
	for at, want := range map[string]string{
		"v1": "apiVersion", "name: web\n  l": "metadata.name", "a.b/c": "metadata.labels[a.b/c]", "nginx": "spec.containers[0].image",
		"image: nginx": "spec.containers[0].image", "busybox": "spec.containers[1].image", "é": "spec.containers[1].env[0].value",
	} {
		if got := d.FieldAt(strings.Index(located, at)); got != want {
			t.Errorf("%q is in %q, want %q", at, got, want)
		}
	}
	if got := d.FieldAt(-5) + d.FieldAt(1<<30); got != "" {
		t.Errorf("outside of the text is %q", got)
	}
	var none Document
	if start, _, exact := none.Locate("a"); exact || start.Valid() || none.FieldAt(0) != "" {
		t.Error("the zero document has places")
	}
}

func TestCausesArePinned(t *testing.T) {
	docs, _ := Parse([]byte(located), Options{})
	problems := CausesToProblems(&docs[0], []metav1.StatusCause{
		{Type: metav1.CauseTypeFieldValueInvalid, Field: "spec.containers[1].image", Message: "Invalid value: \"busybox\": no such\x1b[31m image"},
		{Type: metav1.CauseTypeFieldValueRequired, Field: "spec.containers[0].resources.limits", Message: "must be set"},
		{Type: metav1.CauseTypeForbidden, Field: "spec.nodeName"},
		{Message: "no"},
	})
	var got []string
	for _, p := range problems {
		sentenceless := p.Message
		got = append(got, strings.Join([]string{p.Field, located[p.Start.Offset:p.End.Offset], sentenceless}, "|"))
		if p.Code != CodeServer || p.Severity != Error || p.Document != 0 {
			t.Errorf("%+v", p)
		}
	}
	want := []string{
		"|apiVersion|no",
		"spec.nodeName|spec|The server refuses this field without saying why",
		"spec.containers[0].resources.limits|name|must be set",
		"spec.containers[1].image|busybox|Invalid value: \"busybox\": no such\\x1b[31m image",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestCausesRoundTrip takes the way of a refusal: the server checks the
// object, the client pins its causes to the text.
func TestCausesRoundTrip(t *testing.T) {
	text := strings.Replace(located, "name: side", "name: Side", 1)
	docs, parsed := Parse([]byte(text), Options{})
	causes := Causes(ValidateObject(docs[0].Pod, PageRules()))
	pinned := CausesToProblems(&docs[0], causes)
	if len(parsed) != 1 || len(pinned) != 1 || pinned[0].Start != parsed[0].Start || pinned[0].End != parsed[0].End || pinned[0].Message != parsed[0].Message {
		t.Fatalf("%v, pinned %v", parsed, pinned)
	}
	if causes[0].Type != metav1.CauseTypeFieldValueInvalid || causes[0].Field != "spec.containers[1].name" {
		t.Errorf("%+v", causes[0])
	}
	if list := FieldErrors(parsed); len(list) != 1 || !strings.Contains(list.ToAggregate().Error(), "spec.containers[1].name") {
		t.Errorf("%v", list)
	}
	warned := []Problem{{Severity: Warning, Message: "one\nline"}, {Severity: Error, Message: "x"}, {Severity: Warning, Message: strings.Repeat("é", 500)}}
	if w := Warnings(warned); len(w) != 2 || w[0] != `one\nline` || len([]rune(w[1])) > 241 {
		t.Errorf("%q", w)
	}
}

// FieldAt returns the path of the innermost field whose key or value encloses
// the byte offset, or "" when it is in none.
func (d *Document) FieldAt(offset int) string {
	if d.root == nil {
		return ""
	}
	return fieldAt(d.root, offset)
}
