package ui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/input"
	"podium/themes"
)

// choice is a line of a picker.
type choice struct {
	name   string // what is typed or pressed
	detail string // what it does
	head   bool   // a heading, which cannot be chosen
	last   bool   // after all others, unless it is the only one
	keep   bool   // what was run so is remembered
	more   string // choosing it goes on typing after this
	do     func(r *root)
	try    func(r *root) // shows what it would be, while it is under the cursor
}

// picker is a dialog with a list of choices and, where asked for, a line to
// type in that narrows them: the palette, the help, the list of sessions.
type picker struct {
	root     *root
	title    string
	typed    bool       // with a line to type in
	prompt   string     // before it
	line     input.Line // what is typed
	keys     menuKeyMap
	lineKeys input.KeyMap
	all      func() []choice
	match    func(c choice, typed string) bool
	exact    bool                        // a name that is typed in full comes first
	unknown  func(r *root, typed string) // enter where nothing matches
	closes   key.Binding                 // x on a line, where there is something to close
	onClose  func(r *root, i int)
	shown    []choice
	at, top  int
	cols     int
	rows     int
	view     string
	tried    bool // a choice is being tried
}

var (
	_ models.Screen   = (*picker)(nil)
	_ models.Titled   = (*picker)(nil)
	_ models.Sized    = (*picker)(nil)
	_ models.Pointing = (*picker)(nil)
)

// Init lists the choices.
func (p *picker) Init() tea.Cmd {
	p.narrow()
	return nil
}

// Title is the dialog's title.
func (p *picker) Title() string { return p.title }

// WantSize asks for room for every choice that is shown, as wide as all need.
func (p *picker) WantSize(maxCols, maxRows int) (int, int) {
	names, details, n := 0, 0, max(len(p.shown), 1)
	for _, c := range p.all() {
		if c.head {
			continue
		}
		names, details = max(names, safetext.Width(c.name)), max(details, safetext.Width(c.detail))
	}
	if p.typed {
		n++
	}
	return min(max(names+details+5, 30), maxCols), min(n, maxRows)
}

// SetSize sets the rectangle.
func (p *picker) SetSize(cols, rows int) {
	p.cols, p.rows = cols, rows
	p.draw()
}

// Keys are what works in the dialog.
func (p *picker) Keys() help.KeyMap {
	out := []key.Binding{p.keys.Choose, p.keys.Close}
	if p.typed {
		out = append(p.lineKeys.Help("run", "close"), p.lineKeys.Complete)
	}
	if p.onClose != nil {
		out = append(out, p.closes)
	}
	return models.Help{Short: out}
}

// Update handles keys, the wheel and clicks.
func (p *picker) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		p.press(msg)
	case tea.PasteMsg:
		if p.typed && p.line.Handle(msg) {
			p.narrow()
		}
	case tea.MouseWheelMsg:
		switch msg.Button {
		case tea.MouseWheelUp:
			p.move(-1)
		case tea.MouseWheelDown:
			p.move(1)
		}
	case tea.MouseClickMsg:
		i := p.top + msg.Y - p.offset()
		if msg.Button == tea.MouseLeft && i >= 0 && i < len(p.shown) && !p.shown[i].head {
			p.at = i
			p.choose()
		}
	default:
		return nil
	}
	if p.root.layerOf(p) >= 0 { // it was not closed by that
		p.try()
		p.draw()
	}
	return nil
}

// menuKeyMap are the keys of a picker, beside those of its line. Where it has a
// line, keys that are text are for that.
type menuKeyMap struct{ Choose, Close, Up, Down, PageUp, PageDown key.Binding }

func newMenuKeyMap() menuKeyMap {
	bind := func(help, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, what))
	}
	return menuKeyMap{
		Choose: bind("enter", "run", "enter"), Close: bind("esc", "close", "esc", "q"),
		Up: bind("k", "up", "up", "ctrl+p", "k"), Down: bind("j", "down", "down", "ctrl+n", "j"),
		PageUp: bind("pgup", "page up", "pgup"), PageDown: bind("pgdown", "page down", "pgdown"),
	}
}

