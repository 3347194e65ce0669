package termbridge

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"podium/termbridge/vt"
)

// stepped runs f with a fake clock over pipes in memory.
func stepped(t *testing.T, f func(t *testing.T, p *peer, b *Bridge)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := newPeer()
		pair, err := NewMemoryPTY(80, 24)
		if err != nil {
			t.Fatal(err)
		}
		b, err := New(Options{Cols: 80, Rows: 24, Stream: p, PTY: pair})
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		f(t, p, b)
	})
}

func wantSizes(t *testing.T, p *peer, want ...string) {
	t.Helper()
	synctest.Wait()
	if got := p.requests(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the other side was told %v, want %v", got, want)
	}
}

func TestSizeIsToldAtOnceAndAfterTheFirstByte(t *testing.T) {
	stepped(t, func(t *testing.T, p *peer, b *Bridge) {
		wantSizes(t, p, "80x24")
		time.Sleep(time.Hour)
		wantSizes(t, p, "80x24")
		p.print("$ ")
		wantSizes(t, p, "80x24", "80x24")
		p.print("more")
		wantSizes(t, p, "80x24", "80x24")
		b.ResendSize()
		wantSizes(t, p, "80x24", "80x24", "80x24")
	})
}

func TestDragIsToldSeldom(t *testing.T) {
	stepped(t, func(t *testing.T, p *peer, b *Bridge) {
		synctest.Wait()
		for i := range 500 {
			if err := b.Resize(81+i, 25+i); err != nil {
				t.Fatal(err)
			}
			if cols, rows := sizeOf(b); cols != 81+i || rows != 25+i {
				t.Fatalf("the screen is %dx%d at once after a resize to %dx%d", cols, rows, 81+i, 25+i)
			}
			time.Sleep(2 * time.Millisecond)
		}
		time.Sleep(resizeMax)
		synctest.Wait()
		got := p.requests()
		if len(got) < 3 || len(got) > 10 || got[len(got)-1] != "580x524" {
			t.Errorf("the other side was told %v", got)
		}
	})
}

