package keys

import (
	"strings"
	"testing"
	"unicode/utf8"

	"podium/termbridge/vt"
)

// row is a key and what it sends. \e stands for ESC in want.
type row struct {
	name string
	key  Key
	want string
}

func check(t *testing.T, m vt.Modes, rows []row) {
	t.Helper()
	for _, r := range rows {
		want := strings.ReplaceAll(r.want, `\e`, "\x1b")
		got := string(Encode([]byte("x"), r.key, m))
		if got != "x"+want {
			t.Errorf("%s: got %q, want %q", r.name, strings.TrimPrefix(got, "x"), want)
		}
	}
}

// k is a key by its code and modifiers.
func k(code rune, mods ...Mod) Key {
	key := Key{Code: code}
	for _, m := range mods {
		key.Mod |= m
	}
	return key
}

// typedKey is a key that types text.
func typedKey(code rune, text string, mods ...Mod) Key {
	key := k(code, mods...)
	key.Text = text
	return key
}

// legacyKeys are the keys and what they send when a program has set nothing.
var legacyKeys = []row{
	{"a", typedKey('a', "a"), "a"},
	{"a without text", k('a'), "a"},
	{"shift-a", typedKey('a', "A", Shift), "A"},
	{"shift-a without text", k('a', Shift), "A"},
	{"shift-1 by its shifted code", Key{Code: '1', Shifted: '!', Mod: Shift}, "!"},
	{"caps lock", typedKey('a', "A", CapsLock), "A"},
	{"umlaut", typedKey('ä', "ä"), "ä"},
	{"several code points", typedKey('e', "e\u0301"), "e\u0301"},
	{"emoji", typedKey('👩', "👩\u200d💻"), "👩\u200d💻"},
	{"cyrillic", typedKey('ф', "ф"), "ф"},
	{"space", typedKey(Space, " "), " "},
	{"shift-space", typedKey(Space, " ", Shift), " "},
	{"super-a as if not held", k('a', Super), "a"},
	{"hyper-up as if not held", k(Up, Hyper), `\e[A`},

	{"ctrl-a", k('a', Ctrl), "\x01"},
	{"ctrl-b", k('b', Ctrl), "\x02"},
	{"ctrl-c", k('c', Ctrl), "\x03"},
	{"ctrl-d", k('d', Ctrl), "\x04"},
	{"ctrl-g", k('g', Ctrl), "\x07"},
	{"ctrl-h", k('h', Ctrl), "\x08"},
	{"ctrl-i", k('i', Ctrl), "\x09"},
	{"ctrl-j", k('j', Ctrl), "\x0a"},
	{"ctrl-m", k('m', Ctrl), "\x0d"},
	{"ctrl-p", k('p', Ctrl), "\x10"},
	{"ctrl-q", k('q', Ctrl), "\x11"},
	{"ctrl-s", k('s', Ctrl), "\x13"},
	{"ctrl-z", k('z', Ctrl), "\x1a"},
	{"ctrl-shift-a", k('a', Ctrl, Shift), "\x01"},
	{"ctrl-space", k(Space, Ctrl), "\x00"},
	{"ctrl-@", k('@', Ctrl), "\x00"},
	{"ctrl-`", k('`', Ctrl), "\x00"},
	{"ctrl-2", k('2', Ctrl), "\x00"},
	{"ctrl-[", k('[', Ctrl), "\x1b"},
	{"ctrl-3", k('3', Ctrl), "\x1b"},
	{`ctrl-\`, k('\\', Ctrl), "\x1c"},
	{"ctrl-4", k('4', Ctrl), "\x1c"},
	{"ctrl-]", k(']', Ctrl), "\x1d"},
	{"ctrl-5", k('5', Ctrl), "\x1d"},
	{"ctrl-^", k('^', Ctrl), "\x1e"},
	{"ctrl-shift-6 by its shifted code", Key{Code: '6', Shifted: '^', Mod: Ctrl | Shift}, "\x1e"},
	{"ctrl-6", k('6', Ctrl), "\x1e"},
	{"ctrl-~", k('~', Ctrl), "\x1e"},
	{"ctrl-_", k('_', Ctrl), "\x1f"},
	{"ctrl-shift-minus", Key{Code: '-', Shifted: '_', Mod: Ctrl | Shift}, "\x1f"},
	{"ctrl-7", k('7', Ctrl), "\x1f"},
	{"ctrl-/", k('/', Ctrl), "\x1f"},
	{"ctrl-8", k('8', Ctrl), "\x7f"},
	{"ctrl-?", k('?', Ctrl), "\x7f"},
	{"ctrl-9", k('9', Ctrl), "9"},
	{"ctrl-0", k('0', Ctrl), "0"},
	{"ctrl-1", k('1', Ctrl), "1"},
	{"ctrl-comma", k(',', Ctrl), ","},
	{"ctrl-minus", k('-', Ctrl), "-"},
	{"ctrl-c on a cyrillic layout", Key{Code: 'с', Base: 'c', Mod: Ctrl}, "\x03"},

	{"alt-a", k('a', Alt), `\ea`},
	{"alt-shift-a", k('a', Alt, Shift), `\eA`},
	{"meta-a", k('a', Meta), `\ea`},
	{"alt-umlaut", k('ä', Alt), "\x1bä"},
	{"alt-ctrl-a", k('a', Alt, Ctrl), "\x1b\x01"},
	{"alt-ctrl-space", k(Space, Alt, Ctrl), "\x1b\x00"},
	{"alt-space", k(Space, Alt), `\e `},
	{"alt-[", k('[', Alt), `\e[`},
	{"alt-O", k('o', Alt, Shift), `\eO`},
	{"alt-.", k('.', Alt), `\e.`},
	{"alt-1", k('1', Alt), `\e1`},

	{"tab", k(Tab), "\t"},
	{"shift-tab", k(Tab, Shift), `\e[Z`},
	{"ctrl-tab", k(Tab, Ctrl), "\t"},
	{"alt-tab", k(Tab, Alt), "\x1b\t"},
	{"enter", k(Enter), "\r"},
	{"shift-enter", k(Enter, Shift), "\r"},
	{"ctrl-enter", k(Enter, Ctrl), "\r"},
	{"alt-enter", k(Enter, Alt), "\x1b\r"},
	{"escape", k(Escape), `\e`},
	{"shift-escape", k(Escape, Shift), `\e`},
	{"alt-escape", k(Escape, Alt), `\e\e`},
	{"backspace", k(Backspace), "\x7f"},
	{"shift-backspace", k(Backspace, Shift), "\x7f"},
	{"ctrl-backspace", k(Backspace, Ctrl), "\x08"},
	{"alt-backspace", k(Backspace, Alt), "\x1b\x7f"},
	{"ctrl-alt-backspace", k(Backspace, Alt, Ctrl), "\x1b\x08"},

	{"up", k(Up), `\e[A`},
	{"down", k(Down), `\e[B`},
	{"right", k(Right), `\e[C`},
	{"left", k(Left), `\e[D`},
	{"begin", k(Begin), `\e[E`},
	{"end", k(End), `\e[F`},
	{"home", k(Home), `\e[H`},
	{"shift-up", k(Up, Shift), `\e[1;2A`},
	{"alt-up", k(Up, Alt), `\e[1;3A`},
	{"alt-shift-up", k(Up, Alt, Shift), `\e[1;4A`},
	{"ctrl-up", k(Up, Ctrl), `\e[1;5A`},
	{"ctrl-shift-up", k(Up, Ctrl, Shift), `\e[1;6A`},
	{"ctrl-alt-up", k(Up, Ctrl, Alt), `\e[1;7A`},
	{"ctrl-alt-shift-up", k(Up, Ctrl, Alt, Shift), `\e[1;8A`},
	{"meta-up", k(Up, Meta), `\e[1;9A`},
	{"up with locks", k(Up, NumLock, CapsLock), `\e[A`},
	{"ctrl-right", k(Right, Ctrl), `\e[1;5C`},
	{"ctrl-left", k(Left, Ctrl), `\e[1;5D`},
	{"shift-end", k(End, Shift), `\e[1;2F`},
	{"ctrl-home", k(Home, Ctrl), `\e[1;5H`},

	{"find", k(Find), `\e[1~`},
	{"insert", k(Insert), `\e[2~`},
	{"delete", k(Delete), `\e[3~`},
	{"select", k(Select), `\e[4~`},
	{"page up", k(PgUp), `\e[5~`},
	{"page down", k(PgDown), `\e[6~`},
	{"shift-insert", k(Insert, Shift), `\e[2;2~`},
	{"ctrl-delete", k(Delete, Ctrl), `\e[3;5~`},
	{"shift-page up", k(PgUp, Shift), `\e[5;2~`},
	{"ctrl-alt-page down", k(PgDown, Ctrl, Alt), `\e[6;7~`},

	{"F1", k(F1), `\eOP`},
	{"F2", k(F2), `\eOQ`},
	{"F3", k(F3), `\eOR`},
	{"F4", k(F4), `\eOS`},
	{"F5", k(F5), `\e[15~`},
	{"F6", k(F6), `\e[17~`},
	{"F7", k(F7), `\e[18~`},
	{"F8", k(F8), `\e[19~`},
	{"F9", k(F9), `\e[20~`},
	{"F10", k(F10), `\e[21~`},
	{"F11", k(F11), `\e[23~`},
	{"F12", k(F12), `\e[24~`},
	{"F13", k(F13), `\e[25~`},
	{"F14", k(F14), `\e[26~`},
	{"F15", k(F15), `\e[28~`},
	{"F16", k(F16), `\e[29~`},
	{"F17", k(F17), `\e[31~`},
	{"F18", k(F18), `\e[32~`},
	{"F19", k(F19), `\e[33~`},
	{"F20", k(F20), `\e[34~`},
	{"F21", k(F21), `\e[42~`},
	{"F24", k(F24), `\e[45~`},
	{"shift-F1", k(F1, Shift), `\e[1;2P`},
	{"ctrl-F3", k(F3, Ctrl), `\e[1;5R`},
	{"alt-F4", k(F4, Alt), `\e[1;3S`},
	{"shift-F5", k(F5, Shift), `\e[15;2~`},
	{"ctrl-shift-F12", k(F12, Ctrl, Shift), `\e[24;6~`},
	{"menu", k(Menu), `\e[29~`},

	{"keypad 0", k(Kp0), "0"},
	{"keypad 1", k(Kp1), "1"},
	{"keypad 2", k(Kp2), "2"},
	{"keypad 3", k(Kp3), "3"},
	{"keypad 4", k(Kp4), "4"},
	{"keypad 5", k(Kp5), "5"},
	{"keypad 6", k(Kp6), "6"},
	{"keypad 7", k(Kp7), "7"},
	{"keypad 8", k(Kp8), "8"},
	{"keypad 9", k(Kp9), "9"},
	{"keypad *", k(KpMultiply), "*"},
	{"keypad ,", k(KpComma), ","},
	{"keypad separator", k(KpSep), ","},
	{"keypad -", k(KpMinus), "-"},
	{"keypad .", k(KpDecimal), "."},
	{"keypad /", k(KpDivide), "/"},
	{"keypad =", k(KpEqual), "="},
	{"keypad down", k(KpDown), `\e[B`},
	{"keypad right", k(KpRight), `\e[C`},
	{"keypad left", k(KpLeft), `\e[D`},
	{"keypad home", k(KpHome), `\e[H`},
	{"keypad end", k(KpEnd), `\e[F`},
	{"keypad page up", k(KpPgUp), `\e[5~`},
	{"keypad page down", k(KpPgDown), `\e[6~`},
	{"keypad insert", k(KpInsert), `\e[2~`},
	{"keypad 0 alt", k(Kp0, Alt), "0"},
	{"keypad enter", k(KpEnter), "\r"},
	{"keypad plus", k(KpPlus), "+"},
	{"keypad up", k(KpUp), `\e[A`},
	{"keypad begin", k(KpBegin), `\e[E`},
	{"keypad delete", k(KpDelete), `\e[3~`},
	{"keypad ctrl-home", k(KpHome, Ctrl), `\e[1;5H`},

	{"release", Key{Code: 'a', Text: "a", Action: Release}, ""},
	{"repeat", Key{Code: 'a', Text: "a", Action: Repeat}, "a"},
	{"shift by itself", k(LeftShift), ""},
	{"caps lock key", k(CapsLockKey), ""},
	{"volume", k(Mute), ""},
	{"print screen", k(PrintScreen), ""},
	{"nothing", Key{}, ""},
	{"nothing with alt", k(0, Alt), ""},
	{"a surrogate", k(0xd800), ""},
}

func TestLegacyNormal(t *testing.T) { check(t, vt.Modes{}, legacyKeys) }

func TestLegacyApplication(t *testing.T) {
	check(t, vt.Modes{AppCursor: true, AppKeypad: true}, []row{
		{"up", k(Up), `\eOA`},
		{"down", k(Down), `\eOB`},
		{"right", k(Right), `\eOC`},
		{"left", k(Left), `\eOD`},
		{"begin", k(Begin), `\eOE`},
		{"end", k(End), `\eOF`},
		{"home", k(Home), `\eOH`},
		{"shift-up", k(Up, Shift), `\e[1;2A`},
		{"ctrl-left", k(Left, Ctrl), `\e[1;5D`},
		{"page up", k(PgUp), `\e[5~`},
		{"F1", k(F1), `\eOP`},
		{"enter", k(Enter), "\r"},
		{"keypad 0", k(Kp0), `\eOp`},
		{"keypad 1", k(Kp1), `\eOq`},
		{"keypad 2", k(Kp2), `\eOr`},
		{"keypad 3", k(Kp3), `\eOs`},
		{"keypad 4", k(Kp4), `\eOt`},
		{"keypad 5", k(Kp5), `\eOu`},
		{"keypad 6", k(Kp6), `\eOv`},
		{"keypad 7", k(Kp7), `\eOw`},
		{"keypad 8", k(Kp8), `\eOx`},
		{"keypad 9", k(Kp9), `\eOy`},
		{"keypad *", k(KpMultiply), `\eOj`},
		{"keypad +", k(KpPlus), `\eOk`},
		{"keypad ,", k(KpComma), `\eOl`},
		{"keypad -", k(KpMinus), `\eOm`},
		{"keypad .", k(KpDecimal), `\eOn`},
		{"keypad /", k(KpDivide), `\eOo`},
		{"keypad =", k(KpEqual), `\eOX`},
		{"keypad enter", k(KpEnter), `\eOM`},
		{"keypad 5 with NumLock", k(Kp5, NumLock), "5"},
		{"keypad up", k(KpUp), `\eOA`},
		{"keypad page up", k(KpPgUp), `\e[5~`},
		{"digit of the main block", typedKey('5', "5"), "5"},
	})
}

func TestLegacyOtherModes(t *testing.T) {
	check(t, vt.Modes{LineFeedNewLine: true}, []row{
		{"enter", k(Enter), "\r\n"},
		{"keypad enter", k(KpEnter), "\r\n"},
	})
	check(t, vt.Modes{BackarrowBS: true}, []row{
		{"backspace", k(Backspace), "\x08"},
		{"ctrl-backspace", k(Backspace, Ctrl), "\x7f"},
		{"delete", k(Delete), `\e[3~`},
	})
	check(t, vt.Modes{KeyboardLocked: true}, []row{{"a", typedKey('a', "a"), "a"}})
}

func TestModifyOtherKeys1(t *testing.T) {
	check(t, vt.Modes{ModifyOtherKeys: 1}, []row{
		{"a", typedKey('a', "a"), "a"},
		{"shift-a", typedKey('a', "A", Shift), "A"},
		{"ctrl-a", k('a', Ctrl), "\x01"},
		{"ctrl-shift-a", k('a', Ctrl, Shift), "\x01"},
		{"ctrl-alt-a", k('a', Ctrl, Alt), "\x1b\x01"},
		{"alt-a", k('a', Alt), `\ea`},
		{"ctrl-space", k(Space, Ctrl), "\x00"},
		{"ctrl-3", k('3', Ctrl), "\x1b"},
		{"ctrl-1", k('1', Ctrl), `\e[27;5;49~`},
		{"ctrl-comma", k(',', Ctrl), `\e[27;5;44~`},
		{"ctrl-alt-comma", k(',', Ctrl, Alt), `\e[27;5;44~`},
		{"ctrl-;", k(';', Ctrl), `\e[27;5;59~`},
		{"ctrl-<", Key{Code: ',', Shifted: '<', Mod: Ctrl | Shift}, `\e[27;6;60~`},
		{"ctrl-?", Key{Code: '/', Shifted: '?', Mod: Ctrl | Shift}, `\e[27;6;63~`},
		{"ctrl-tab", k(Tab, Ctrl), `\e[27;5;9~`},
		{"ctrl-shift-tab", k(Tab, Ctrl, Shift), `\e[Z`},
		{"shift-tab", k(Tab, Shift), `\e[Z`},
		{"alt-tab", k(Tab, Alt), "\x1b\t"},
		{"ctrl-enter", k(Enter, Ctrl), `\e[27;5;13~`},
		{"shift-enter", k(Enter, Shift), `\e[27;2;13~`},
		{"alt-enter", k(Enter, Alt), "\x1b\r"},
		{"escape", k(Escape), `\e`},
		{"ctrl-backspace", k(Backspace, Ctrl), "\x08"},
		{"alt-backspace", k(Backspace, Alt), "\x1b\x7f"},
		{"ctrl-up", k(Up, Ctrl), `\e[1;5A`},
		{"keypad 5", k(Kp5, Ctrl), "5"},
	})
}

func TestModifyOtherKeys2(t *testing.T) {
	check(t, vt.Modes{ModifyOtherKeys: 2}, []row{
		{"a", typedKey('a', "a"), "a"},
		{"shift-a", typedKey('a', "A", Shift), `\e[27;2;65~`},
		{"shift-1", typedKey('1', "!", Shift), "!"},
		{"ctrl-a", k('a', Ctrl), `\e[27;5;97~`},
		{"ctrl-shift-a", k('a', Ctrl, Shift), `\e[27;6;65~`},
		{"alt-a", k('a', Alt), `\e[27;3;97~`},
		{"ctrl-alt-a", k('a', Ctrl, Alt), `\e[27;7;97~`},
		{"ctrl-i is not tab", k('i', Ctrl), `\e[27;5;105~`},
		{"ctrl-m is not enter", k('m', Ctrl), `\e[27;5;109~`},
		{"ctrl-[ is not escape", k('[', Ctrl), `\e[27;5;91~`},
		{"ctrl-space", k(Space, Ctrl), `\e[27;5;32~`},
		{"shift-space", typedKey(Space, " ", Shift), `\e[27;2;32~`},
		{"ctrl-1", k('1', Ctrl), `\e[27;5;49~`},
		{"alt-1", k('1', Alt), `\e[27;3;49~`},
		{"tab", k(Tab), "\t"},
		{"shift-tab", k(Tab, Shift), `\e[Z`},
		{"alt-tab", k(Tab, Alt), `\e[27;3;9~`},
		{"ctrl-tab", k(Tab, Ctrl), `\e[27;5;9~`},
		{"enter", k(Enter), "\r"},
		{"alt-enter", k(Enter, Alt), `\e[27;3;13~`},
		{"escape", k(Escape), `\e`},
		{"shift-escape", k(Escape, Shift), `\e[27;2;27~`},
		{"alt-escape", k(Escape, Alt), `\e[27;3;27~`},
		{"backspace", k(Backspace), "\x7f"},
		{"ctrl-backspace", k(Backspace, Ctrl), "\x08"},
		{"alt-backspace", k(Backspace, Alt), `\e[27;3;127~`},
		{"ctrl-up", k(Up, Ctrl), `\e[1;5A`},
		{"F5", k(F5, Shift), `\e[15;2~`},
		{"umlaut", typedKey('ä', "ä"), "ä"},
		{"ctrl-umlaut", k('ä', Ctrl), `\e[27;5;228~`},
	})
}

func TestKittyDisambiguate(t *testing.T) {
	check(t, vt.Modes{KittyFlags: 1, AppCursor: true, AppKeypad: true, ModifyOtherKeys: 2}, []row{
		{"a", typedKey('a', "a"), "a"},
		{"shift-a", typedKey('a', "A", Shift), "A"},
		{"space", typedKey(Space, " "), " "},
		{"ctrl-a", k('a', Ctrl), `\e[97;5u`},
		{"ctrl-shift-a", k('a', Ctrl, Shift), `\e[97;6u`},
		{"ctrl-A by its capital", k('A', Ctrl, Shift), `\e[97;6u`},
		{"alt-a", k('a', Alt), `\e[97;3u`},
		{"super-a", k('a', Super), `\e[97;9u`},
		{"ctrl-a with NumLock", k('a', Ctrl, NumLock), `\e[97;5u`},
		{"ctrl-space", k(Space, Ctrl), `\e[32;5u`},
		{"escape", k(Escape), `\e[27u`},
		{"alt-escape", k(Escape, Alt), `\e[27;3u`},
		{"enter", k(Enter), "\r"},
		{"shift-enter", k(Enter, Shift), `\e[13;2u`},
		{"tab", k(Tab), "\t"},
		{"shift-tab", k(Tab, Shift), `\e[9;2u`},
		{"backspace", k(Backspace), "\x7f"},
		{"ctrl-backspace", k(Backspace, Ctrl), `\e[127;5u`},
		{"up", k(Up), `\e[A`},
		{"ctrl-up", k(Up, Ctrl), `\e[1;5A`},
		{"home", k(Home), `\e[H`},
		{"delete", k(Delete), `\e[3~`},
		{"shift-delete", k(Delete, Shift), `\e[3;2~`},
		{"F1", k(F1), `\e[P`},
		{"F3", k(F3), `\e[13~`},
		{"ctrl-F3", k(F3, Ctrl), `\e[13;5~`},
		{"ctrl-F4", k(F4, Ctrl), `\e[1;5S`},
		{"F5", k(F5), `\e[15~`},
		{"F13", k(F13), `\e[57376u`},
		{"F35", k(F35), `\e[57398u`},
		{"F36 has no number", k(F36), `\e[57~`},
		{"keypad enter", k(KpEnter), `\e[57414u`},
		{"keypad 5 with NumLock", k(Kp5, NumLock), "5"},
		{"keypad 5", k(Kp5), `\e[57404u`},
		{"keypad up", k(KpUp), `\e[57419u`},
		{"keypad begin", k(KpBegin), `\e[E`},
		{"menu", k(Menu), `\e[57363u`},
		{"shift by itself", k(LeftShift, Shift), ""},
		{"caps lock key", k(CapsLockKey), ""},
		{"release", Key{Code: 'a', Mod: Ctrl, Action: Release}, ""},
		{"repeat", Key{Code: 'a', Mod: Ctrl, Action: Repeat}, `\e[97;5u`},
		{"nothing", Key{}, ""},
	})
}

func TestKittyEvents(t *testing.T) {
	check(t, vt.Modes{KittyFlags: 3}, []row{
		{"a", typedKey('a', "a"), "a"},
		{"a repeats", Key{Code: 'a', Text: "a", Action: Repeat}, "a"},
		{"a released", Key{Code: 'a', Action: Release}, `\e[97;1:3u`},
		{"ctrl-a repeats", Key{Code: 'a', Mod: Ctrl, Action: Repeat}, `\e[97;5:2u`},
		{"ctrl-a released", Key{Code: 'a', Mod: Ctrl, Action: Release}, `\e[97;5:3u`},
		{"up", k(Up), `\e[A`},
		{"up repeats", Key{Code: Up, Action: Repeat}, `\e[1;1:2A`},
		{"up released", Key{Code: Up, Action: Release}, `\e[1;1:3A`},
		{"delete released", Key{Code: Delete, Action: Release}, `\e[3;1:3~`},
		{"enter repeats", Key{Code: Enter, Action: Repeat}, "\r"},
		{"enter released", Key{Code: Enter, Action: Release}, ""},
		{"shift-enter released", Key{Code: Enter, Mod: Shift, Action: Release}, ""},
		{"tab released", Key{Code: Tab, Action: Release}, ""},
		{"escape released", Key{Code: Escape, Action: Release}, `\e[27;1:3u`},
		{"shift released", Key{Code: LeftShift, Action: Release}, ""},
	})
	check(t, vt.Modes{KittyFlags: 2}, []row{ // events, and what is ambiguous stays so
		{"ctrl-a", k('a', Ctrl), "\x01"},
		{"escape", k(Escape), `\e`},
		{"ctrl-a released", Key{Code: 'a', Mod: Ctrl, Action: Release}, `\e[97;5:3u`},
		{"keypad enter", k(KpEnter), "\r"},
		{"keypad up", k(KpUp), `\e[A`},
		{"keypad up released", Key{Code: KpUp, Action: Release}, `\e[1;1:3A`},
	})
}

func TestKittyAlternatesAndAll(t *testing.T) {
	check(t, vt.Modes{KittyFlags: 5}, []row{
		{"ctrl-shift-a", Key{Code: 'a', Shifted: 'A', Mod: Ctrl | Shift}, `\e[97:65;6u`},
		{"ctrl-a", Key{Code: 'a', Shifted: 'A', Mod: Ctrl}, `\e[97;5u`},
		{"ctrl-с of a cyrillic layout", Key{Code: 'с', Base: 'c', Mod: Ctrl}, `\e[1089::99;5u`},
		{"ctrl-shift-С", Key{Code: 'с', Shifted: 'С', Base: 'c', Mod: Ctrl | Shift}, `\e[1089:1057:99;6u`},
		{"base is the same", Key{Code: 'a', Base: 'a', Mod: Ctrl}, `\e[97;5u`},
		{"up", k(Up), `\e[A`},
	})
	check(t, vt.Modes{KittyFlags: 8}, []row{
		{"a", typedKey('a', "a"), `\e[97u`},
		{"shift-a", typedKey('a', "A", Shift), `\e[97;2u`},
		{"enter", k(Enter), `\e[13u`},
		{"tab", k(Tab), `\e[9u`},
		{"backspace", k(Backspace), `\e[127u`},
		{"escape", k(Escape), `\e[27u`},
		{"left shift", k(LeftShift, Shift), `\e[57441;2u`},
		{"right ctrl", k(RightCtrl, Ctrl), `\e[57448;5u`},
		{"caps lock", k(CapsLockKey, CapsLock), `\e[57358;65u`},
		{"a with NumLock", typedKey('a', "a", NumLock), `\e[97;129u`},
		{"keypad 5", typedKey(Kp5, "5", NumLock), `\e[57404;129u`},
		{"mute", k(Mute), `\e[57440u`},
	})
	check(t, vt.Modes{KittyFlags: 31}, []row{
		{"a", typedKey('a', "a"), `\e[97;;97u`},
		{"shift-a", Key{Code: 'a', Shifted: 'A', Text: "A", Mod: Shift}, `\e[97:65;2;65u`},
		{"a repeats", Key{Code: 'a', Text: "a", Action: Repeat}, `\e[97;1:2;97u`},
		{"a released", Key{Code: 'a', Text: "a", Action: Release}, `\e[97;1:3u`},
		{"several code points", typedKey('e', "e\u0301"), `\e[101;;101:769u`},
		{"ctrl-a", k('a', Ctrl), `\e[97;5u`},
		{"enter", k(Enter), `\e[13u`},
		{"enter released", Key{Code: Enter, Action: Release}, `\e[13;1:3u`},
		{"text that is a control", typedKey(Tab, "\t"), `\e[9u`},
		{"up", k(Up), `\e[A`},
	})
}

// Every key under every encoding is a whole sequence or text, never a torn one.
func FuzzEncode(f *testing.F) {
	f.Add(int32('a'), "a", uint16(Ctrl), int32('A'), uint8(0), uint8(0), uint8(0), uint8(0))
	f.Add(Up, "", uint16(Shift), int32(0), uint8(2), uint8(31), uint8(2), uint8(255))
	f.Fuzz(func(t *testing.T, code int32, text string, mod uint16, shifted int32, action, kittyFlags, other, bits uint8) {
		m := vt.Modes{
			AppCursor: bits&1 != 0, AppKeypad: bits&2 != 0, BackarrowBS: bits&4 != 0, LineFeedNewLine: bits&8 != 0,
			KittyFlags: kittyFlags & 31, ModifyOtherKeys: other % 3,
		}
		key := Key{Code: code, Text: text, Mod: Mod(mod) & (1<<8 - 1), Shifted: shifted, Base: shifted, Action: Action(action % 3)}
		got := Encode(nil, key, m)
		if len(got) > 64+12*len(text) {
			t.Fatalf("%+v sends %d bytes", key, len(got))
		}
		if utf8.ValidString(text) && !utf8.Valid(got) {
			t.Fatalf("%+v sends %q, which is no UTF-8", key, got)
		}
		if again := Encode(nil, key, m); string(again) != string(got) {
			t.Fatalf("%+v sends %q and then %q", key, got, again)
		}
	})
}

func TestEncodeDoesNotAllocate(t *testing.T) {
	buf := make([]byte, 0, 64)
	for _, m := range []vt.Modes{{}, {ModifyOtherKeys: 2}, {KittyFlags: 31}} {
		for _, key := range []Key{k('a', Ctrl), typedKey('a', "a"), k(Up, Shift), k(F5)} {
			n := testing.AllocsPerRun(100, func() { Encode(buf, key, m) })
			if n != 0 {
				t.Errorf("%+v under %+v: %v allocations", key, m, n)
			}
		}
	}
}
