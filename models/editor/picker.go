package editor

import (
	"context"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/input"
	"podium/themes"
)

// pickRows bounds the pods that can be chosen from.
const pickRows = 20_000

// picker is the list of pods of which one is to be copied, narrowed by what is
// typed.
type picker struct {
	filter  input.Line
	rows    []api.PodRow
	shown   []int // indexes of rows that fit the filter
	chosen  int
	top     int
	loading bool
	err     error
}

// podsMsg are the pods there are.
type podsMsg struct {
	models.Answer
	rows []api.PodRow
	err  error
}

// choosePod lists the pods there are.
func (m *Model) choosePod() tea.Cmd {
	m.menu, m.picker = nil, &picker{loading: true}
	m.env.Bind(m)
	client, namespace := m.env.Client, m.env.Namespace
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), getTimeout)
		defer cancel()
		msg := podsMsg{Answer: models.To(m)}
		_, err := client.List(ctx, namespace, api.ListOptions{}, func(row api.PodRow) error {
			if msg.rows = append(msg.rows, row); len(msg.rows) >= pickRows {
				return errEnough
			}
			return nil
		})
		if len(msg.rows) < pickRows {
			msg.err = err
		}
		return msg
	}
}

func (m *Model) gotPods(msg podsMsg) {
	if m.picker == nil {
		return
	}
	p := m.picker
	p.loading, p.rows, p.err = false, msg.rows, msg.err
	p.narrow()
}

// narrow keeps the rows that hold every word of the filter in their names,
// images or labels.
func (p *picker) narrow() {
	words := strings.Fields(strings.ToLower(p.filter.Value()))
	p.shown, p.chosen, p.top = p.shown[:0], 0, 0
	for i := range p.rows {
		r := &p.rows[i]
		text := strings.ToLower(r.Namespace + "/" + r.Name + " " + r.Images + " " + r.Labels)
		fits := true
		for _, w := range words {
			fits = fits && strings.Contains(text, w)
		}
		if fits {
			p.shown = append(p.shown, i)
		}
	}
}

// pickPod handles a message while a pod is chosen.
func (m *Model) pickPod(msg tea.Msg) tea.Cmd {
	p := m.picker
	room := max(m.rows-pickerHead, 1)
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch {
		case key.Matches(k, m.keys.Back):
			m.offer()
			return nil
		case key.Matches(k, m.keys.Pick):
			if p.chosen < len(p.shown) {
				return m.copyPod(p.rows[p.shown[p.chosen]].Ref())
			}
			return nil
		case key.Matches(k, m.keys.MenuDown):
			p.move(1, room)
			return nil
		case key.Matches(k, m.keys.MenuUp):
			p.move(-1, room)
			return nil
		case key.Matches(k, m.keys.MenuPageDown):
			p.move(room, room)
			return nil
		case key.Matches(k, m.keys.MenuPageUp):
			p.move(-room, room)
			return nil
		}
	}
	switch msg := msg.(type) {
	case tea.MouseClickMsg:
		if i := p.top + msg.Y - pickerHead; msg.Y >= pickerHead && i < len(p.shown) {
			if i == p.chosen {
				return m.copyPod(p.rows[p.shown[i]].Ref())
			}
			p.chosen = i
		}
	case tea.MouseWheelMsg:
		switch msg.Button {
		case tea.MouseWheelUp:
			p.move(-3, room)
		case tea.MouseWheelDown:
			p.move(3, room)
		default:
		}
	default:
		if before := p.filter.Value(); p.filter.Handle(msg) && p.filter.Value() != before {
			p.narrow()
		}
	}
	return nil
}

func (p *picker) move(n, room int) {
	p.chosen = max(min(p.chosen+n, len(p.shown)-1), 0)
	p.top = max(min(p.top, p.chosen), p.chosen-room+1)
}

// pickerHead are the lines above the list.
const pickerHead = 2

// cursor is the cell of the text cursor.
func (p *picker) cursor(cols int) (x, y int) {
	_, x = p.filter.View(max(cols-len(pickerLabel), 1))
	return min(len(pickerLabel)+x, max(cols-1, 0)), 1
}

const pickerLabel = "pod: "

func (m *Model) drawPicker() string {
	p := m.picker
	text, _ := p.filter.View(max(m.cols-len(pickerLabel), 1))
	lines := []string{
		m.theme.Paint(themes.Title, safetext.Fit(safetext.Line(fmt.Sprintf("Copy a pod (%d of %d): type to narrow, enter takes it, esc goes back", len(p.shown), len(p.rows)), m.cols), m.cols)),
		m.theme.Paint(themes.Input, safetext.Fit(pickerLabel+text, m.cols)),
	}
	switch {
	case p.loading:
		lines = append(lines, m.theme.Paint(themes.Pending, safetext.Fit("listing the pods …", m.cols)))
	case p.err != nil:
		lines = append(lines, m.theme.Paint(themes.Error, safetext.Fit(safetext.Line("The pods cannot be listed: "+p.err.Error(), m.cols), m.cols)))
	case len(p.shown) == 0:
		lines = append(lines, m.theme.Paint(themes.Muted, safetext.Fit("No pod fits.", m.cols)))
	}
	for i := p.top; i < len(p.shown) && len(lines) < m.rows; i++ {
		lines = append(lines, m.drawPick(i))
	}
	for len(lines) < m.rows {
		lines = append(lines, safetext.Spaces(m.cols))
	}
	return strings.Join(lines[:m.rows], "\n")
}

// drawPick draws a pod: its name, its status, its images.
func (m *Model) drawPick(i int) string {
	r := &m.picker.rows[m.picker.shown[i]]
	name := safetext.Clean(r.Name)
	if m.env.Namespace == "" {
		name = safetext.Clean(r.Namespace) + "/" + name
	}
	width := max(m.cols/2, 10)
	text := safetext.Fit(safetext.Fit(name, width)+" "+safetext.Fit(safetext.Clean(r.Status), 18)+" "+safetext.Clean(r.Images), m.cols)
	if i == m.picker.chosen {
		return m.theme.Paint(themes.Selected, text)
	}
	return m.theme.Paint(themes.Text, text)
}
