//go:build unix

// Package doctest keeps generated parts of documents equal to what tests
// generate. It serves tests only.
package doctest

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// Section compares the part of the document file between the marks of name with
// want and fails when they differ; with update it writes want there instead.
// Sections of one document may belong to different packages, whose tests run at
// the same time: writing is done under a lock.
func Section(t testing.TB, file, name, want string, update bool) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	how := syscall.LOCK_SH
	if update {
		how = syscall.LOCK_EX
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- generated: "+name+" -->\n", "<!-- end: "+name+" -->\n"
	before, rest, ok := strings.Cut(string(data), begin)
	got, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no section %q", file, name)
	}
	want = "\n" + strings.TrimSpace(want) + "\n\n"
	switch {
	case got == want:
	case update:
		if err := os.WriteFile(file, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s is not what the tests show of %s: run make golden and look at the difference", file, name)
	}
}
