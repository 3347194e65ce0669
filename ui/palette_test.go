package ui

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"podium/api"
	"podium/internal/doctest"
)

func TestFuzzyMatching(t *testing.T) {
	tests := []struct {
		name, detail, typed string
		want                int
	}{
		{"journal", "", "journal", nameIs},
		{"YAML", "", "yaml", nameIs},
		{"journal", "", "jo", nameBegins},
		{"copy as …", "", "as", wordBegins},
		{"web-1", "", "1", notNamed}, // one letter looks at beginnings only
		{"journal", "", "urn", nameHolds},
		{"errors", "what went wrong so far", "wrong", wordsHold},
		{"errors", "what went wrong so far", "far err", wordsHold},
		{"sessions", "", "ssn", lettersHold},
		{"sort by restarts", "", "sbr", lettersHold},
		{"journal", "", "lj", notNamed},
		{"ns kube-system", "", "ns kube", nameBegins},
		{"世界", "", "界", notNamed},
	}
	for _, tt := range tests {
		if got := fit(choice{name: tt.name, detail: tt.detail}, tt.typed); got != tt.want {
			t.Errorf("%q in %q: %d, want %d", tt.typed, tt.name, got, tt.want)
		}
	}
}

func TestPaletteTakesArguments(t *testing.T) {
	u := sit(t, client("api-1", "web-1", "web-2"), 100, 30)
	u.Sees("live")
	u.Press(":").Type("logs").Sees("logs POD").Type(" we").Sees("logs web-1", "logs web-2").Misses("logs api-1", "journal")
	u.Press("down enter").Sees("web-2 log")
	u.Press("esc :").Type("pod").Press("down enter").Sees(": pod").Type("api-1").Press("enter").Sees("api-1 overview")
	u.Press("esc :").Type("yaml gone").Press("enter").Sees(`"gone" not found`)
	u.Press("esc :").Type("pod a b").Press("enter").Sees(`"pod a b" is no command`)
	u.later(time.Minute)
	u.Press(":").Type("jrnl").Press("enter").Sees("journal")
}

func TestPaletteRemembersWhatWasRun(t *testing.T) {
	u := sit(t, client("api-1"), 100, 40)
	u.Sees("live").Press(":").Misses("lately").Type("errors").Press("enter").Sees("Nothing has gone wrong").Press("esc")
	u.Press(":").Type("pod api-1").Press("enter").Sees("api-1 overview").Press("esc")
	u.Press(":").Sees("lately", "pod api-1  ", "run before").Press("enter").Sees("api-1 overview").Press("esc")
	u.Press(":").Type("q!").Press("esc")
	u.Until("the history", func() bool {
		lines, err := u.bench.Store.History(paletteHistory)
		return err == nil && slices.Contains(lines, "errors") && slices.Contains(lines, "pod api-1")
	})
	// The next podium has them too, and offers what works there only.
	store := u.bench.Store
	if err := store.AppendHistory(paletteHistory, "new"); err != nil {
		t.Fatal(err)
	}
	if err := store.AppendHistory(paletteHistory, "nonsense from another version"); err != nil {
		t.Fatal(err)
	}
	u = sit(t, client("api-1"), 100, 40, func(o *Options) { o.Env.Store, o.Env.ReadOnly = store, true })
	u.Until("the history", func() bool { return len(u.root.lately) == 4 })
	u.Press(":").Sees("lately", "errors").Misses("nonsense", "a new pod")
}

// commandsPage is where every word of the palette is documented.
const commandsPage = "../docs/commands.md"

func TestEveryWordIsDocumented(t *testing.T) {
	c := client("api-1")
	c.InfoAnswer = able().With(api.CapNamespaces)
	u := sit(t, c, 100, 40)
	u.Until("what the endpoint can", func() bool { return u.root.env.Info != nil })
	var b strings.Builder
	b.WriteString("\n| word | does |\n|---|---|\n")
	row := func(word, what string) {
		if what == "" {
			t.Errorf("%s is not explained", word)
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", word, what)
	}
	for _, w := range u.root.allWords() {
		row(w.name, w.what)
	}
	for _, a := range u.root.allArguments() {
		row(a.word+" "+a.name, a.what)
	}
	doctest.Section(t, commandsPage, "words", b.String(), flag.Lookup("update").Value.String() == "true")
}

func TestWordsOfReadOnlyPlacesChangeNothing(t *testing.T) {
	c := client("api-1")
	u := sit(t, c, 100, 40, func(o *Options) { o.Env.ReadOnly, o.Sealed = true, true })
	u.Sees("live")
	for _, w := range u.root.commands() {
		if slices.Contains([]string{"new", "undo", "draft", "unlock"}, w.name) {
			t.Errorf("%s is offered", w.name)
		}
	}
	if u.root.canRun("shell api-1") {
		t.Error("a shell is offered")
	}
}
