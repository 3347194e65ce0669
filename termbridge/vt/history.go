package vt

import (
	"encoding/binary"
	"sort"
	"unicode/utf8"
)

const (
	histChunkMax  = 64 << 10
	histChunkMin  = 1 << 10
	histStylesMax = 4096 // of a chunk
	histLineSize  = 20   // bytes of a histLine
	histStyleSize = 48   // bytes of a histStyle
)

// scrollback keeps the lines that left the main screen as text and runs of
// style, in chunks. When the budget is exceeded the oldest chunk goes.
type scrollback struct {
	budget  int
	paused  bool // lines are thrown away for now
	chunks  []*histChunk
	spare   *histChunk // the last one evicted, for its memory
	bytes   int        // of all chunks but the last
	wrapped bool       // some line is wrapped
	widest  int        // cells of the widest line
	stale   bool       // lines were wrapped at another width
	epoch   uint64     // grows when lines change or go other than at the old end

	local []uint32 // style id to the last chunk's style plus one
	runs  []byte   // scratch of push
}

// histChunk is a stretch of lines with the styles they use.
type histChunk struct {
	first  uint64 // number of the first line since the beginning
	buf    []byte
	lines  []histLine
	styles []histStyle
	extra  int // bytes of links
}

// histLine is a line: its text is in the chunk's buffer at off, followed by its
// runs, each the bytes of text it covers and its style. No runs means one run
// of plain text.
type histLine struct {
	off, text uint32
	runs      uint16
	cells     uint16
	fill      uint16 // style of what follows the text
	wrapped   bool
	mark      lineMark
}

type histStyle struct {
	Style
	link link
}

func (c *histChunk) size() int {
	return cap(c.buf) + cap(c.lines)*histLineSize + cap(c.styles)*histStyleSize + c.extra
}

func (c *histChunk) used() int {
	return len(c.buf) + len(c.lines)*histLineSize + len(c.styles)*histStyleSize + c.extra
}

func (h *scrollback) init(budget int) { h.budget = max(0, budget) }

func (h *scrollback) chunkSize() int {
	return min(max(h.budget/8, histChunkMin), histChunkMax)
}

// len returns the number of lines kept.
func (h *scrollback) len() int {
	if len(h.chunks) == 0 {
		return 0
	}
	last := h.chunks[len(h.chunks)-1]
	return int(last.first - h.chunks[0].first + uint64(len(last.lines)))
}

func (h *scrollback) clear() {
	*h = scrollback{budget: h.budget, epoch: h.epoch + 1}
}

// repair drops everything after a fault, since a line may be half written.
func (h *scrollback) repair() { h.clear() }

// forgetStyles is called when style ids change their meaning.
func (h *scrollback) forgetStyles() {
	for i := range h.local {
		h.local[i] = 0
	}
}

// room returns the chunk to append to, beginning another and dropping the
// oldest as needed.
func (h *scrollback) room() *histChunk {
	if n := len(h.chunks); n > 0 {
		last := h.chunks[n-1]
		if last.used() < h.chunkSize() && len(last.styles) < histStylesMax {
			return last
		}
	}
	return h.grow()
}

func (h *scrollback) grow() *histChunk {
	c := h.spare
	h.spare = nil
	if c == nil {
		c = &histChunk{}
		if n := len(h.chunks); n > 0 { // the next will be much like the last
			last := h.chunks[n-1]
			c.buf = make([]byte, 0, len(last.buf)*9/8)
			c.lines = make([]histLine, 0, len(last.lines)*9/8)
			c.styles = make([]histStyle, 0, len(last.styles)*9/8)
		}
	}
	*c = histChunk{buf: c.buf[:0], lines: c.lines[:0], styles: append(c.styles[:0], histStyle{})}
	if n := len(h.chunks); n > 0 {
		last := h.chunks[n-1]
		h.bytes += last.size()
		c.first = last.first + uint64(len(last.lines))
	}
	h.chunks = append(h.chunks, c)
	for len(h.chunks) > 1 && h.bytes+h.chunkSize() > h.budget {
		old := h.chunks[0]
		h.bytes -= old.size()
		if cap(old.buf) <= 2*histChunkMax && cap(old.lines)*histLineSize <= 2*histChunkMax {
			h.spare = old
		}
		copy(h.chunks, h.chunks[1:])
		h.chunks[len(h.chunks)-1] = nil
		h.chunks = h.chunks[:len(h.chunks)-1]
	}
	h.forgetStyles()
	return c
}

