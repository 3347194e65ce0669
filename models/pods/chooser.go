package pods

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"k8s.io/apimachinery/pkg/util/validation"

	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/input"
	"podium/themes"
)

// Chooser is the dialog in which the columns of the list are chosen and put in
// order. What is chosen shows at once in the list, and is remembered.
type Chooser struct {
	m    *Model
	keys ChooserKeyMap
	at   int
	top  int

	typing bool // the key of a label is being typed
	line   input.Line
	bad    string   // what is wrong with it
	labels []string // the keys there are
	pick   int      // the one of those that fit, -1 for what is typed

	cols, rows int
	view       string
}

var (
	_ models.Screen   = (*Chooser)(nil)
	_ models.Titled   = (*Chooser)(nil)
	_ models.Sized    = (*Chooser)(nil)
	_ models.Pointing = (*Chooser)(nil)
)

// ChooserKeyMap are the keys of the dialog.
type ChooserKeyMap struct {
	Next, MoveUp, MoveDown, Label, Remove, Reset key.Binding
	Up, Down, Close                              key.Binding
}

// DefaultChooserKeyMap are its keys unless somebody binds others.
func DefaultChooserKeyMap() ChooserKeyMap {
	bind := func(name, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(name, what))
	}
	return ChooserKeyMap{
		Next:     bind("space", "show, wide only, hide", "space"),
		MoveUp:   bind("K", "move up", "K", "shift+up", "ctrl+up"),
		MoveDown: bind("J", "move down", "J", "shift+down", "ctrl+down"),
		Label:    bind("a", "add a label", "a", "+"),
		Remove:   bind("x", "remove the label", "x", "delete"),
		Reset:    bind("r", "as they were", "r"),
		Up:       bind("↑", "up", "up", "k"),
		Down:     bind("↓", "down", "down", "j"),
		Close:    bind("esc", "close", "esc", "enter", "q"),
	}
}

// Chooser makes the dialog over the list.
func (m *Model) Chooser() *Chooser {
	m.layout = m.layout.complete()
	return &Chooser{m: m, keys: DefaultChooserKeyMap(), pick: -1, line: input.Line{Keys: &m.lineKeys}}
}

// labelKeysMsg are the keys of labels that pods have.
type labelKeysMsg struct {
	models.Answer
	keys []string
}

// Init looks for the labels there are.
func (c *Chooser) Init() tea.Cmd {
	pods := make([]*known, len(c.m.rows.sorted))
	for i, e := range c.m.rows.sorted {
		pods[i] = e.known
	}
	return func() tea.Msg {
		keys := valuesOf(placeKey, pods)
		for i, k := range keys {
			keys[i] = strings.TrimSuffix(k, "=")
		}
		return labelKeysMsg{Answer: models.To(c), keys: keys}
	}
}

// Title is the dialog's title.
func (c *Chooser) Title() string { return "columns" }

// Typing tells whether the key of a label is being typed.
func (c *Chooser) Typing() bool { return c.typing }

// Close does nothing: what was chosen is kept already.
func (c *Chooser) Close() {}

// WantSize asks for a line per column.
func (c *Chooser) WantSize(maxCols, maxRows int) (int, int) {
	return min(60, maxCols), min(len(c.m.layout), maxRows)
}

// SetSize sets the rectangle.
func (c *Chooser) SetSize(cols, rows int) {
	c.cols, c.rows = cols, rows
	c.draw()
}

// View is the dialog as it was drawn last.
func (c *Chooser) View() string { return c.view }

// Keys are those that work right now.
func (c *Chooser) Keys() help.KeyMap {
	k := c.keys
	if c.typing {
		return models.Help{Short: append(c.m.lineKeys.Help("add", "back"), c.m.lineKeys.Complete)}
	}
	remove := k.Remove
	remove.SetEnabled(strings.HasPrefix(c.current().id, labelPrefix))
	return models.Help{Short: []key.Binding{k.Next, k.MoveDown, k.MoveUp, k.Label, remove, k.Reset, k.Close}}
}

// KeyMaps are the keys that can be bound anew.
func (c *Chooser) KeyMaps() []models.KeyScope {
	return []models.KeyScope{{Name: "columns", Map: &c.keys}, {Name: "line", Map: &c.m.lineKeys}}
}

func (c *Chooser) current() placed { return c.m.layout[c.at] }

