package cli

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"podium/internal/config"
	"podium/internal/doctest"
	"podium/internal/state"
	"podium/models"
	"podium/ui"
)

// update tells whether what the tests generate of docs/ is to be written: the
// flag -update, which package golden defines.
func update() bool { return flag.Lookup("update").Value.String() == "true" }

const (
	settingsPage = "../../docs/configuration.md"
	keysPage     = "../../docs/keys.md"
	schemaFile   = "../../docs/configuration.schema.json"
)

func TestTheDocumentsOfTheConfigurationAreTrue(t *testing.T) {
	doctest.Section(t, settingsPage, "settings", config.SettingsPage(), update())
	doctest.Section(t, keysPage, "keys", config.KeysPage(ui.KeyTable(nil)), update())
	schema, err := config.Schema(ui.KeyTable(nil))
	if err != nil {
		t.Fatal(err)
	}
	if update() {
		if err := os.WriteFile(schemaFile, schema, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil || string(got) != string(schema) {
		t.Errorf("%s is not what podium config schema prints (%v): run make golden", schemaFile, err)
	}
	if !json.Valid(schema) {
		t.Error("the schema is no JSON")
	}
}

// TestTheExampleOfTheConfigurationIsRight reads the example that the page gives.
func TestTheExampleOfTheConfigurationIsRight(t *testing.T) {
	page, err := os.ReadFile(settingsPage)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(page), "```yaml\n")
	example, _, ok2 := strings.Cut(rest, "```")
	if !ok || !ok2 {
		t.Fatal("the page has no example")
	}
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(config.Options{File: file, Keys: ui.KeyTable(nil)})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Bindings) == 0 {
		t.Error("the example binds no key")
	}
}

// run runs podium with the arguments and returns what it printed.
func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	root := newRoot()
	root.SetArgs(append([]string{"--state-dir", t.TempDir()}, args...)) // a later one wins
	root.SetOut(&out)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func TestConfigShowsWhatIsInForce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(file, []byte("look: {mouse: false}\nkeys:\n  list.delete: [f9]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PODIUM_LIST_WIDE", "true")
	out, err := run(t, "config", "--config", file, "--set", "delete.parallel=3")
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string][]string{}
	for line := range strings.Lines(out) {
		f := strings.Fields(line)
		lines[f[0]] = f[1:]
	}
	for key, want := range map[string][2]string{
		"look.mouse": {"false", "c.yaml:1"}, "list.wide": {"true", "$PODIUM_LIST_WIDE"}, "delete.parallel": {"3", "--set"},
		"delete.undo-window": {"5s", "default"}, "keys.list.delete": {"[f9]", "c.yaml:3"},
	} {
		got := lines[key]
		if len(got) != 2 || got[0] != want[0] || !strings.HasSuffix(got[1], want[1]) {
			t.Errorf("%s is shown as %v, want %v", key, got, want)
		}
	}

	out, err = run(t, "config", "-o", "json", "--config", file)
	var values []config.Value
	if err != nil || json.Unmarshal([]byte(out), &values) != nil || len(values) != len(models.SettingTable())+1 {
		t.Errorf("-o json gives %v\n%s", err, out)
	}
	out, err = run(t, "config", "keys", "list", "--config", file)
	if err != nil || !strings.Contains(out, "list.delete                      f9") || strings.Contains(out, "table.up") {
		t.Errorf("the keys are %v\n%s", err, out)
	}
	if _, err := run(t, "config", "keys", "nowhere"); err == nil || !strings.Contains(err.Error(), "it is global, leader, list") {
		t.Errorf("a scope that there is not gives %v", err)
	}
	if out, err := run(t, "config", "path", "--config", file); err != nil || out != file+"\n" {
		t.Errorf("the path is %q, %v", out, err)
	}
	if err := os.WriteFile(file, []byte("look: {mose: false}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, "config", "--set", "list.columns=name,colour"); err == nil || !strings.Contains(err.Error(), "--set: list.columns: there is no column \"colour\": there are") {
		t.Errorf("a column that there is not gives %v", err)
	}
	for _, args := range [][]string{{"config"}, {"config", "check"}, {"config", "keys"}} {
		if _, err := run(t, append(args, "--config", file)...); err == nil || !strings.Contains(err.Error(), "c.yaml:1:8: there is no \"mose\" in look; did you mean mouse?") {
			t.Errorf("%v says %v", args, err)
		}
	}
}

// BenchmarkConfiguration is what a start pays for a configuration: none, and one
// that binds keys and chooses a theme.
func BenchmarkConfiguration(b *testing.B) {
	dir := b.TempDir()
	some := filepath.Join(dir, "config.yaml")
	text := "look: {theme-dark: midnight, mouse: false}\nkeys: {list.delete: [f9], global.quit: [f10, ctrl-q]}\n"
	if err := os.WriteFile(some, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	for name, o := range map[string]config.Options{
		"none": {Environ: []string{config.FileEnv + "=" + os.DevNull}}, "some": {File: some},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				o.Keys = ui.KeyTable(nil)
				if _, err := config.Load(o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestAChosenThemeIsKept(t *testing.T) {
	dir, err := state.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte("look: {theme-dark: contrast}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	show := func() string {
		out, err := run(t, "config", "--config", file, "--state-dir", dir.Path())
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	shows := func(line string) {
		t.Helper()
		if out := strings.Join(strings.Fields(show()), " "); !strings.Contains(out, line) {
			t.Errorf("%q is not in\n%s", line, out)
		}
	}
	choose := func(name string) {
		t.Helper()
		c, err := load(dir, config.Options{File: file, Keys: ui.KeyTable(nil)})
		if err == nil {
			err = configured(dir, c).KeepTheme(true, name)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	choose("midnight")
	shows("look.theme-dark midnight :theme")
	choose("dark")
	shows("look.theme-dark dark :theme")
	choose("contrast") // what the file has
	shows("look.theme-dark contrast " + file + ":1")
}
