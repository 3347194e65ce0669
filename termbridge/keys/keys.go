// Package keys encodes what a user does at a terminal (keys, pastes, the mouse,
// focus) as the bytes that a program in that terminal expects, as xterm would
// send them under the modes that the program has set ("ctlseqs", the control
// sequences of xterm), or under the kitty keyboard protocol where the program
// asked for it.
//
// Every function appends to a slice that the caller owns and returns it; an
// event that sends nothing leaves it as it was. The package holds no state,
// knows no user-interface library and is safe for concurrent use.
package keys

import "unicode"

// Mod is a set of modifiers, with the bits of the kitty keyboard protocol.
type Mod uint16

// The modifiers. CapsLock and NumLock are states rather than keys held; they
// are sent in the kitty protocol only.
const (
	Shift Mod = 1 << iota
	Alt
	Ctrl
	Super
	Hyper
	Meta
	CapsLock
	NumLock

	held = Shift | Alt | Ctrl | Super | Hyper | Meta
)

// Action is what happened to a key.
type Action uint8

// The actions. Repeats and releases are told apart in the kitty protocol only:
// elsewhere a repeat is a press and a release sends nothing.
const (
	Press Action = iota
	Repeat
	Release
)

// Key is a key event.
type Key struct {
	// Code is the key: the code point it gives without shift (in the user's
	// layout, 'a' also for a capital A), or one of the constants below.
	Code rune
	// Text is what the key types, such as "A"; empty for keys that type
	// nothing and where a modifier other than shift is held. It wins over
	// Code where both could be sent.
	Text string
	// Mod is which modifiers are held.
	Mod Mod
	// Shifted is the code point with shift, and Base that of the same key in
	// the standard PC-101 layout; 0 where unknown. Both serve the kitty
	// protocol's alternate keys; Shifted also completes ctrl with shift.
	Shifted, Base rune
	// Action is what happened to the key.
	Action Action
}

// The keys that are not code points. They lie outside Unicode, in the order in
// which other libraries of terminals number them too.
const (
	Up rune = unicode.MaxRune + 2 + iota
	Down
	Right
	Left
	Begin
	Find
	Insert
	Delete
	Select
	PgUp
	PgDown
	Home
	End

	KpEnter
	KpEqual
	KpMultiply
	KpPlus
	KpComma
	KpMinus
	KpDecimal
	KpDivide
	Kp0
	Kp1
	Kp2
	Kp3
	Kp4
	Kp5
	Kp6
	Kp7
	Kp8
	Kp9
	KpSep
	KpUp
	KpDown
	KpLeft
	KpRight
	KpPgUp
	KpPgDown
	KpHome
	KpEnd
	KpInsert
	KpDelete
	KpBegin

	F1
	F2
	F3
	F4
	F5
	F6
	F7
	F8
	F9
	F10
	F11
	F12
	F13
	F14
	F15
	F16
	F17
	F18
	F19
	F20
	F21
	F22
	F23
	F24
	F25
	F26
	F27
	F28
	F29
	F30
	F31
	F32
	F33
	F34
	F35
	F36
	F37
	F38
	F39
	F40
	F41
	F42
	F43
	F44
	F45
	F46
	F47
	F48
	F49
	F50
	F51
	F52
	F53
	F54
	F55
	F56
	F57
	F58
	F59
	F60
	F61
	F62
	F63

	CapsLockKey
	ScrollLockKey
	NumLockKey
	PrintScreen
	Pause
	Menu

	MediaPlay
	MediaPause
	MediaPlayPause
	MediaReverse
	MediaStop
	MediaFastForward
	MediaRewind
	MediaNext
	MediaPrev
	MediaRecord
	LowerVolume
	RaiseVolume
	Mute

	LeftShift
	LeftAlt
	LeftCtrl
	LeftSuper
	LeftHyper
	LeftMeta
	RightShift
	RightAlt
	RightCtrl
	RightSuper
	RightHyper
	RightMeta
	IsoLevel3Shift
	IsoLevel5Shift
)

// The keys that have a code point of their own.
const (
	Tab       rune = '\t'
	Enter     rune = '\r'
	Escape    rune = 0x1b
	Space     rune = ' '
	Backspace rune = 0x7f
)
