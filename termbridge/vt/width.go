package vt

import (
	"sync/atomic"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// prop is what printing needs to know of a code point under a width method.
type prop uint8

const (
	propWidth   prop = 3      // bits: the width, 0 to 2
	propExtend  prop = 1 << 2 // joins whatever stands before it
	propPrepend prop = 1 << 3 // whatever comes after it joins it
	propSpecial prop = 1 << 4 // joins some others: jamo, flags, emoji, conjuncts
	propDrop    prop = 1 << 5 // is not shown: it could disturb what is around the pane
	propReplace prop = 1 << 6 // is shown as U+FFFD
	propKnown   prop = 1 << 7
)

// propPage holds the properties of 256 code points.
type propPage [256]prop

// propTable maps code points to properties, in pages that are filled on first
// use from the libraries that the renderer measures with, so that both always
// agree (also about the environment variables those libraries look at).
type propTable struct {
	pages [(utf8.MaxRune + 1) >> 8]atomic.Pointer[propPage]
}

// propTables are the tables of the two width methods. Pages never change once
// they are in.
var propTables [2]propTable

func (pt *propTable) of(r rune, m WidthMethod) prop {
	p := pt.pages[uint32(r)>>8&0x1fff].Load()
	if p == nil {
		p = fillPage(r>>8, m)
		pt.pages[r>>8].Store(p)
	}
	return p[r&0xff]
}

func fillPage(n rune, m WidthMethod) *propPage {
	p := new(propPage)
	for i := range p {
		p[i] = measure(n<<8|rune(i), m)
	}
	return p
}

// measure finds the properties of r by asking the library.
func measure(r rune, m WidthMethod) prop {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0, r >= 0xd800 && r < 0xe000:
		return propKnown | propDrop
	case bidiControl(r), r == 0xfeff, r >= 0xfff9 && r <= 0xfffb:
		return propKnown | propDrop
	case r == 0x2028, r == 0x2029:
		return propKnown | propReplace
	}
	s := string(r)
	if m == WidthWC {
		p := propKnown | prop(min(ansi.StringWidthWc(s), 2))
		if p&propWidth == 0 {
			p |= propExtend
		}
		return p
	}
	p := propKnown | prop(min(ansi.StringWidth(s), 2))
	switch {
	case joins("a", s):
		p |= propExtend
	case p&propWidth == 0:
		// Takes no cell and belongs to none.
		return propKnown | propDrop
	}
	if joins(s, "a") {
		p |= propPrepend
	}
	for _, probe := range joinProbes {
		if joins(probe[0], s) || joins(s, probe[1]) {
			p |= propSpecial
		}
	}
	return p
}

// joinProbes are one partner to the left and one to the right for each rule of
// UAX #29 by which two characters that take cells become one cluster.
var joinProbes = [...][2]string{
	{"\u1100", "\u1100"},                     // GB6: leading jamo
	{"\uac00", "\u11a8"},                     // GB7: LV or V before V or T
	{"\u11a8", "\u11a8"},                     // GB8: LVT or T before T
	{"\u0915\u094d", "\u094d\u0915"},         // GB9c: Indic conjuncts
	{"\U0001f469\u200d", "\u200d\U0001f469"}, // GB11: emoji joined by ZWJ
	{"\U0001f1e9", "\U0001f1ea"},             // GB12, GB13: flags
}

// joins says whether a and b together make one grapheme cluster.
func joins(a, b string) bool {
	c, _ := ansi.FirstGraphemeCluster(a+b, ansi.GraphemeWidth)
	return len(c) == len(a)+len(b)
}

// bidiControl says whether r changes the direction of text. A pane's text must
// not reorder what is drawn next to it.
func bidiControl(r rune) bool {
	switch {
	case r == 0x061c, r == 0x200e, r == 0x200f,
		r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return false
}

// clusterWidth is the width of a whole cluster, 1 or 2.
func clusterWidth(s []byte, m WidthMethod) int {
	if m == WidthWC {
		return max(1, min(2, ansi.StringWidthWc(string(s))))
	}
	_, w := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	return max(1, min(2, w))
}