// KeyMaps are the keys that can be bound anew.
func (p *picker) KeyMaps() []models.KeyScope {
	return []models.KeyScope{{Name: "menu", Map: &p.keys}, {Name: "line", Map: &p.lineKeys}}
}

func (p *picker) press(k tea.KeyPressMsg) {
	line, free := &p.lineKeys, !p.typed || k.Text == ""
	switch {
	case free && key.Matches(k, p.keys.Close), p.typed && key.Matches(k, line.Cancel),
		p.typed && key.Matches(k, line.DeleteLeft) && p.line.Value() == "":
		p.root.drop(p)
	case free && key.Matches(k, p.keys.Choose), p.typed && key.Matches(k, line.Accept):
		p.choose()
	case free && key.Matches(k, p.keys.Up):
		p.move(-1)
	case free && key.Matches(k, p.keys.Down):
		p.move(1)
	case free && key.Matches(k, p.keys.PageUp):
		p.move(-max(p.rows-2, 1))
	case free && key.Matches(k, p.keys.PageDown):
		p.move(max(p.rows-2, 1))
	case p.typed && key.Matches(k, line.Complete):
		if p.at < len(p.shown) && p.at >= 0 {
			if c := p.shown[p.at]; c.more != "" {
				p.line.Set(c.more)
			} else {
				p.line.Set(c.name)
			}
			p.narrow()
		}
	case p.typed && p.line.Handle(k):
		p.narrow()
	case p.onClose != nil && key.Matches(k, p.closes):
		p.onClose(p.root, p.at)
		p.narrow()
	}
}

// choose runs the choice under the cursor.
func (p *picker) choose() {
	r := p.root
	if p.at >= 0 && p.at < len(p.shown) && !p.shown[p.at].head {
		c := p.shown[p.at]
		if c.more != "" {
			p.line.Set(c.more)
			p.narrow()
			return
		}
		r.drop(p)
		if c.keep {
			r.ran(c.name)
		}
		r.dialogAt = r.env.Now().Add(-dialogRest) // chosen with care: nothing to wait for
		c.do(r)
		return
	}
	if p.unknown != nil {
		typed := p.line.Value()
		r.drop(p)
		p.unknown(r, typed)
	}
}

// narrow lists the choices that what is typed leaves.
func (p *picker) narrow() {
	typed := strings.TrimSpace(p.line.Value())
	p.shown = p.shown[:0]
	for _, c := range p.all() {
		if typed == "" || !c.head && p.match(c, typed) {
			p.shown = append(p.shown, c)
		}
	}
	if p.exact {
		slices.SortStableFunc(p.shown, func(a, b choice) int { return rank(a, typed) - rank(b, typed) })
	}
	if p.typed {
		p.at = 0
	}
	p.at = min(p.at, len(p.shown)-1)
	if i := p.root.layerOf(p); i >= 0 {
		p.root.place(p.root.layers[i])
	}
	p.move(0)
	p.draw()
}

// rank orders choices by how well what is typed names them.
func rank(c choice, typed string) int {
	switch {
	case typed == "":
		return 0
	case c.last:
		return notNamed + 1
	}
	return fit(c, typed)
}

// move goes n choices on, over headings, and keeps the choice in view.
func (p *picker) move(n int) {
	dir := 1
	if n < 0 {
		dir = -1
	}
	p.at = p.nearest(min(max(p.at+n, 0), len(p.shown)-1), dir)
	room := max(p.rows-p.offset(), 1)
	p.top = max(min(p.top, p.at), p.at-room+1, 0)
	if p.at > 0 && p.at == p.nearest(0, 1) {
		p.top = 0 // the heading of the first choice belongs in view
	}
}

