package form

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"podium/internal/safetext"
	"podium/themes"
)

// rowKind says what a row of the view shows.
type rowKind uint8

const (
	rowBlank rowKind = iota
	rowBody
	rowChoice
	rowField
	rowFieldError
	rowProblem
	rowButtons
)

// row is one row of the view, and what it shows.
type row struct {
	kind    rowKind
	index   int
	text    Text
	buttons []place
}

// place is a button in its row.
type place struct{ index, x, w int }

// plan is how the parts share the rows.
type plan struct {
	rows     []row
	body     []Text // the whole body, wrapped
	bodyRows int    // rows of it that are shown
	label    int    // width of the fields' labels
}

// bodyLimit bounds the body, in lines.
const bodyLimit = 2000

// layout shares out the rows: buttons, fields and problems first, as one acts
// with them; then choices around the chosen one, then text.
func (f *Form) layout() plan {
	p := plan{body: f.wrapBody(f.w), label: f.labelWidth()}
	var foot []row
	for i, fd := range f.fields {
		foot = append(foot, row{kind: rowField, index: i})
		if fd.err != "" {
			foot = append(foot, row{kind: rowFieldError, index: i})
		}
	}
	for _, l := range wrap(f.problem, f.w, 4) {
		foot = append(foot, row{kind: rowProblem, text: Text{l, themes.Error}})
	}
	buttons := f.buttonRows(f.w)
	need := len(foot) + len(buttons) + len(p.body) + len(f.choices)
	parts := 0
	for _, n := range []int{len(p.body), len(f.choices), len(foot), len(buttons)} {
		if n > 0 {
			parts++
		}
	}
	gaps := f.h-need >= parts-1 // blank rows between the parts, if there is room
	left := f.h - len(foot) - len(buttons)
	if gaps {
		left -= max(parts-1, 0)
	}
	choices := min(len(f.choices), max(left-min(len(p.body), left/2), min(left, 1)))
	choices = max(choices, 0)
	p.bodyRows = max(min(len(p.body), left-choices), 0)

	add := func(rows []row) {
		if len(rows) == 0 {
			return
		}
		if gaps && len(p.rows) > 0 {
			p.rows = append(p.rows, row{})
		}
		p.rows = append(p.rows, rows...)
	}
	add(f.bodyRowsOf(p))
	add(f.choiceRows(choices))
	add(foot)
	add(buttons)
	if over := len(p.rows) - f.h; over > 0 {
		p.rows = f.squeeze(p.rows, over)
	}
	return p
}

// squeeze keeps the rows around the focus when not even those fit.
func (f *Form) squeeze(rows []row, over int) []row {
	at := len(rows) - 1
	for i, r := range rows {
		switch r.kind {
		case rowField:
			if &f.fields[r.index] == f.current() {
				at = i
			}
		case rowButtons:
			for _, b := range r.buttons {
				if b.index == f.button() {
					at = i
				}
			}
		case rowChoice:
			if f.Focused() == ChoicesID && r.index == f.chosen {
				at = i
			}
		}
	}
	from := max(min(at-f.h/2, over), 0)
	return rows[from : from+max(f.h, 0)]
}

// bodyRowsOf are the rows of the body that are scrolled to; the last one says how
// much is below.
func (f *Form) bodyRowsOf(p plan) []row {
	var rows []row
	from := max(min(f.scroll, len(p.body)-p.bodyRows), 0)
	for i := from; i < from+p.bodyRows; i++ {
		t := p.body[i]
		if i == from+p.bodyRows-1 && i < len(p.body)-1 {
			t = Text{"… more (" + f.Keys.BodyDown.Help().Key + ")", themes.Muted}
		}
		rows = append(rows, row{kind: rowBody, text: t})
	}
	return rows
}

// choiceRows are n choices around the chosen one.
func (f *Form) choiceRows(n int) []row {
	from := max(min(f.chosen-n/2, len(f.choices)-n), 0)
	var rows []row
	for i := from; i < from+n; i++ {
		rows = append(rows, row{kind: rowChoice, index: i})
	}
	return rows
}

// buttonRows sets the buttons from the right edge on, in as many rows as needed.
func (f *Form) buttonRows(w int) []row {
	var rows []row
	var line []place
	used := 0
	flush := func() {
		x := max(w-used, 0)
		for i := range line {
			line[i].x += x
		}
		if len(line) > 0 {
			rows = append(rows, row{kind: rowButtons, buttons: line})
		}
		line, used = nil, 0
	}
	for i, b := range f.buttons {
		bw := min(safetext.Width(safetext.Clean(b.Label))+4, max(w, 0))
		if used > 0 && used+2+bw > w {
			flush()
		}
		if used > 0 {
			used += 2
		}
		line = append(line, place{index: i, x: used, w: bw})
		used += bw
	}
	flush()
	return rows
}

func (f *Form) labelWidth() int {
	label := 0
	for _, fd := range f.fields {
		label = max(label, safetext.Width(safetext.Clean(fd.Label)))
	}
	return min(label, f.w/3)
}

// wrapBody breaks the text into lines of w cells.
func (f *Form) wrapBody(w int) []Text {
	var out []Text
	for _, t := range f.body {
		if t.Text == "" {
			out = append(out, t)
		}
		for _, l := range wrap(t.Text, w, bodyLimit-len(out)) {
			out = append(out, Text{l, t.Role})
		}
	}
	return out
}

