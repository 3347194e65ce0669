package inspect

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/models/modelstest"
)

const foldedYAML = `metadata:
  labels:
    a: b
  managedFields:
  - manager: x
    time: now
  name: web
spec:
  containers:
  - name: main
    command: |
      if true
        echo hi

      fi
    image: nginx
  - name: side
    image: busybox
  empty: {}
status: {}
`

// shown are the lines with their signs.
func shown(f *folds, text string) string {
	var out []string
	for _, l := range f.show(text) {
		out = append(out, l.Gutter+l.Text)
	}
	return strings.Join(out, "\n")
}

func TestFolding(t *testing.T) {
	var f folds
	all := shown(&f, foldedYAML)
	for _, want := range []string{"▾metadata:", "▸  managedFields: … 2 lines", "▾  - name: main", "▾    command: |", "         echo hi", "   empty: {}", "▾  - name: side"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in\n%s", want, all)
		}
	}
	if f.deepest() != 4 {
		t.Errorf("the deepest block is %d deep", f.deepest())
	}
	f.more()
	if text := shown(&f, foldedYAML); !strings.Contains(text, "▾  containers:\n▸  - name: main … 6 lines\n▸  - name: side") {
		t.Errorf("once folded:\n%s", text)
	}
	for range 10 {
		f.more()
	}
	if text := shown(&f, foldedYAML); text != "▸metadata: … 6 lines\n▸spec: … 11 lines\n status: {}" {
		t.Errorf("all folded:\n%s", text)
	}
	if !f.toggle(1) || f.toggle(2) || f.toggle(3) || f.toggle(-1) {
		t.Error("what can be toggled is wrong")
	}
	if text := shown(&f, foldedYAML); text != "▸metadata: … 6 lines\n▾spec:\n▸  containers: … 9 lines\n   empty: {}\n status: {}" {
		t.Errorf("spec opened:\n%s", text)
	}
	for range 10 {
		f.less()
	}
	if text := shown(&f, foldedYAML); strings.Contains(text, "…") {
		t.Errorf("all opened:\n%s", text)
	}
}

func TestFoldingJSON(t *testing.T) {
	f := folds{from: 2}
	text := shown(&f, "{\n  \"metadata\": {\n    \"name\": \"web\"\n  },\n  \"spec\": {}\n}\n")
	if text != "▾{\n▸  \"metadata\": { … 1 lines\n   },\n   \"spec\": {}\n }" {
		t.Errorf("folded:\n%s", text)
	}
	for _, odd := range []string{"", "\n", "\n\n  x\n", "- a\n- b", "a: |\n\n\n"} {
		shown(&f, odd) // must not panic
	}
}

func TestFoldingOnTheScreen(t *testing.T) {
	m, b, d := open(t, webPod(), models.ViewYAML, 80, 24)
	d.Sees("▾ metadata:", "z: \"1\"").Press("- -").Sees("▸ metadata: … 4 lines").Misses("name: web")
	d.Send(tea.MouseClickMsg{X: 0, Y: 3, Button: tea.MouseLeft}).Sees("name: web")
	d.Press("c")
	if c, ok := b.Wishes[len(b.Wishes)-1].(models.CopyMsg); !ok || !strings.Contains(c.Text, "x: 1.50") || strings.Contains(c.Text, "…") {
		t.Errorf("copied %v", c)
	}
	d.Press("/").Misses("…").Type("1.50").Press("enter").Sees("x: 1.50")
	modelstest.CheckView(t, m.View(), 80, 24)
}

func FuzzFolds(f *testing.F) {
	f.Add(foldedYAML, 3)
	f.Add("{\n  \"a\": [\n    1\n  ]\n}", 1)
	f.Fuzz(func(t *testing.T, text string, times int) {
		var folded folds
		for range max(min(times, 8), 0) {
			folded.show(text)
			folded.more()
		}
		lines := folded.show(text)
		if len(lines) != len(folded.heads) {
			t.Fatalf("%d lines, %d heads", len(lines), len(folded.heads))
		}
		for i := range folded.blocks {
			if b := &folded.blocks[i]; b.end < b.line || b.depth < 1 {
				t.Fatalf("block %+v", b)
			}
		}
		folded.open()
		if got := folded.show(text); len(got) != strings.Count(strings.TrimSuffix(text, "\n"), "\n")+1 {
			t.Fatalf("opened, %q has %d lines", text, len(got))
		}
	})
}
