package keys

import "podium/termbridge/vt"

// pressed is a key of a real keyboard: how the recording names and presses it,
// and what the encoder is told of it.
type pressed struct {
	name    string
	keycode byte // of X, on the keyboard that the recording makes
	code    rune
	shifted rune // what it types with shift
	keypad  rune // the key that it is while NumLock is on
}

// board is the keyboard: a PC's with the layout of the United States, with the
// keys of a VT220 where a PC has none.
var board = []pressed{
	{name: "Up", keycode: 111, code: Up},
	{name: "Down", keycode: 116, code: Down},
	{name: "Right", keycode: 114, code: Right},
	{name: "Left", keycode: 113, code: Left},
	{name: "Home", keycode: 110, code: Home},
	{name: "End", keycode: 115, code: End},
	{name: "Begin", keycode: 196, code: Begin},
	{name: "Insert", keycode: 118, code: Insert},
	{name: "Delete", keycode: 119, code: Delete},
	{name: "PgUp", keycode: 112, code: PgUp},
	{name: "PgDown", keycode: 117, code: PgDown},
	{name: "Find", keycode: 197, code: Find},
	{name: "Select", keycode: 198, code: Select},
	{name: "Menu", keycode: 135, code: Menu},
	{name: "Print", keycode: 107, code: PrintScreen},
	{name: "Pause", keycode: 127, code: Pause},

	{name: "F1", keycode: 67, code: F1},
	{name: "F2", keycode: 68, code: F2},
	{name: "F3", keycode: 69, code: F3},
	{name: "F4", keycode: 70, code: F4},
	{name: "F5", keycode: 71, code: F5},
	{name: "F6", keycode: 72, code: F6},
	{name: "F7", keycode: 73, code: F7},
	{name: "F8", keycode: 74, code: F8},
	{name: "F9", keycode: 75, code: F9},
	{name: "F10", keycode: 76, code: F10},
	{name: "F11", keycode: 95, code: F11},
	{name: "F12", keycode: 96, code: F12},
	{name: "F13", keycode: 183, code: F13},
	{name: "F14", keycode: 184, code: F14},
	{name: "F15", keycode: 185, code: F15},
	{name: "F16", keycode: 186, code: F16},
	{name: "F17", keycode: 187, code: F17},
	{name: "F18", keycode: 188, code: F18},
	{name: "F19", keycode: 189, code: F19},
	{name: "F20", keycode: 190, code: F20},
	{name: "F21", keycode: 191, code: F21},
	{name: "F24", keycode: 194, code: F24},
	{name: "F35", keycode: 195, code: F35},

	{name: "Tab", keycode: 23, code: Tab},
	{name: "Enter", keycode: 36, code: Enter},
	{name: "Escape", keycode: 9, code: Escape},
	{name: "Backspace", keycode: 22, code: Backspace},
	{name: "Space", keycode: 65, code: Space, shifted: Space},

	{name: "a", keycode: 38, code: 'a', shifted: 'A'},
	{name: "b", keycode: 56, code: 'b', shifted: 'B'},
	{name: "c", keycode: 54, code: 'c', shifted: 'C'},
	{name: "d", keycode: 40, code: 'd', shifted: 'D'},
	{name: "e", keycode: 26, code: 'e', shifted: 'E'},
	{name: "f", keycode: 41, code: 'f', shifted: 'F'},
	{name: "g", keycode: 42, code: 'g', shifted: 'G'},
	{name: "h", keycode: 43, code: 'h', shifted: 'H'},
	{name: "i", keycode: 31, code: 'i', shifted: 'I'},
	{name: "j", keycode: 44, code: 'j', shifted: 'J'},
	{name: "k", keycode: 45, code: 'k', shifted: 'K'},
	{name: "l", keycode: 46, code: 'l', shifted: 'L'},
	{name: "m", keycode: 58, code: 'm', shifted: 'M'},
	{name: "n", keycode: 57, code: 'n', shifted: 'N'},
	{name: "o", keycode: 32, code: 'o', shifted: 'O'},
	{name: "p", keycode: 33, code: 'p', shifted: 'P'},
	{name: "q", keycode: 24, code: 'q', shifted: 'Q'},
	{name: "r", keycode: 27, code: 'r', shifted: 'R'},
	{name: "s", keycode: 39, code: 's', shifted: 'S'},
	{name: "t", keycode: 28, code: 't', shifted: 'T'},
	{name: "u", keycode: 30, code: 'u', shifted: 'U'},
	{name: "v", keycode: 55, code: 'v', shifted: 'V'},
	{name: "w", keycode: 25, code: 'w', shifted: 'W'},
	{name: "x", keycode: 53, code: 'x', shifted: 'X'},
	{name: "y", keycode: 29, code: 'y', shifted: 'Y'},
	{name: "z", keycode: 52, code: 'z', shifted: 'Z'},
	{name: "1", keycode: 10, code: '1', shifted: '!'},
	{name: "2", keycode: 11, code: '2', shifted: '@'},
	{name: "3", keycode: 12, code: '3', shifted: '#'},
	{name: "4", keycode: 13, code: '4', shifted: '$'},
	{name: "5", keycode: 14, code: '5', shifted: '%'},
	{name: "6", keycode: 15, code: '6', shifted: '^'},
	{name: "7", keycode: 16, code: '7', shifted: '&'},
	{name: "8", keycode: 17, code: '8', shifted: '*'},
	{name: "9", keycode: 18, code: '9', shifted: '('},
	{name: "0", keycode: 19, code: '0', shifted: ')'},
	{name: "-", keycode: 20, code: '-', shifted: '_'},
	{name: "=", keycode: 21, code: '=', shifted: '+'},
	{name: "[", keycode: 34, code: '[', shifted: '{'},
	{name: "]", keycode: 35, code: ']', shifted: '}'},
	{name: `\`, keycode: 51, code: '\\', shifted: '|'},
	{name: ";", keycode: 47, code: ';', shifted: ':'},
	{name: "'", keycode: 48, code: '\'', shifted: '"'},
	{name: "`", keycode: 49, code: '`', shifted: '~'},
	{name: ",", keycode: 59, code: ',', shifted: '<'},
	{name: ".", keycode: 60, code: '.', shifted: '>'},
	{name: "/", keycode: 61, code: '/', shifted: '?'},
	{name: "ä", keycode: 199, code: 'ä', shifted: 'Ä'},

	{name: "KP_Home", keycode: 79, code: KpHome, keypad: Kp7},
	{name: "KP_Up", keycode: 80, code: KpUp, keypad: Kp8},
	{name: "KP_PgUp", keycode: 81, code: KpPgUp, keypad: Kp9},
	{name: "KP_Left", keycode: 83, code: KpLeft, keypad: Kp4},
	{name: "KP_Begin", keycode: 84, code: KpBegin, keypad: Kp5},
	{name: "KP_Right", keycode: 85, code: KpRight, keypad: Kp6},
	{name: "KP_End", keycode: 87, code: KpEnd, keypad: Kp1},
	{name: "KP_Down", keycode: 88, code: KpDown, keypad: Kp2},
	{name: "KP_PgDown", keycode: 89, code: KpPgDown, keypad: Kp3},
	{name: "KP_Insert", keycode: 90, code: KpInsert, keypad: Kp0},
	{name: "KP_Delete", keycode: 91, code: KpDelete, keypad: KpDecimal},
	{name: "KP_Enter", keycode: 104, code: KpEnter, keypad: KpEnter},
	{name: "KP_Divide", keycode: 106, code: KpDivide, keypad: KpDivide},
	{name: "KP_Multiply", keycode: 63, code: KpMultiply, keypad: KpMultiply},
	{name: "KP_Subtract", keycode: 82, code: KpMinus, keypad: KpMinus},
	{name: "KP_Add", keycode: 86, code: KpPlus, keypad: KpPlus},
	{name: "KP_Equal", keycode: 125, code: KpEqual, keypad: KpEqual},
	{name: "KP_Separator", keycode: 129, code: KpSep, keypad: KpSep},
}

// chords are the columns of the recording, and the keys that are held for them.
var chords = []struct {
	name string
	held []byte
	mod  Mod
}{
	{"plain", nil, 0},
	{"shift", []byte{shiftKey}, Shift},
	{"alt", []byte{altKey}, Alt},
	{"alt-shift", []byte{altKey, shiftKey}, Alt | Shift},
	{"ctrl", []byte{ctrlKey}, Ctrl},
	{"ctrl-shift", []byte{ctrlKey, shiftKey}, Ctrl | Shift},
	{"ctrl-alt", []byte{ctrlKey, altKey}, Ctrl | Alt},
	{"ctrl-alt-shift", []byte{ctrlKey, altKey, shiftKey}, Ctrl | Alt | Shift},
}

// The keycodes of what the recording holds and presses itself.
const (
	ctrlKey    = 37
	shiftKey   = 50
	altKey     = 64
	numLockKey = 77
	markKey    = 200
)

// states are what the keys are pressed under.
var states = []struct {
	name    string
	set     string // what a program writes to have it
	numLock bool
	csiU    bool // the resource formatOtherKeys, which no sequence sets
	modes   vt.Modes
}{
	{name: "normal"},
	{name: "application", set: "\x1b[?1h\x1b=", modes: vt.Modes{AppCursor: true, AppKeypad: true}},
	{name: "NumLock", numLock: true},
	{name: "application NumLock", set: "\x1b[?1h\x1b=", numLock: true, modes: vt.Modes{AppCursor: true, AppKeypad: true}},
	{name: "DECBKM", set: "\x1b[?67h", modes: vt.Modes{BackarrowBS: true}},
	{name: "LNM", set: "\x1b[20h", modes: vt.Modes{LineFeedNewLine: true}},
	{name: "modifyOtherKeys 1", set: "\x1b[>4;1m", modes: vt.Modes{ModifyOtherKeys: 1}},
	{name: "modifyOtherKeys 2", set: "\x1b[>4;2m", modes: vt.Modes{ModifyOtherKeys: 2}},
	{name: "application modifyOtherKeys 2", set: "\x1b[?1h\x1b=\x1b[>4;2m", modes: vt.Modes{AppCursor: true, AppKeypad: true, ModifyOtherKeys: 2}},
	{name: "application NumLock modifyOtherKeys 2", set: "\x1b[?1h\x1b=\x1b[>4;2m", numLock: true, modes: vt.Modes{AppCursor: true, AppKeypad: true, ModifyOtherKeys: 2}},
	{name: "DECBKM modifyOtherKeys 2", set: "\x1b[?67h\x1b[>4;2m", modes: vt.Modes{BackarrowBS: true, ModifyOtherKeys: 2}},
	{name: "modifyOtherKeys 1 formatOtherKeys 1", set: "\x1b[>4;1m", csiU: true, modes: vt.Modes{ModifyOtherKeys: 1}},
	{name: "modifyOtherKeys 2 formatOtherKeys 1", set: "\x1b[>4;2m", csiU: true, modes: vt.Modes{ModifyOtherKeys: 2}},
}
