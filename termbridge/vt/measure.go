package vt

import (
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// measureWindow bounds the search for the end of a character: a cell holds no
// more than clusterRunes code points.
const measureWindow = clusterRunes * utf8.UTFMax

// Next measures the character that s begins with as a cell of a screen with
// this width method holds it: its length in bytes, at least 1 unless s is
// empty, and its cells, 0 to 2. s is text as [Terminal.Line] and [Frame] give
// it; a control sequence is not text.
func (m WidthMethod) Next(s string) (bytes, cells int) {
	if s == "" {
		return 0, 0
	}
	if s[0] < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return 1, int(propTables[m].of(rune(s[0]), m) & propWidth)
	}
	if m == WidthGrapheme {
		cluster, w := ansi.FirstGraphemeCluster(s[:min(len(s), measureWindow)], ansi.GraphemeWidth)
		return max(len(cluster), 1), min(w, 2)
	}
	r, n := utf8.DecodeRuneInString(s)
	cells = int(propTables[m].of(r, m) & propWidth)
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if propTables[m].of(r, m)&propExtend == 0 {
			break
		}
		n += size
	}
	return n, cells
}
