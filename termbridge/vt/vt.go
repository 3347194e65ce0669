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

// CursorShape is how the program wants its cursor drawn (DECSCUSR).
type CursorShape uint8

// The shapes of a cursor.
const (
	CursorBlock CursorShape = iota
	CursorUnderline
	CursorBar
)

// Cursor is the place and look of the cursor.
type Cursor struct {
	// X and Y count from 0 at the top left cell.
	X, Y int
	// Visible is DECTCEM, and false where a scrolled-back view does not show
	// the cursor's row.
	Visible bool
	Shape   CursorShape
	Blink   bool
}

// MouseMode says which mouse events the program asked for.
type MouseMode uint8

// The mouse modes, by the DEC private mode that asks for them.
const (
	MouseNone   MouseMode = iota
	MouseX10              // 9: presses only
	MouseNormal           // 1000: presses and releases
	MouseButton           // 1002: and motion with a button held
	MouseAny              // 1003: and all motion
)

// MouseEncoding says how mouse events are to be written to the program.
type MouseEncoding uint8

// The mouse encodings, by the DEC private mode that asks for them.
const (
	MouseEncodingDefault   MouseEncoding = iota
	MouseEncodingUTF8                    // 1005
	MouseEncodingSGR                     // 1006
	MouseEncodingURXVT                   // 1015
	MouseEncodingSGRPixels               // 1016
)

// Modes is what a program has switched on, as far as it matters outside: to
// the encoder of keys, pastes and mouse events, and to whoever draws. It is
// comparable.
type Modes struct {
	AppCursor       bool // DECCKM (1): cursor keys send SS3
	AppKeypad       bool // DECKPAM, or mode 66
	BackarrowBS     bool // DECBKM (67): backarrow sends BS rather than DEL
	LineFeedNewLine bool // LNM (20): Return sends CR LF
	BracketedPaste  bool // 2004
	FocusEvents     bool // 1004
	AltScreen       bool // the alternate screen is shown
	AltScroll       bool // 1007: the wheel sends cursor keys on the alternate screen
	ReverseVideo    bool // DECSCNM (5)
	SyncOutput      bool // 2026: an update is being held, see [Terminal.SyncHeld]
	AutoWrap        bool // DECAWM (7)
	Insert          bool // IRM (4)
	Origin          bool // DECOM (6)
	KeyboardLocked  bool // KAM (2)
	Mouse           MouseMode
	MouseEncoding   MouseEncoding
	ModifyOtherKeys uint8 // 0 to 2 (XTMODKEYS resource 4)
	KittyFlags      uint8 // kitty keyboard protocol, 0 to 31
}

// Frame is a picture of a terminal that [Terminal.Snapshot] keeps up to date.
// The zero value is ready for use. A frame belongs to one terminal.
type Frame struct {
	// Cols and Rows are the size in cells.
	Cols, Rows int
	// Lines has Rows strings, each exactly Cols cells wide under the
	// terminal's width method, with SGR and OSC 8 sequences inside and both
	// switched off again at the end. A row that did not change keeps its
	// very string.
	Lines []string
	// Cursor is where the cursor is in this picture.
	Cursor Cursor
	// Seq grows with every change of the picture.
	Seq uint64
	// Offset is by how many lines the view is scrolled back.
	Offset int

	ids []uint64 // what each line was drawn from
}

// EventKind says what an [Event] is about.
type EventKind uint8

// The kinds of events.
const (
	EventBell        EventKind = iota + 1 // BEL; N is how many since the last TakeEvents
	EventTitle                            // OSC 0 or 2; Text is the new title
	EventIcon                             // OSC 1; Text is the new icon name
	EventCwd                              // OSC 7; Text is the URL of the working directory
	EventClipboard                        // OSC 52; Data is the text to copy, Text the selection's letters
	EventPrompt                           // OSC 133 A: a prompt begins
	EventCommand                          // OSC 133 B: the user's command begins
	EventOutput                           // OSC 133 C: the command's output begins
	EventCommandDone                      // OSC 133 D; N is the exit status, -1 when not told
	EventNotify                           // OSC 9 or 777: Text is a notification
	EventReset                            // RIS, or a recovered fault: Text then says which
)

// Event is something that a program did besides drawing. Text is free of
// control characters.
type Event struct {
	Kind EventKind
	Text string
	Data []byte
	N    int
}

// Cell is one cell of the screen, as tests and drawings see it.
type Cell struct {
	// Content is the text of the cell; "" in the second half of a wide one.
	Content string
	// Width is 1 or 2, and 0 in the second half of a wide cell.
	Width int
	Style Style
	// Link is the URI of a hyperlink (OSC 8), or "".
	Link string
}

// Mark is what OSC 133 said of a line.
type Mark uint8

// The marks; a line may bear several.
const (
	MarkPrompt Mark = 1 << iota // a prompt begins on the line
	MarkCommand
	MarkOutput
	MarkDone
)

// Line is a line of the scrollback or the screen as text.
type Line struct {
	// Text is the line without trailing blanks.
	Text string
	// Wrapped says that the text goes on in the next line.
	Wrapped bool
	Mark    Mark
}

// Refusals counts what was asked for and refused, or dropped to stay bounded.
type Refusals struct {
	Resize         uint64 // CSI 8 t and other window operations, DECCOLM
	TitleReport    uint64 // CSI 20 t, CSI 21 t
	ClipboardRead  uint64
	ClipboardWrite uint64 // not allowed, too large or not base64
	Image          uint64 // sixel, kitty and iTerm images
	Unknown        uint64 // sequences that mean nothing here
	Overlong       uint64 // strings longer than their cap
	Replies        uint64 // replies dropped because nobody drained the queue
	Events         uint64 // events dropped for the same reason
	Faults         uint64 // panics recovered by a reset
}
