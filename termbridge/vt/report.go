package vt

import (
	"fmt"
	"slices"
	"strings"
)

// The answers to DA1, DA2 and DA3. This is a VT420 with selective erase,
// horizontal scrolling, ANSI colour and rectangles; as programs look for it
// there, it gives the version of an xterm.
const (
	deviceAttributes    = "\x1b[?64;6;21;22;28c"
	secondaryAttributes = "\x1b[>41;380;0c"
	tertiaryAttributes  = "\x1bP!|00000000\x1b\\"
)

// maxReplies bounds the queue of replies. Nobody who drains it ever sees it
// half full; to a program that asks without reading nothing more is said.
const maxReplies = 16 << 10

// reply queues an answer. One that does not fit is dropped whole.
func (t *Terminal) reply(s string) {
	if !t.canReply(len(s)) {
		return
	}
	t.replies = append(t.replies, s...)
}

func (t *Terminal) canReply(n int) bool {
	if len(t.replies)+n > maxReplies {
		t.refused.Replies++
		return false
	}
	return true
}

func (t *Terminal) replyf(format string, args ...any) { t.reply(fmt.Sprintf(format, args...)) }

// TakeReplies appends to dst what the terminal has to answer the program (device
// attributes, reports of status and modes) and forgets it. The bytes belong on
// the program's input, in order with the keys. The queue is bounded; a program
// that asks faster than its answers are taken loses some of them.
func (t *Terminal) TakeReplies(dst []byte) []byte {
	dst = append(dst, t.replies...)
	t.replies = t.replies[:0]
	return dst
}

// deviceStatus is DSR.
func (t *Terminal) deviceStatus(n int) {
	switch n {
	case 5:
		t.reply("\x1b[0n")
	case 6:
		x, y := t.reportedCursor()
		t.replyf("\x1b[%d;%dR", y, x)
	}
}

// privateStatus is DSR with the prefix "?".
func (t *Terminal) privateStatus(n int) {
	switch n {
	case 6:
		x, y := t.reportedCursor()
		t.replyf("\x1b[?%d;%d;1R", y, x)
	case 15:
		t.reply("\x1b[?13n") // no printer
	case 25:
		t.reply("\x1b[?21n") // user-defined keys are locked
	case 26:
		t.reply("\x1b[?27;1;0;0n") // North American keyboard
	case 55:
		t.reply("\x1b[?50n") // no locator
	case 56:
		t.reply("\x1b[?57;0n")
	case 62:
		t.reply("\x1b[0*{")
	case 63:
		t.replyf("\x1bP%d!~0000\x1b\\", t.parser.param(1, 0))
	case 75:
		t.reply("\x1b[?70n")
	case 85:
		t.reply("\x1b[?83n")
	case 996:
		t.colorScheme()
	}
}

// reportedCursor is the cursor from 1, within the margins in origin mode.
func (t *Terminal) reportedCursor() (x, y int) {
	x, y = t.x+1, t.y+1
	if t.modes.origin {
		left, _ := t.horizontalMargins()
		x, y = x-left, y-t.top
	}
	return x, y
}

// colorScheme answers whether the background is dark, if that is known.
func (t *Terminal) colorScheme() {
	r, g, b, ok := t.opts.Background.RGB()
	if !ok {
		return
	}
	scheme := 1
	if 299*int(r)+587*int(g)+114*int(b) > 127500 {
		scheme = 2
	}
	t.replyf("\x1b[?997;%dn", scheme)
}

// windowOperation is XTWINOPS: what reports a size is answered, what would
// change or spy on the window is refused.
func (t *Terminal) windowOperation() {
	w, h := t.opts.CellWidth, t.opts.CellHeight
	switch n := t.parser.param(0, 0); n {
	case 14:
		t.replyf("\x1b[4;%d;%dt", t.rows*h, t.cols*w)
	case 15:
		t.replyf("\x1b[5;%d;%dt", t.rows*h, t.cols*w)
	case 16:
		t.replyf("\x1b[6;%d;%dt", h, w)
	case 18:
		t.replyf("\x1b[8;%d;%dt", t.rows, t.cols)
	case 19:
		t.replyf("\x1b[9;%d;%dt", t.rows, t.cols)
	case 11:
		t.reply("\x1b[1t") // not iconified
	case 20, 21:
		t.refused.TitleReport++
	case 22:
		t.pushTitle()
	case 23:
		t.popTitle()
	default:
		t.refused.Resize++
	}
}

