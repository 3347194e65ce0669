package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"podium/manifest"
)

const (
	lintGood = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: main, image: nginx}]}\n"
	lintBad  = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  dnsPolicy: Default\n  containers:\n  - {name: main, imag: é}\n"
)

// lint runs the command and returns its output and exit status.
func lint(t *testing.T, in string, args ...string) (out, summary string, status int) {
	t.Helper()
	cmd := newLint()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	var o, e bytes.Buffer
	cmd.SetIn(strings.NewReader(in))
	cmd.SetOut(&o)
	cmd.SetErr(&e)
	cmd.SetArgs(args)
	err := cmd.Execute()
	var st *statusError
	switch {
	case errors.As(err, &st):
		status = st.status
	case err != nil:
		t.Fatalf("lint %q: %v", args, err)
	}
	return o.String(), e.String(), status
}

func TestLint(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"good.yaml": lintGood, "bad.yml": lintBad, "note.txt": "no manifest", "sub/deep.json": `{"kind": "Pod"}`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	good, bad := filepath.Join(dir, "good.yaml"), filepath.Join(dir, "bad.yml")
	misspelt := ":7:18: error: \"imag\" is not a field of Container; did you mean image?\n"
	dns := ":5:3: warning: spec.dnsPolicy is not supported by this API and is ignored.\n"
	warned := strings.Replace(lintGood, "spec: {", "spec: {hostNetwork: true, ", 1)
	for name, c := range map[string]struct {
		in     string
		args   []string
		want   string
		sum    string
		status int
	}{
		"good":       {args: []string{good}, sum: "1 file: no problems\n"},
		"bad":        {args: []string{bad}, want: bad + dns + bad + misspelt, sum: "1 file: 1 error, 1 warning\n", status: 1},
		"stdin":      {in: lintBad, args: []string{"-"}, want: "stdin" + dns + "stdin" + misspelt, sum: "1 file: 1 error, 1 warning\n", status: 1},
		"folder":     {args: []string{dir}, want: bad + dns + bad + misspelt, sum: "2 files: 1 error, 1 warning\n", status: 1},
		"kube":       {args: []string{"--backend", "kube", bad}, want: bad + misspelt, sum: "1 file: 1 error\n", status: 1},
		"warning":    {in: warned, args: []string{"-"}, want: "stdin:4:8: warning: spec.hostNetwork is not supported by this API and is ignored.\n", sum: "1 file: 1 warning\n"},
		"strict":     {in: warned, args: []string{"--strict", "-"}, want: "stdin:4:8: warning: spec.hostNetwork is not supported by this API and is ignored.\n", sum: "1 file: 1 warning\n", status: 1},
		"missing":    {args: []string{filepath.Join(dir, "none.yaml")}, want: filepath.Join(dir, "none.yaml") + ": error: No such file or directory.\n", sum: "1 file: 1 error\n", status: 1},
		"device":     {args: []string{"/dev/zero"}, want: "/dev/zero: error: This is neither a file nor a pipe.\n", sum: "1 file: 1 error\n", status: 1},
		"no backend": {args: []string{"--backend", "nomad", good}, status: 3},
		"no output":  {args: []string{"-o", "xml", good}, status: 3},
		"no file":    {status: 3},
		"no flag":    {args: []string{"--nope"}, status: 3},
	} {
		out, sum, status := lint(t, c.in, c.args...)
		if out != c.want || status != c.status || c.sum != "" && sum != c.sum {
			t.Errorf("%s: status %d, output\n%s%swant %d and\n%s%s", name, status, out, sum, c.status, c.want, c.sum)
		}
	}
	if out, _, _ := lint(t, "", "-R", dir); strings.Count(out, "deep.json:1:") == 0 {
		t.Errorf("-R does not look into the folders of a folder:\n%s", out)
	}
}

func TestLintJSON(t *testing.T) {
	out, _, status := lint(t, lintBad, "-o", "json", "-")
	var found []finding
	if err := json.Unmarshal([]byte(out), &found); err != nil || status != 1 || len(found) != 2 {
		t.Fatalf("status %d, %v:\n%s", status, err, out)
	}
	want := finding{
		File: "stdin", Line: 7, Column: 18, EndLine: 7, EndColumn: 22, Severity: "error", Code: "unknown-field",
		Field: "spec.containers[0].imag", Message: `"imag" is not a field of Container; did you mean image?`, Suggestion: "image",
	}
	if found[1] != want {
		t.Errorf("got %+v\nwant %+v", found[1], want)
	}
	if out, _, status := lint(t, lintGood, "-o", "json", "-"); strings.TrimSpace(out) != "[]" || status != 0 {
		t.Errorf("without problems: status %d, %q", status, out)
	}
}

// TestLintOfWhatIsNoManifest: a sentence, no hang, and never a control
// character on the terminal.
func TestLintOfWhatIsNoManifest(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'i'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+",", 8) + "*" + string(c-1) + "]\n"
	}
	for name, text := range map[string]string{
		"large":   strings.Repeat("a: b\n", 3<<20),
		"binary":  "\x7fELF\x02\x00\x00\x1b[2J",
		"bomb":    bomb,
		"invalid": "kind: \xff\xfe\x1b[2J",
		"empty":   "",
	} {
		out, _, status := lint(t, text, "-")
		if status != 1 || !strings.Contains(out, " error: ") || !utf8.ValidString(out) || strings.ContainsAny(out, "\x1b\x00") {
			t.Errorf("%s: status %d: %q", name, status, out)
		}
	}
	var o lintOptions
	o.backend, o.output = backendPage, "text"
	if err := o.run([]string{"-"}, failing{}, io.Discard, io.Discard); err == nil {
		t.Error("an input that cannot be read is no error")
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the wire was cut") }

// TestBackendsNameTheirRules: every backend is found by the name that its
// engine gives in Info, which is what the editor asks by.
func TestBackendsNameTheirRules(t *testing.T) {
	for _, b := range backends {
		rules, err := backendRules(b.name)
		if err != nil || rules.Name != b.name {
			t.Errorf("the rules of %s are called %q (%v)", b.name, rules.Name, err)
		}
		for _, f := range manifest.PageFields() {
			if _, listed := rules.Rule(f.Path); !listed {
				t.Errorf("%s has no row for %s of the page", b.name, f.Path)
			}
		}
	}
	for _, engine := range []string{"", "fake", "unheard-of"} {
		if rules := rulesOf(engine); rules.Name != backendPage {
			t.Errorf("the engine %q has the rules %q", engine, rules.Name)
		}
	}
}
