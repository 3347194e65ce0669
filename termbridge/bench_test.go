package termbridge

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"podium/termbridge/frame"
	"podium/termbridge/keys"
	"podium/termbridge/vt"
)

// openers are the pseudo-terminals to measure.
func openers(b *testing.B, f func(b *testing.B, open func() (PTY, error))) {
	b.Run("kernel", func(b *testing.B) { f(b, func() (PTY, error) { return OpenPTY(200, 50) }) })
	b.Run("memory", func(b *testing.B) { f(b, func() (PTY, error) { return NewMemoryPTY(200, 50) }) })
}

func bridge(b *testing.B, p Stream, pair PTY) *Bridge {
	b.Helper()
	br, err := New(Options{
		Cols: 200, Rows: 50, Stream: p, PTY: pair, Terminal: vt.Options{ScrollbackBytes: 4 << 20},
	})
	if err != nil {
		b.Fatal(err)
	}
	return br
}

// BenchmarkOutput is what goes from a stream through the pseudo-terminal into
// the emulator, the whole path: lines of text at 200x50.
func BenchmarkOutput(b *testing.B) {
	const size = 16 << 20
	chunk := text(64 << 10)
	openers(b, func(b *testing.B, open func() (PTY, error)) {
		b.SetBytes(size)
		for b.Loop() {
			pair, err := open()
			if err != nil {
				b.Skipf("no pseudo-terminal: %v", err)
			}
			p := newPeer()
			br := bridge(b, p, pair)
			for sent := 0; sent < size; sent += len(chunk) {
				_, _ = p.toUs.Write(chunk)
			}
			p.hangUp()
			<-br.Done()
			_ = br.Close()
		}
	})
}

// BenchmarkEcho is a key's way to a program that echoes it and back onto the
// screen, until the bridge says that it has changed.
func BenchmarkEcho(b *testing.B) {
	openers(b, func(b *testing.B, open func() (PTY, error)) {
		pair, err := open()
		if err != nil {
			b.Skipf("no pseudo-terminal: %v", err)
		}
		p := newPeer()
		br := bridge(b, p, pair)
		defer br.Close()
		go func() {
			buf := make([]byte, 64)
			for {
				n, err := p.toPeer.Read(buf)
				if err != nil {
					return
				}
				_, _ = p.toUs.Write(buf[:n])
			}
		}()
		time.Sleep(10 * time.Millisecond) // the first resize is over
		k := keys.Key{Code: 'x', Text: "x"}
		for b.Loop() {
			if err := br.Key(k); err != nil {
				b.Fatal(err)
			}
			<-br.Changed()
		}
	})
}

// BenchmarkCollect is framed output being taken apart and kept by lines.
func BenchmarkCollect(b *testing.B) {
	for _, size := range []int{64, 32 << 10} {
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			var wire bytes.Buffer
			w := frame.NewWriter(&wire)
			payload := text(size)
			n := 0
			for ; n < 8<<20; n += size {
				_, _ = w.WriteFrame(frame.Stdout, payload)
			}
			b.SetBytes(int64(n))
			for b.Loop() {
				o := Collect(&canned{r: bytes.NewReader(wire.Bytes()), peer: newPeer()}, CollectOptions{})
				<-o.Done()
				_ = o.Close()
			}
		})
	}
}

// canned is a stream whose output is there already.
type canned struct {
	*peer
	r io.Reader
}

func (c *canned) Read(p []byte) (int, error) { return c.r.Read(p) }
