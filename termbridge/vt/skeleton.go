package vt

// Color is a colour of a cell: the default, one of the palette's 256, or RGB.
// The zero value is the default colour.
type Color uint32

// Attr is a set of attributes of a cell (SGR).
type Attr uint16

// The attributes.
const (
	AttrBold Attr = 1 << iota
	AttrFaint
	AttrItalic
	AttrBlink
	AttrRapidBlink
	AttrReverse
	AttrConceal
	AttrStrike
	AttrOverline
)

// Underline is the way a cell is underlined (SGR 4:n).
type Underline uint8

// The underlines.
const (
	UnderlineNone Underline = iota
	UnderlineSingle
	UnderlineDouble
	UnderlineCurly
	UnderlineDotted
	UnderlineDashed
)

// Style is how a cell is drawn. It is comparable.
type Style struct {
	Foreground, Background, UnderlineColor Color
	Attrs                                  Attr
	Underline                              Underline
}

// IndexColor is colour i of the palette.
func IndexColor(i uint8) Color { return 1<<24 | Color(i) }

// RGBColor is a colour by its parts.
func RGBColor(r, g, b uint8) Color { return 2<<24 | Color(r)<<16 | Color(g)<<8 | Color(b) }

// IsDefault says whether c is the default colour.
func (c Color) IsDefault() bool { return c>>24 == 0 }

// Index returns the palette index of c, if it is a palette colour.
func (c Color) Index() (uint8, bool) { return uint8(c), c>>24 == 1 }

// RGB returns the parts of c, if it is an RGB colour.
func (c Color) RGB() (r, g, b uint8, ok bool) {
	return uint8(c >> 16), uint8(c >> 8), uint8(c), c>>24 == 2
}

// Terminal is an emulated terminal. It is not safe for concurrent use; its
// owner locks. No method blocks.
type Terminal struct{ cols, rows int }

// New returns a terminal in its initial state.
func New(o Options) *Terminal { return &Terminal{cols: o.Cols, rows: o.Rows} }

// Write interprets what a program wrote. It always takes all of p.
func (t *Terminal) Write(p []byte) (int, error) { return len(p), nil }

// Resize changes the size in cells, clamped to at least 1x1. The main screen is reflowed.
func (t *Terminal) Resize(cols, rows int) { t.cols, t.rows = cols, rows }

// Size returns the size in cells.
func (t *Terminal) Size() (cols, rows int) { return t.cols, t.rows }

// SetWidthMethod changes how text is measured and measures the screen anew.
func (t *Terminal) SetWidthMethod(WidthMethod) {}

// TakeReplies appends what the terminal has to answer to dst and forgets it.
func (t *Terminal) TakeReplies(dst []byte) []byte { return dst }

// TakeEvents returns what happened since the last call.
func (t *Terminal) TakeEvents() []Event { return nil }

// Modes returns the modes in force.
func (t *Terminal) Modes() Modes { return Modes{} }

// Cursor returns the cursor.
func (t *Terminal) Cursor() Cursor { return Cursor{} }

// Title returns the title (OSC 0, 2), free of control characters.
func (t *Terminal) Title() string { return "" }

// SyncHeld says whether the program asked to hold drawing (mode 2026).
func (t *Terminal) SyncHeld() bool { return false }

// ReleaseSync ends a held update, for the owner's time limit.
func (t *Terminal) ReleaseSync() {}

// Snapshot brings f up to date and says whether anything changed.
func (t *Terminal) Snapshot(f *Frame) bool { return t.SnapshotAt(f, 0) }

// SnapshotAt is Snapshot of a view scrolled back by offset lines.
func (t *Terminal) SnapshotAt(f *Frame, offset int) bool {
	f.Lines = make([]string, t.rows)
	return true
}

// ScrollbackLen returns how many lines have been scrolled off and are kept.
func (t *Terminal) ScrollbackLen() int { return 0 }

// LineCount is ScrollbackLen plus the rows of the screen.
func (t *Terminal) LineCount() int { return t.rows }

// Line returns line i, from the oldest of the scrollback (0) to the last row.
func (t *Terminal) Line(i int) Line { return Line{} }

// StyledLine is line i with SGR and OSC 8 sequences, not padded.
func (t *Terminal) StyledLine(i int) string { return "" }

// Text returns the screen as text: a line per row, trailing blanks removed.
func (t *Terminal) Text() string { return "" }

// Cell returns the cell at column x and row y; the zero Cell outside.
func (t *Terminal) Cell(x, y int) Cell { return Cell{} }

// Refused returns the counters of refused requests.
func (t *Terminal) Refused() Refusals { return Refusals{} }

// Reset puts the terminal into its initial state, as RIS does.
func (t *Terminal) Reset() {}
