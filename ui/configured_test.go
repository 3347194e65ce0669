package ui

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/models/modelstest"
)

// TestTheKeyTableIsSound holds what the configuration file relies on: every action
// has a name of its own that can be written down.
func TestTheKeyTableIsSound(t *testing.T) {
	table := KeyTable(nil)
	seen := map[string]bool{}
	name := regexp.MustCompile(`^[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*$`)
	// What some terminals send, or the kitty protocol, for keys that are written otherwise.
	legacy := map[string]bool{"ctrl+@": true, "shift+4": true, "shift+6": true}
	scopes := map[string]bool{}
	for _, row := range table {
		scopes[row.Name] = true
		if len(row.Actions()) == 0 || row.Doc == "" {
			t.Errorf("scope %s has no action or no documentation", row.Name)
		}
		for _, a := range row.Actions() {
			if seen[a.Name] || !name.MatchString(a.Name) {
				t.Errorf("%q is no name, or one that is there twice", a.Name)
			}
			seen[a.Name] = true
			for _, k := range a.Binding.Keys() {
				if _, err := models.ParseKey(k); err != nil && !legacy[k] {
					t.Errorf("%s: its own key %q cannot be written: %v", a.Name, k, err)
				}
			}
		}
	}
	for _, row := range table {
		for _, with := range row.With {
			if !scopes[with] {
				t.Errorf("scope %s works with %s, which there is not", row.Name, with)
			}
		}
	}
	if !seen[models.LeaderAction] || !seen[models.InterruptAction] {
		t.Error("the leader and the interrupt have other names")
	}
}

func TestKeysAreBoundAsConfigured(t *testing.T) {
	u := sit(t, client("api-1"), 120, 50, func(o *Options) {
		o.Configured = &Configured{Settings: models.DefaultSettings(), Bindings: models.Bindings{
			"list.delete": {"f9", "D"}, "global.help": {"f1"}, "list.shell": {}, "global.interrupt": {"f12"},
		}}
	})
	u.Sees("live", "f9 delete", "f1 help").Misses("s shell")
	u.Press("ctrl+d s ?")
	if n := len(u.root.layers) + len(u.root.sessions); n != 0 {
		t.Errorf("keys that are bound no more did something:\n%s", modelstest.Strip(u.View()))
	}
	u.Press("f1").Sees("keys that work here", "↓/j     down").Misses("       shell").Press("esc")
	u.later(time.Second)
	u.Press("f9").Sees("Delete")
	u.later(time.Second)
	u.Press("esc")
	u.Press("ctrl+c").Sees("Quit")
}

