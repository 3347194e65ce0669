package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/adrg/xdg"

	"podium/manifest"
)

func TestTemplatesAndFilesOfTheUser(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	t.Setenv("HOME", dir)
	xdg.Reload()
	t.Cleanup(xdg.Reload)
	var s store
	if names, err := s.Templates(""); err != nil || len(names) > 0 {
		t.Fatalf("without a folder: %v, %v", names, err)
	}
	folder := filepath.Join(dir, "podium", "templates")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{
		filepath.Join(folder, "b.yaml"): "b", filepath.Join(folder, "a.yml"): "a", filepath.Join(folder, "notes.txt"): "no",
		filepath.Join(folder, ".hidden.yaml"): "no", filepath.Join(dir, "pod.yaml"): lintGood,
		filepath.Join(dir, "large"): strings.Repeat("x", manifest.MaxBytes+1),
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if names, err := s.Templates(""); err != nil || !slices.Equal(names, []string{"a.yml", "b.yaml"}) {
		t.Errorf("the templates are %v, %v", names, err)
	}
	if text, err := s.Template("", "b.yaml"); err != nil || string(text) != "b" {
		t.Errorf("b.yaml is %q, %v", text, err)
	}
	if names, err := s.Templates("~/podium"); err != nil || len(names) != 0 {
		t.Errorf("in a folder without any there are %v, %v", names, err)
	}
	if text, err := s.Template("~/podium/templates", "a.yml"); err != nil || string(text) != "a" {
		t.Errorf("a.yml of a configured folder is %q, %v", text, err)
	}
	for _, name := range []string{"../../pod.yaml", "notes.txt", "none.yaml", ""} {
		if _, err := s.Template("", name); err == nil {
			t.Errorf("the template %q was read", name)
		}
	}
	if text, err := s.ReadFile(" ~/pod.yaml "); err != nil || string(text) != lintGood {
		t.Errorf("~/pod.yaml is %q, %v", text, err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none"): "no such file", dir: "folder", "/dev/zero": "neither a file", filepath.Join(dir, "large"): "larger than 10 MB",
	} {
		if _, err := s.ReadFile(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v: want %q", path, err, want)
		}
	}
}
