package ui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models"
)

// session is a screen that goes on in the background, as terminals do.
type session struct {
	name    string
	ref     api.PodRef
	running bool
	closed  bool
	focused bool
	got     []string
	pasted  string
	mouse   []string
	hidden  bool
	drawn   string // the last view
	cols    int
	rows    int
}

func (s *session) Init() tea.Cmd { return nil }
func (s *session) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		s.got = append(s.got, msg.String())
	case tea.PasteMsg:
		s.pasted = msg.Content
	case tea.MouseMsg:
		s.mouse = append(s.mouse, fmt.Sprintf("%T %d,%d", msg, msg.Mouse().X, msg.Mouse().Y))
	case models.ActionMsg:
		s.got = append(s.got, fmt.Sprint("action ", int(msg.Action)))
	}
	return nil
}

func (s *session) View() string {
	lines := make([]string, s.rows)
	for i := range lines {
		text := ""
		if i == 0 {
			text = "inside " + s.name
		}
		lines[i] = fmt.Sprintf("%-*s", s.cols, text)
	}
	if v := strings.Join(lines, "\n"); v != s.drawn {
		s.drawn = v
	}
	return s.drawn
}
func (s *session) SetShown(shown bool)      { s.hidden = !shown }
func (s *session) SetSize(cols, rows int)   { s.cols, s.rows = cols, rows }
func (s *session) Keys() help.KeyMap        { return s }
func (s *session) ShortHelp() []key.Binding { return nil }
func (s *session) FullHelp() [][]key.Binding {
	return nil
}
func (s *session) Close()             { s.closed = true }
func (s *session) Title() string      { return s.name }
func (s *session) Grabbing() bool     { return true }
func (s *session) Holds() bool        { return s.running }
func (s *session) SetFocus(on bool)   { s.focused = on }
func (s *session) Inside() api.PodRef { return s.ref }
func (s *session) Ends() string {
	if !s.running {
		return ""
	}
	return "shell in " + s.name
}

func (s *session) Actions() []models.Action {
	return []models.Action{models.ActionLiteral, models.ActionResize, models.ActionSplitBelow, models.ActionSplitBeside}
}

// shell opens a session, as a granted wish does.
func (u *user) shell(name string) *session {
	s := &session{name: name, ref: pod(name).Ref(), running: true}
	u.root.keep(s)
	u.root.focus()
	u.root.refresh()
	return s
}
