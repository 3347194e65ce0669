package vt

// sgr executes SGR: it changes the pen.
func (t *Terminal) sgr() {
	ps := &t.parser
	t.penStale = true
	if ps.n == 0 {
		t.pen.Style = Style{}
		return
	}
	for i := 0; i < ps.n; {
		next := i + 1
		for ps.isSub(next) {
			next++
		}
		switch p := ps.param(i, 0); p {
		case 38, 48, 58:
			c, n, ok := t.sgrColor(i, next)
			next = n
			if ok {
				t.setColor(p, c)
			}
		case 4:
			t.pen.Underline = UnderlineSingle
			if next > i+1 {
				if u := ps.param(i+1, 1); u <= int(UnderlineDashed) {
					t.pen.Underline = Underline(u)
				}
			}
		default:
			t.sgrSimple(p)
		}
		i = next
	}
}

func (t *Terminal) setColor(p int, c Color) {
	switch p {
	case 38:
		t.pen.Foreground = c
	case 48:
		t.pen.Background = c
	case 58:
		t.pen.UnderlineColor = c
	}
}

// sgrColor reads the colour of parameter i (38, 48 or 58), whose sub-parameters
// end at next. It returns where the next attribute begins. Both spellings are
// known: 38:2::r:g:b, also without the empty colour space, and 38;2;r;g;b.
func (t *Terminal) sgrColor(i, next int) (Color, int, bool) {
	ps := &t.parser
	if next > i+1 {
		args := ps.params[i+1 : next]
		switch {
		case args[0] == 5 && len(args) >= 2:
			return IndexColor(clampByte(args[1])), next, args[1] < 256
		case args[0] == 2 && len(args) >= 5:
			return RGBColor(clampByte(args[2]), clampByte(args[3]), clampByte(args[4])), next, true
		case args[0] == 2 && len(args) == 4:
			return RGBColor(clampByte(args[1]), clampByte(args[2]), clampByte(args[3])), next, true
		}
		return 0, next, false
	}
	args := ps.params[i+1 : ps.n]
	switch {
	case len(args) >= 2 && args[0] == 5:
		return IndexColor(clampByte(args[1])), i + 3, args[1] < 256
	case len(args) >= 4 && args[0] == 2:
		return RGBColor(clampByte(args[1]), clampByte(args[2]), clampByte(args[3])), i + 5, true
	}
	return 0, ps.n, false
}

func clampByte(v int32) uint8 { return uint8(min(max(v, 0), 255)) }

// sgrSimple executes an attribute without arguments. Unknown ones are skipped.
func (t *Terminal) sgrSimple(p int) {
	s := &t.pen.Style
	switch {
	case p == 0:
		*s = Style{}
	case p <= 9:
		s.Attrs |= sgrSet[p]
	case p >= 22 && p <= 29:
		s.Attrs &^= sgrClear[p-22]
		if p == 24 {
			s.Underline = UnderlineNone
		}
	case p >= 30 && p <= 37:
		s.Foreground = IndexColor(uint8(p - 30))
	case p == 39:
		s.Foreground = 0
	case p >= 40 && p <= 47:
		s.Background = IndexColor(uint8(p - 40))
	case p == 49:
		s.Background = 0
	case p >= 90 && p <= 97:
		s.Foreground = IndexColor(uint8(p - 82))
	case p >= 100 && p <= 107:
		s.Background = IndexColor(uint8(p - 92))
	case p == 21:
		s.Underline = UnderlineDouble
	case p == 53:
		s.Attrs |= AttrOverline
	case p == 55:
		s.Attrs &^= AttrOverline
	case p == 59:
		s.UnderlineColor = 0
	}
}

// sgrSet holds the attributes that SGR 1 to 9 set, sgrClear those that
// SGR 22 to 29 clear.
var (
	sgrSet = [10]Attr{
		1: AttrBold, 2: AttrFaint, 3: AttrItalic, 5: AttrBlink,
		6: AttrRapidBlink, 7: AttrReverse, 8: AttrConceal, 9: AttrStrike,
	}
	sgrClear = [8]Attr{
		0: AttrBold | AttrFaint, 1: AttrItalic, 3: AttrBlink | AttrRapidBlink,
		5: AttrReverse, 6: AttrConceal, 7: AttrStrike,
	}
)
