package contexts

import (
	"fmt"
	"strings"

	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/table"
	"podium/themes"
)

// columns are those of the table; narrow terminals drop the highest priority.
var columns = []table.Column{
	{ID: "name", Title: "NAME", Priority: 0, Min: 14, Max: 60},
	{ID: "engine", Title: "ENGINE", Priority: 1, Min: 6, Max: 8},
	{ID: "state", Title: "STATE", Priority: 2, Min: 15, Max: 30},
	{ID: "mode", Title: "CHANGES", Priority: 4, Min: 9, Max: 9},
	{ID: "used", Title: "USED", Priority: 5, Min: 6, Max: 8},
	{ID: "address", Title: "ADDRESS", Priority: 3, Min: 24, Max: 60},
	{ID: "identity", Title: "IDENTITY", Priority: 6, Min: 8, Max: 40},
	{ID: "source", Title: "FOUND IN", Priority: 7, Min: 10, Max: 40},
}

// provider gives the table its rows.
type provider struct{ m *Model }

// Len is the number of rows shown.
func (p provider) Len() int { return len(p.m.shown) }

// Key is the context's identity.
func (p provider) Key(i int) string { return p.m.shown[i].ID }

// Cells are the cells of a row.
func (p provider) Cells(i int, dst []table.Cell) []table.Cell {
	m, c := p.m, p.m.shown[i]
	label := themes.Text
	if c.Problem != "" {
		label = themes.Muted
	}
	state, role := m.state(c)
	mode, used := "read-only", "never"
	if c.Unlocked {
		mode = "allowed"
	}
	if !c.Used.IsZero() {
		used = models.AgeSince(c.Used, m.env.Now())
	}
	return append(dst,
		table.Cell{Text: c.Name, Role: label},
		table.Cell{Text: engineName(c.Engine), Role: themes.Text},
		table.Cell{Text: state, Role: role},
		table.Cell{Text: mode, Role: themes.Muted},
		table.Cell{Text: used, Role: themes.Muted},
		table.Cell{Text: orNone(c.Address), Role: themes.Muted},
		table.Cell{Text: orNone(c.Identity), Role: themes.Muted},
		table.Cell{Text: c.Source, Role: themes.Muted},
	)
}

// engineName is an engine as people call it.
func engineName(engine string) string {
	if engine == "api" {
		return "pod API"
	}
	return engine
}

func orNone(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// state is what is known of how a context does.
func (m *Model) state(c models.Context) (string, themes.Role) {
	h, asked := m.health[c.ID]
	switch {
	case c.Problem != "":
		return "cannot be used", themes.Warning
	case c.ID == m.at && m.at != "":
		return "open", themes.OK
	case asked && h.ok:
		return h.words, themes.OK
	case asked:
		return "does not answer", themes.Error
	case c.Local:
		return "asking…", themes.Muted
	case c.Current:
		return "not asked; current", themes.Muted
	}
	return "not asked", themes.Muted
}

// head are the lines above the table.
func (m *Model) head() []string {
	if !m.chooser {
		return nil
	}
	text := "There is more than one place where pods may be. "
	if m.found && len(m.all) < 2 {
		text = "Other places where pods may be could not be read, see below. "
	}
	text += "Nothing but sockets of this machine has been asked anything yet. " +
		m.keys.Open.Help().Key + " opens one, and podium begins with it the next time; :ctx comes back here. " +
		"Others than this machine open read-only until you allow changes there (" + m.env.Key("global.lock", "L") + ")."
	lines := safetext.Wrap(text, max(m.cols-2, 1))
	if len(lines) > m.rows/4 {
		lines = safetext.Wrap(m.keys.Open.Help().Key+" opens one; "+m.env.Key("global.lock", "L")+" then allows changes.", max(m.cols-2, 1))
	}
	if len(lines) > m.rows/4 {
		return nil
	}
	var out []string
	for _, line := range lines {
		out = append(out, m.theme.Paint(themes.Notice, safetext.Fit(" "+line, m.cols)))
	}
	return append(out, strings.Repeat(" ", m.cols))
}

// foot are the lines below the table: what is worth knowing of the context under
// the cursor, what could not be read, and the filter.
func (m *Model) foot() []string {
	var out []string
	add := func(role themes.Role, text string, most int) {
		for i, line := range safetext.Wrap(safetext.Clean(text), max(m.cols-2, 1)) {
			if i < most && len(out) < m.rows/3 {
				out = append(out, m.theme.Paint(role, safetext.Fit(" "+line, m.cols)))
			}
		}
	}
	if c, ok := m.current(); ok && m.rows >= 8 {
		role, text := m.about(c)
		add(role, text, 3)
	}
	if m.problem != "" && m.rows >= 6 {
		add(themes.Warning, strings.ReplaceAll(m.problem, "\n", "; "), 3)
	}
	switch {
	case m.typing:
		text, _ := m.line.View(max(m.cols-len(filterPrompt), 0))
		out = append(out, m.theme.Paint(themes.KeyHint, safetext.Fit(filterPrompt, min(len(filterPrompt), m.cols)))+m.theme.Paint(themes.Input, text))
	case m.filter != "":
		text := fmt.Sprintf(" /%s  %d of %d · esc clears", m.filter, len(m.shown), len(m.all))
		out = append(out, m.theme.Paint(themes.Accent, safetext.Fit(safetext.Line(text, m.cols), m.cols)))
	}
	return out[max(len(out)-max(m.rows-1, 0), 0):]
}

// about is the context under the cursor in a sentence.
func (m *Model) about(c models.Context) (themes.Role, string) {
	h, asked := m.health[c.ID]
	switch {
	case c.Problem != "":
		return themes.Warning, c.Problem
	case asked && !h.ok:
		return themes.Error, h.words
	}
	parts := []string{c.Source}
	if c.Address != "" {
		parts = append(parts, c.Address)
	}
	if c.Identity != "" {
		parts = append(parts, "as "+c.Identity)
	}
	if c.Namespace != "" {
		parts = append(parts, "namespace "+c.Namespace)
	}
	if c.Current {
		parts = append(parts, "what "+tool(c.Engine)+" uses now")
	}
	return themes.Muted, strings.Join(parts, " · ")
}

// tool is the program that a context's engine belongs to.
func tool(engine string) string {
	if engine == "kube" {
		return "kubectl"
	}
	return "the docker command"
}

// draw draws what is around the table and gives it the room that is left.
func (m *Model) draw() {
	head, foot := m.head(), m.foot()
	m.table.SetSize(m.cols, max(m.rows-len(head)-len(foot), 0))
	if m.cols == 0 || m.rows == 0 {
		m.view = ""
		return
	}
	parts := append([]string(nil), head...)
	if m.rows > len(head)+len(foot) {
		parts = append(parts, m.table.View())
	}
	m.view = strings.Join(append(parts, foot...), "\n")
}

// View is the screen as it was drawn last.
func (m *Model) View() string { return m.view }
