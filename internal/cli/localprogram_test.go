package cli

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestEditorCommand(t *testing.T) {
	for _, c := range []struct {
		environ []string
		want    string
	}{
		{[]string{"EDITOR=vim", "VISUAL=code --wait"}, "code|--wait"},
		{[]string{"EDITOR=nano -w", "VISUAL="}, "nano|-w"},
	} {
		if got, err := localEditor.command("", c.environ); err != nil || strings.Join(got, "|") != c.want {
			t.Errorf("%q names %q (%v), want %s", c.environ, got, err, c.want)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if got, err := localEditor.command("my-editor --wait", []string{"VISUAL=vi"}); err != nil || strings.Join(got, "|") != "my-editor|--wait" {
		t.Errorf("the configured editor lost to %q, %v", got, err)
	}
	if got, err := localEditor.command("", nil); err == nil || !strings.Contains(err.Error(), "$EDITOR") {
		t.Errorf("without any there is %q, %v", got, err)
	}
}

func TestLayOutAndReadBack(t *testing.T) {
	file, err := layOut(filepath.Join(t.TempDir(), "pod-*.yaml"), func(w io.Writer) error {
		_, err := io.WriteString(w, "kind: Pod\n")
		return err
	})
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

func TestPagerEnvironment(t *testing.T) {
	for _, c := range []struct{ environ, want string }{{"LESS=-S", "LESS=-S"}, {"LESSOPEN=x", "LESS=-R"}} {
		if env := localPager.environment([]string{c.environ}); !slices.Contains(env, c.want) || !slices.Contains(env, c.environ) {
			t.Errorf("with %s: %q", c.environ, env)
		}
	}
}
