package termbridge

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"podium/termbridge/keys"
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
