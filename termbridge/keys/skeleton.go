package keys

import "podium/termbridge/vt"

// Encode appends what key k sends under modes m.
func Encode(dst []byte, k Key, m vt.Modes) []byte { return dst }

// Paste appends text as a paste.
func Paste(dst []byte, text string, bracketed bool) []byte { return dst }

// Focus appends the report that the terminal got or lost the focus.
func Focus(dst []byte, in bool, m vt.Modes) []byte { return dst }

// Button is a button of the mouse.
type Button uint8

// The buttons.
const (
	NoButton Button = iota
	LeftButton
	MiddleButton
	RightButton
	WheelUp
	WheelDown
	WheelLeft
	WheelRight
	Back
	Forward
	Button10
	Button11
)

// MouseAction is what the mouse did.
type MouseAction uint8

// The actions of the mouse. A turn of a wheel is a press.
const (
	MousePress MouseAction = iota
	MouseRelease
	MouseMotion
)

// Mouse is a mouse event. X and Y count from 0 at the top left cell.
type Mouse struct {
	X, Y   int
	Button Button
	Mod    Mod
	Action MouseAction
}

// EncodeMouse appends what mouse event e sends under modes m.
func EncodeMouse(dst []byte, e Mouse, m vt.Modes) []byte { return dst }
