package manifest

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// large is the size of the large inputs: enough for anything that is not linear
// to show, little enough for the race detector.
const large = 256 << 10

// hostile are inputs that must end soon, in a sentence and with little memory.
func hostile() map[string][]byte {
	var bomb, merges, chain strings.Builder
	bomb.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	merges.WriteString("m0: &m0 {k0: 0}\n")
	chain.WriteString("c0: &c0 [x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&bomb, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 10), ","))
	}
	for i := 1; i < 2000; i++ {
		fmt.Fprintf(&merges, "m%d: &m%d {<<: *m%d, k%d: 0}\n", i, i, i-1, i)
		fmt.Fprintf(&chain, "c%d: &c%d [*c%d]\n", i, i, i-1)
	}
	fill := func(s string) []byte { return bytes.Repeat([]byte(s), large/len(s)) }
	return map[string][]byte{
		"too large":       make([]byte, MaxBytes+1),
		"alias bomb":      []byte(bomb.String()),
		"merge bomb":      []byte(merges.String()),
		"alias chain":     []byte(chain.String()),
		"alias in itself": []byte("a: &a [*a]\n"),
		"unknown alias":   []byte("a: *nobody\n"),
		"deep flow":       fill("["),
		"deep flow map":   fill("{a: "),
		"deep JSON":       fill(`{"a":`),
		"deep block":      []byte(deepBlock(500)),
		"many items":      bytes.Repeat([]byte("- a\n"), maxValues+1),
		"many values":     append([]byte("["), append(fill("0,"), ']')...),
		"too many values": bytes.Repeat([]byte("[0,"), 2*maxValues),
		"long line":       fill("a"),
		"open quote":      append([]byte(`a: "`), fill("b ")...),
		"quotes inside":   append([]byte(`a: "`), fill("' ")...),
		"many quotes":     fill("'"),
		"many colons":     fill("a: "),
		"many anchors":    fill("&a "),
		"documents":       fill("---\na: b\n"),
		"bad documents":   fill("---\na: b: c\n"),
		"items":           []byte("kind: List\nitems: [" + strings.Repeat("{kind: Pod},", 21_000) + "]"),
		"aliased items":   []byte("a: &a {kind: Pod, x: [1,2,3]}\nkind: List\nitems: [" + strings.Repeat("*a,", 21_000) + "]"),
		"long comments":   fill("# " + strings.Repeat("x", 100) + "\n"),
		"one key":         fill("a: b\n"),
		"directives":      fill("%YAML 1.1\n"),
		"no colon":        append(fill("ab: 'x'\n"), "word\nb: 1\n"...),
		"dashes":          fill("- "),
		"zeros":           make([]byte, 1000),
		"binary":          {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0},
		"not UTF-8":       []byte("name: caf\xe9\n"),
		"UTF-16":          {0xFF, 0xFE, 'a', 0, ':', 0},
		"escape":          []byte("name: \x1b[31m\n"),
		"bidi":            []byte("kind: \u202eP\n"),
		"empty":           nil,
		"blank":           []byte(" \n\n"),
		"comments":        []byte("# nothing\n---\n# here\n"),
		"HTML":            []byte("<!DOCTYPE html>\n<html><body>502: Bad Gateway</body></html>\n"),
		"a word":          []byte("hello\n"),
		"half an object":  []byte(`{"apiVersion": "v1", "kind": "Po`),
	}
}

func deepBlock(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestHostileInputEndsInASentence(t *testing.T) {
	for name, data := range hostile() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			docs, problems := Parse(data, Options{})
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			t.Logf("%v, %d MB, %d docs, %v", took, (after.TotalAlloc-before.TotalAlloc)>>20, len(docs), clip(fmt.Sprint(problems), 200))
			if len(problems) == 0 || problems[0].Severity != Error {
				t.Fatalf("no error about it: %v", problems)
			}
			for _, p := range problems {
				sentence(t, p)
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > 200<<20 {
				t.Errorf("it took %d MB of allocations", got>>20)
			}
		})
	}
}

// sentence demands of a problem what every problem must have.
func sentence(t *testing.T, p Problem) {
	t.Helper()
	if len(p.Message) < 10 || !strings.ContainsRune(".?", rune(p.Message[len(p.Message)-1])) {
		t.Errorf("no sentence: %q", p.Message)
	}
	if clean(p.Message) != p.Message || len(p.Message) > 600 {
		t.Errorf("not fit to be shown: %q", p.Message)
	}
	if !p.Start.Valid() || !p.End.Valid() || p.End.Offset < p.Start.Offset || p.Code == "" {
		t.Errorf("no place: %+v", p)
	}
}

func TestManyProblemsAreCutFromTheLeastBad(t *testing.T) {
	var b strings.Builder
	b.WriteString("apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n")
	for range 300 {
		b.WriteString("  - {name: a, image: b, args: [null]}\n")
	}
	docs, problems := Parse([]byte(b.String()), Options{})
	if len(docs) != 1 || len(problems) != MaxProblems {
		t.Fatalf("%d documents, %d problems", len(docs), len(problems))
	}
	for i, p := range problems {
		if p.Severity != Error {
			t.Fatalf("problem %d is a %s while errors were dropped", i, p.Severity)
		}
	}
}