// checksum is DECRQCRA: a checksum of a rectangle, as xterm reckons it, for
// programs that test terminals.
func (t *Terminal) checksum() {
	ps := &t.parser
	if !t.canReply(32) {
		return
	}
	area := t.rectParam(2)
	sum := 0
	for y := area.top; y < area.bottom; y++ {
		r := t.scr.row(y)
		for x := area.left; x < area.right; x++ {
			sum += t.cellChecksum(r.at(x))
			t.work++
		}
	}
	t.replyf("\x1bP%d!~%04X\x1b\\", ps.param(0, 0), uint16(-sum))
}

func (t *Terminal) cellChecksum(c cell) int {
	sum := 0
	switch s := c.content(); {
	case s&clusterBit != 0:
		for _, r := range t.clusters.texts[s&^clusterBit] {
			sum += int(r)
		}
	case s != 0:
		sum = int(s)
	case c.width() != 0:
		sum = ' '
	}
	if c>>32&styleMask == 0 && !c.protected() {
		return sum
	}
	s := t.styles.entries[c.style()].Style
	for _, v := range [...]struct {
		attr Attr
		add  int
	}{{AttrConceal, 0x08}, {AttrReverse, 0x20}, {AttrBlink, 0x40}, {AttrBold, 0x80}} {
		if s.Attrs&v.attr != 0 {
			sum += v.add
		}
	}
	if s.Underline != UnderlineNone {
		sum += 0x10
	}
	if c.protected() {
		sum += 0x04
	}
	return sum
}

// dcs executes a device control string. Its introducer is parsed here since
// only two of them mean anything.
func (t *Terminal) dcs(text []byte) {
	s := string(text)
	switch {
	case strings.HasPrefix(s, "$q"):
		t.requestSetting(s[2:])
	case strings.HasPrefix(s, "+q"):
		t.requestTermcap(s[2:])
	default:
		if final := strings.TrimLeft(s, "0123456789;"); strings.HasPrefix(final, "q") || strings.HasPrefix(final, "p") {
			t.refused.Image++ // sixel, ReGIS
			return
		}
		t.refused.Unknown++
	}
}

// requestSetting is DECRQSS.
func (t *Terminal) requestSetting(what string) {
	var value string
	switch what {
	case "m":
		sgr := string(appendSGR(nil, t.pen.Style))
		value = strings.TrimPrefix(sgr, "\x1b[")
		if value == "m" {
			value = "0m"
		}
	case "r":
		value = fmt.Sprintf("%d;%dr", t.top+1, t.bottom+1)
	case "s":
		left, right := t.horizontalMargins()
		value = fmt.Sprintf("%d;%ds", left+1, right+1)
	case "t":
		value = fmt.Sprintf("%dt", t.rows)
	case "$|":
		value = fmt.Sprintf("%d$|", t.cols)
	case "*|":
		value = fmt.Sprintf("%d*|", t.rows)
	case " q":
		look := t.cursorLook.param
		if look == 0 {
			look = 2
			if t.modes.cursorBlink {
				look = 1
			}
		}
		value = fmt.Sprintf("%d q", look)
	case "\"p":
		value = "64;1\"p"
	case "\"q":
		value = "0\"q"
		if t.protect {
			value = "1\"q"
		}
	case "*x":
		value = "1*x"
		if t.modes.attrRect {
			value = "2*x"
		}
	default:
		t.reply("\x1bP0$r\x1b\\")
		return
	}
	t.replyf("\x1bP1$r%s\x1b\\", value)
}

// termcap are the capabilities that XTGETTCAP may ask for, by name in hex.
var termcap = []struct{ name, hex, value string }{
	{"TN", "544E", "787465726D2D323536636F6C6F72"}, // xterm-256color
	{"name", "6E616D65", "787465726D2D323536636F6C6F72"},
	{"Co", "436F", "323536"},
	{"colors", "636F6C6F7273", "323536"},
	{"RGB", "524742", "382F382F38"}, // 8/8/8
}

// requestTermcap is XTGETTCAP. As in xterm, the first unknown name ends it.
func (t *Terminal) requestTermcap(names string) {
	for _, name := range strings.Split(names, ";") {
		i := slices.IndexFunc(termcap, func(c struct{ name, hex, value string }) bool {
			return strings.EqualFold(c.hex, name)
		})
		if i < 0 {
			t.reply("\x1bP0+r\x1b\\")
			return
		}
		t.replyf("\x1bP1+r%s=%s\x1b\\", termcap[i].hex, termcap[i].value)
	}
}
