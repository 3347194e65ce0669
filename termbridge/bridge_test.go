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

	"podium/termbridge/keys"
	"podium/termbridge/vt"
)

func char(r rune) keys.Key { return keys.Key{Code: r, Text: string(r)} }

// Keys reach the program in the order in which they were pressed, however many.
func TestOrderOfKeys(t *testing.T) {
	pairs(t, func(t *testing.T, open func(testing.TB) PTY) {
		p := newPeer()
		b := start(t, p, open(t))
		const n = 20_000
		want := make([]byte, n)
		got := make(chan []byte)
		go func() { got <- p.typed(t, n) }()
		for i := range n {
			want[i] = byte('!' + i*7%90)
			if err := b.Key(char(rune(want[i]))); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(<-got, want) {
			t.Error("the keys arrived in another order")
		}
		until(t, "all is taken", func() bool { return b.Waiting() == 0 })
		if in, out := b.Counts(); in != 0 || out != n {
			t.Errorf("counts are %d in, %d out", in, out)
		}
	})
}

func TestKeysFollowTheModes(t *testing.T) {
	pairs(t, func(t *testing.T, open func(testing.TB) PTY) {
		p := newPeer()
		b := start(t, p, open(t))
		press := func(want string, send func() error) {
			t.Helper()
			if err := send(); err != nil {
				t.Fatal(err)
			}
			if got := string(p.typed(t, len(want))); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
		up := func() error { return b.Key(keys.Key{Code: keys.Up}) }
		press("\x1b[A", up)
		p.print("\x1b[?1h\x1b[?2004h\x1b[?1004h\x1b[?1002h\x1b[?1006hready")
		sees(t, b, "ready", func(s string) bool { return strings.Contains(s, "ready") })
		press("\x1bOA", up)
		press("\x1b[200~a\nb\x1b[201~", func() error { return b.Paste("a\nb\x1b[201~") })
		press("\x1b[I", func() error { return b.Focus(true) })
		press("\x1b[<0;3;2M", func() error { return b.Mouse(keys.Mouse{X: 2, Y: 1, Button: keys.LeftButton}) })
		press("\x1b[<0;1;24M", func() error { return b.Mouse(keys.Mouse{X: -3, Y: 999, Button: keys.LeftButton}) }) // beyond the pane
		press("raw\x00", func() error { return b.Send([]byte("raw\x00")) })
		if !b.Modes().BracketedPaste {
			t.Error("the modes are not told")
		}
	})
}

// A program that does not read costs the user interface nothing: input queues up
// to its bound and is then refused whole.
func TestStalledPeer(t *testing.T) {
	pairs(t, func(t *testing.T, open func(testing.TB) PTY) {
		p := newPeer()
		b, err := New(Options{Cols: 80, Rows: 24, Stream: p, PTY: open(t), InputLimit: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		begin := time.Now()
		pasted := 0
		for {
			err := b.Paste(strings.Repeat("x", 100_000))
			if errors.Is(err, ErrQueueFull) {
				break
			}
			if err != nil || pasted > 100 {
				t.Fatalf("after %d pastes: %v", pasted, err)
			}
			pasted++
		}
		typed := 0
		for ; ; typed++ {
			if err := b.Key(char('k')); errors.Is(err, ErrQueueFull) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if typed < keyReserve {
			t.Errorf("only %d keys found room beside a waiting paste", typed)
		}
		if d := time.Since(begin); d > 2*time.Second {
			t.Errorf("queueing took %v", d)
		}
		waiting := b.Waiting()
		p.print("\x1b[?1003h\x1b[?1006hmouse")
		sees(t, b, "the mouse mode", func(s string) bool { return strings.Contains(s, "mouse") })
		if err := b.Mouse(keys.Mouse{X: 1, Y: 1, Action: keys.MouseMotion}); err != nil || b.Waiting() > waiting {
			t.Errorf("motion queues up, too: %v", err)
		}
		if want := pasted*100_000 + typed; waiting > want || waiting < want-300_000 {
			t.Errorf("%d bytes wait of %d", waiting, want)
		}
		// Output goes on meanwhile.
		p.print("still here")
		sees(t, b, "output", func(s string) bool { return strings.Contains(s, "still here") })
		// And once the program reads again everything arrives, in order.
		if got := p.typed(t, pasted*100_000); strings.Trim(string(got), "x") != "" {
			t.Error("the pastes arrived damaged")
		}
		if got := p.typed(t, typed); strings.Trim(string(got), "k") != "" {
			t.Error("the keys arrived damaged")
		}
		until(t, "nothing waits", func() bool { return b.Waiting() == 0 })
		if b.Stalled() {
			t.Error("still stalled")
		}
	})
}

// echo is a program that sends back all it reads, and asks the terminal about
// itself every time, without ever reading ahead of what it has written.
func echo(p *peer, ask string) {
	buf := make([]byte, 8<<10)
	for {
		n, err := p.toPeer.Read(buf)
		if err != nil {
			return
		}
		p.print(ask + strings.ReplaceAll(string(buf[:n]), "\x1b", ""))
	}
}

// A large paste to a program that echoes it and asks questions meanwhile is
// where each direction waits for the other, if anything does.
func TestPasteEchoAndReplies(t *testing.T) {
	pairs(t, func(t *testing.T, open func(testing.TB) PTY) {
		p := newPeer()
		b := start(t, p, open(t))
		p.print("\x1b[?2004hready")
		sees(t, b, "ready", func(s string) bool { return strings.Contains(s, "ready") })
		go echo(p, "\x1b[6n")
		const n = 1 << 20
		if err := b.Paste(string(text(n))); err != nil {
			t.Fatal(err)
		}
		until(t, "everything is echoed", func() bool {
			in, out := b.Counts()
			return in > n && out > n
		})
	})
}

// Replies of the terminal never come inside a paste, where the program would
// take them for its text.
func TestRepliesStayOutOfPastes(t *testing.T) {
	p := newPeer()
	pair, err := NewMemoryPTY(80, 24)
	if err != nil {
		t.Fatal(err)
	}
	b := start(t, p, pair)
	p.print("\x1b[?2004hready")
	sees(t, b, "ready", func(s string) bool { return strings.Contains(s, "ready") })
	const n = 300_000
	if err := b.Paste(strings.Repeat("x", n)); err != nil {
		t.Fatal(err)
	}
	p.print("\x1b[5nasked")
	sees(t, b, "the question", func(s string) bool { return strings.Contains(s, "asked") })
	want := "\x1b[200~" + strings.Repeat("x", n) + "\x1b[201~\x1b[0n"
	if got := string(p.typed(t, len(want))); got != want {
		t.Errorf("the paste ends in %q", got[len(got)-40:])
	}
}

// A program that asks without reading answers gets no more than a bounded number.
func TestRepliesAreBounded(t *testing.T) {
	p := newPeer()
	pair, err := NewMemoryPTY(80, 24)
	if err != nil {
		t.Fatal(err)
	}
	b := start(t, p, pair)
	for range 1000 {
		p.print(strings.Repeat("\x1b[6n", 1000))
	}
	p.print("\r\ndone")
	sees(t, b, "the end", func(s string) bool { return strings.Contains(s, "done") })
	if w := b.Waiting(); w > replyLimit+2*memoryPipeSize+chunkSize {
		t.Errorf("%d bytes of replies wait", w)
	}
	if err := b.Key(char('k')); err != nil {
		t.Errorf("no room for a key: %v", err)
	}
}

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

func TestNewRefuses(t *testing.T) {
	p := newPeer()
	for _, o := range []Options{
		{Cols: 0, Rows: 24, Stream: p},
		{Cols: 80, Rows: -1, Stream: p},
		{Cols: 80, Rows: 24},
	} {
		if b, err := New(o); err == nil {
			t.Errorf("%+v: no error", o)
			_ = b.Close()
		}
	}
	if _, err := New(Options{Stream: p}); !errors.Is(err, ErrZeroSize) {
		t.Errorf("got %v", err)
	}
	if p.isClosed() {
		t.Error("the stream of a bridge that was not built is closed")
	}
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
