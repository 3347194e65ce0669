package termbridge

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"podium/termbridge/vt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what has to come.
const patience = 20 * time.Second

// peer is the other side of a session: a Stream over two pipes in memory that
// hold little, so that every hidden wait shows.
type peer struct {
	toUs, toPeer *memoryPipe

	mu      sync.Mutex
	sizes   []string // "cols x rows" of every request
	refuse  func(n int) error
	resized chan struct{} // capacity 1
	closed  bool
	halved  bool
}

func newPeer() *peer {
	return &peer{toUs: newMemoryPipe(), toPeer: newMemoryPipe(), resized: make(chan struct{}, 1)}
}

// The bridge's side.
func (p *peer) Read(b []byte) (int, error)  { return p.toUs.Read(b) }
func (p *peer) Write(b []byte) (int, error) { return p.toPeer.Write(b) }

func (p *peer) CloseWrite() error {
	p.mu.Lock()
	p.halved = true
	p.mu.Unlock()
	p.toPeer.end(io.EOF, false)
	return nil
}

func (p *peer) Close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.toUs.end(os.ErrClosed, true)
	p.toPeer.end(io.EOF, false)
	return nil
}

func (p *peer) Resize(ctx context.Context, rows, cols uint16) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sizes = append(p.sizes, strconv.Itoa(int(cols))+"x"+strconv.Itoa(int(rows)))
	select {
	case p.resized <- struct{}{}:
	default:
	}
	if p.refuse != nil {
		return p.refuse(len(p.sizes))
	}
	return ctx.Err()
}

func (p *peer) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

func (p *peer) isHalved() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.halved
}

func (p *peer) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.sizes...)
}

// The program's side.
func (p *peer) print(s string) { _, _ = p.toUs.Write([]byte(s)) }
func (p *peer) hangUp()        { p.toUs.end(io.EOF, false) }
func (p *peer) breakOff()      { p.toUs.end(errBroken, false) }

var errBroken = errors.New("connection reset by peer")

// typed reads n bytes of input.
func (p *peer) typed(t testing.TB, n int) []byte {
	t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(readerFunc(p.toPeer.Read), b); err != nil {
		t.Errorf("the program's input ended early: %v", err)
	}
	return b
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// pairs are the kinds of pseudo-terminal that every test of the bridge runs
// over.
func pairs(t *testing.T, f func(t *testing.T, open func(t testing.TB) PTY)) {
	t.Run("kernel", func(t *testing.T) {
		f(t, func(t testing.TB) PTY {
			p, err := OpenPTY(80, 24)
			if err != nil {
				t.Skipf("this machine gives no pseudo-terminal: %v", err)
			}
			return p
		})
	})
	t.Run("memory", func(t *testing.T) {
		f(t, func(t testing.TB) PTY {
			p, err := NewMemoryPTY(80, 24)
			if err != nil {
				t.Fatal(err)
			}
			return p
		})
	})
}

// start bridges p over pair and closes the bridge at the end.
func start(t testing.TB, p Stream, pair PTY) *Bridge {
	t.Helper()
	b, err := New(Options{
		Cols: 80, Rows: 24, Stream: p, PTY: pair,
		Terminal: vt.Options{ScrollbackBytes: 1 << 20},
		OnPanic:  func(v any, stack []byte) { t.Errorf("panic: %v\n%s", v, stack) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// screenText is the text of the screen.
func screenText(b *Bridge) (s string) {
	b.View(func(t *vt.Terminal) { s = t.Text() })
	return s
}

// sees waits until the screen's text satisfies ok.
func sees(t testing.TB, b *Bridge, what string, ok func(text string) bool) {
	t.Helper()
	timeout := time.After(patience)
	for {
		if ok(screenText(b)) {
			return
		}
		select {
		case <-b.Changed():
		case <-timeout:
			t.Fatalf("the screen never shows %s; it shows:\n%s", what, screenText(b))
		}
	}
}

// ends waits for the end of a session.
func ends(t testing.TB, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("the session does not end")
	}
}

// until waits for a condition that nothing signals.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// text repeats a pattern to n bytes.
func text(n int) []byte {
	return bytes.Repeat([]byte("The quick brown fox jumps over the lazy dog, 0123456789 times.\r\n"), n/64+1)[:n]
}
