package spool

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"podium/termbridge/frame"
)

// memory is a File in memory.
type memory struct {
	data   []byte
	closed bool
	full   int // bytes that it takes, 0 for all
}

func (m *memory) Write(p []byte) (int, error) {
	if m.full > 0 && len(m.data)+len(p) > m.full {
		return 0, errors.New("no space left on device")
	}
	m.data = append(m.data, p...)
	return len(p), nil
}

func (m *memory) ReadAt(p []byte, at int64) (int, error) {
	return bytes.NewReader(m.data).ReadAt(p, at)
}

func (m *memory) Close() error { m.closed = true; return nil }

func text(t *testing.T, s *Spool, streams ...frame.Stream) string {
	t.Helper()
	var b strings.Builder
	if err := s.Copy(&b, streams...); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSpoolKeepsWhatCame(t *testing.T) {
	for _, lines := range []int{3, 5000} { // in memory, and in a file
		var file *memory
		s := New(func() (File, error) { file = &memory{}; return file, nil }, NewQuota(1<<30))
		var both, out, errs strings.Builder
		for i := range lines {
			line := fmt.Sprintf("line %d of some length\n", i)
			to := frame.Stdout
			if i%3 == 1 {
				to = frame.Stderr
				errs.WriteString(line)
			} else {
				out.WriteString(line)
			}
			both.WriteString(line)
			s.Add(to, []byte(line))
			if i == 2 && text(t, s) != both.String() {
				t.Error("it cannot be read while it grows")
			}
		}
		if text(t, s) != both.String() || text(t, s, frame.Stdout) != out.String() || text(t, s, frame.Stderr) != errs.String() {
			t.Errorf("%d lines: what is kept is not what came", lines)
		}
		if (file != nil) != (lines > 3) {
			t.Errorf("%d lines: a file is %v", lines, file)
		}
		if !strings.HasPrefix(out.String(), string(s.Head())) || len(s.Head()) != min(out.Len(), headBytes) {
			t.Errorf("%d lines: it begins with %d bytes", lines, len(s.Head()))
		}
		s.Close()
		s.Close()
		if file != nil && !file.closed {
			t.Error("the file is left open")
		}
		if err := s.Copy(&both); err == nil {
			t.Error("a closed spool can be read")
		}
	}
}

func TestQuotaIsSharedAndGivenBack(t *testing.T) {
	q := NewQuota(100)
	none := func() (File, error) { return nil, errors.New("no file is needed") }
	a, b := New(none, q), New(none, q)
	a.Add(frame.Stdout, make([]byte, 60))
	b.Add(frame.Stdout, make([]byte, 60))
	b.Add(frame.Stdout, []byte("x")) // after what is missing nothing may follow
	if lost, err := b.Cut(); lost != 61 || err != nil {
		t.Errorf("lost %d, %v", lost, err)
	}
	a.Close()
	c := New(none, q)
	c.Add(frame.Stdout, make([]byte, 90))
	if lost, _ := c.Cut(); lost != 0 {
		t.Error("the quota was not given back")
	}
}

func TestAFileThatTakesNoMore(t *testing.T) {
	s := New(func() (File, error) { return &memory{full: 200_000}, nil }, NewQuota(1<<30))
	for range 10 {
		s.Add(frame.Stdout, make([]byte, 60_000))
	}
	if lost, err := s.Cut(); err == nil || !strings.Contains(err.Error(), "no space left") || lost == 0 {
		t.Errorf("lost %d, %v", lost, err)
	}
	// What it took before is there all the same.
	if got := len(text(t, s)); got < 100_000 || got > 200_000 {
		t.Errorf("of 600000 bytes %d can be read", got)
	}
	// It may fail only when what is buffered is to be read.
	late := New(func() (File, error) { return &memory{full: 70_000}, nil }, NewQuota(1<<30))
	late.Add(frame.Stdout, make([]byte, 60_000))
	late.Add(frame.Stderr, make([]byte, 60_000))
	if got := len(text(t, late)); got == 0 {
		t.Error("nothing can be read")
	}
	if lost, err := late.Cut(); lost == 0 || err == nil {
		t.Errorf("lost %d, %v", lost, err)
	}
	none := New(func() (File, error) { return nil, errors.New("read-only file system") }, NewQuota(1<<30))
	none.Add(frame.Stdout, make([]byte, 100_000))
	if lost, err := none.Cut(); lost != 100_000 || err == nil {
		t.Errorf("lost %d, %v", lost, err)
	}
	none.Close()
}

// FuzzSpool: what was added comes back, in its order, whatever the pieces and
// whether a file had to be made.
func FuzzSpool(f *testing.F) {
	f.Add([]byte("some output\nand more"), uint16(3), uint8(4))
	f.Fuzz(func(t *testing.T, data []byte, size uint16, times uint8) {
		s := New(func() (File, error) { return &memory{}, nil }, NewQuota(1<<30))
		defer s.Close()
		var want [2]bytes.Buffer
		for i := range int(times) {
			for part := range slices.Chunk(data, 1+int(size)) {
				to := []frame.Stream{frame.Stdout, frame.Stderr}[(i+len(part))%2]
				s.Add(to, part)
				want[to-frame.Stdout].Write(part)
			}
		}
		for i, to := range []frame.Stream{frame.Stdout, frame.Stderr} {
			if got := text(t, s, to); got != want[i].String() {
				t.Fatalf("%v came back with %d bytes, not %d", to, len(got), want[i].Len())
			}
		}
	})
}
