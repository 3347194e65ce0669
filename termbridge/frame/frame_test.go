package frame

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
)

// raw is one frame as it is on the wire.
func raw(kind byte, payload string) string {
	h := []byte{kind, 0, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(h[4:], uint32(len(payload)))
	return string(h) + payload
}

// decode reads r to its end and returns what each stream carried.
func decode(r io.Reader) (stdout, stderr string, err error) {
	d := NewDecoder(r)
	var out, errs []byte
	for {
		s, p, err := d.Next()
		if err != nil {
			if _, _, again := d.Next(); !errors.Is(again, err) && again.Error() != err.Error() {
				return "", "", fmt.Errorf("the end was %w and then %w", err, again)
			}
			return string(out), string(errs), err
		}
		if len(p) == 0 {
			return "", "", errors.New("an empty piece")
		}
		switch s {
		case Stdout:
			out = append(out, p...)
		case Stderr:
			errs = append(errs, p...)
		default:
			return "", "", fmt.Errorf("stream %v", s)
		}
	}
}

func TestDecode(t *testing.T) {
	big := strings.Repeat("0123456789abcdef", 1<<18/16)
	tests := []struct {
		name, wire     string
		stdout, stderr string
	}{
		{"nothing", "", "", ""},
		{"stdout", raw(1, "out"), "out", ""},
		{"stderr", raw(2, "err"), "", "err"},
		{"type 0 is stdout", raw(0, "a") + raw(1, "b"), "ab", ""},
		{"mixed", raw(1, "a") + raw(2, "b") + raw(1, "c"), "ac", "b"},
		{"empty frames", raw(1, "") + raw(2, "") + raw(1, "x") + raw(0, ""), "x", ""},
		{"the three bytes are not looked at", "\x01\x01\x02\x03\x00\x00\x00\x01x", "x", ""},
		{"256 KiB in one frame", raw(1, big) + raw(2, "e"), big, "e"},
		{"many", strings.Repeat(raw(1, "ab")+raw(2, "c"), 30000), strings.Repeat("ab", 30000), strings.Repeat("c", 30000)},
	}
	readers := map[string]func(io.Reader) io.Reader{
		"whole":      func(r io.Reader) io.Reader { return r },
		"one byte":   iotest.OneByteReader,
		"half":       iotest.HalfReader,
		"data error": iotest.DataErrReader,
	}
	for _, tt := range tests {
		for name, reader := range readers {
			stdout, stderr, err := decode(reader(strings.NewReader(tt.wire)))
			if !errors.Is(err, io.EOF) || stdout != tt.stdout || stderr != tt.stderr {
				t.Errorf("%s, %s: got %d and %d bytes, %v", tt.name, name, len(stdout), len(stderr), err)
			}
		}
	}
}

func TestRoundTrip(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var wire, out, errs bytes.Buffer
	w := NewWriter(&wire)
	stdout, stderr := w.Stream(Stdout), w.Stream(Stderr)
	for range 40 {
		p := make([]byte, rnd.IntN(3*MaxPayload))
		for i := range p {
			p[i] = byte(rnd.Uint32())
		}
		to, want := stdout, &out
		if rnd.IntN(2) == 0 {
			to, want = stderr, &errs
		}
		if n, err := to.Write(p); n != len(p) || err != nil {
			t.Fatalf("Write: %d, %v", n, err)
		}
		want.Write(p)
	}
	var gotOut, gotErr bytes.Buffer
	n, err := Demux(&gotOut, &gotErr, &wire)
	if err != nil || n != int64(out.Len()+errs.Len()) {
		t.Fatalf("Demux: %d, %v", n, err)
	}
	if !bytes.Equal(gotOut.Bytes(), out.Bytes()) || !bytes.Equal(gotErr.Bytes(), errs.Bytes()) {
		t.Error("what came out is not what went in")
	}
}

// A stream may be cut anywhere: between two frames that is its end, elsewhere
// something is missing, and how much is known.
func TestEveryCut(t *testing.T) {
	wire := raw(1, "hello") + raw(2, "") + raw(2, "wor") + raw(0, "ld")
	clean := map[int]bool{0: true, 13: true, 21: true, 32: true, 42: true}
	for cut := range len(wire) + 1 {
		for _, one := range []bool{false, true} {
			var r io.Reader = strings.NewReader(wire[:cut])
			if one {
				r = iotest.OneByteReader(r)
			}
			stdout, stderr, err := decode(r)
			if clean[cut] {
				if !errors.Is(err, io.EOF) {
					t.Errorf("cut at %d: %v", cut, err)
				}
				continue
			}
			var e *CutError
			if !errors.As(err, &e) || !errors.Is(err, ErrCut) || !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
				t.Errorf("cut at %d: %v", cut, err)
				continue
			}
			if e.Got+e.Missing == 0 || e.Missing == 0 || e.InHeader && e.Got+e.Missing != HeaderSize {
				t.Errorf("cut at %d: %+v", cut, e)
			}
			// What had come before the cut is there, also of a torn frame.
			full := "hello" + "wor" + "ld"
			if got := len(stdout) + len(stderr); got > len(full) || cut == 42-1 && got != len(full)-1 {
				t.Errorf("cut at %d: %d bytes of payload", cut, got)
			}
		}
	}
	_, _, err := decode(strings.NewReader(raw(1, "hello")[:11]))
	if want := "the stream was cut inside a frame of stdout: 2 of its 5 bytes are missing"; err.Error() != want {
		t.Errorf("got %q", err)
	}
}