// Update handles keys, clicks and the wheel.
func (c *Chooser) Update(msg tea.Msg) (cmd tea.Cmd) {
	if models.ForAnother(msg, c) {
		return nil
	}
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if c.typing {
			cmd = c.pressTyping(msg)
		} else {
			cmd = c.press(msg)
		}
	case tea.PasteMsg:
		if c.typing {
			c.line.Handle(msg)
		}
	case tea.MouseWheelMsg:
		switch msg.Button {
		case tea.MouseWheelUp:
			c.move(-1)
		case tea.MouseWheelDown:
			c.move(1)
		}
	case tea.MouseClickMsg:
		cmd = c.click(msg)
	case labelKeysMsg:
		c.labels = msg.keys
	default:
		return nil
	}
	c.draw()
	return cmd
}

func (c *Chooser) click(msg tea.MouseClickMsg) tea.Cmd {
	i := c.top + msg.Y
	if c.typing || msg.Button != tea.MouseLeft || i < 0 || i >= len(c.m.layout) {
		return nil
	}
	if onSign := msg.X < len(signs[always])+1; i == c.at || onSign {
		c.at = i
		return c.next()
	}
	c.at = i
	return nil
}

func (c *Chooser) press(k tea.KeyPressMsg) tea.Cmd {
	keys := c.keys
	switch {
	case key.Matches(k, keys.Close):
		c.m.env.Wish(models.BackMsg{From: c})
	case key.Matches(k, keys.Up):
		c.move(-1)
	case key.Matches(k, keys.Down):
		c.move(1)
	case key.Matches(k, keys.Next):
		return c.next()
	case key.Matches(k, keys.MoveUp):
		return c.swap(-1)
	case key.Matches(k, keys.MoveDown):
		return c.swap(1)
	case key.Matches(k, keys.Label):
		c.typing, c.bad, c.pick = true, "", -1
		c.line.Set("")
	case key.Matches(k, keys.Remove):
		return c.remove()
	case key.Matches(k, keys.Reset):
		c.at = 0
		return c.m.setLayout(c.m.base.complete())
	}
	return nil
}

func (c *Chooser) move(n int) { c.at = min(max(c.at+n, 0), len(c.m.layout)-1) }

// next shows the column always, then in the wide view only, then not at all. The
// name always stays.
func (c *Chooser) next() tea.Cmd {
	l := slices.Clone(c.m.layout)
	p := &l[c.at]
	switch {
	case p.id == colName:
		c.m.say("The name always shows: nobody could tell the pods apart")
		return nil
	case p.place == hidden:
		p.place = always
	case p.place == always:
		p.place = onlyWide
	default:
		p.place = hidden
	}
	return c.m.setLayout(l)
}

// swap moves the column by one place.
func (c *Chooser) swap(by int) tea.Cmd {
	to := c.at + by
	if to < 0 || to >= len(c.m.layout) {
		return nil
	}
	l := slices.Clone(c.m.layout)
	l[c.at], l[to] = l[to], l[c.at]
	c.at = to
	return c.m.setLayout(l)
}

// remove takes the column of a label away.
func (c *Chooser) remove() tea.Cmd {
	if !strings.HasPrefix(c.current().id, labelPrefix) {
		c.m.say("Only columns of labels can be removed; space hides the others")
		return nil
	}
	l := slices.Delete(slices.Clone(c.m.layout), c.at, c.at+1)
	c.move(-1)
	return c.m.setLayout(l)
}

func (c *Chooser) pressTyping(k tea.KeyPressMsg) tea.Cmd {
	fitting := c.fitting()
	on := &c.m.lineKeys
	switch {
	case key.Matches(k, on.Cancel):
		c.typing = false
	case key.Matches(k, on.Accept):
		text := strings.TrimSpace(c.line.Value())
		if c.pick >= 0 && c.pick < len(fitting) {
			text = fitting[c.pick]
		}
		return c.addLabel(text)
	case key.Matches(k, on.Complete):
		if len(fitting) > 0 {
			c.line.Set(commonPrefix(fitting))
			c.pick = -1
		}
	case key.Matches(k, on.Later):
		c.pick = min(c.pick+1, len(fitting)-1)
	case key.Matches(k, on.Earlier):
		c.pick = max(c.pick-1, -1)
	default:
		if c.line.Handle(k) {
			c.bad, c.pick = "", -1
		}
	}
	return nil
}

