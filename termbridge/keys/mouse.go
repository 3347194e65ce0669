package keys

import (
	"strconv"
	"unicode/utf8"

	"podium/termbridge/vt"
)

// Button is a button of the mouse.
type Button uint8

// The buttons. A wheel turns by pressing one of its four, never to be released.
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

// The actions of the mouse.
const (
	MousePress MouseAction = iota
	MouseRelease
	MouseMotion
)

// Mouse is a mouse event.
type Mouse struct {
	// X and Y count cells from 0 at the top left of the terminal.
	X, Y int
	// Button is the one that was pressed or released, or that is held during a
	// motion; NoButton for a motion with none.
	Button Button
	// Mod is which of shift, alt and ctrl are held.
	Mod Mod
	// Action is what happened.
	Action MouseAction
}

// The bits of a mouse report.
const (
	mouseShift  = 4
	mouseAlt    = 8
	mouseCtrl   = 16
	mouseMotion = 32
	mouseNone   = 3 // no button: a release in the older encodings, or plain motion
)

// The largest coordinates that the older encodings can carry, counted from 1.
const (
	maxByteCoord = 0xff - 32
	maxUTF8Coord = 0x7ff - 32
)

// The size of a cell in pixels that mode 1016 is answered with: the emulator's
// own default.
const (
	cellWidth  = 8
	cellHeight = 16
)

// scrollLines is how many lines a turn of the wheel moves a program that is
// sent cursor keys instead (mode 1007).
const scrollLines = 3

// EncodeMouse appends what mouse event e sends under modes m to dst: a report
// in the encoding that the program chose if it asked for such events ("ctlseqs",
// mouse tracking), else nothing. Without mouse tracking the wheel sends cursor
// keys on the alternate screen if mode 1007 is set.
func EncodeMouse(dst []byte, e Mouse, m vt.Modes) []byte {
	if e.X < 0 || e.Y < 0 {
		return dst
	}
	if m.Mouse == vt.MouseNone {
		return alternateScroll(dst, e, m)
	}
	if !reported(e, m.Mouse) {
		return dst
	}
	code := buttonCode(e, m)
	switch m.MouseEncoding {
	case vt.MouseEncodingSGR:
		return sgrMouse(dst, e, code, e.X+1, e.Y+1)
	case vt.MouseEncodingSGRPixels:
		return sgrMouse(dst, e, code, e.X*cellWidth+cellWidth/2, e.Y*cellHeight+cellHeight/2)
	case vt.MouseEncodingURXVT:
		dst = append(dst, esc, '[')
		dst = strconv.AppendInt(dst, int64(code+32), 10)
		dst = append(dst, ';')
		dst = strconv.AppendInt(dst, int64(e.X+1), 10)
		dst = append(dst, ';')
		dst = strconv.AppendInt(dst, int64(e.Y+1), 10)
		return append(dst, 'M')
	case vt.MouseEncodingUTF8:
		dst = append(dst, esc, '[', 'M')
		dst = utf8.AppendRune(dst, rune(code+32))
		dst = appendUTF8Coord(dst, e.X+1)
		return appendUTF8Coord(dst, e.Y+1)
	}
	if code+32 > 0xff {
		return dst
	}
	dst = append(dst, esc, '[', 'M', byte(code+32))
	return append(dst, byteCoord(e.X+1), byteCoord(e.Y+1))
}

// reported says whether mode asks for e.
func reported(e Mouse, mode vt.MouseMode) bool {
	wheel := e.Button >= WheelUp && e.Button <= WheelRight
	switch e.Action {
	case MousePress:
		if mode == vt.MouseX10 {
			return e.Button >= LeftButton && e.Button <= RightButton
		}
		return e.Button != NoButton
	case MouseRelease:
		return mode >= vt.MouseNormal && !wheel
	case MouseMotion:
		return mode == vt.MouseAny || mode == vt.MouseButton && e.Button != NoButton
	}
	return false
}

// buttonCode is the number of a report: button, modifiers, motion.
func buttonCode(e Mouse, m vt.Modes) int {
	code := mouseNone
	switch {
	case e.Button >= LeftButton && e.Button <= RightButton:
		code = int(e.Button - LeftButton)
	case e.Button >= WheelUp && e.Button <= WheelRight:
		code = 64 + int(e.Button-WheelUp)
	case e.Button >= Back && e.Button <= Button11:
		code = 128 + int(e.Button-Back)
	}
	if m.Mouse == vt.MouseX10 {
		return code
	}
	sgr := m.MouseEncoding == vt.MouseEncodingSGR || m.MouseEncoding == vt.MouseEncodingSGRPixels
	if e.Action == MouseRelease && !sgr {
		code = mouseNone
	}
	if e.Action == MouseMotion {
		code += mouseMotion
	}
	if e.Mod&Shift != 0 {
		code += mouseShift
	}
	if e.Mod&(Alt|Meta) != 0 {
		code += mouseAlt
	}
	if e.Mod&Ctrl != 0 {
		code += mouseCtrl
	}
	return code
}

func sgrMouse(dst []byte, e Mouse, code, x, y int) []byte {
	dst = append(dst, esc, '[', '<')
	dst = strconv.AppendInt(dst, int64(code), 10)
	dst = append(dst, ';')
	dst = strconv.AppendInt(dst, int64(x), 10)
	dst = append(dst, ';')
	dst = strconv.AppendInt(dst, int64(y), 10)
	if e.Action == MouseRelease {
		return append(dst, 'm')
	}
	return append(dst, 'M')
}

// byteCoord encodes a coordinate in a byte; 0 means too far to tell, as xterm
// has it.
func byteCoord(n int) byte {
	if n > maxByteCoord {
		return 0
	}
	return byte(n + 32)
}

func appendUTF8Coord(dst []byte, n int) []byte {
	if n > maxUTF8Coord {
		return append(dst, 0)
	}
	return utf8.AppendRune(dst, rune(n+32))
}

// alternateScroll sends cursor keys for the wheel.
func alternateScroll(dst []byte, e Mouse, m vt.Modes) []byte {
	if !m.AltScroll || !m.AltScreen || e.Action != MousePress {
		return dst
	}
	k := Key{Code: Up}
	switch e.Button {
	case WheelUp:
	case WheelDown:
		k.Code = Down
	default:
		return dst
	}
	for range scrollLines {
		dst = Encode(dst, k, m)
	}
	return dst
}
