package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"charm.land/bubbles/v2/key"

	"podium/internal/strictyaml"
	"podium/models"
)

// testKeys are two scopes that work at the same time.
func testKeys() models.KeyTable {
	bind := func(name, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(name, what))
	}
	global := struct{ Leader, Interrupt, Quit key.Binding }{
		bind("ctrl-g", "menu", "ctrl+g"), bind("ctrl-c", "cancel", "ctrl+c"), bind("q", "quit", "q"),
	}
	list := struct {
		Delete, NoDelete key.Binding
		Sorts            []key.Binding
	}{bind("ctrl-d", "delete", "ctrl+d"), bind("ctrl-k", "", "ctrl+k"), []key.Binding{bind("N", "sort by name", "N")}}
	return models.KeyTable{
		{KeyScope: models.KeyScope{Name: "global", Map: &global}},
		{KeyScope: models.KeyScope{Name: "list", Map: &list}, With: []string{"global"}},
	}
}

// load reads a file with that text.
func load(t *testing.T, text string, environ []string, set ...Flag) (*Config, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(Options{File: file, Environ: environ, Set: set, Keys: testKeys()})
}

func TestEveryValueIsReadAndKnowsWhereItCameFrom(t *testing.T) {
	c, err := load(t, `
# a comment
look: {mouse: false, ascii: "off"}
delete:
  undo-window: 0
  parallel: 3
terminal:
  scrollback: 1.5 MB
  shells: [zsh, sh]
command:
  snippets:
    disk: df -h
    load: uptime
keys:
  list.delete: [Ctrl-X, F8]
  list.no-delete: []
  list.sort-by-name: shift-n
`, []string{"PODIUM_DELETE_PARALLEL=4", "PODIUM_TERMINAL_SHELLS=bash, sh", "PODIUM_EDITOR_COMMAND=x: y"},
		Flag{"--ascii", "look.ascii", "on"})
	if err != nil {
		t.Fatal(err)
	}
	want := models.DefaultSettings()
	want.Mouse, want.ASCII, want.UndoWindow, want.DeleteParallel = false, models.On, 0, 4
	want.Scrollback, want.Shells, want.EditorCommand = 3<<19, []string{"bash", "sh"}, "x: y"
	want.Snippets = []models.Snippet{{Name: "disk", Line: "df -h"}, {Name: "load", Line: "uptime"}}
	if !reflect.DeepEqual(c.Settings, want) {
		t.Errorf("got  %+v\nwant %+v", c.Settings, want)
	}
	bound := models.Bindings{"list.delete": {"ctrl+x", "f8"}, "list.no-delete": {}, "list.sort-by-name": {"N"}}
	if !reflect.DeepEqual(c.Bindings, bound) {
		t.Errorf("bindings are %v", c.Bindings)
	}
	for key, want := range map[string]string{
		"look.mouse": ":3", "look.ascii": "--ascii", "delete.parallel": "$PODIUM_DELETE_PARALLEL", "delete.undo-window": ":5",
		"list.wide": "default", "keys.list.delete": ":15",
	} {
		if got := c.Origin(key).String(); !strings.HasSuffix(got, want) {
			t.Errorf("%s came from %s, want %s", key, got, want)
		}
	}
}