// fitting are the labels' keys that what is typed may become.
func (c *Chooser) fitting() []string {
	typed := strings.ToLower(strings.TrimSpace(c.line.Value()))
	var out []string
	for _, k := range c.labels {
		if strings.HasPrefix(strings.ToLower(k), typed) {
			out = append(out, k)
		}
	}
	return out
}

// addLabel shows the label in a column of its own.
func (c *Chooser) addLabel(text string) tea.Cmd {
	if wrong := validation.IsQualifiedName(text); len(wrong) > 0 {
		c.bad = "That is no label's key: " + wrong[0]
		return nil
	}
	if len(c.m.layout) >= maxColumns {
		c.bad = fmt.Sprintf("There are %d columns already", maxColumns)
		return nil
	}
	c.typing = false
	id := labelPrefix + text
	l := slices.Clone(c.m.layout)
	if i := slices.IndexFunc(l, func(p placed) bool { return p.id == id }); i >= 0 {
		l[i].place, c.at = always, i
		return c.m.setLayout(l)
	}
	// Behind the last column that shows.
	c.at = 0
	for i, p := range l {
		if p.place == always {
			c.at = i + 1
		}
	}
	return c.m.setLayout(slices.Insert(l, c.at, placed{id, always}))
}

// signs are how a column's place is drawn.
var signs = [...]string{hidden: "[ ]", always: "[x]", onlyWide: "[w]"}

func (c *Chooser) draw() {
	if c.rows <= 0 || c.cols <= 0 {
		c.view = ""
		return
	}
	lines := c.drawColumns()
	if c.typing {
		lines = c.drawTyping()
	}
	for len(lines) < c.rows {
		lines = append(lines, safetext.Spaces(c.cols))
	}
	c.view = strings.Join(lines[:c.rows], "\n")
}

func (c *Chooser) drawColumns() []string {
	c.at = min(c.at, len(c.m.layout)-1)
	c.top = max(min(c.top, c.at), c.at-c.rows+1)
	var lines []string
	for i := c.top; i < len(c.m.layout) && len(lines) < c.rows; i++ {
		p := c.m.layout[i]
		col, _ := columnOf(p.id)
		what := col.what
		if p.place == onlyWide {
			what += ", in the wide view"
		}
		title := signs[p.place] + " " + safetext.Fit(safetext.Line(col.Title, 14), 15)
		base := themes.Text
		if i == c.at {
			base = themes.Selected
		}
		room := max(c.cols-safetext.Width(title), 0)
		role := themes.Strong
		if p.place == hidden {
			role = themes.Muted
		}
		lines = append(lines, c.m.paintOn(role, base, safetext.Fit(title, min(safetext.Width(title), c.cols)))+
			c.m.paintOn(themes.Muted, base, safetext.Fit(safetext.Line(what, room), room)))
	}
	return lines
}

const labelPrompt = "label: "

func (c *Chooser) drawTyping() []string {
	th := c.m.theme
	text, _ := c.line.View(max(c.cols-len(labelPrompt), 0))
	lines := []string{th.Paint(themes.KeyHint, safetext.Fit(labelPrompt, min(len(labelPrompt), c.cols))) + th.Paint(themes.Input, text)}
	if c.bad != "" {
		for _, l := range safetext.Wrap(c.bad, c.cols) {
			lines = append(lines, th.Paint(themes.Error, safetext.Fit(l, c.cols)))
		}
	}
	fitting := c.fitting()
	room := max(c.rows-len(lines), 0)
	for i := max(min(c.pick-room+1, len(fitting)-room), 0); i < len(fitting) && len(lines) < c.rows; i++ {
		base := themes.Text
		if i == c.pick {
			base = themes.Selected
		}
		lines = append(lines, c.m.paintOn(themes.Muted, base, safetext.Fit(safetext.Line("  "+fitting[i], c.cols), c.cols)))
	}
	if len(lines) == 1 {
		lines = append(lines, th.Paint(themes.Muted, safetext.Fit(safetext.Line("No pod here has such a label.", c.cols), c.cols)))
	}
	return lines
}

// Cursor is in the key that is typed.
func (c *Chooser) Cursor() *tea.Cursor {
	if !c.typing || c.rows <= 0 {
		return nil
	}
	_, x := c.line.View(max(c.cols-len(labelPrompt), 0))
	return tea.NewCursor(min(len(labelPrompt)+x, max(c.cols-1, 0)), 0)
}
