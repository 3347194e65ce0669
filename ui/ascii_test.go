package ui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/exp/golden"

	"podium/internal/safetext"
	"podium/models"
	"podium/models/modelstest"
)

func TestWhenASCIIIsDue(t *testing.T) {
	for _, c := range []struct {
		setting string
		environ []string
		want    bool
	}{
		{models.Auto, nil, false},
		{models.Auto, []string{"LANG=en_US.UTF-8"}, false},
		{models.Auto, []string{"LANG=C.utf8"}, false},
		{models.Auto, []string{"LANG=C"}, true},
		{models.Auto, []string{"LANG=de_DE@euro"}, true},
		{models.Auto, []string{"LANG=de_DE.UTF-8", "LC_ALL=POSIX"}, true},
		{models.Auto, []string{"LANG=C", "LC_CTYPE=en_GB.UTF-8"}, false},
		{models.Auto, []string{"LANG=C", "LC_ALL="}, true},
		{models.Auto, []string{"LANG=en_US.UTF-8", "TERM=linux"}, true},
		{models.On, []string{"LANG=en_US.UTF-8"}, true},
		{models.Off, []string{"LANG=C", "TERM=linux"}, false},
	} {
		if got := asciiDue(c.setting, c.environ); got != c.want {
			t.Errorf("%s with %v: %t", c.setting, c.environ, got)
		}
	}
}

// TestEveryGlyphHasAnASCIISign looks for what podium itself draws in its sources,
// so that no state of any screen is left out: each sign that is not ASCII must have
// a better stand-in than a question mark.
func TestEveryGlyphHasAnASCIISign(t *testing.T) {
	literals := 0
	for _, root := range []string{"../ui", "../models", "../manifest", "../api", "../internal/safetext"} {
		err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") ||
				strings.Contains(file, "modelstest") || filepath.Base(file) == "ascii.go" {
				return err
			}
			fset := token.NewFileSet()
			tree, err := parser.ParseFile(fset, file, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(tree, func(n ast.Node) bool {
				lit, ok := n.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING && lit.Kind != token.CHAR {
					return true
				}
				literals++
				text, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Errorf("%s: %v", fset.Position(lit.Pos()), err)
				}
				for _, c := range text {
					if c >= 0xa0 && !unicode.IsLetter(c) && c != utf8.RuneError && safetext.ASCII(string(c)) == "?" {
						t.Errorf("%s: %q has no ASCII sign that looks like it", fset.Position(lit.Pos()), c)
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if literals < 1000 {
		t.Fatalf("only %d texts were found", literals)
	}
}

// isASCII tells whether a view can be shown anywhere.
func (u *user) isASCII(where string) {
	u.t.Helper()
	for i, line := range strings.Split(modelstest.Strip(u.View()), "\n") {
		for _, c := range line {
			if c >= utf8.RuneSelf {
				u.t.Fatalf("%s, line %d has %q:\n%s", where, i+1, c, line)
			}
		}
	}
}

// TestEveryScreenIsASCIIWhereThatIsDue goes through the screens.
func TestEveryScreenIsASCIIWhereThatIsDue(t *testing.T) {
	c := client("api-1", "web-2", "bäckerei-3")
	u := sit(t, c, 100, 30, func(o *Options) { o.Environ = append(o.Environ, "LANG=C") })
	u.Sees("live")
	u.isASCII("the list")
	golden.RequireEqual(t, modelstest.Strip(u.View()))
	for _, step := range []struct{ keys, sees string }{
		{"?", "the pod"},
		{"esc", ""},
		{":", "pods"},
		{"esc", ""},
		{"!", ""},
		{"esc", ""},
		{"space", "marked"},
		{"/", ""},
		{"a", ""},
		{"enter", ""},
		{"esc", ""},
		{"esc", ""},
		{"enter", ""},
		{"y", ""},
		{"Y", ""},
		{"E", ""},
		{"esc", ""},
		{"l", ""},
		{"?", ""},
		{"esc", ""},
		{"esc", ""},
		{"x", ""},
		{"esc", ""},
		{"esc", ""},
		{"n", "minimal"},
		{"enter", "apiVersion"},
		{"?", ""},
		{"f1", ""},
		{"esc", ""},
		{"ctrl+d", ""},
		{"esc", ""},
		{"ctrl+c", "Quit"},
	} {
		u.later(time.Second)
		u.Press(step.keys)
		if step.sees != "" {
			u.Sees(step.sees)
		}
		u.isASCII("after " + step.keys)
	}
}
