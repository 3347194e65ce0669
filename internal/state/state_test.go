package state

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/adrg/xdg"
	"pgregory.net/rapid"
)

func open(t *testing.T) *Dir {
	t.Helper()
	d, err := Open(filepath.Join(t.TempDir(), "state"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestOpenClosesTheFolderToOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	if err := os.Mkdir(path, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o777); err != nil {
		t.Fatal(err)
	}
	d, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.SaveDraft("x", nil); err != nil {
		t.Fatal(err)
	}
	want := map[string]fs.FileMode{path: 0o700, filepath.Join(path, "drafts"): 0o700, filepath.Join(path, "drafts", "x"): 0o600}
	for p, mode := range want {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != mode {
			t.Errorf("%s is %v, want %v", p, info.Mode().Perm(), mode)
		}
	}
	if _, err := Open(filepath.Join(path, "drafts", "x")); err == nil {
		t.Error("a file was opened as the state folder")
	}
}

func TestOpenDefault(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_STATE_HOME", home)
	xdg.Reload()
	t.Cleanup(xdg.Reload)
	d, err := Open("")
	if err != nil || d.Path() != filepath.Join(home, "podium") {
		t.Errorf("%v, %v", d, err)
	}
}

func TestDrafts(t *testing.T) {
	d := open(t)
	if _, err := d.LoadDraft("none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("unknown draft: %v", err)
	}
	ids := []string{"new", "edit/default/web-0", "../../etc/passwd", ".hidden", "ä\x00\n%41", strings.Repeat("long/", 200), "Case", "case", ""}
	for i, id := range ids {
		if err := d.SaveDraft(id, []byte("old")); err != nil {
			t.Fatal(err)
		}
		if err := d.SaveDraft(id, fmt.Append(nil, "text ", i)); err != nil {
			t.Fatal(err)
		}
	}
	for i, id := range ids {
		if text, err := d.LoadDraft(id); err != nil || string(text) != fmt.Sprint("text ", i) {
			t.Errorf("%.20q: %q, %v", id, text, err)
		}
	}
	list, err := d.Drafts()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, dr := range list {
		got = append(got, dr.ID)
		if i > 0 && dr.Saved.After(list[i-1].Saved) || dr.Size != 6 {
			t.Errorf("draft %d: %+v", i, dr)
		}
	}
	slices.Sort(got)
	slices.Sort(ids)
	if !slices.Equal(got, ids) {
		t.Errorf("listed %q", got)
	}
	for _, id := range ids {
		if err := errors.Join(d.DeleteDraft(id), d.DeleteDraft(id)); err != nil {
			t.Error(err)
		}
	}
	left, err := os.ReadDir(filepath.Join(d.Path(), "drafts"))
	if err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "text"))
		name, short := encode(text)
		if err := checkName(name); err != nil || strings.HasPrefix(name, ".") || strings.ToLower(name) != name {
			t.Fatalf("%q: name %q, %v", text, name, err)
		}
		if back, ok := decode(name); ok != short || short && back != text {
			t.Fatalf("%q came back as %q, %t", text, back, ok)
		}
	})
	d := open(t)
	for _, name := range []string{"", ".", "..", "a/b", `a\b`, "a\x00", strings.Repeat("x", 300)} {
		if err := d.WriteFile(name, nil); err == nil {
			t.Errorf("wrote %.20q", name)
		}
		if _, err := d.Sub(name); err == nil {
			t.Errorf("opened %.20q", name)
		}
	}
}

func TestHistoryIsBoundedAndSurvivesATornLine(t *testing.T) {
	d := open(t)
	var full strings.Builder
	for i := range 1499 {
		fmt.Fprintf(&full, "%q\n", fmt.Sprintf("echo %d", i))
	}
	sub, err := d.Sub("history")
	if err != nil {
		t.Fatal(err)
	}
	if err := sub.WriteFile("x%2fy", []byte(full.String())); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		line := fmt.Sprintf("echo %d\nsecond line", i)
		if err := errors.Join(d.AppendHistory("x/y", line), d.AppendHistory("x/y", line)); err != nil {
			t.Fatal(err)
		}
	}
	lines, err := d.History("x/y")
	if err != nil || len(lines) != 1000+8 || lines[len(lines)-1] != "echo 9\nsecond line" {
		t.Errorf("%d lines, %v", len(lines), err)
	}
	file := filepath.Join(d.Path(), "history", "x%2fy")
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`"torn`); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if err := d.AppendHistory("x/y", "after"); err != nil {
		t.Fatal(err)
	}
	again, err := d.History("x/y")
	if err != nil || len(again) != len(lines)+1 || again[len(again)-1] != "after" {
		t.Errorf("%d lines, %v", len(again), err)
	}
	if none, err := d.History("other"); err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
	if err := d.AppendHistory("x", strings.Repeat("x", lineBytes+1)); err == nil {
		t.Error("a huge line was taken")
	}
}

