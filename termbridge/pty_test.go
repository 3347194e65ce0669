package termbridge

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

// inTime runs f and fails if it takes too long.
func inTime(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("%s takes for ever", what)
	}
}

// Every byte passes unchanged in both directions, and nothing comes back.
func TestPTYIsTransparent(t *testing.T) {
	pairs(t, func(t *testing.T, open func(testing.TB) PTY) {
		p := open(t)
		defer p.Close()
		every := make([]byte, 256)
		for i := range every {
			every[i] = byte(i)
		}
		for _, way := range []struct {
			name string
			w    io.Writer
			r    io.Reader
		}{{"to the program", p.Master(), p.Slave()}, {"to the terminal", p.Slave(), p.Master()}} {
			if _, err := way.w.Write(every); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, len(every))
			inTime(t, way.name, func() {
				if _, err := io.ReadFull(way.r, got); err != nil {
					t.Error(err)
				}
			})
			if !bytes.Equal(got, every) {
				t.Errorf("%s: got %q", way.name, got)
			}
		}
	})
}

// What was written before the slave was closed is read, then the end.
func TestPTYEnd(t *testing.T) {
	pairs(t, func(t *testing.T, open func(testing.TB) PTY) {
		p := open(t)
		defer p.Close()
		if _, err := io.WriteString(p.Slave(), "the rest"); err != nil {
			t.Fatal(err)
		}
		_ = p.CloseSlave()
		_ = p.CloseSlave()
		inTime(t, "the end", func() {
			if got, err := io.ReadAll(p.Master()); string(got) != "the rest" || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
		})
		if _, err := p.Slave().Write([]byte("x")); err == nil {
			t.Error("a closed slave can be written")
		}
	})
}

// Close wakes whoever waits.
func TestPTYCloseWakes(t *testing.T) {
	pairs(t, func(t *testing.T, open func(testing.TB) PTY) {
		p := open(t)
		ended := make(chan error, 4)
		for _, f := range []func() error{
			func() error { _, err := p.Master().Read(make([]byte, 1)); return err },
			func() error { _, err := p.Slave().Read(make([]byte, 0, 1)[:1]); return err },
		} {
			go func() { ended <- f() }()
		}
		time.Sleep(10 * time.Millisecond) // so that they probably wait; either order must work
		inTime(t, "closing", func() {
			_ = p.Close()
			_ = p.Close()
			for range 2 {
				if err := <-ended; err == nil {
					t.Error("a read of nothing succeeded")
				}
			}
		})
		p = open(t)
		go func() {
			_, err := io.WriteString(p.Master(), strings.Repeat("x", 1<<20))
			ended <- err
		}()
		go func() {
			_, err := io.WriteString(p.Slave(), strings.Repeat("x", 1<<20))
			ended <- err
		}()
		time.Sleep(10 * time.Millisecond)
		inTime(t, "closing under writers", func() {
			_ = p.Close()
			for range 2 {
				if err := <-ended; err == nil {
					t.Error("a write nobody read succeeded")
				}
			}
		})
	})
}

func TestPTYSizes(t *testing.T) {
	pairs(t, func(t *testing.T, open func(testing.TB) PTY) {
		p := open(t)
		defer p.Close()
		if err := p.Resize(0, 5); !errors.Is(err, ErrZeroSize) {
			t.Errorf("0x5: %v", err)
		}
		if err := p.Resize(65535, 65535); err != nil {
			t.Error(err)
		}
	})
	if _, err := OpenPTY(0, 0); !errors.Is(err, ErrZeroSize) {
		t.Errorf("0x0: %v", err)
	}
	if _, err := NewMemoryPTY(1, 0); !errors.Is(err, ErrZeroSize) {
		t.Errorf("1x0: %v", err)
	}
}