func TestWhatIsWrongIsSaidWithItsPlace(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"unknown group":      {"looks: {}", "c.yaml:1:1: there is no \"looks\" in the configuration; did you mean look?"},
		"unknown key":        {"look:\n  mous: true", "c.yaml:2:3: there is no \"mous\" in look; did you mean mouse?"},
		"nothing near":       {"look: {zzzzzzzz: 1}", "1:8: there is no \"zzzzzzzz\" in look; it has theme-dark, theme-light, background, ascii or mouse"},
		"twice":              {"look:\n  mouse: true\n  mouse: true", "3:3: \"mouse\" is there twice, first in line 2"},
		"not a mapping":      {"look: 3", "1:7: look must be a mapping (name: value), not \"3\""},
		"a list":             {"- a", "1:1: the configuration must be a mapping"},
		"bool":               {"look: {mouse: yes please}", "look.mouse must be true or false, not \"yes please\""},
		"YAML 1.1":           {"look: {mouse: yes}", "look.mouse must be true or false, not \"yes\""},
		"word":               {"look: {ascii: offf}", "look.ascii must be auto, on or off, not \"offf\"; did you mean off?"},
		"number":             {"delete: {parallel: many}", "delete.parallel must be a whole number, not \"many\""},
		"range":              {"delete: {parallel: 65}", "delete.parallel must be from 1 to 64, not \"65\""},
		"no unit":            {"delete: {undo-window: 5}", "the unit is missing"},
		"span range":         {"delete: {undo-window: 11m}", "delete.undo-window must be from 100ms to 10m, or 0 (sent at once), not \"11m\""},
		"negative":           {"delete: {undo-window: -1s}", "must be from 100ms"},
		"zero":               {"list: {poll-interval: 0}", "list.poll-interval must be from 500ms to 1h, not \"0\""},
		"size":               {"terminal: {scrollback: 1XB}", "that is no number of bytes"},
		"list of":            {"terminal: {shells: bash}", "terminal.shells must be a list, not \"bash\""},
		"list entry":         {"terminal: {shells: [bash, [sh]]}", "1:27: an entry of terminal.shells must be a text, not a list"},
		"list twice":         {"terminal: {shells: [sh, sh]}", "\"sh\" is twice in terminal.shells"},
		"empty value":        {"look: {theme-dark: }", "look.theme-dark must be a text, not empty"},
		"snippet":            {"command: {snippets: {a: }}", "command.snippets.a must be a text"},
		"syntax":             {"look:\n  mouse: [true", "c.yaml:1: did not find expected"},
		"two documents":      {"look: {}\n---\nlist: {}", "a second document begins here"},
		"alias":              {"look: &x {}\nlist: *x", "anchors and aliases are not read here"},
		"not text":           {"\xff\xfe", "the file is not UTF-8 text"},
		"large":              {strings.Repeat("#\n", strictyaml.Limit), "more than the 1024 kB that are read"},
		"control":            {`look: {theme-dark: "a\e[31m"}`, "one line without control characters"},
		"unknown action":     {"keys: {list.delte: x}", "1:8: there is no \"list.delte\" in keys; did you mean list.delete?"},
		"unknown scope":      {"keys: {nowhere.at-all: x}", "it has global.… or list.…"},
		"no key":             {"keys: {list.delete: [hyper-x]}", "there is no key \"hyper-x\""},
		"same byte":          {"keys: {list.delete: ctrl-i}", "cannot be told from tab"},
		"layout":             {"keys: {list.delete: shift-4}", "depends on the layout"},
		"clash in scope":     {"keys:\n  list.delete: ctrl-k", "2:3: ctrl-k is bound to list.delete and to list.no-delete"},
		"clash with global":  {"keys: {list.delete: q}", "q is bound to list.delete and to global.quit"},
		"clash from global":  {"keys: {global.quit: ctrl-d}", "ctrl-d is bound to global.quit and to list.delete"},
		"clash of two":       {"keys: {list.delete: f5, global.quit: F5}", "f5 is bound to"},
		"leader unbound":     {"keys: {global.leader: []}", "global.leader must have a key"},
		"leader typed":       {"keys: {global.leader: a}", "is typed into terminals"},
		"ctrl-c taken":       {"keys: {list.delete: ctrl-c}", "list.delete cannot have ctrl-c"},
		"number for a theme": {"look: {theme-dark: [a]}", "look.theme-dark must be a text, not a list"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := load(t, c.text, nil)
			var problems strictyaml.FileErrors
			if !errors.As(err, &problems) || got != nil {
				t.Fatalf("got %+v, %v", got, err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is\n%v\nand lacks\n%s", err, c.want)
			}
		})
	}
}