func TestBadHeader(t *testing.T) {
	_, _, err := decode(strings.NewReader(raw(2, "x") + "HTTP/1.1 500 oops"))
	var e *HeaderError
	if !errors.As(err, &e) || e.Offset != 9 || e.Header[0] != 'H' {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"byte 9", "0x48", `"HTTP/1.1"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %s", err, want)
		}
	}
	for kind := 3; kind < 256; kind++ {
		if _, _, err := decode(strings.NewReader(raw(byte(kind), "x"))); !errors.As(err, &e) {
			t.Errorf("type %d: %v", kind, err)
		}
	}
}

func TestReaderErrors(t *testing.T) {
	broken := errors.New("connection reset")
	r := io.MultiReader(strings.NewReader(raw(1, "hello")[:10]), iotest.ErrReader(broken))
	stdout, _, err := decode(r)
	if stdout != "he" || !errors.Is(err, broken) || errors.Is(err, ErrCut) || !strings.Contains(err.Error(), "3 bytes before the end") {
		t.Errorf("inside a frame: %q, %v", stdout, err)
	}
	r = io.MultiReader(strings.NewReader(raw(1, "hello")), iotest.ErrReader(broken))
	if stdout, _, err = decode(r); stdout != "hello" || !errors.Is(err, broken) {
		t.Errorf("between frames: %q, %v", stdout, err)
	}
	if _, _, err = decode(readFunc(func([]byte) (int, error) { return 0, nil })); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("a reader without progress: %v", err)
	}
	if _, _, err = decode(readFunc(func(p []byte) (int, error) { return len(p) + 1, nil })); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("a reader that lies: %v", err)
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// Payload is there before the frame is whole.
func TestPayloadBeforeTheFrameIsWhole(t *testing.T) {
	pr, pw := io.Pipe()
	defer pr.Close()
	d := NewDecoder(pr)
	for i, piece := range []string{"\x01\x00\x00\x00\x00\x00\x10\x00first", "second"} {
		go func() { _, _ = pw.Write([]byte(piece)) }()
		_, p, err := d.Next()
		if want := []string{"first", "second"}[i]; err != nil || string(p) != want {
			t.Fatalf("got %q, %v", p, err)
		}
	}
}

// A length on the wire costs no memory.
func TestHostileLength(t *testing.T) {
	wire := strings.Repeat("\x01\x00\x00\x00\xff\xff\xff\xff", 1)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	_, _, err := decode(strings.NewReader(wire + "x"))
	runtime.ReadMemStats(&after)
	var e *CutError
	if !errors.As(err, &e) || e.Missing != 0xffffffff-1 {
		t.Errorf("got %v", err)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 256<<10 {
		t.Errorf("%d bytes were allocated", grown)
	}
}

// countingWriter notes how long each write was.
type countingWriter struct {
	mu     sync.Mutex
	writes []int
	buf    bytes.Buffer
}

func (c *countingWriter) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes = append(c.writes, len(p))
	return c.buf.Write(p)
}

func TestWriter(t *testing.T) {
	var c countingWriter
	w := NewWriter(&c)
	if n, err := w.Stream(Stdout).Write(make([]byte, 2*MaxPayload+1)); n != 2*MaxPayload+1 || err != nil {
		t.Fatalf("Write: %d, %v", n, err)
	}
	if n, err := w.Stream(Stderr).Write(nil); n != 0 || err != nil {
		t.Fatalf("Write of nothing: %d, %v", n, err)
	}
	if got, want := fmt.Sprint(c.writes), fmt.Sprint([]int{HeaderSize + MaxPayload, HeaderSize + MaxPayload, HeaderSize + 1}); got != want {
		t.Errorf("writes of %s, want %s", got, want)
	}
}

func TestWriterIsSafeForConcurrentUse(t *testing.T) {
	var c countingWriter
	w := NewWriter(&c)
	var wg sync.WaitGroup
	for s, char := range map[Stream]string{Stdout: "o", Stderr: "e"} {
		wg.Go(func() {
			for range 1000 {
				_, _ = w.Stream(s).Write([]byte(strings.Repeat(char, 100)))
			}
		})
	}
	wg.Wait()
	stdout, stderr, err := decode(&c.buf)
	if !errors.Is(err, io.EOF) || stdout != strings.Repeat("o", 100000) || stderr != strings.Repeat("e", 100000) {
		t.Errorf("%d, %d, %v", len(stdout), len(stderr), err)
	}
}

func TestWriterErrorsStay(t *testing.T) {
	broken := errors.New("broken pipe")
	calls := 0
	w := NewWriter(writeFunc(func(p []byte) (int, error) {
		calls++
		if calls > 1 {
			return 3, broken
		}
		return len(p), nil
	}))
	n, err := w.WriteFrame(Stdout, make([]byte, MaxPayload+10))
	if n != MaxPayload || !errors.Is(err, broken) {
		t.Errorf("got %d, %v", n, err)
	}
	if _, err := w.WriteFrame(Stderr, []byte("x")); !errors.Is(err, broken) || calls != 2 {
		t.Errorf("after the error: %v, %d writes", err, calls)
	}
	w = NewWriter(writeFunc(func(p []byte) (int, error) { return len(p) - 1, nil }))
	if _, err := w.WriteFrame(Stdout, []byte("x")); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("a short write: %v", err)
	}
}

type writeFunc func([]byte) (int, error)

func (f writeFunc) Write(p []byte) (int, error) { return f(p) }

func TestNoAllocationPerFrame(t *testing.T) {
	wire := []byte(strings.Repeat(raw(1, strings.Repeat("x", 64)), 1000))
	r := bytes.NewReader(wire)
	d := NewDecoder(r)
	n := testing.AllocsPerRun(20, func() {
		r.Reset(wire)
		d.err = nil
		for {
			if _, _, err := d.Next(); err != nil {
				return
			}
		}
	})
	if n > 0 {
		t.Errorf("decoding: %v allocations per 1000 frames", n)
	}
	w := NewWriter(io.Discard)
	p := make([]byte, 1000)
	if n := testing.AllocsPerRun(100, func() { _, _ = w.WriteFrame(Stdout, p) }); n > 0 {
		t.Errorf("encoding: %v allocations per frame", n)
	}
}

func TestDemuxWriterErrors(t *testing.T) {
	broken := errors.New("disk full")
	bad := writeFunc(func([]byte) (int, error) { return 0, broken })
	if _, err := Demux(io.Discard, bad, strings.NewReader(raw(1, "a")+raw(2, "b"))); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	short := writeFunc(func([]byte) (int, error) { return 0, nil })
	if _, err := Demux(short, io.Discard, strings.NewReader(raw(1, "a"))); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %v", err)
	}
	if _, err := Demux(io.Discard, io.Discard, strings.NewReader(raw(1, "abc")[:9])); !errors.Is(err, ErrCut) {
		t.Errorf("got %v", err)
	}
}

// Any bytes at all decode to the same however they arrive, and account for
// every byte read.
func FuzzDecoder(f *testing.F) {
	f.Add([]byte(raw(1, "hello") + raw(2, "world")))
	f.Add([]byte(raw(0, "") + "\x02\x00\x00"))
	f.Add([]byte("HTTP/1.1 404 Not Found\r\n"))
	f.Add([]byte("\x01\x00\x00\x00\xff\xff\xff\xffx"))
	f.Fuzz(func(t *testing.T, wire []byte) {
		out1, err1, end1 := decode(bytes.NewReader(wire))
		out2, err2, end2 := decode(iotest.OneByteReader(bytes.NewReader(wire)))
		if out1 != out2 || err1 != err2 || end1.Error() != end2.Error() {
			t.Fatalf("whole: %q %q %v; byte by byte: %q %q %v", out1, err1, end1, out2, err2, end2)
		}
		if len(out1)+len(err1) > len(wire) {
			t.Fatal("more payload than bytes")
		}
	})
}