// pushHistory appends a row of the main screen to the scrollback.
func (t *Terminal) pushHistory(r *row) {
	h := &t.history
	if h.budget == 0 || h.paused {
		return
	}
	n := r.n
	for n > 0 && r.cells[n-1] == blankPlain {
		n--
	}
	t.pushCells(r.cells[:n], r.fill, r.wrapped, r.mark)
}

func (t *Terminal) pushCells(cells []cell, fill cell, wrapped bool, mark lineMark) {
	h := &t.history
	c := h.room()
	line := histLine{
		off: uint32(len(c.buf)), cells: uint16(min(len(cells), 65535)), wrapped: wrapped, mark: mark,
	}
	t.work += uint64(len(cells))
	h.runs = h.runs[:0]
	runs, style := 0, uint32(0)
	for rest := cells; len(rest) > 0; {
		start := len(c.buf)
		style = rest[0].style()
		rest = t.encodeRun(c, rest)
		if n := len(c.buf) - start; n > 0 {
			runs++
			h.runs = binary.AppendUvarint(h.runs, uint64(n))
			h.runs = binary.AppendUvarint(h.runs, uint64(h.styleOf(t, c, style)))
		}
	}
	line.text = uint32(len(c.buf)) - line.off
	if runs > 1 || style != 0 {
		line.runs = uint16(runs)
		c.buf = append(c.buf, h.runs...)
	}
	if fill.style() != 0 {
		line.fill = uint16(h.styleOf(t, c, fill.style()))
	}
	c.lines = append(c.lines, line)
	h.wrapped = h.wrapped || wrapped
	h.widest = max(h.widest, len(cells))
}

// encodeRun appends the text of the cells up to where the style changes, or
// where two cells would be read as one character, and returns those left.
func (t *Terminal) encodeRun(c *histChunk, cells []cell) []cell {
	const styleBits = styleMask << 32
	style := cells[0] & styleBits
	buf, start := c.buf, len(c.buf)
	prev := prop(0) // of the cell before, 0 for those that join nothing
	i := 0
	for ; i < len(cells); i++ {
		k := cells[i]
		if k&styleBits != style {
			break
		}
		s := k.content()
		if s == 0 {
			if k.width() == 0 {
				continue
			}
			s = ' '
		}
		if s < utf8.RuneSelf {
			if prev != 0 && t.separate(prev, 0) {
				break
			}
			prev = 0
			buf = append(buf, byte(s))
			continue
		}
		first, all := t.cellProps(k)
		if len(buf) > start && t.separate(prev, first) {
			break
		}
		prev = all
		buf = t.appendContent(buf, k)
	}
	c.buf = buf
	return cells[i:]
}

// styleOf returns the number of a style in chunk c.
func (h *scrollback) styleOf(t *Terminal, c *histChunk, id uint32) uint32 {
	if id == 0 {
		return 0
	}
	if int(id) >= len(h.local) {
		h.local = append(h.local, make([]uint32, len(t.styles.entries)-len(h.local))...)
	}
	if n := h.local[id]; n != 0 {
		return n - 1
	}
	s := t.styles.entries[id].style
	hs := histStyle{Style: s.Style, link: t.links.links[s.link]}
	c.extra += len(hs.link.id) + len(hs.link.uri)
	c.styles = append(c.styles, hs)
	n := uint32(len(c.styles))
	h.local[id] = n
	return n - 1
}

