package state

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestRecentKeepsTheNewestForADay(t *testing.T) {
	d, err := Open(filepath.Join(t.TempDir(), "state"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"one", "two", "three"} {
		if err := d.AddRecent("deleted", []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := d.Recent("deleted")
	if err != nil || fmt.Sprintf("%s", got) != "[three two one]" {
		t.Fatalf("kept %s, %v", got, err)
	}
	sub := filepath.Join(d.Path(), "deleted")
	files, err := os.ReadDir(sub)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
		}
	}
	// One of the day before yesterday, and a file that is none of ours.
	old := fmt.Sprintf("%020d-x", time.Now().Add(-2*recentAge).UnixNano())
	for _, name := range []string{old, "notes.txt"} {
		if err := os.WriteFile(filepath.Join(sub, name), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.PruneRecent("deleted"); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(sub, old)); err == nil {
		t.Error("the old one is still there")
	}
	if _, err := os.Stat(filepath.Join(sub, "notes.txt")); err != nil {
		t.Error("the file that is none of ours went")
	}
}

func TestRecentIsBounded(t *testing.T) {
	d, err := Open(filepath.Join(t.TempDir(), "state"))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.AddRecent("deleted", make([]byte, recentBytes/2)); err == nil {
		t.Error("a text that is far too large was kept")
	}
	big := make([]byte, recentBytes/4)
	for range 6 {
		if err := d.AddRecent("deleted", big); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := d.Recent("deleted"); err != nil || len(got) != 4 {
		t.Errorf("kept %d of them, %v", len(got), err)
	}
	sub, err := d.Sub("many")
	if err != nil {
		t.Fatal(err)
	}
	for i := range recentFiles + 20 {
		if err := os.WriteFile(filepath.Join(sub.Path(), fmt.Sprintf("%020d-x", time.Now().UnixNano()+int64(i))), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := d.Recent("many"); err != nil || len(got) != recentFiles {
		t.Errorf("kept %d of many, %v", len(got), err)
	}
}
