package state

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// dies ends the process that promised the word, as far as others can tell.
func (w *Word) dies(t *testing.T) {
	t.Helper()
	if err := w.file.Close(); err != nil {
		t.Fatal(err)
	}
}

func promise(t *testing.T, d *Dir, text string) *Word {
	t.Helper()
	w, err := d.PromiseWord(text)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func taken(t *testing.T, d *Dir) []string {
	t.Helper()
	words, err := d.TakeWords()
	if err != nil {
		t.Fatal(err)
	}
	return words
}

func TestWordsOfWhoLivesAreNotTaken(t *testing.T) {
	d, err := Open(filepath.Join(t.TempDir(), "state"))
	if err != nil {
		t.Fatal(err)
	}
	if got := taken(t, d); len(got) != 0 {
		t.Errorf("none were left, yet %q", got)
	}
	w, gone := promise(t, d, "nothing\nwas sent"), promise(t, d, "dropped")
	if err := gone.Drop(); err != nil {
		t.Fatal(err)
	}
	if got := taken(t, d); len(got) != 0 {
		t.Errorf("of a process that lives: %q", got)
	}
	if err := w.Change("some were sent"); err != nil {
		t.Fatal(err)
	}
	if got := taken(t, d); len(got) != 0 {
		t.Errorf("after a change: %q", got)
	}
	w.dies(t)
	if got := taken(t, d); len(got) != 1 || got[0] != "some were sent" {
		t.Errorf("left was %q", got)
	}
	if got := taken(t, d); len(got) != 0 {
		t.Errorf("taken twice: %q", got)
	}
	if names, err := os.ReadDir(filepath.Join(d.Path(), wordsDir)); err != nil || len(names) > 0 {
		t.Errorf("still there: %v, %v", names, err)
	}
}

func TestWordsAreBounded(t *testing.T) {
	d, err := Open(filepath.Join(t.TempDir(), "state"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range wordsKept + 5 {
		promise(t, d, fmt.Sprint("word ", i)).dies(t)
	}
	promise(t, d, strings.Repeat("x", 2*wordBytes)).dies(t)
	got := taken(t, d)
	if len(got) != wordsKept || got[0] != "word 6" || len(got[wordsKept-1]) > wordBytes+3 {
		t.Errorf("took %d, the first %q", len(got), got[0])
	}
	if got := taken(t, d); len(got) != 0 {
		t.Errorf("taken twice: %q", got)
	}
}
