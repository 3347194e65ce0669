//go:build unix

package cli

import (
	"io"
	"os"
	"testing"
)

func TestAnEscapeThatNothingFollowsIsTheKey(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	k := newKeyboard(r)
	buf := make([]byte, 64)
	for typed, want := range map[string]string{
		"\x1b": loneEscape, "\x1b[A": "\x1b[A", "\x1bx": "\x1bx", "\x1b\x1b": "\x1b\x1b", "x": "x", "ab\x1b": "ab\x1b",
	} {
		if _, err := io.WriteString(w, typed); err != nil {
			t.Fatal(err)
		}
		if n, err := k.Read(buf); err != nil || string(buf[:n]) != want {
			t.Errorf("typed %q, read %q (%v), want %q", typed, buf[:n], err, want)
		}
	}
	// A sequence in two pieces. The second is there before anybody waits for it,
	// so that the test depends on no clock.
	if _, err := io.WriteString(w, "\x1b[B"); err != nil {
		t.Fatal(err)
	}
	if n, err := k.Read(short(buf)); err != nil || n == 0 {
		t.Errorf("a small buffer: %d bytes (%v)", n, err)
	}
	if n, err := k.Read(buf); err != nil || string(buf[:n]) != "[B" {
		t.Errorf("then %q (%v)", buf[:n], err)
	}
	w.Close()
	if _, err := k.Read(buf); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

// short is a buffer in which the key has no room.
func short(p []byte) []byte { return p[:1] }