// wrap breaks text into at most n harmless lines of at most w cells.
func wrap(text string, w, n int) []string {
	if text == "" || w < 1 {
		return nil
	}
	var out []string
	for _, l := range safetext.Block(text, n, 1<<12) {
		for _, part := range strings.Split(ansi.Wrap(l, w, ""), "\n") {
			if len(out) < n {
				out = append(out, safetext.Truncate(part, w))
			}
		}
	}
	return out
}

// WantSize is the size at which everything shows, at most maxW × maxH.
func (f *Form) WantSize(maxW, maxH int) (w, h int) {
	for _, t := range f.body {
		for _, l := range safetext.Block(t.Text, bodyLimit, max(maxW, 1)) {
			w = max(w, safetext.Width(l))
		}
	}
	for _, c := range f.choices {
		w = max(w, safetext.Width(safetext.Clean(c.Label))+safetext.Width(safetext.Clean(c.Detail))+7)
	}
	label := 0
	for _, fd := range f.fields {
		label = max(label, safetext.Width(safetext.Clean(fd.Label)))
	}
	if len(f.fields) > 0 {
		w = max(w, label+42)
	}
	sum := 0
	for _, b := range f.buttons {
		sum += safetext.Width(safetext.Clean(b.Label)) + 6
	}
	w = max(min(max(w, sum-2), maxW), 0)
	probe := *f
	probe.w, probe.h = w, 1<<20
	return w, max(min(len(probe.layout().rows), maxH), 0)
}

// View draws exactly the size set.
func (f *Form) View() string {
	if f.h == 0 {
		return ""
	}
	p := f.layout()
	lines := make([]string, f.h)
	for y := range lines {
		var r row
		if y < len(p.rows) {
			r = p.rows[y]
		}
		lines[y] = safetext.Fit(f.drawRow(r, p), f.w)
	}
	return strings.Join(lines, "\n")
}

func (f *Form) drawRow(r row, p plan) string {
	switch r.kind {
	case rowBody, rowProblem:
		return f.theme.Paint(r.text.Role, r.text.Text)
	case rowChoice:
		return f.drawChoice(r.index)
	case rowField:
		return f.drawField(&f.fields[r.index], p)
	case rowFieldError:
		return safetext.Spaces(p.label+2) + f.theme.Paint(themes.Error, safetext.Line(f.fields[r.index].err, f.w-p.label-2))
	case rowButtons:
		return f.drawButtons(r.buttons)
	}
	return ""
}

func (f *Form) drawChoice(i int) string {
	c := f.choices[i]
	sign, role := "( ) ", themes.Text
	if i == f.chosen {
		sign, role = "(•) ", themes.Strong
		if f.Focused() == ChoicesID {
			role = themes.Selected
		}
	}
	if c.Disabled {
		role = themes.Muted
	}
	label := safetext.Line(sign+c.Label, f.w)
	if c.Detail == "" {
		return f.theme.Paint(role, label)
	}
	detail := safetext.Line(c.Detail, f.w-safetext.Width(label)-2)
	return f.theme.Paint(role, label) + "  " + f.theme.Paint(themes.Muted, detail)
}

func (f *Form) drawField(fd *field, p plan) string {
	role := themes.Muted
	if fd == f.current() {
		role = themes.Accent
	}
	label := f.theme.Paint(role, safetext.Fit(safetext.Clean(fd.Label), p.label))
	text, _ := f.fieldText(fd, p)
	role = themes.Input
	if fd.input.Value() == "" {
		role = themes.Placeholder
	}
	mark := " "
	if fd == f.current() {
		mark = f.theme.Paint(themes.Accent, ">")
	}
	return label + mark + " " + f.theme.Paint(role, text)
}

// fieldText is the part of a field's value around the cursor, and the cell of the
// cursor in it.
func (f *Form) fieldText(fd *field, p plan) (text string, cursor int) {
	room := f.w - p.label - 2
	if room < 1 {
		return "", 0
	}
	value := fd.input.Value()
	if value == "" {
		return safetext.Line(fd.Placeholder, room), 0
	}
	if fd.Secret {
		value = strings.Repeat("•", len([]rune(value)))
	}
	at := len(string([]rune(value)[:min(fd.input.Position(), len([]rune(value)))]))
	var b strings.Builder
	for _, piece := range safetext.Pieces(value, 1<<16, false) {
		if piece.Start < at {
			cursor += piece.Cells
		}
		b.WriteString(piece.Text)
	}
	left := max(cursor-room+1, 0)
	return safetext.Cut(b.String(), left, room), cursor - left
}

func (f *Form) drawButtons(buttons []place) string {
	var b strings.Builder
	x := 0
	for _, at := range buttons {
		b.WriteString(safetext.Spaces(at.x - x))
		spec := f.buttons[at.index]
		role, sides := themes.Button, [2]string{"  ", "  "}
		if at.index == f.button() {
			role, sides = themes.ButtonFocus, [2]string{"[ ", " ]"}
			if spec.Danger {
				role = themes.ButtonDanger
			}
		}
		b.WriteString(f.theme.Paint(role, safetext.Fit(sides[0]+safetext.Clean(spec.Label)+sides[1], at.w)))
		x = at.x + at.w
	}
	return b.String()
}

// Cursor is the cell of the hardware cursor; false unless a text field that is in
// view has the focus.
func (f *Form) Cursor() (x, y int, ok bool) {
	fd := f.current()
	if fd == nil || f.w == 0 {
		return 0, 0, false
	}
	p := f.layout()
	for y, r := range p.rows {
		if r.kind == rowField && &f.fields[r.index] == fd {
			_, cell := f.fieldText(fd, p)
			return min(p.label+2+cell, f.w-1), y, true
		}
	}
	return 0, 0, false
}