func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	_, err := load(t, "look: {mouse: 3, x: 1}\ndelete: {parallel: x}", []string{"PODIUM_LIST_WIDE=perhaps"}, Flag{"--set", "look.mous", "1"})
	_, err2 := load(t, "", []string{"PODIUM_LOOK_MOUS=1", "PODIUM_TOKEN=x", "PODIUM_E2E=1", "PODIUM_LISTEN=1"})
	if err2 == nil || err2.Error() != "$PODIUM_LOOK_MOUS: there is no such setting; did you mean $PODIUM_LOOK_MOUSE?" {
		t.Errorf("a misspelt variable gives %v", err2)
	}
	for _, want := range []string{"c.yaml:1:15", "c.yaml:1:18", "c.yaml:2:20", "$PODIUM_LIST_WIDE: list.wide must be true or false", "--set: there is no \"look.mous\" in the configuration; did you mean look.mouse?"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not said:\n%v", want, err)
		}
	}
}

func TestAFileThatIsNotThere(t *testing.T) {
	if _, err := Load(Options{File: filepath.Join(t.TempDir(), "none.yaml")}); err == nil || !strings.Contains(err.Error(), "none.yaml") {
		t.Errorf("a file that was named and is not there gives %v", err)
	}
	if _, err := Load(Options{File: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("a folder gives %v", err)
	}
}

func TestWhatIsShownGivesTheSameConfiguration(t *testing.T) {
	c, err := load(t, "command: {snippets: {a: 'b: c'}}\nkeys: {list.delete: [], global.quit: [Q, f10]}\ndelete: {undo-window: 90s}\nterminal: {scrollback: 65537}\neditor: {command: 'true'}", nil)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := c.WriteYAML(&b); err != nil {
		t.Fatal(err)
	}
	again, err := load(t, b.String(), nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	if !reflect.DeepEqual(normal(again.Settings), normal(c.Settings)) || !reflect.DeepEqual(again.Bindings, c.Bindings) {
		t.Errorf("read again it is\n%+v %v, not\n%+v %v\n%s", again.Settings, again.Bindings, c.Settings, c.Bindings, b.String())
	}
}

// normal has no difference between an empty list and none.
func normal(s models.Settings) models.Settings {
	for _, list := range []*[]string{&s.ListColumns, &s.ReadOnly} {
		if len(*list) == 0 {
			*list = nil
		}
	}
	return s
}

func TestTheTableIsInOrder(t *testing.T) {
	seen, fields := map[string]bool{}, map[any]bool{}
	var s models.Settings
	for _, row := range models.SettingTable() {
		if seen[row.Key] || fields[row.Field(&s)] {
			t.Errorf("%s is there twice", row.Key)
		}
		seen[row.Key], fields[row.Field(&s)] = true, true
		if !strings.HasSuffix(row.Doc, ".") || strings.Count(row.Key, ".") != 1 {
			t.Errorf("%s: a key has a group and a name, and its documentation is sentences", row.Key)
		}
		if reflect.TypeOf(row.Default) != reflect.TypeOf(row.Field(&s)) {
			t.Errorf("%s: the default is a %T, the field a %T", row.Key, row.Default, row.Field(&s))
		}
	}
	if n := reflect.TypeFor[models.Settings]().NumField(); n != len(seen) {
		t.Errorf("there are %d settings and %d rows", n, len(seen))
	}
}

func TestAChangeOfAFileIsNoticed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yaml")
	w := NewWatcher(func() []string { return []string{file} })
	w.Every = time.Millisecond
	for _, change := range []func() error{
		func() error { return os.WriteFile(file, []byte("a"), 0o600) },
		func() error { return os.WriteFile(file, []byte("ab"), 0o600) },
		func() error { return os.Chtimes(file, time.Time{}, time.Unix(1, 0)) },
		func() error { return os.Remove(file) },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if err := w.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("look: {mouse: true}\nkeys: {list.delete: [x]}")
	f.Add("delete: {undo-window: 5s, parallel: 3}\nterminal: {scrollback: 8MB, shells: [a]}")
	f.Add("command: {snippets: {a: b}}")
	f.Add("- &a [*a]")
	table := testKeys()
	f.Fuzz(func(t *testing.T, text string) {
		l := loader{Config: Default(), table: models.SettingTable(), actions: table}
		l.file("c", []byte(text))
		l.bindings()
		if len(l.problems) > 0 {
			return
		}
		var b strings.Builder
		if err := l.WriteYAML(&b); err != nil {
			t.Fatal(err)
		}
		again := loader{Config: Default(), table: models.SettingTable(), actions: table}
		again.file("c", []byte(b.String()))
		if len(again.problems) > 0 {
			t.Errorf("%q becomes %q, which is wrong: %v", text, b.String(), again.problems)
		}
	})
}

func TestThemesAreFoundBesideTheFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	o := Options{File: filepath.Join(dir, "c.yaml"), Keys: testKeys()}
	write("c.yaml", "look:\n  theme-dark: own\n")
	write("themes/own.yaml", "inherit: midnight\ncolors: {ok: white}")
	write("themes/broken.yaml", "inherit: nothing-there")
	c, err := Load(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := c.Themes.Find("own", true); !ok || len(c.BrokenThemes) != 1 {
		t.Errorf("own is a theme: %t; broken: %v", ok, c.BrokenThemes)
	}
	if files := Files(o); len(files) != 3 {
		t.Errorf("the files are %v", files)
	}
	for text, want := range map[string]string{
		"look:\n  theme-dark: ovn":    "c.yaml:2: look.theme-dark: there is no theme \"ovn\"; did you mean own?",
		"look:\n  theme-dark: broken": "broken.yaml:1:10: there is no theme \"nothing-there\" to inherit from",
	} {
		write("c.yaml", text)
		if _, err := Load(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, want %s", text, err, want)
		}
	}
	o.Environ = []string{"PODIUM_LOOK_THEME_DARK=nope"}
	if _, err := Load(o); err == nil || !strings.HasPrefix(err.Error(), "$PODIUM_LOOK_THEME_DARK: look.theme-dark: there is no theme") {
		t.Errorf("a theme of the environment gives %v", err)
	}
}

// TestEverySettingIsUsed looks through the sources for what reads each setting: one
// that nothing reads would be a promise that is not kept.
func TestEverySettingIsUsed(t *testing.T) {
	var sources strings.Builder
	for _, root := range []string{"../../ui", "../../models", "../cli"} {
		err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") || strings.Contains(file, "setting") {
				return err
			}
			text, err := os.ReadFile(file)
			sources.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	settings := reflect.TypeFor[models.Settings]()
	for i := range settings.NumField() {
		name := settings.Field(i).Name
		if !strings.Contains(sources.String(), "s."+name) { // Settings.Name, s.Name
			t.Errorf("nothing reads %s", name)
		}
	}
}

// A theme that was chosen wins over the file as it was then, and over nothing else.
func TestAChosenThemeHoldsUntilAnotherIsConfigured(t *testing.T) {
	chosen := map[string]Choice{"look.theme-dark": {Value: "midnight", Over: "dark"}, "look.theme-light": {Value: "gone", Over: "light"}}
	for _, c := range []struct {
		text    string
		environ []string
		set     []Flag
		want    string
		from    Source
	}{
		{"", nil, nil, "midnight", FromChoice},
		{"look: {theme-dark: dark}", nil, nil, "midnight", FromChoice},
		{"look: {theme-dark: contrast}", nil, nil, "contrast", FromFile},
		{"", []string{"PODIUM_LOOK_THEME_DARK=dark"}, nil, "dark", FromEnvironment},
		{"", nil, []Flag{{"--theme", "look.theme-dark", "dark"}}, "dark", FromFlag},
	} {
		file := filepath.Join(t.TempDir(), "c.yaml")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := Load(Options{File: file, Environ: c.environ, Set: c.set, Keys: testKeys(), Chosen: chosen})
		if err != nil {
			t.Fatal(err)
		}
		if from := got.Origin("look.theme-dark"); got.Settings.ThemeDark != c.want || from.Source != c.from {
			t.Errorf("%q %v %v gives %s from %s, want %s", c.text, c.environ, c.set, got.Settings.ThemeDark, from, c.want)
		}
		if got.Settings.ThemeLight != "light" {
			t.Errorf("a theme that there is not is taken: %s", got.Settings.ThemeLight)
		}
		written := "dark"
		if c.from == FromFile {
			written = "contrast"
		}
		if choice, ok := got.Choose(true, "paper"); !ok || choice.Over != written {
			t.Errorf("%q: chosen over %q", c.text, choice.Over)
		}
		if _, ok := got.Choose(true, written); ok {
			t.Errorf("%q: the file's own theme is a choice", c.text)
		}
	}
}