// nearest is the choice at i, or the next one in the direction, or the next in
// the other; -1 when there is none.
func (p *picker) nearest(i, dir int) int {
	for _, step := range [...]int{dir, -dir} {
		for at := i; at >= 0 && at < len(p.shown); at += step {
			if !p.shown[at].head {
				return at
			}
		}
	}
	return -1
}

// offset is the number of lines above the choices.
func (p *picker) offset() int {
	if p.typed {
		return 1
	}
	return 0
}

func (p *picker) draw() {
	th := p.root.env.Theme
	names := 0
	for _, c := range p.all() {
		if !c.head {
			names = max(names, safetext.Width(c.name))
		}
	}
	names = min(names, max(p.cols/2, 1))
	lines := make([]string, 0, p.rows)
	if p.typed && p.rows > 0 {
		text, _ := p.line.View(max(p.cols-safetext.Width(p.prompt), 0))
		lines = append(lines, th.Paint(themes.KeyHint, safetext.Fit(p.prompt, min(len(p.prompt), p.cols)))+th.Paint(themes.Input, text))
	}
	for i := p.top; i < len(p.shown) && len(lines) < p.rows; i++ {
		lines = append(lines, p.drawChoice(p.shown[i], i == p.at, names)+p.thumb(i))
	}
	if len(p.shown) == 0 && len(lines) < p.rows {
		lines = append(lines, paintLine(th, themes.Muted, "nothing of that name", p.cols))
	}
	for len(lines) < p.rows {
		lines = append(lines, strings.Repeat(" ", p.cols))
	}
	p.view = strings.Join(lines, "\n")
}

// barCols is the width of the sign of what is scrolled out of view.
const barCols = 2

// thumb is that sign beside choice i.
func (p *picker) thumb(i int) string {
	room := p.rows - p.offset()
	if p.cols < barCols+1 {
		return ""
	}
	if len(p.shown) <= room {
		return "  "
	}
	size := max(room*room/len(p.shown), 1)
	from := p.top * (room - size) / max(len(p.shown)-room, 1)
	if y := i - p.top; y >= from && y < from+size {
		return p.root.env.Theme.Paint(themes.Accent, " ┃")
	}
	return p.root.env.Theme.Paint(themes.Muted, " │")
}

func (p *picker) drawChoice(c choice, selected bool, names int) string {
	th := p.root.env.Theme
	cols := p.cols
	if cols > barCols {
		cols -= barCols
	}
	if c.head {
		return paintLine(th, themes.Header, c.name, cols)
	}
	name := safetext.Fit(c.name, min(names, cols))
	detail := safetext.Fit("  "+c.detail, max(cols-names, 0))
	if selected {
		return th.PaintOn(themes.KeyHint, themes.Selected, name) + th.PaintOn(themes.Text, themes.Selected, detail)
	}
	return th.Paint(themes.KeyHint, name) + th.Paint(themes.Text, detail)
}

// View is the list as it was drawn last.
func (p *picker) View() string { return p.view }

// Cursor is in the line that is typed.
func (p *picker) Cursor() *tea.Cursor {
	if !p.typed || p.rows == 0 {
		return nil
	}
	prompt := safetext.Width(p.prompt)
	_, x := p.line.View(max(p.cols-prompt, 0))
	return tea.NewCursor(prompt+x, 0)
}

// try shows what the choice under the cursor would be, and ends that of another.
func (p *picker) try() {
	if p.at >= 0 && p.at < len(p.shown) && p.shown[p.at].try != nil {
		p.tried = true
		p.shown[p.at].try(p.root)
	} else if p.tried {
		p.Close()
	}
}

// SetTheme draws in the new theme.
func (p *picker) SetTheme(themes.Theme) { p.draw() }

// Close ends what was tried.
func (p *picker) Close() {
	if p.tried {
		p.tried = false
		p.root.preview("")
	}
}
