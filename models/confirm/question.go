package confirm

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/themes"
)

// Question is a dialog with a question, a button that does it and Cancel.
type Question struct {
	env    *models.Env
	theme  themes.Theme
	keys   KeyMap
	ask    models.ConfirmMsg
	opened time.Time
	focus  int
	top    int // first line of the question that is shown
	cols   int
	rows   int
	spans  [][2]int
	view   string
}

var (
	_ models.Screen    = (*Question)(nil)
	_ models.Titled    = (*Question)(nil)
	_ models.Sized     = (*Question)(nil)
	_ models.Themed    = (*Question)(nil)
	_ models.Dangerous = (*Question)(nil)
)

// NewQuestion makes the dialog for the wish. The answer is wished as AnswerMsg.
func NewQuestion(env *models.Env, ask models.ConfirmMsg) *Question {
	if ask.Yes == "" {
		ask.Yes = "Yes"
	}
	return &Question{env: env, theme: env.Theme, keys: DefaultKeyMap(), ask: ask, opened: env.Now()}
}

// Init does nothing.
func (q *Question) Init() tea.Cmd { return nil }

// Title is the wish's title.
func (q *Question) Title() string { return safetext.Clean(q.ask.Title) }

// Dangerous is always so: who asks has something to lose.
func (q *Question) Dangerous() bool { return true }

// Close does nothing.
func (q *Question) Close() {}

// SetTheme changes the look.
func (q *Question) SetTheme(th themes.Theme) {
	q.theme = th
	q.draw()
}

// SetSize sets the rectangle.
func (q *Question) SetSize(cols, rows int) {
	q.cols, q.rows = cols, rows
	q.draw()
}

// WantSize asks for room for the whole question.
func (q *Question) WantSize(maxCols, maxRows int) (int, int) {
	cols := 36
	for line := range strings.SplitSeq(q.ask.Question, "\n") {
		cols = max(cols, safetext.Width(safetext.Clean(line)))
	}
	cols = min(cols, maxCols, 72)
	return cols, min(len(q.text(cols))+2, maxRows)
}

// text is the question in lines.
func (q *Question) text(cols int) []string {
	var out []string
	for line := range strings.SplitSeq(q.ask.Question, "\n") {
		indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
		for _, part := range safetext.Wrap(safetext.Clean(line), max(cols-len(indent), 1)) {
			out = append(out, indent+part)
		}
	}
	return out
}

// Update takes keys and clicks; what was typed before the dialog can have been
// read is swallowed.
func (q *Question) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if q.env.Now().Sub(q.opened) >= Quiet {
			q.press(msg)
		}
	case tea.MouseClickMsg:
		for i, s := range q.spans {
			if q.env.Now().Sub(q.opened) >= Quiet && msg.Button == tea.MouseLeft && msg.Y == q.rows-1 && msg.X >= s[0] && msg.X < s[1] {
				q.answer(i == 1)
			}
		}
	}
	q.draw()
	return nil
}

func (q *Question) press(k tea.KeyPressMsg) {
	switch {
	case key.Matches(k, q.keys.Yes):
		q.answer(true)
	case key.Matches(k, q.keys.Cancel):
		q.answer(false)
	case key.Matches(k, q.keys.Next), key.Matches(k, q.keys.Prev):
		q.focus = 1 - q.focus
	case key.Matches(k, q.keys.Press):
		q.answer(q.focus == 1)
	case key.Matches(k, q.keys.Up):
		q.top = max(q.top-1, 0)
	case key.Matches(k, q.keys.Down):
		q.top++
	}
}

func (q *Question) answer(yes bool) {
	q.env.Wish(AnswerMsg{From: q, Yes: yes, Do: q.ask.Do})
}

// View is the dialog as it was drawn last.
func (q *Question) View() string { return q.view }

func (q *Question) draw() {
	text := q.text(q.cols)
	room := max(q.rows-2, 0)
	q.top = min(q.top, max(len(text)-room, 0))
	lines := append([]string(nil), text[q.top:min(q.top+room, len(text))]...)
	for len(lines) < room {
		lines = append(lines, "")
	}
	if q.rows > 1 {
		lines = append(lines, "")
	}
	buttons, spans := buttonsView(q.theme, []button{{label: "Cancel"}, {label: safetext.Line(q.ask.Yes, 20), danger: true}}, q.focus, q.cols)
	q.spans = spans
	q.view = joinLines(append(lines, buttons), q.cols, q.rows)
}

// Keys are what works in the dialog.
func (q *Question) Keys() help.KeyMap {
	yes := q.keys.Yes
	yes.SetHelp(yes.Help().Key, strings.ToLower(safetext.Line(q.ask.Yes, 20)))
	return models.Help{Short: []key.Binding{yes, q.keys.Cancel, q.keys.Next, q.keys.Press}}
}
