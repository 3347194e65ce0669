package termbridge

import (
	"bytes"
	"unicode/utf8"

	"podium/termbridge/frame"
)

// How lines are kept.
const (
	maxLine      = 16 << 10 // longer lines are kept in parts
	minBlock     = 2 << 10  // lines share blocks of memory, which grow from this
	maxBlock     = 64 << 10 // to this
	lineOverhead = 48       // bytes of bookkeeping charged for a line
)

// storedLine is a line as it is kept.
type storedLine struct {
	raw       []byte
	stream    frame.Stream
	open      bool
	continues bool
}

// lineStore keeps the latest lines of two streams in the order in which they
// began, within a budget of bytes. Of each stream at most one line is open: the
// end of it is the end of that stream's block, so that it grows in place. What
// has been written is never written again, so that lines can be handed out
// without copying.
type lineStore struct {
	limit int
	lines []storedLine // lines[head:] are kept
	head  int
	first uint64 // the number of lines[head]
	cost  int

	open  [2]openLine // by lane
	block [2][]byte

	totals Totals
}

// openLine tells which line of a stream may grow.
type openLine struct {
	number    uint64
	is        bool
	continues bool // the next line to begin goes on with the last one
}

// lane is the place of a stream in the arrays above.
func lane(s frame.Stream) int {
	if s == frame.Stderr {
		return 1
	}
	return 0
}

// add appends what a stream brought.
func (s *lineStore) add(stream frame.Stream, p []byte) {
	if stream == frame.Stderr {
		s.totals.Stderr += int64(len(p))
	} else {
		s.totals.Stdout += int64(len(p))
	}
	for len(p) > 0 {
		l := s.current(stream)
		piece := p
		ended := false
		if i := bytes.IndexByte(p, '\n'); i >= 0 {
			piece, ended = p[:i+1], true
		}
		full := false
		room := maxLine - len(l.raw)
		if over := len(piece) - room; over > len("\r\n") || over > 0 && !ended {
			piece, ended, full = piece[:cutAt(piece, room)], false, true
		}
		s.grow(l, lane(stream), piece)
		p = p[len(piece):]
		if ended || full {
			l.open = false
			s.open[lane(stream)] = openLine{continues: full}
		}
		s.trim()
	}
}

// cutAt says where to part a line that is too long, at room bytes at most:
// where a progress bar begins anew, else between two characters.
func cutAt(p []byte, room int) int {
	if i := bytes.LastIndexByte(p[:room], '\r'); i >= 0 && p[i+1] != '\n' {
		return i + 1
	}
	for n := room; n > 0 && n > room-utf8.UTFMax; n-- {
		if utf8.RuneStart(p[n]) {
			return n
		}
	}
	return room
}

// current returns the open line of a stream and begins one if there is none.
func (s *lineStore) current(stream frame.Stream) *storedLine {
	o := &s.open[lane(stream)]
	if !o.is {
		s.lines = append(s.lines, storedLine{stream: stream, open: true, continues: o.continues})
		*o = openLine{is: true, number: s.totals.Lines}
		s.totals.Lines++
		s.cost += lineOverhead
	}
	return &s.lines[s.head+int(o.number-s.first)]
}

// grow appends p to the open line l of a lane.
func (s *lineStore) grow(l *storedLine, lane int, p []byte) {
	b := s.block[lane]
	if cap(b)-len(b) < len(p) {
		size := min(max(minBlock, 2*cap(b)), maxBlock)
		for size < len(l.raw)+len(p) {
			size *= 2
		}
		b = append(make([]byte, 0, size), l.raw...)
	}
	start := len(b) - len(l.raw)
	b = append(b, p...)
	s.block[lane] = b
	l.raw = b[start:len(b):len(b)]
	s.cost += len(p)
}

// trim drops the oldest lines until the rest fits the budget.
func (s *lineStore) trim() {
	for s.cost > s.limit && len(s.lines)-s.head > 1 {
		l := &s.lines[s.head]
		s.cost -= len(l.raw) + lineOverhead
		s.totals.DroppedLines++
		s.totals.DroppedBytes += int64(len(l.raw))
		if l.open {
			s.open[lane(l.stream)] = openLine{continues: true}
		}
		*l = storedLine{}
		s.head++
		s.first++
	}
	if s.head > 1024 && s.head > len(s.lines)/2 {
		n := copy(s.lines, s.lines[s.head:])
		clear(s.lines[n:])
		s.lines, s.head = s.lines[:n], 0
	}
}

// get returns up to limit lines from number from on.
func (s *lineStore) get(from uint64, limit int) []Line {
	from = max(from, s.first)
	kept := s.lines[s.head:]
	if from >= s.first+uint64(len(kept)) || limit <= 0 {
		return nil
	}
	kept = kept[from-s.first:]
	if len(kept) > limit {
		kept = kept[:limit]
	}
	out := make([]Line, len(kept))
	for i, l := range kept {
		out[i] = Line{
			Number: from + uint64(i), Stream: l.stream, Raw: l.raw, Open: l.open, Continues: l.continues,
		}
	}
	return out
}

// Text is what the line would leave on a terminal: without its end, and with
// what carriage returns overwrote gone. It may contain any other control
// character that the program sent, so it is not yet safe to draw.
func (l Line) Text() []byte {
	p := bytes.TrimSuffix(l.Raw, []byte("\n"))
	p = bytes.TrimRight(p, "\r")
	if bytes.IndexByte(p, '\r') < 0 {
		return p
	}
	var out []rune
	for part := range bytes.SplitSeq(p, []byte("\r")) {
		if bytes.IndexByte(part, 0x1b) >= 0 {
			out = out[:0] // it mostly erases the line first
		}
		for i, r := range bytes.Runes(part) {
			if i < len(out) {
				out[i] = r
			} else {
				out = append(out, r)
			}
		}
	}
	return []byte(string(out))
}
