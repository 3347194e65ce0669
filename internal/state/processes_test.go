package state

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

func TestLock(t *testing.T) {
	d := open(t)
	l, err := d.TryLock("server")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.TryLock("server"); !errors.Is(err, ErrLocked) {
		t.Errorf("locked twice: %v", err)
	}
	if err := l.Unlock(); err != nil {
		t.Fatal(err)
	}
	again, err := d.TryLock("server")
	if err != nil {
		t.Fatalf("after unlocking: %v", err)
	}
	if err := again.Unlock(); err != nil {
		t.Error(err)
	}
}

// child is what this test binary does when it is started as another podium.
const child = "PODIUM_STATE_TEST_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(child); path != "" {
		if err := writeMuch(path, "child"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func writeMuch(path, who string) error {
	d, err := Open(path)
	if err != nil {
		return err
	}
	for i := range 50 {
		err = errors.Join(err, d.AppendHistory("shared", fmt.Sprint(who, i)),
			d.Journal(Entry{Action: who}), d.SaveDraft("shared", []byte(strings.Repeat(who, 1000))))
	}
	return err
}

func TestSeveralProcessesAtOnce(t *testing.T) {
	d := open(t)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			cmd := exec.Command(exe)
			cmd.Env = append(os.Environ(), child+"="+d.Path())
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	for i := range 2 {
		all.Go(func() {
			if err := writeMuch(d.Path(), fmt.Sprint("own", i, "-")); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	lines, err := d.History("shared")
	if err != nil || len(lines) < 150 || len(lines) > 200 { // a child's line may repeat the other's last one
		t.Errorf("%d lines, %v", len(lines), err)
	}
	if entries, err := d.JournalEntries(1000); err != nil || len(entries) != 200 {
		t.Errorf("%d entries, %v", len(entries), err)
	}
	text, err := d.LoadDraft("shared")
	whole := err == nil && (string(text) == strings.Repeat(string(text[:5]), 1000))
	if !whole {
		t.Errorf("a draft of two writers: %d bytes, %v", len(text), err)
	}
	if list, err := d.Drafts(); err != nil || len(list) != 1 {
		t.Errorf("%v, %v", list, err)
	}
}