func TestJournal(t *testing.T) {
	d := open(t)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	long := strings.Repeat("é", 4000)
	for i := range 700 {
		if err := d.Journal(Entry{At: at, Action: "delete", Target: fmt.Sprint("pod-", i), Result: long}); err != nil {
			t.Fatal(err)
		}
	}
	last, err := d.JournalEntries(300)
	if err != nil || len(last) != 300 || last[299].Target != "pod-699" || last[0].Target != "pod-400" || !last[0].At.Equal(at) {
		t.Errorf("%d entries, %v", len(last), err)
	}
	for _, name := range []string{journalFile, journalOld} {
		if info, err := os.Stat(filepath.Join(d.Path(), name)); err != nil || info.Size() > journalBytes+16<<10 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

func TestSettings(t *testing.T) {
	d := open(t)
	var got struct{ Last string }
	if err := d.ReadJSON("settings.json", &got); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	if err := d.WriteJSON("settings.json", map[string]string{"last": "host"}); err != nil {
		t.Fatal(err)
	}
	if err := d.ReadJSON("settings.json", &got); err != nil || got.Last != "host" {
		t.Errorf("%+v, %v", got, err)
	}
	if err := d.WriteFile("settings.json", []byte("{")); err != nil {
		t.Fatal(err)
	}
	if err := d.ReadJSON("settings.json", &got); err == nil || !strings.Contains(err.Error(), "delete it") {
		t.Errorf("broken: %v", err)
	}
}

func TestSave(t *testing.T) {
	down := t.TempDir()
	t.Setenv("XDG_DOWNLOAD_DIR", down)
	xdg.Reload()
	t.Cleanup(xdg.Reload)
	d := open(t)
	for _, c := range [][2]string{
		{"web.log", "web.log"},
		{"../../x.yaml", "x.yaml"},
		{"a\x1b[31m:b", "a_[31m_b"},
		{"...", "podium"},
		{"/", "podium-1"},
		{strings.Repeat("é", 300) + ".txt", strings.Repeat("é", 98) + ".txt"},
	} {
		path, err := d.Save(c[0], []byte("data"))
		if err != nil || filepath.Dir(path) != down || filepath.Base(path) != c[1] {
			t.Errorf("%q was saved as %q, want %q; %v", c[0], path, c[1], err)
		}
	}
	path, err := d.Save("web.log", []byte("second"))
	if err != nil || filepath.Base(path) != "web-1.log" {
		t.Errorf("%s, %v", path, err)
	}
	if first, err := os.ReadFile(filepath.Join(down, "web.log")); err != nil || string(first) != "data" {
		t.Errorf("overwritten: %q, %v", first, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// TestTempIsGoneWithItsOwner: it can be read while it is open, has no name where
// the system allows it, and what an earlier process left is swept.
func TestTempIsGoneWithItsOwner(t *testing.T) {
	d, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	first, err := d.Temp()
	if err != nil {
		t.Fatal(err)
	}
	orphan := filepath.Join(d.Path(), tempDir, "left")
	if err := os.WriteFile(orphan, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(orphan, old, old); err != nil {
		t.Fatal(err)
	}
	f, err := d.Temp()
	if err != nil {
		t.Fatal(err)
	}
	if info, err := f.Stat(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	_, err = f.Write([]byte("hello"))
	got := make([]byte, 3)
	if _, rerr := f.ReadAt(got, 2); err != nil || rerr != nil || string(got) != "llo" {
		t.Errorf("%v, %v: %q", err, rerr, got)
	}
	if err := errors.Join(f.Close(), first.Close()); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(filepath.Join(d.Path(), tempDir)); err != nil || len(left) != 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

func TestSweepRemovesWhatIsOld(t *testing.T) {
	dir := open(t)
	now := time.Now()
	for name, changed := range map[string]time.Time{"old": now.Add(-2 * time.Hour), "new": now} {
		path := filepath.Join(dir.Path(), name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now, changed); err != nil {
			t.Fatal(err)
		}
	}
	dir.Sweep(now.Add(-time.Hour), "")
	if _, err := os.Stat(filepath.Join(dir.Path(), "old")); !os.IsNotExist(err) {
		t.Errorf("the old file is still there: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir.Path(), "new")); err != nil {
		t.Errorf("the new one is gone: %v", err)
	}
}

func TestSaveStreamLeavesNothingWhenItFails(t *testing.T) {
	d, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	path, err := d.SaveStream("podium-test-half.out", func(w io.Writer) error {
		_, _ = w.Write([]byte("half"))
		return errors.New("torn")
	})
	if err == nil || path != "" || !strings.Contains(err.Error(), "torn") {
		t.Errorf("%q, %v", path, err)
	}
	for _, dir := range []string{xdg.UserDirs.Download, xdg.Home} {
		if _, err := os.Stat(filepath.Join(dir, "podium-test-half.out")); err == nil {
			t.Errorf("half a file is in %s", dir)
		}
	}
}

func TestInputIsAFile(t *testing.T) {
	d, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(path, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := d.Input(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "text" {
		t.Errorf("%q, %v", got, err)
	}
	r.Close()
	for _, bad := range []string{t.TempDir(), "/dev/zero", "/nowhere"} {
		if r, err := d.Input(bad); err == nil {
			r.Close()
			t.Errorf("%s is taken", bad)
		}
	}
}
