package inspect

import (
	"fmt"
	"slices"
	"strings"

	"podium/models/widget/textview"
	"podium/themes"
)

// folds is what of a text is folded away: everything from a depth on, and what
// was folded or opened by hand.
type folds struct {
	from    int             // blocks of this depth and deeper are closed, 0 for none
	toggled map[string]bool // by path: the opposite holds
	bare    bool            // not even what is noise is closed by itself
	heads   []int           // for each line shown the block that it begins, -1 for none
	blocks  []block         // of the whole text
}

// block is a line and those that are indented below it.
type block struct {
	line, end int    // lines line+1 to end are within
	depth     int    // 1 for the outermost
	path      string // the lines that lead there, which outlive a refresh
}

// noise begins blocks that are closed until somebody opens them.
var noise = []string{"managedFields:", `"managedFields":`}

// closed tells whether the block is folded away.
func (f *folds) closed(b *block, head string) bool {
	shut := f.from > 0 && b.depth >= f.from
	if !f.bare {
		head = strings.TrimSpace(head)
		shut = shut || slices.ContainsFunc(noise, func(n string) bool { return strings.HasPrefix(head, n) })
	}
	return shut != f.toggled[b.path]
}

// deepest is the depth of the deepest block.
func (f *folds) deepest() int {
	d := 0
	for i := range f.blocks {
		d = max(d, f.blocks[i].depth)
	}
	return d
}

// firstFold is the depth from which on the first folding closes: of a pod it
// leaves the sections and what they hold.
const firstFold = 3

// more folds away what is deep, then one level more each time; less one level
// less.
func (f *folds) more() {
	switch {
	case f.from == 0:
		f.from = max(min(firstFold, f.deepest()), 1)
	default:
		f.from = max(f.from-1, 1)
	}
	f.toggled = nil
}

func (f *folds) less() {
	switch {
	case f.from == 0:
		f.bare = true
	case f.from >= f.deepest():
		f.from = 0
	default:
		f.from++
	}
	f.toggled = nil
}

// open opens everything.
func (f *folds) open() { f.from, f.toggled, f.bare = 0, nil, true }

// toggle folds the block that a shown line begins, or opens it; false where it
// begins none.
func (f *folds) toggle(shown int) bool {
	if shown < 0 || shown >= len(f.heads) || f.heads[shown] < 0 {
		return false
	}
	if f.toggled == nil {
		f.toggled = map[string]bool{}
	}
	path := f.blocks[f.heads[shown]].path
	f.toggled[path] = !f.toggled[path]
	return true
}

// show are the lines of the text that are shown, with a sign before those that
// begin a block.
func (f *folds) show(text string) []textview.Line {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	f.blocks = blocksOf(lines)
	f.heads = f.heads[:0]
	const openSign, shutSign = "▾", "▸"
	var out []textview.Line
	next := 0
	for i := 0; i < len(lines); i++ {
		for next < len(f.blocks) && f.blocks[next].line < i {
			next++
		}
		l := textview.Line{Text: lines[i], Gutter: " ", GutterRole: themes.Muted}
		head := -1
		if next < len(f.blocks) && f.blocks[next].line == i {
			head, l.Gutter = next, openSign
			if b := &f.blocks[next]; f.closed(b, lines[i]) {
				l.Gutter = shutSign
				l.Text += fmt.Sprintf(" … %d lines", b.end-b.line)
				i = b.end
			}
		}
		out, f.heads = append(out, l), append(f.heads, head)
	}
	return out
}

// blocksOf finds the blocks of YAML or of JSON with a value per line, in the order
// of their lines. The text of a block scalar is one block, whatever is indented in
// it.
func blocksOf(lines []string) []block {
	var out []block
	var open []int // blocks that are not closed yet
	level := make([]int, 0, 16)
	within := func(i, at int) {
		for len(open) > 0 && level[len(level)-1] >= at {
			out[open[len(open)-1]].end = i - 1
			open, level = open[:len(open)-1], level[:len(level)-1]
		}
	}
	for i, line := range lines {
		at, ok := levelOf(line)
		if !ok {
			continue // blank: it belongs to what it stands in
		}
		within(i, at)
		if n := len(open); n > 0 && scalar(lines[out[open[n-1]].line]) {
			continue
		}
		if i+1 == len(lines) {
			continue
		}
		if next, ok := levelOf(lines[i+1]); ok && next <= at || !ok && !scalar(line) {
			continue
		}
		b := block{line: i, end: len(lines) - 1, depth: len(open) + 1, path: strings.TrimSpace(line)}
		if n := len(open); n > 0 {
			b.path = out[open[n-1]].path + "\n" + b.path
		}
		out = append(out, b)
		open, level = append(open, len(out)-1), append(level, at)
	}
	return out
}

// levelOf is how deep a line stands: by its indentation, and an item of a list
// below the field whose list it is, which stands as far out. False for a blank
// line.
func levelOf(line string) (int, bool) {
	rest := strings.TrimLeft(line, " ")
	if rest == "" {
		return 0, false
	}
	at := 2 * (len(line) - len(rest))
	if rest == "-" || strings.HasPrefix(rest, "- ") {
		at++
	}
	return at, true
}

// scalar tells whether a line begins a block scalar of YAML.
func scalar(line string) bool {
	line = strings.TrimRight(line, " 0123456789+-")
	return strings.HasSuffix(line, ": |") || strings.HasSuffix(line, ": >") || strings.HasSuffix(line, "- |") || strings.HasSuffix(line, "- >")
}
