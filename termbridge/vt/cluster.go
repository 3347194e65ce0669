package vt

import "unicode/utf8"

const (
	clusterRunes = 16 // code points beyond are dropped

	clusterLimitMin = 1024
	clusterLimitMax = 1 << 20
)

// clusterTable gives numbers to characters of several code points. Numbers live
// until the next sweep.
type clusterTable struct {
	texts []string
	index map[string]uint32
	limit int
}

func newClusterTable() clusterTable {
	return clusterTable{index: map[string]uint32{}, limit: clusterLimitMin}
}

// internCluster returns the content of a cell that shows s. It fails only when
// a million different clusters are on the screen.
func (t *Terminal) internCluster(s []byte) (uint32, bool) {
	if r, n := utf8.DecodeRune(s); n == len(s) {
		return uint32(r), true
	}
	if id, ok := t.clusters.index[string(s)]; ok {
		return id | clusterBit, true
	}
	if len(t.clusters.texts) >= t.clusters.limit {
		t.sweepFor()
		if len(t.clusters.texts) >= clusterLimitMax {
			t.sweepPaused = sweepPause
			return 0, false
		}
	}
	ct := &t.clusters
	id := uint32(len(ct.texts))
	text := string(s)
	ct.texts = append(ct.texts, text)
	ct.index[text] = id
	return id | clusterBit, true
}

// A verdict says what becomes of a character that may join the one before it.
type verdict uint8

const (
	joinNot  verdict = iota + 1 // it is a character of its own
	joinDrop                    // it belongs there but finds no room
	joinDone                    // they are one character
)

// joinEntry is what joining came to: the content and width of both together.
type joinEntry struct {
	prev    uint32
	r       rune
	content uint32
	width   uint8
	verdict verdict
}

// joinCache remembers how characters joined. Segmenting text costs a hundred
// times what printing does, and texts repeat themselves.
type joinCache [256]joinEntry

// joining says what becomes of r behind a cell of content prev.
func (t *Terminal) joining(prev uint32, r rune, p prop) joinEntry {
	e := &t.joins[(prev*0x9E3779B1^uint32(r)*0x85EBCA6B)>>24]
	if e.verdict != 0 && e.prev == prev && e.r == r {
		return *e
	}
	fresh := t.joinAnew(prev, r, p)
	*e = fresh // after a sweep, which emptied the cache
	return fresh
}

func (t *Terminal) joinAnew(prev uint32, r rune, p prop) joinEntry {
	e := joinEntry{prev: prev, r: r, verdict: joinDrop}
	s := t.appendContent(nil, cell(prev))
	switch {
	case p&propWidth != 0 && !joins(string(s), string(r)):
		e.verdict = joinNot
	case utf8.RuneCount(s) < clusterRunes:
		s = utf8.AppendRune(s, r)
		sweeps := t.sweeps
		if content, ok := t.internCluster(s); ok {
			e.content, e.width, e.verdict = content, uint8(clusterWidth(s, t.width)), joinDone
		}
		if sweeps != t.sweeps {
			e.prev = 0 // its number may mean something else by now
		}
	}
	return e
}

// appendContent appends the text of a cell; an erased one is a space.
func (t *Terminal) appendContent(b []byte, c cell) []byte {
	switch s := c.content(); {
	case s&clusterBit != 0:
		return append(b, t.clusters.texts[s&^clusterBit]...)
	case s == 0:
		if c.width() == 0 {
			return b
		}
		return append(b, ' ')
	case s < utf8.RuneSelf:
		return append(b, byte(s))
	default:
		return utf8.AppendRune(b, rune(s))
	}
}
