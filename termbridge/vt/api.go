package vt

// CursorShape is how the program wants its cursor drawn (DECSCUSR).
type CursorShape uint8

// The shapes of a cursor.
const (
	CursorBlock CursorShape = iota
	CursorUnderline
	CursorBar
	// CursorDefault is whatever the terminal has: the program asked for none.
	CursorDefault
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
	AltScroll       bool // 1007, on from the start: the wheel sends cursor keys on the alternate screen
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
	// Done is the cell at which a command was done, where Mark has MarkDone:
	// behind output that did not end its line.
	Done int
}

// lineMark is what OSC 133 said of a row, and at which cell a command was done.
type lineMark struct {
	Mark
	done uint16
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
