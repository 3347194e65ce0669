package termbridge

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"podium/termbridge/vt"
)

// flood writes n bytes and ends the session.
func flood(p *peer, n int, sum hash.Hash) {
	chunk := text(64 << 10)
	for n > 0 {
		c := chunk[:min(n, len(chunk))]
		_, _ = sum.Write(c)
		p.print(string(c))
		n -= len(c)
	}
	p.hangUp()
}

// recorder is a PTY whose master keeps a checksum of what was read from it.
type recorder struct {
	PTY
	mu  sync.Mutex
	sum hash.Hash
	n   int
}

func (r *recorder) Master() io.ReadWriter {
	return readWriter{readerFunc(func(b []byte) (int, error) {
		n, err := r.PTY.Master().Read(b)
		r.mu.Lock()
		defer r.mu.Unlock()
		_, _ = r.sum.Write(b[:n])
		r.n += n
		return n, err
	}), r.PTY.Master()}
}

// Nothing is lost at the end of a large output.
func TestNothingIsLostAtTheEnd(t *testing.T) {
	size := 8 << 20
	if os.Getenv("PODIUM_BIG") == "1" {
		size = 200 << 20
	}
	pairs(t, func(t *testing.T, open func(testing.TB) PTY) {
		p := newPeer()
		rec := &recorder{PTY: open(t), sum: sha256.New()}
		b := start(t, p, rec)
		sent := sha256.New()
		go flood(p, size, sent)
		select {
		case <-b.Done():
		case <-time.After(5 * time.Minute):
			t.Fatal("it does not end")
		}
		if r, err := b.End(); r != EndClean || err != nil {
			t.Errorf("ended as %v, %v", r, err)
		}
		if rec.n != size || !bytes.Equal(rec.sum.Sum(nil), sent.Sum(nil)) {
			t.Errorf("%d bytes of %d arrived", rec.n, size)
		}
		if in, _ := b.Counts(); in != int64(size) {
			t.Errorf("%d bytes counted", in)
		}
	})
}

// Small last words reach the screen, too, before the end is told.
func TestLastWords(t *testing.T) {
	pairs(t, func(t *testing.T, open func(testing.TB) PTY) {
		for i := range 50 {
			p := newPeer()
			b := start(t, p, open(t))
			word := "last words " + strconv.Itoa(i)
			p.print(word)
			p.hangUp()
			ends(t, b.Done())
			if got := screenText(b); !strings.Contains(got, word) {
				t.Fatalf("the screen shows %q", got)
			}
			_ = b.Close()
		}
	})
}

func TestEnds(t *testing.T) {
	pairs(t, func(t *testing.T, open func(testing.TB) PTY) {
		t.Run("clean", func(t *testing.T) {
			p := newPeer()
			b := start(t, p, open(t))
			if r, err := b.End(); r != Running || err != nil {
				t.Errorf("before the end: %v, %v", r, err)
			}
			p.print("bye")
			p.hangUp()
			ends(t, b.Done())
			if r, err := b.End(); r != EndClean || err != nil || b.Err() != nil {
				t.Errorf("%v, %v", r, err)
			}
			if err := b.Key(char('x')); !errors.Is(err, ErrEnded) {
				until(t, "keys are refused", func() bool { return errors.Is(b.Key(char('x')), ErrEnded) })
			}
			if err := b.Resize(100, 30); err != nil {
				t.Errorf("resize of what is left: %v", err)
			}
			var f vt.Frame
			if !b.Snapshot(&f) || f.Cols != 100 || !strings.Contains(f.Lines[0], "bye") {
				t.Errorf("the screen is gone: %dx%d", f.Cols, f.Rows)
			}
		})
		t.Run("broken", func(t *testing.T) {
			p := newPeer()
			b := start(t, p, open(t))
			p.print("half a wo")
			p.breakOff()
			ends(t, b.Done())
			if r, err := b.End(); r != EndBroken || !errors.Is(err, errBroken) || b.Err() == nil {
				t.Errorf("%v, %v", r, err)
			}
			if !strings.Contains(screenText(b), "half a wo") {
				t.Error("what had come is lost")
			}
		})
		t.Run("closed here", func(t *testing.T) {
			p := newPeer()
			b := start(t, p, open(t))
			if err := b.Paste(strings.Repeat("x", 1<<20)); err != nil { // both goroutines of input wait
				t.Fatal(err)
			}
			_ = b.Close()
			_ = b.Close()
			ends(t, b.Done())
			if r, err := b.End(); r != EndClosed || err != nil {
				t.Errorf("%v, %v", r, err)
			}
			if !p.isClosed() {
				t.Error("the stream is still open")
			}
		})
		t.Run("input fails and output goes on", func(t *testing.T) {
			p := newPeer()
			b := start(t, p, open(t))
			p.toPeer.end(os.ErrClosed, true)
			until(t, "keys are refused", func() bool { return errors.Is(b.Key(char('x')), ErrEnded) })
			if r, _ := b.End(); r != Running {
				t.Errorf("ended as %v", r)
			}
			p.print("more")
			sees(t, b, "more", func(s string) bool { return strings.Contains(s, "more") })
			p.hangUp()
			ends(t, b.Done())
			if r, err := b.End(); r != EndClean {
				t.Errorf("%v, %v", r, err)
			}
		})
	})
}

// A panic in any goroutine is reported and ends the session, and nothing else.
func TestPanics(t *testing.T) {
	for _, where := range []string{"read", "write", "resize"} {
		t.Run(where, func(t *testing.T) {
			p := newPeer()
			pair, err := NewMemoryPTY(80, 24)
			if err != nil {
				t.Fatal(err)
			}
			panicked := make(chan string, 8)
			b, err := New(Options{
				Cols: 80, Rows: 24, Stream: &bomb{peer: p, where: where}, PTY: pair,
				OnPanic: func(v any, stack []byte) { panicked <- fmt.Sprint(v) + string(stack) },
			})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			_ = b.Key(char('x'))
			ends(t, b.Done())
			if got := <-panicked; !strings.Contains(got, "boom in "+where) || !strings.Contains(got, "goroutine") {
				t.Errorf("reported: %s", got)
			}
			if r, err := b.End(); r != EndBroken || err == nil || !strings.Contains(err.Error(), "boom") {
				t.Errorf("%v, %v", r, err)
			}
		})
	}
}

// bomb is a stream that panics.
type bomb struct {
	*peer
	where string
}

func (b *bomb) Read(p []byte) (int, error) {
	if b.where == "read" {
		panic("boom in read")
	}
	return b.peer.Read(p)
}

func (b *bomb) Write(p []byte) (int, error) {
	if b.where == "write" {
		panic("boom in write")
	}
	return b.peer.Write(p)
}

func (b *bomb) Resize(ctx context.Context, rows, cols uint16) error {
	if b.where == "resize" {
		panic("boom in resize")
	}
	return b.peer.Resize(ctx, rows, cols)
}

// Sessions give everything back.
func TestNoDescriptorIsLeft(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("open descriptors are counted in /proc")
	}
	count := func() int {
		d, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(d)
	}
	one := func() {
		p := newPeer()
		b, err := New(Options{Cols: 80, Rows: 24, Stream: p})
		if err != nil {
			t.Fatal(err)
		}
		p.print("hello")
		_ = b.Key(char('x'))
		_ = b.Close()
	}
	one()
	goroutines, before := runtime.NumGoroutine(), count()
	for range 100 {
		one()
	}
	if after := count(); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
	if after := runtime.NumGoroutine(); after > goroutines+2 {
		t.Errorf("%d goroutines before, %d after", goroutines, after)
	}
}