func TestAChangedConfigurationIsTakenUp(t *testing.T) {
	changed := make(chan *Configured)
	u := sit(t, client("api-1"), 120, 24, func(o *Options) {
		o.Changed = func(ctx context.Context) (*Configured, error) {
			select {
			case c := <-changed:
				if c == nil {
					return nil, errors.New("c.yaml:1:1: there is no \"lok\"")
				}
				return c, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
	})
	u.Sees("ctrl-d delete")
	next := models.DefaultSettings()
	next.UndoWindow = time.Minute
	changed <- &Configured{Settings: next, Bindings: models.Bindings{"list.delete": {"f9"}}}
	u.Sees("was read again")
	u.later(time.Minute).Sees("f9 delete")
	changed <- nil
	u.Sees("Old settings kept", "there is no")
	u.later(time.Minute).Sees("f9 delete")
	if u.bench.Env.Settings.UndoWindow != time.Minute {
		t.Errorf("the settings are %+v", u.bench.Env.Settings)
	}
	changed <- &Configured{Settings: models.DefaultSettings()}
	u.Sees("was read again")
	u.later(time.Minute).Sees("ctrl-d delete")
}

func TestQuittingAsksAsConfigured(t *testing.T) {
	for _, c := range []struct {
		confirm string
		shell   bool
		asks    bool
	}{
		{models.QuitRunning, false, false},
		{models.QuitRunning, true, true},
		{models.QuitAlways, false, true},
		{models.QuitNever, true, false},
	} {
		u := sit(t, client("api-1"), 100, 24)
		u.bench.Env.Settings.ConfirmQuit = c.confirm
		u.Sees("live")
		if c.shell {
			u.shell("api-1")
			u.Press("ctrl+g d")
		}
		u.Press("q")
		if asked := len(u.root.layers) == 1; asked != c.asks || u.root.quitting == c.asks {
			t.Errorf("%s, with a shell: %t; it asks: %t", c.confirm, c.shell, asked)
		}
	}
}

func TestTheMouseCanBeLeftToTheTerminal(t *testing.T) {
	u := sit(t, client("api-1"), 100, 24)
	if mode := u.root.View().MouseMode; mode == tea.MouseModeNone {
		t.Error("the mouse is not taken by default")
	}
	s := models.DefaultSettings()
	s.Mouse = false
	u.Send(changedMsg{now: &Configured{Settings: s}})
	if mode := u.root.View().MouseMode; mode != tea.MouseModeNone {
		t.Errorf("the mouse is taken all the same: %v", mode)
	}
}

// TestEveryKeyMapIsInTheTable looks through the sources for scopes of key maps: one
// that is not in the table could not be bound.
func TestEveryKeyMapIsInTheTable(t *testing.T) {
	scope := regexp.MustCompile(`Name: (?:"([a-z]+)"|globalScope|leaderScope), Map: `)
	keyMap := regexp.MustCompile(`(?m)^type (?:[A-Z]\w*)?KeyMap struct`)
	rows := map[string]bool{}
	for _, row := range KeyTable(nil) {
		rows[row.Name] = true
	}
	maps := 0
	for _, root := range []string{"../ui", "../models"} {
		err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
				return err
			}
			text, err := os.ReadFile(file)
			for _, m := range scope.FindAllStringSubmatch(string(text), -1) {
				if m[1] != "" && !rows[m[1]] {
					t.Errorf("%s: the scope %s is not in the table", file, m[1])
				}
			}
			maps += len(keyMap.FindAllString(string(text), -1))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	own := 3 // of the root: global, leader, menu, whose types are its own
	if maps+own != len(rows) {
		t.Errorf("there are %d key maps and %d rows: one of them lacks the other", maps+own, len(rows))
	}
}

func TestTheKeysOfALineAreBoundToo(t *testing.T) {
	u := sit(t, client("api-1", "web-1"), 100, 24, func(o *Options) {
		o.Configured = &Configured{Settings: models.DefaultSettings(), Bindings: models.Bindings{
			"line.accept": {"ctrl+j"}, "line.cancel": {"ctrl+g"}, "menu.close": {"ctrl+x"}, "global.leader": {"f2"},
		}}
	})
	u.Sees("live").Press("/").Type("web").Sees("ctrl-j keep", "ctrl-g drop").Misses("api-1")
	u.Press("enter esc").Sees("ctrl-j keep")
	u.Press("ctrl+j").Misses("ctrl-j keep", "api-1")
	u.Press("/ ctrl+g esc").Sees("api-1")
	u.Press(":").Type("err").Sees("ctrl-j run", "ctrl-g close")
	u.Press("ctrl+j").Sees("error log")
	u.later(time.Second)
	u.Press("ctrl+x").Misses("error log")
	u.later(time.Second)
	u.Press("?").Sees("keys that work here").Press("esc").Sees("keys that work here")
	u.Press("ctrl+x").Misses("keys that work here")
}

func TestTheConfigurationCanBeLookedAt(t *testing.T) {
	u := sit(t, client("api-1"), 100, 24, func(o *Options) {
		o.Configured = &Configured{Settings: models.DefaultSettings(), Describe: func() string {
			return "~/c.yaml\n\nlook.mouse  true  default\nlist.wide  true  ~/c.yaml:3\n"
		}}
	})
	u.Sees("live").Press(":").Type("config").Press("enter").Sees("configuration", "look.mouse  true  default", "~/c.yaml:3")
	u.Press("esc").Misses("look.mouse")
}
