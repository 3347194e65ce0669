// Package vt is a terminal emulator without a window: bytes that a program
// writes to its terminal go in, a grid of cells comes out, as strings that are
// ready to draw.
//
// It is what stands between a pseudo-terminal and a pane of a text user
// interface. It understands what xterm understands and programs use (see the
// control-sequence reference of xterm, "ctlseqs"), answers what programs ask,
// keeps a scrollback of text and style runs within a budget of bytes, and joins
// wrapped lines again when the width changes.
//
// It is safe to feed with anything: Write never waits, never fails and never
// panics, every sequence costs at most about one screen of work, and every
// table is bounded. What a program inside a pane must not do (resize the pane,
// read the clipboard or the title, draw images) is refused quietly and counted,
// see [Terminal.Refused].
//
// It is not a program: it opens no pseudo-terminal, encodes no keys, knows no
// clock (the limit of a synchronized update is the owner's, see
// [Terminal.SyncHeld]) and starts no goroutine.
package vt

// WidthMethod says how many cells a text takes. It must be the method with
// which the screen around the pane is drawn, else columns drift apart.
type WidthMethod uint8

const (
	// WidthWC measures each code point by itself, like wcwidth(3): a sequence
	// joined by U+200D takes the sum of its parts.
	WidthWC WidthMethod = iota
	// WidthGrapheme measures a grapheme cluster as a whole (UAX #29), as
	// terminals with DEC private mode 2027 do.
	WidthGrapheme
)

// Limits of a screen's size; sizes outside are clamped.
const (
	MaxCols = 2000
	MaxRows = 1000
)

// Options of a new terminal. The zero value is an 80x24 terminal without
// scrollback.
type Options struct {
	// Cols and Rows are the size in cells; 0 means 80 and 24.
	Cols, Rows int
	// ScrollbackBytes is the budget of the scrollback in bytes, everything
	// included; 0 keeps none.
	ScrollbackBytes int
	// Width is the method to measure text with; see [Terminal.SetWidthMethod].
	Width WidthMethod
	// Foreground, Background and Cursor answer the queries OSC 10, 11 and 12.
	// The default colour means unknown: the query gets no answer.
	Foreground, Background, Cursor Color
	// CellWidth and CellHeight are a cell's size in pixels for CSI 14 t and
	// CSI 16 t; 0 means 8 and 16.
	CellWidth, CellHeight int
	// Name answers XTVERSION (CSI > q), such as "podium(1.0)"; "" means "podium".
	Name string
	// AllowClipboard lets the program write the clipboard (OSC 52), which
	// becomes an [EventClipboard]. It can never read it.
	AllowClipboard bool
}

// Terminal is an emulated terminal. It is not safe for concurrent use; its
// owner locks. No method blocks.
type Terminal struct {
	opts       Options
	cols, rows int
	width      WidthMethod

	parser parser

	main, alt *screen // alt is made on first use
	scr       *screen // the one shown
	line      *row    // the cursor's row
	x, y      int
	wrapNext  bool // the last column was printed to: with DECAWM the next character wraps
	joinable  bool // the next character may join the one before the cursor
	lastRune  rune // what REP repeats; 0 after anything but printing

	top, bottom int // scrolling region, both inclusive
	left, right int // margins, both inclusive; in force while modes.leftRight
	tabs        [MaxCols/64 + 1]uint64

	pen      style
	protect  bool // DECSCA
	penStale bool // penCell and blank are to be made anew
	penCell  cell
	blank    cell
	charsets charsets
	special  bool // printing ASCII needs care: character set or insert mode

	modes      modes
	drawDue    bool         // a held update was released, and no picture taken since
	savedModes map[int]bool // XTSAVE

	styles      styleTable
	clusters    clusterTable
	links       linkTable
	joins       joinCache
	sweeps      uint64
	sweepPaused int    // requests to make without sweeping
	holding     bool   // see hold
	drawEpoch   uint32 // grows when styles are to be drawn differently

	colors     dynamicColors
	cursorLook cursorLook
	title      string
	icon       string
	titles     []string // pushed by CSI 22 t

	history scrollback

	replies []byte
	events  []Event
	refused Refusals

	ids     uint64 // the last identity given to a drawn row
	drawn   []byte // scratch of draw
	scratch *row   // scratch for lines of the scrollback
	work    uint64 // cells and rows touched, for tests
}

// New returns a terminal in its initial state.
func New(o Options) *Terminal {
	if o.Cols == 0 {
		o.Cols = 80
	}
	if o.Rows == 0 {
		o.Rows = 24
	}
	if o.CellWidth <= 0 {
		o.CellWidth = 8
	}
	if o.CellHeight <= 0 {
		o.CellHeight = 16
	}
	if o.Name == "" {
		o.Name = "podium"
	}
	t := &Terminal{opts: o, width: o.Width}
	t.cols, t.rows = clampSize(o.Cols, o.Rows)
	t.history.init(o.ScrollbackBytes)
	t.build()
	return t
}

// build makes everything that a program's output can touch anew, except the
// scrollback.
func (t *Terminal) build() {
	t.holding = false
	t.styles = newStyleTable()
	t.clusters = newClusterTable()
	t.links = newLinkTable()
	t.sweeps++
	t.main = newScreen(t.cols, t.rows, blankPlain)
	t.alt = nil
	t.start()
}

// start puts the terminal into its initial state. It keeps what is allocated,
// since two bytes from the program are enough to ask for it.
func (t *Terminal) start() {
	t.scr = t.main
	t.pen, t.penStale = style{}, true
	for _, s := range [...]*screen{t.main, t.alt} {
		if s != nil {
			t.clearScreen(s)
			s.saved.reset()
			s.kitty = kittyStack{}
		}
	}
	t.title, t.icon, t.titles = "", "", nil
	t.parser.reset()
	t.soften()
	t.x = 0
	t.setY(0)
}

// blankPlain is an erased cell without any style.
const blankPlain = cell(width1) << 32

func clampSize(cols, rows int) (int, int) {
	return min(max(cols, 1), MaxCols), min(max(rows, 1), MaxRows)
}

// Size returns the size in cells.
func (t *Terminal) Size() (cols, rows int) { return t.cols, t.rows }

// Write interprets what a program wrote. It always takes all of p and returns
// no error; it never blocks. Should it meet a fault of its own, it resets the
// terminal and its scrollback, counts the fault in [Refusals] and reports it
// as an [EventReset].
func (t *Terminal) Write(p []byte) (n int, err error) {
	n = len(p)
	defer t.recoverFault()
	t.feed(p)
	return n, nil
}

// Reset puts the terminal into its initial state, as RIS (ESC c) does. The
// scrollback stays: it is cleared by ED 3 (CSI 3 J).
func (t *Terminal) Reset() {
	t.start()
	t.event(Event{Kind: EventReset})
}

// soften resets modes, margins, pen and character sets: what DECSTR and RIS
// have in common.
func (t *Terminal) soften() {
	t.modes = defaultModes()
	t.savedModes = nil
	t.top, t.bottom = 0, t.rows-1
	t.left, t.right = 0, t.cols-1
	t.wrapNext, t.joinable, t.lastRune = false, false, 0
	t.pen, t.protect, t.penStale = style{}, false, true
	t.charsets = charsets{}
	t.updateSpecial()
	t.resetTabs()
	t.colors = dynamicColors{}
	t.cursorLook = cursorLook{}
	t.redraw()
}
