package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"podium/themes"
)

// configuration is a configuration file that tests change.
type configuration struct {
	t    *testing.T
	path string
}

func configure(t *testing.T, text string) configuration {
	t.Helper()
	c := configuration{t, filepath.Join(t.TempDir(), "config.yaml")}
	c.becomes(text)
	return c
}

// becomes replaces the file as editors do: a new one in its place.
func (c configuration) becomes(text string) {
	c.t.Helper()
	next := c.path + ".new"
	if err := os.WriteFile(next, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	if err := os.Rename(next, c.path); err != nil {
		c.t.Fatal(err)
	}
}

// bar is how the program writes the begin of a bar in a theme.
func bar(t *testing.T, name string, dark bool) string {
	t.Helper()
	th, ok := themes.Builtin().Find(name, dark)
	if !ok {
		t.Fatalf("there is no theme %s", name)
	}
	_, colours, _ := strings.Cut(th.Open(themes.Bar), "48;2;") // the renderer orders them its own way
	return "48;2;" + strings.TrimSuffix(colours, "m")
}

func TestConfigurationWhilePodiumRuns(t *testing.T) {
	c := configure(t, "keys: {list.delete: [f9], list.no-delete: []}\nlook: {theme-dark: midnight}\n")
	tm := start(t, options{}, "--engine", "fake", "--pods", "5", "--state-dir", t.TempDir(), "--config", c.path)
	tm.sees("live", "f9 delete")
	tm.wrote("the theme midnight", bar(t, "midnight", true))

	// In light, the terminal says so.
	tm.types("\x1b[?997;2n")
	tm.wrote("the light theme", bar(t, "light", false))
	tm.types("\x1b[?997;1n")

	c.becomes("keys: {list.delete: [f8]}\nlook: {theme-dark: contrast}\n")
	tm.sees("The configuration was read again")
	tm.sees("f8 delete")
	tm.wrote("the theme contrast", bar(t, "contrast", true))

	tm.types("\x1b[19~") // f8
	tm.sees("Cancel")
	tm.press("ctrl+c") // which does not wait until the dialog listens
	tm.lacks("Cancel")

	c.becomes("keys: {list.delte: [f8]}\n")
	tm.sees("Old settings kept", "config.yaml:1:8")
	tm.press("!")
	tm.sees("did you mean list.delete?")
	tm.press("esc")
	tm.lacks("did you mean")
	tm.quits()
	tm.wrote("the end of following the terminal's colours", "\x1b[?2031l")
}

func TestAWrongConfigurationIsRefusedAtStart(t *testing.T) {
	c := configure(t, "look:\n  mouse: perhaps\nkeys:\n  list.delete: q\n")
	tm := start(t, options{cols: 200, rows: 20}, "--engine", "fake", "--state-dir", t.TempDir(), "--config", c.path)
	tm.sees("config.yaml:2:10: look.mouse must be true or false, not \"perhaps\"",
		"config.yaml:4:3: q is bound to list.delete and to global.quit, which work at the same time")
	if status := tm.exits(); status != 1 {
		t.Errorf("the exit status is %d, want 1", status)
	}
	tm.isRestored()
}

func TestASCIIWhereTheLocaleIsNotUTF8(t *testing.T) {
	tm := start(t, options{env: []string{"LANG=C"}}, "--engine", "fake", "--pods", "5", "--state-dir", t.TempDir())
	tm.sees("live", "NAME^")
	tm.press("?")
	tm.sees("keys that work here", "+--", "down/j")
	for _, c := range tm.text() {
		if c > 0x7e {
			t.Fatalf("%q is on the screen:\n%s", c, tm.text())
		}
	}
	tm.press("esc")
	tm.lacks("keys that work")
	tm.quits()
}
