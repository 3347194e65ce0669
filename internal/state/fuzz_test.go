package state

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzFiles: whatever a crash, or somebody else, left in the files, they are
// read, and what is added is there.
func FuzzFiles(f *testing.F) {
	f.Add([]byte("\"one\"\n\"two\"\n"), "name")
	f.Add([]byte(`{"at":"2026-01-01T00:00:00Z","action":"x"}`+"\n{torn"), "../..")
	f.Add([]byte("\x00\xff\n\n\"\\u0000\""), "")
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		d, err := Open(filepath.Join(t.TempDir(), "state"))
		if err != nil {
			t.Fatal(err)
		}
		sub, err := d.Sub(historyDir)
		if err != nil {
			t.Fatal(err)
		}
		file, _ := encode(name)
		for _, path := range []string{filepath.Join(sub.path, file), filepath.Join(d.path, journalFile)} {
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.AppendHistory(name, "added"); err != nil {
			t.Fatal(err)
		}
		if lines, err := d.History(name); err != nil || len(lines) == 0 || lines[len(lines)-1] != "added" {
			t.Errorf("the history is %q, %v", lines, err)
		}
		if err := d.Journal(Entry{Action: "added"}); err != nil {
			t.Fatal(err)
		}
		if entries, err := d.JournalEntries(1); err != nil || len(entries) != 1 || entries[0].Action != "added" {
			t.Errorf("the journal is %+v, %v", entries, err)
		}
		if err := d.SaveDraft(name, data); err != nil {
			t.Fatal(err)
		}
		if text, err := d.LoadDraft(name); err != nil || string(text) != string(data) {
			t.Errorf("the draft is %q, %v", text, err)
		}
		if drafts, err := d.Drafts(); err != nil || len(drafts) != 1 || drafts[0].ID != name {
			t.Errorf("the drafts are %+v, %v", drafts, err)
		}
	})
}

// FuzzNames: a name is one plain file name, of its own for each text.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"", ".", "..", "a/b", "shell in registry.example/app:1", "A", strings.Repeat("x", 300), "%41", "~"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		name, short := encode(a)
		if err := checkName(name); err != nil || filepath.Base(name) != name {
			t.Errorf("%q becomes %q: %v", a, name, err)
		}
		if back, ok := decode(name); ok != short || short && back != a {
			t.Errorf("%q becomes %q and that %q, %v", a, name, back, ok)
		}
		if other, _ := encode(b); a != b && other == name {
			t.Errorf("%q and %q are both %q", a, b, name)
		}
		if got := savable(a); got == "" || got[0] == '.' || filepath.Base(got) != got || len(got) > nameLimit {
			t.Errorf("%q is saved as %q", a, got)
		}
	})
}
