package terminal

import "unicode"

// next is the place one character on, over the ends of lines.
func (tx text) next(p pos) (pos, bool) {
	r := tx.row(p.line)
	if x := r.snap(p.x) + r.widthAt(p.x); x < r.cells() {
		return pos{p.line, x}, true
	}
	if p.line >= tx.high {
		return p, false
	}
	return pos{p.line + 1, 0}, true
}

// back is the place one character before.
func (tx text) back(p pos) (pos, bool) {
	if p.x > 0 {
		r := tx.row(p.line)
		return pos{p.line, min(r.snap(p.x-1), r.lastCell())}, true
	}
	if p.line <= tx.low {
		return p, false
	}
	return pos{p.line - 1, tx.row(p.line - 1).lastCell()}, true
}

// class tells apart what vi's small words are made of.
type class uint8

const (
	classBlank class = iota
	classWord
	classOther
)

func wordly(c rune) bool {
	return c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c)
}

func classOf(c rune) class {
	switch {
	case c == ' ' || c == '\t' || c == 0xa0:
		return classBlank
	case wordly(c):
		return classWord
	}
	return classOther
}

// stepper walks over characters with their class. Between lines that are not
// one wrapped line there is a blank, so that words end there.
type stepper struct {
	tx  text
	at  pos
	row row
	cls class
}

func (tx text) stepper(p pos) *stepper {
	s := &stepper{tx: tx, at: p, row: tx.row(p.line)}
	s.cls = classOf(s.row.charAt(p.x))
	return s
}

// step goes one character in a direction; broke says that a line's end was
// passed there. ok is false at the end of everything.
func (s *stepper) step(dir int) (broke, ok bool) {
	var p pos
	if dir > 0 {
		p, ok = s.tx.next(s.at)
	} else {
		p, ok = s.tx.back(s.at)
	}
	if !ok {
		return false, false
	}
	if p.line != s.at.line {
		was := s.row
		s.row = s.tx.row(p.line)
		broke = dir > 0 && !was.Wrapped || dir < 0 && !s.row.Wrapped
	}
	s.at = p
	s.cls = classOf(s.row.charAt(p.x))
	return broke, true
}

// wordNext is vi's w: the beginning of the next word. An empty line counts as
// one.
func (tx text) wordNext(p pos) pos {
	s := tx.stepper(p)
	start := s.cls
	left := start == classBlank
	for {
		broke, ok := s.step(1)
		if !ok {
			return s.at
		}
		if broke && s.row.Text == "" {
			return s.at
		}
		if broke || s.cls != start {
			left = true
		}
		if left && s.cls != classBlank {
			return s.at
		}
	}
}

// wordEnd is vi's e: the end of the word, or of the next.
func (tx text) wordEnd(p pos) pos {
	s := tx.stepper(p)
	for {
		if _, ok := s.step(1); !ok {
			return s.at
		}
		if s.cls == classBlank {
			continue
		}
		ahead := *s
		broke, ok := ahead.step(1)
		if !ok || broke || ahead.cls != s.cls {
			return s.at
		}
	}
}

// wordBack is vi's b: the beginning of the word, or of the one before.
func (tx text) wordBack(p pos) pos {
	s := tx.stepper(p)
	for {
		broke, ok := s.step(-1)
		if !ok || broke && s.row.Text == "" {
			return s.at
		}
		if s.cls == classBlank {
			continue
		}
		behind := *s
		broke, ok = behind.step(-1)
		if !ok || broke || behind.cls != s.cls {
			return s.at
		}
	}
}
