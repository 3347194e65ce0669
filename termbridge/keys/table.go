package keys

// form is how a special key is encoded.
type form uint8

const (
	formCursor form = iota + 1 // CSI or SS3 and a letter; CSI 1 ; m and the letter
	formPF                     // F1 to F4: SS3 and a letter; CSI 1 ; m and the letter
	formTilde                  // CSI n ~; CSI n ; m ~
	formKeypad                 // text, or SS3 and a letter in application mode
	formNone                   // nothing outside the kitty protocol
)

// special is what is known of a key that is no code point.
type special struct {
	form form
	// final is the letter of formCursor, formPF and formKeypad.
	final byte
	// number is n of formTilde.
	number int
	// text is what a keypad key types.
	text byte
	// kitty is the number of the key in the kitty protocol with the final u,
	// where it has one of its own.
	kitty int
}

// specials lists the special keys ("ctlseqs", PC-style function keys and
// VT220-style keypad; kitty keyboard protocol, functional key definitions).
var specials = map[rune]special{
	Up:    {form: formCursor, final: 'A'},
	Down:  {form: formCursor, final: 'B'},
	Right: {form: formCursor, final: 'C'},
	Left:  {form: formCursor, final: 'D'},
	Begin: {form: formCursor, final: 'E'},
	End:   {form: formCursor, final: 'F'},
	Home:  {form: formCursor, final: 'H'},

	Find:   {form: formTilde, number: 1},
	Insert: {form: formTilde, number: 2},
	Delete: {form: formTilde, number: 3},
	Select: {form: formTilde, number: 4},
	PgUp:   {form: formTilde, number: 5},
	PgDown: {form: formTilde, number: 6},

	F1:  {form: formPF, final: 'P'},
	F2:  {form: formPF, final: 'Q'},
	F3:  {form: formPF, final: 'R', number: 13},
	F4:  {form: formPF, final: 'S'},
	F5:  {form: formTilde, number: 15},
	F6:  {form: formTilde, number: 17},
	F7:  {form: formTilde, number: 18},
	F8:  {form: formTilde, number: 19},
	F9:  {form: formTilde, number: 20},
	F10: {form: formTilde, number: 21},
	F11: {form: formTilde, number: 23},
	F12: {form: formTilde, number: 24},
	F13: {form: formTilde, number: 25, kitty: 57376},
	F14: {form: formTilde, number: 26, kitty: 57377},
	F15: {form: formTilde, number: 28, kitty: 57378},
	F16: {form: formTilde, number: 29, kitty: 57379},
	F17: {form: formTilde, number: 31, kitty: 57380},
	F18: {form: formTilde, number: 32, kitty: 57381},
	F19: {form: formTilde, number: 33, kitty: 57382},
	F20: {form: formTilde, number: 34, kitty: 57383},

	KpEnter:    {form: formKeypad, final: 'M', text: '\r', kitty: 57414},
	KpEqual:    {form: formKeypad, final: 'X', text: '=', kitty: 57415},
	KpMultiply: {form: formKeypad, final: 'j', text: '*', kitty: 57411},
	KpPlus:     {form: formKeypad, final: 'k', text: '+', kitty: 57413},
	KpComma:    {form: formKeypad, final: 'l', text: ',', kitty: 57416},
	KpSep:      {form: formKeypad, final: 'l', text: ',', kitty: 57416},
	KpMinus:    {form: formKeypad, final: 'm', text: '-', kitty: 57412},
	KpDecimal:  {form: formKeypad, final: 'n', text: '.', kitty: 57409},
	KpDivide:   {form: formKeypad, final: 'o', text: '/', kitty: 57410},
	Kp0:        {form: formKeypad, final: 'p', text: '0', kitty: 57399},
	Kp1:        {form: formKeypad, final: 'q', text: '1', kitty: 57400},
	Kp2:        {form: formKeypad, final: 'r', text: '2', kitty: 57401},
	Kp3:        {form: formKeypad, final: 's', text: '3', kitty: 57402},
	Kp4:        {form: formKeypad, final: 't', text: '4', kitty: 57403},
	Kp5:        {form: formKeypad, final: 'u', text: '5', kitty: 57404},
	Kp6:        {form: formKeypad, final: 'v', text: '6', kitty: 57405},
	Kp7:        {form: formKeypad, final: 'w', text: '7', kitty: 57406},
	Kp8:        {form: formKeypad, final: 'x', text: '8', kitty: 57407},
	Kp9:        {form: formKeypad, final: 'y', text: '9', kitty: 57408},

	// Without NumLock the keypad moves the cursor, and xterm sends what the
	// keys of the same names send.
	KpLeft:   {form: formCursor, final: 'D', kitty: 57417},
	KpRight:  {form: formCursor, final: 'C', kitty: 57418},
	KpUp:     {form: formCursor, final: 'A', kitty: 57419},
	KpDown:   {form: formCursor, final: 'B', kitty: 57420},
	KpPgUp:   {form: formTilde, number: 5, kitty: 57421},
	KpPgDown: {form: formTilde, number: 6, kitty: 57422},
	KpHome:   {form: formCursor, final: 'H', kitty: 57423},
	KpEnd:    {form: formCursor, final: 'F', kitty: 57424},
	KpInsert: {form: formTilde, number: 2, kitty: 57425},
	KpDelete: {form: formTilde, number: 3, kitty: 57426},
	KpBegin:  {form: formCursor, final: 'E'},

	Menu:          {form: formTilde, number: 29, kitty: 57363},
	CapsLockKey:   {form: formNone, kitty: 57358},
	ScrollLockKey: {form: formNone, kitty: 57359},
	NumLockKey:    {form: formNone, kitty: 57360},
	PrintScreen:   {form: formNone, kitty: 57361},
	Pause:         {form: formNone, kitty: 57362},

	MediaPlay:        {form: formNone, kitty: 57428},
	MediaPause:       {form: formNone, kitty: 57429},
	MediaPlayPause:   {form: formNone, kitty: 57430},
	MediaReverse:     {form: formNone, kitty: 57431},
	MediaStop:        {form: formNone, kitty: 57432},
	MediaFastForward: {form: formNone, kitty: 57433},
	MediaRewind:      {form: formNone, kitty: 57434},
	MediaNext:        {form: formNone, kitty: 57435},
	MediaPrev:        {form: formNone, kitty: 57436},
	MediaRecord:      {form: formNone, kitty: 57437},
	LowerVolume:      {form: formNone, kitty: 57438},
	RaiseVolume:      {form: formNone, kitty: 57439},
	Mute:             {form: formNone, kitty: 57440},

	LeftShift:      {form: formNone, kitty: 57441},
	LeftCtrl:       {form: formNone, kitty: 57442},
	LeftAlt:        {form: formNone, kitty: 57443},
	LeftSuper:      {form: formNone, kitty: 57444},
	LeftHyper:      {form: formNone, kitty: 57445},
	LeftMeta:       {form: formNone, kitty: 57446},
	RightShift:     {form: formNone, kitty: 57447},
	RightCtrl:      {form: formNone, kitty: 57448},
	RightAlt:       {form: formNone, kitty: 57449},
	RightSuper:     {form: formNone, kitty: 57450},
	RightHyper:     {form: formNone, kitty: 57451},
	RightMeta:      {form: formNone, kitty: 57452},
	IsoLevel3Shift: {form: formNone, kitty: 57453},
	IsoLevel5Shift: {form: formNone, kitty: 57454},
}

// The function keys beyond F20: xterm numbers them from 42, the kitty protocol
// goes on to F35.
const (
	highTilde = 42
	highKitty = 57384
)

// lookup finds a special key.
func lookup(code rune) (special, bool) {
	if code >= F21 && code <= F63 {
		s := special{form: formTilde, number: highTilde + int(code-F21)}
		if code <= F35 {
			s.kitty = highKitty + int(code-F21)
		}
		return s, true
	}
	s, ok := specials[code]
	return s, ok
}

// isLockOrModifier says whether the key only changes what others mean.
func isLockOrModifier(code rune) bool {
	return code >= LeftShift && code <= IsoLevel5Shift ||
		code == CapsLockKey || code == ScrollLockKey || code == NumLockKey
}
