package termbridge

import (
	"bytes"
	"sort"
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
	number    uint64
	raw       []byte
	stream    frame.Stream
	open      bool
	continues bool
	gone      bool // no longer kept: only its place is still there
}

// lineStore keeps the latest lines of two streams in the order in which they
// began, each stream within a budget of bytes of its own, so that one that floods
// drives out nothing of the other. Of each stream at most one line is open: the
// end of it is the end of that stream's block, so that it grows in place. What
// has been written is never written again, so that lines can be handed out
// without copying.
type lineStore struct {
	limit int          // of each stream
	lines []storedLine // lines[head:] are kept, but for those that are gone
	head  int
	gone  int // lines of lines[head:] that are

	cost   [2]int // by lane
	kept   [2]int // lines
	oldest [2]int // before lines[oldest] there is none of the lane
	open   [2]openLine
	block  [2][]byte

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
		s.trim(lane(stream))
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
	at := lane(stream)
	o := &s.open[at]
	if o.is {
		return &s.lines[s.find(o.number)]
	}
	s.lines = append(s.lines, storedLine{number: s.totals.Lines, stream: stream, open: true, continues: o.continues})
	*o = openLine{is: true, number: s.totals.Lines}
	s.totals.Lines++
	s.cost[at] += lineOverhead
	s.kept[at]++
	return &s.lines[len(s.lines)-1]
}

// find is the place of the first line that has the number or a later one. It is
// mostly near the end.
func (s *lineStore) find(number uint64) int {
	if n := len(s.lines); n > s.head && s.lines[n-1].number == number {
		return n - 1
	}
	return s.head + sort.Search(len(s.lines)-s.head, func(i int) bool { return s.lines[s.head+i].number >= number })
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
	s.cost[lane] += len(p)
}

// trim drops the oldest lines of a lane until the rest of it fits the budget.
func (s *lineStore) trim(of int) {
	for s.cost[of] > s.limit && s.kept[of] > 1 {
		at := max(s.oldest[of], s.head)
		for s.lines[at].gone || lane(s.lines[at].stream) != of {
			at++
		}
		l := &s.lines[at]
		s.cost[of] -= len(l.raw) + lineOverhead
		s.kept[of]--
		s.totals.DroppedLines++
		s.totals.DroppedBytes += int64(len(l.raw))
		if l.open {
			s.open[of] = openLine{continues: true}
		}
		*l = storedLine{number: l.number, gone: true}
		s.gone++
		s.oldest[of] = at + 1
		for s.head < len(s.lines) && s.lines[s.head].gone {
			s.head++
			s.gone--
		}
	}
	if unused := s.head + s.gone; unused > 1024 && unused > len(s.lines)/2 {
		s.compact()
	}
}

// compact closes the places of lines that are gone.
func (s *lineStore) compact() {
	n := 0
	for i := s.head; i < len(s.lines); i++ {
		if !s.lines[i].gone {
			s.lines[n] = s.lines[i]
			n++
		}
	}
	clear(s.lines[n:])
	s.lines, s.head, s.gone, s.oldest = s.lines[:n], 0, 0, [2]int{}
}

// get returns up to limit lines from number from on.
func (s *lineStore) get(from uint64, limit int) []Line {
	if limit <= 0 {
		return nil
	}
	at := s.find(from)
	room := len(s.lines) - at
	if room <= 0 {
		return nil
	}
	out := make([]Line, 0, min(room, limit))
	for ; at < len(s.lines) && len(out) < limit; at++ {
		if l := &s.lines[at]; !l.gone {
			out = append(out, Line{
				Number: l.number, Stream: l.stream, Raw: l.raw, Open: l.open, Continues: l.continues,
			})
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