func TestOneResizeIsToldSoon(t *testing.T) {
	stepped(t, func(t *testing.T, p *peer, b *Bridge) {
		synctest.Wait()
		if err := b.Resize(100, 30); err != nil {
			t.Fatal(err)
		}
		time.Sleep(resizeQuiet - time.Millisecond)
		wantSizes(t, p, "80x24")
		time.Sleep(time.Millisecond)
		wantSizes(t, p, "80x24", "100x30")
		if err := b.Resize(100, 30); err != nil { // no change
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		wantSizes(t, p, "80x24", "100x30")
	})
}

func TestZeroSizeIsNeverTold(t *testing.T) {
	stepped(t, func(t *testing.T, p *peer, b *Bridge) {
		for _, size := range [][2]int{{0, 24}, {80, 0}, {-1, -1}} {
			if err := b.Resize(size[0], size[1]); !errors.Is(err, ErrZeroSize) {
				t.Errorf("%v: %v", size, err)
			}
		}
		time.Sleep(time.Second)
		wantSizes(t, p, "80x24")
	})
}

func TestRefusedSizeIsTriedAgain(t *testing.T) {
	stepped(t, func(t *testing.T, p *peer, b *Bridge) {
		notYet := errors.New("the process does not exist yet")
		p.mu.Lock()
		p.refuse = func(n int) error {
			if n < 5 {
				return notYet
			}
			return nil
		}
		p.sizes = nil // the first request may have come already
		p.mu.Unlock()
		b.ResendSize()
		synctest.Wait()
		if err := b.ResizeErr(); !errors.Is(err, notYet) || !strings.Contains(err.Error(), "80x24") {
			t.Errorf("refused: %v", err)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if n := len(p.requests()); n != 5 {
			t.Errorf("%d requests", n)
		}
		if err := b.ResizeErr(); err != nil {
			t.Errorf("accepted: %v", err)
		}
	})
}

// A server that never takes a size is left alone after a while, but told again
// when something new happens; the newest size is the one that counts.
func TestRefusedForEver(t *testing.T) {
	stepped(t, func(t *testing.T, p *peer, b *Bridge) {
		p.mu.Lock()
		p.refuse = func(int) error { return errors.New("no") }
		p.mu.Unlock()
		b.ResendSize()
		time.Sleep(time.Hour)
		synctest.Wait()
		n := len(p.requests())
		if n < 5 || n > 2*(resizeRetries+1) {
			t.Errorf("%d requests in an hour", n)
		}
		if err := b.Resize(90, 20); err != nil {
			t.Fatal(err)
		}
		time.Sleep(resizeMax)
		synctest.Wait()
		if got := p.requests(); len(got) < n+1 || got[len(got)-1] != "90x20" {
			t.Errorf("then told %v", got[n:])
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		p.mu.Lock()
		p.refuse = func(int) error { return fmt.Errorf("no such call: %w", errors.ErrUnsupported) }
		n = len(p.sizes)
		p.mu.Unlock()
		b.ResendSize()
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := p.requests(); len(got) != n+1 {
			t.Errorf("a server without the call was asked %d times", len(got)-n)
		}
	})
}

func TestStalledByTheClock(t *testing.T) {
	stepped(t, func(t *testing.T, p *peer, b *Bridge) {
		if err := b.Paste(strings.Repeat("x", 4*memoryPipeSize)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if b.Stalled() || b.Waiting() < memoryPipeSize {
			t.Errorf("at once: stalled %v, %d bytes wait", b.Stalled(), b.Waiting())
		}
		time.Sleep(stallAfter + time.Millisecond)
		if !b.Stalled() {
			t.Error("not stalled")
		}
		p.typed(t, 4*memoryPipeSize)
		synctest.Wait()
		if b.Stalled() || b.Waiting() != 0 {
			t.Errorf("taken: stalled %v, %d bytes wait", b.Stalled(), b.Waiting())
		}
		before := b.LastByte()
		time.Sleep(12 * time.Second)
		if since := time.Since(before); since < 12*time.Second {
			t.Errorf("the last byte came %v ago", since)
		}
		p.print("x")
		synctest.Wait()
		if since := time.Since(b.LastByte()); since != 0 {
			t.Errorf("the last byte came %v ago", since)
		}
	})
}

// A held update is drawn when it ends, and after a moment in any case.
func TestSynchronizedUpdates(t *testing.T) {
	stepped(t, func(t *testing.T, p *peer, b *Bridge) {
		synctest.Wait()
		var f vt.Frame
		b.Snapshot(&f)
		drain(b)
		p.print("\x1b[?2026hone")
		synctest.Wait()
		if b.Snapshot(&f) || signalled(b) {
			t.Error("drawn while held")
		}
		p.print("two\x1b[?2026l")
		synctest.Wait()
		if !signalled(b) || !b.Snapshot(&f) || !strings.Contains(f.Lines[0], "onetwo") {
			t.Errorf("after the end of the update: %q", f.Lines[0])
		}
		p.print("\x1b[?2026hthree")
		time.Sleep(holdLimit - time.Millisecond)
		synctest.Wait()
		if b.Snapshot(&f) || signalled(b) {
			t.Error("drawn while held")
		}
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if !signalled(b) || !b.Snapshot(&f) || !strings.Contains(f.Lines[0], "three") {
			t.Errorf("after the time limit: %q", f.Lines[0])
		}
	})
}

// A program that begins the next update at once, and never ends one, does not
// hold the picture longer than one that ends them.
func TestUpdatesWithoutEnd(t *testing.T) {
	stepped(t, func(t *testing.T, p *peer, b *Bridge) {
		synctest.Wait()
		var f vt.Frame
		b.Snapshot(&f)
		drain(b)
		p.print("\x1b[?2026hone")
		time.Sleep(holdLimit)
		synctest.Wait()
		p.print("\x1b[?2026htwo")
		synctest.Wait()
		if !signalled(b) || !b.Snapshot(&f) || !strings.Contains(f.Lines[0], "one") {
			t.Errorf("after the time limit: %q", f.Lines[0])
		}
		p.print("\x1b[?2026hthree")
		synctest.Wait()
		if drain(b); b.Snapshot(&f) {
			t.Error("drawn while held")
		}
	})
}

// Of what only the last matters, only the last is kept: a clipboard may hold a
// megabyte.
func TestEventsThatNobodyTakes(t *testing.T) {
	stepped(t, func(t *testing.T, p *peer, b *Bridge) {
		for i := range 300 {
			p.print(fmt.Sprintf("\x1b]0;title %d\a\x1b]133;A\a", i))
			synctest.Wait()
		}
		titles, ev := 0, b.TakeEvents()
		for _, e := range ev {
			if e.Kind == vt.EventTitle {
				titles++
			}
		}
		if titles != 1 || len(ev) != maxEvents || ev[len(ev)-2].Text != "title 299" {
			t.Errorf("%d events, %d of them titles", len(ev), titles)
		}
	})
}

func drain(b *Bridge) { signalled(b) }

func signalled(b *Bridge) bool {
	select {
	case <-b.Changed():
		return true
	default:
		return false
	}
}

func sizeOf(b *Bridge) (cols, rows int) {
	b.View(func(t *vt.Terminal) { cols, rows = t.Size() })
	return cols, rows
}
