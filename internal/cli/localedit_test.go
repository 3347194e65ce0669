package cli

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestEditorCommand(t *testing.T) {
	for _, c := range []struct {
		environ []string
		want    string
	}{
		{[]string{"EDITOR=vim", "VISUAL=code --wait"}, "code|--wait"},
		{[]string{"EDITOR=nano -w", "VISUAL="}, "nano|-w"},
	} {
		if got, err := editorCommand("", c.environ); err != nil || strings.Join(got, "|") != c.want {
			t.Errorf("%q names %q (%v), want %s", c.environ, got, err, c.want)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if got, err := editorCommand("my-editor --wait", []string{"VISUAL=vi"}); err != nil || strings.Join(got, "|") != "my-editor|--wait" {
		t.Errorf("the configured editor lost to %q, %v", got, err)
	}
	if got, err := editorCommand("", nil); err == nil || !strings.Contains(err.Error(), "$EDITOR") {
		t.Errorf("without any there is %q, %v", got, err)
	}
}

func TestLayOutAndReadBack(t *testing.T) {
	file, err := layOut(t.TempDir(), "kind: Pod\n")
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info, err)
	}
	if text, err := readBack(file); err != nil || text != "kind: Pod\n" {
		t.Errorf("it holds %q, %v", text, err)
	}
	if err := os.Truncate(file, editLimit+1); err != nil {
		t.Fatal(err)
	}
	if _, err := readBack(file); err == nil || !strings.Contains(err.Error(), "larger") {
		t.Errorf("too much is %v", err)
	}
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	old, err := layOut(dir, "old")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	if err := os.Chtimes(old, now, now.Add(-2*leftFor)); err != nil {
		t.Fatal(err)
	}
	fresh, err := layOut(dir, "new")
	if err != nil {
		t.Fatal(err)
	}
	sweep(dir, now.Add(-leftFor))
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Errorf("the old file is still there: %v", err)
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Errorf("the new one is gone: %v", err)
	}
}