// find returns the chunk of line i and its place there.
func (h *scrollback) find(i int) (*histChunk, int) {
	abs := h.chunks[0].first + uint64(i)
	k := sort.Search(len(h.chunks), func(k int) bool { return h.chunks[k].first > abs }) - 1
	return h.chunks[k], int(abs - h.chunks[k].first)
}

// lineID identifies the content of line i for as long as it is kept.
func (h *scrollback) lineID(i int) uint64 {
	return 1<<63 | h.epoch<<40&(1<<63-1) | (h.chunks[0].first+uint64(i))&(1<<40-1)
}

// text returns the bytes of a line.
func (c *histChunk) text(i int) []byte {
	l := &c.lines[i]
	return c.buf[l.off : l.off+l.text]
}

// eachRun calls f with the text and style of each run of a line.
func (c *histChunk) eachRun(i int, f func(text []byte, s *histStyle)) {
	l := &c.lines[i]
	text := c.text(i)
	if l.runs == 0 {
		f(text, &c.styles[0])
		return
	}
	rest := c.buf[l.off+l.text:]
	for range l.runs {
		n, a := binary.Uvarint(rest)
		s, b := binary.Uvarint(rest[a:])
		rest = rest[a+b:]
		f(text[:n], &c.styles[s])
		text = text[n:]
	}
}

// histCells appends the cells of a line to dst, at most limit of them.
func (t *Terminal) histCells(dst []cell, c *histChunk, i, limit int) []cell {
	c.eachRun(i, func(text []byte, s *histStyle) {
		dst = t.appendCells(dst, text, t.histAttr(s), limit)
	})
	return dst
}

func (t *Terminal) histAttr(s *histStyle) cell {
	if *s == (histStyle{}) {
		return blankPlain
	}
	return cell(t.internStyle(&style{Style: s.Style, link: t.internLink(s.link)})|width1) << 32
}

// pop takes the newest line out again.
func (t *Terminal) popHistory() (flowRow, bool) {
	h := &t.history
	if h.len() == 0 {
		return flowRow{}, false
	}
	c := h.chunks[len(h.chunks)-1]
	for len(c.lines) == 0 { // several, where one was emptied while its styles filled it
		h.chunks = h.chunks[:len(h.chunks)-1]
		c = h.chunks[len(h.chunks)-1]
		h.bytes -= c.size()
		h.forgetStyles()
	}
	i := len(c.lines) - 1
	l := c.lines[i]
	fr := flowRow{
		cells: t.histCells(nil, c, i, MaxCols), wrapped: l.wrapped, mark: l.mark,
		fill: t.histAttr(&c.styles[l.fill]),
	}
	c.buf = c.buf[:l.off]
	c.lines = c.lines[:i]
	h.epoch++
	return fr, true
}

// settle wraps the lines of the scrollback anew if the width changed since.
// Doing so when somebody looks, and not with every resize, keeps dragging a
// window cheap.
func (t *Terminal) settle() {
	h := &t.history
	if !h.stale {
		return
	}
	h.stale = false
	defer t.recoverFault()
	defer t.hold()()
	if h.len() == 0 || !h.wrapped && h.widest <= t.cols {
		return
	}
	old := *h
	*h = scrollback{budget: old.budget, epoch: old.epoch + 1}
	// A line that continues on the screen keeps doing so.
	f := flow{cols: t.cols}
	emit := func(r flowRow) { t.pushCells(r.cells, r.fill, r.wrapped, r.mark) }
	for _, c := range old.chunks {
		for i := range c.lines {
			l := &c.lines[i]
			f.join(l.mark)
			f.line = t.histCells(f.line, c, i, maxFlowLine)
			f.fill = t.histAttr(&c.styles[l.fill])
			if !l.wrapped || len(f.line) >= maxFlowLine/2 {
				f.end(l.wrapped, emit)
			}
		}
	}
	f.end(true, emit)
}
