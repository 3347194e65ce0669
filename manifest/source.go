package manifest

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// source is the text given to Parse, with an index of its lines. Lines end in
// "\n" or "\r\n", as editors count them; YAML's own, wider notion of a line
// break stays inside the converter of YAML nodes.
type source struct {
	data  []byte
	lines []int // offset of the first byte of each line
	runes []int // how many runes begin before each multiple of runeBlock
}

// runeBlock is the distance in bytes between two entries of source.runes, by
// which columns far out on a long line are found without counting from its
// beginning.
const runeBlock = 4096

func newSource(data []byte) *source {
	s := &source{data: data, lines: make([]int, 1, bytes.Count(data, []byte{'\n'})+1)}
	for i := 0; i < len(data); {
		j := bytes.IndexByte(data[i:], '\n')
		if j < 0 {
			break
		}
		i += j + 1
		s.lines = append(s.lines, i)
	}
	count := 0
	for i := 0; i < len(data); i += runeBlock {
		s.runes = append(s.runes, count)
		count += runeStarts(data[i:min(i+runeBlock, len(data))])
	}
	return s
}

// runeStarts counts the bytes that begin a rune.
func runeStarts(text []byte) int {
	n := 0
	for _, c := range text {
		if utf8.RuneStart(c) {
			n++
		}
	}
	return n
}

// runesBetween counts the runes that begin between two offsets.
func (s *source) runesBetween(start, end int) int {
	if end-start < 2*runeBlock {
		return runeStarts(s.data[start:end])
	}
	before := func(offset int) int {
		block := min(offset/runeBlock, len(s.runes)-1)
		return s.runes[block] + runeStarts(s.data[block*runeBlock:offset])
	}
	return before(end) - before(start)
}

// position turns a byte offset into a Position. A byte order mark at the very
// start takes no column, since nobody sees it.
func (s *source) position(offset int) Position {
	offset = min(max(offset, 0), len(s.data))
	line := sort.SearchInts(s.lines, offset+1) - 1
	start := s.lines[line]
	if line == 0 && bytes.HasPrefix(s.data, byteOrderMark) {
		start = min(len(byteOrderMark), offset)
	}
	return Position{
		Line:   line + 1,
		Column: s.runesBetween(start, offset) + 1,
		Offset: offset,
	}
}

// lineEnd returns the offset behind the last byte of the line that holds
// offset, its line break and trailing blanks left out.
func (s *source) lineEnd(offset int) int {
	end := len(s.data)
	if i := bytes.IndexByte(s.data[offset:], '\n'); i >= 0 {
		end = offset + i
	}
	for end > offset && (s.data[end-1] == '\r' || s.data[end-1] == ' ' || s.data[end-1] == '\t') {
		end--
	}
	return end
}
