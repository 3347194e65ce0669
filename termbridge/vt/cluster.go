package vt

import "unicode/utf8"

const (
	clusterRunes = 16 // code points beyond are dropped
	clusterBytes = (clusterRunes + 1) * utf8.UTFMax

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
