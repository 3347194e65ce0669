// Package themes says how podium looks: a theme maps every [Role] to colours and
// attributes, as values that screens are handed and never reach for. It draws
// nothing itself and knows no screen.
//
// Painting a cell with lipgloss costs microseconds; a theme therefore keeps the
// control sequences of each role ready, and painting is joining strings:
//
//	th := themes.ForBackground(dark)
//	line := th.Paint(themes.OK, "Running")
package themes

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// reset ends every role: SGR 0 (ECMA-48 §8.3.117).
const reset = "\x1b[m"

// Theme is the look of the whole program. It is a small value that may be copied
// and used from any goroutine; nothing in it changes after it was made. The zero
// Theme paints nothing and is of use in tests.
type Theme struct {
	data *data
}

// data is what a theme shares among its copies.
type data struct {
	name   string
	dark   bool
	styles [roleCount]style
	open   [roleCount]string
	// on holds the sequences of every role over the background of the roles in
	// bases, since a row is painted in them some hundred times a frame.
	on [len(bases)][roleCount]string
}

// bases are the roles that other roles are drawn on top of.
var bases = [...]Role{Selected, SelectedBlur, Marked, Bar, Selection}

// Name is the theme's name, "" of the zero Theme.
func (t Theme) Name() string {
	if t.data == nil {
		return ""
	}
	return t.data.name
}

// Dark says whether the theme is made for a dark background.
func (t Theme) Dark() bool { return t.data != nil && t.data.dark }

// Open returns the control sequence that begins the role, "" where the role looks
// like the terminal's default. It costs a table look-up.
func (t Theme) Open(r Role) string {
	if t.data == nil || r >= roleCount {
		return ""
	}
	return t.data.open[r]
}

// Close returns the control sequence that ends the role, "" where Open is "".
func (t Theme) Close(r Role) string {
	if t.Open(r) == "" {
		return ""
	}
	return reset
}

// Paint returns s in the role. An empty s stays empty. s is not looked at: a
// sequence inside that resets, resets the role as well.
func (t Theme) Paint(r Role, s string) string {
	open := t.Open(r)
	if open == "" || s == "" {
		return s
	}
	return open + s + reset
}

// Append appends s in the role to dst, as Paint but without an allocation of its
// own.
func (t Theme) Append(dst []byte, r Role, s string) []byte {
	open := t.Open(r)
	if open == "" || s == "" {
		return append(dst, s...)
	}
	dst = append(dst, open...)
	dst = append(dst, s...)
	return append(dst, reset...)
}

// OpenOn returns the sequence that begins role r drawn over base: the foreground
// and attributes of r on the background of base. It is meant for a cell in the
// selected row or for a key in a bar. The bases that are prepared are Selected,
// SelectedBlur, Marked, Bar and Selection; over any other base it is Open(r). A
// role with a background of its own, such as Match, keeps it. It is ended by
// writing [Theme.Reset].
func (t Theme) OpenOn(r, base Role) string {
	if t.data == nil || r >= roleCount {
		return ""
	}
	for i, b := range bases {
		if b == base {
			return t.data.on[i][r]
		}
	}
	return t.data.open[r]
}

// PaintOn returns s in role r over base; see OpenOn.
func (t Theme) PaintOn(r, base Role, s string) string {
	open := t.OpenOn(r, base)
	if open == "" || s == "" {
		return s
	}
	return open + s + reset
}

// Reset returns the sequence that ends any role: "\x1b[m", "" of the zero Theme.
func (t Theme) Reset() string {
	if t.data == nil {
		return ""
	}
	return reset
}

// Style returns the role as a lipgloss style, for bubbles' widgets and for what
// is drawn rarely.
func (t Theme) Style(r Role) lipgloss.Style {
	if t.data == nil || r >= roleCount {
		return lipgloss.NewStyle()
	}
	return t.data.styles[r].lipgloss()
}

// Foreground returns the role's foreground, nil where it is the terminal's own.
func (t Theme) Foreground(r Role) color.Color {
	if t.data == nil || r >= roleCount {
		return nil
	}
	return t.data.styles[r].fg.color()
}

// Background returns the role's background, nil where it is the terminal's own.
func (t Theme) Background(r Role) color.Color {
	if t.data == nil || r >= roleCount {
		return nil
	}
	return t.data.styles[r].bg.color()
}

// build makes a theme of its styles.
func build(name string, dark bool, styles [roleCount]style) Theme {
	d := &data{name: name, dark: dark, styles: styles}
	for r := range roleCount {
		d.open[r] = d.styles[r].sgr()
		for i, b := range bases {
			d.on[i][r] = d.styles[r].over(d.styles[b]).sgr()
		}
	}
	return Theme{data: d}
}
