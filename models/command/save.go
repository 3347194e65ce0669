package command

import (
	"fmt"
	"io"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/internal/fanout"
	"podium/models"
	"podium/termbridge/frame"
)

// save writes the shown output to a file: of one pod as the program wrote it,
// after a question where there are two streams; of many what is in view.
func (m *Model) save(text string) tea.Cmd {
	c := m.card()
	switch {
	case c == nil:
		return nil
	case c.fan != nil:
		store := m.env.Store
		if text := m.openText(c); text != nil {
			name := m.fileName(c, ".out")
			return func() tea.Msg {
				return saved(store.SaveStream(name, func(w io.Writer) error { return text.Copy(w) }))
			}
		}
		name := m.fileName(c, ".txt")
		return func() tea.Msg { return saved(store.Save(name, []byte(text))) }
	case c.run == nil || c.run.output == nil:
		m.env.Wish(models.NoticeMsg{Text: "There is no output to save"})
		return nil
	}
	if t := c.run.totals; t.Stdout > 0 && t.Stderr > 0 {
		m.saving = true
		m.layout()
		return nil
	}
	return m.saveStreams(c, "")
}

// openText is the output of the opened group, nil where none is open.
func (m *Model) openText(c *card) *fanout.Text {
	if m.page != pageOutput || m.group >= len(c.groups) {
		return nil
	}
	return c.groups[m.group].First().Text
}

// chooseSave takes the answer to which stream is to be saved.
func (m *Model) chooseSave(msg tea.KeyPressMsg) tea.Cmd {
	m.saving = false
	defer m.layout()
	switch {
	case key.Matches(msg, m.keys.SaveStdout):
		return m.saveStreams(m.card(), ".stdout", frame.Stdout)
	case key.Matches(msg, m.keys.SaveStderr):
		return m.saveStreams(m.card(), ".stderr", frame.Stderr)
	case key.Matches(msg, m.keys.SaveBoth):
		return m.saveStreams(m.card(), "")
	}
	return nil
}

func (m *Model) fileName(c *card, ending string) string {
	what := models.Count(len(c.targets), "pod")
	if len(c.targets) == 1 {
		what = c.targets[0].Ref.Name
	}
	return fmt.Sprintf("%s-%s%s", what, c.began.Format("20060102-150405"), ending)
}

func (m *Model) saveStreams(c *card, ending string, streams ...frame.Stream) tea.Cmd {
	if ending == "" {
		ending = ".out"
	}
	store, kept, name := m.env.Store, c.run.kept, m.fileName(c, ending)
	return func() tea.Msg {
		return saved(store.SaveStream(name, func(w io.Writer) error { return kept.Copy(w, streams...) }))
	}
}

func saved(path string, err error) tea.Msg {
	if err != nil {
		return models.NoticeMsg{Level: models.LevelError, Text: "The output could not be saved: " + err.Error()}
	}
	return models.NoticeMsg{Text: "Output saved to " + path}
}

// pager opens the user's pager on the shown output.
func (m *Model) pager() tea.Cmd {
	c := m.card()
	wish := models.PagerMsg{Title: c.spec.line}
	switch {
	case c.fan != nil:
		if text := m.openText(c); text != nil {
			wish.Write = func(w io.Writer) error { return text.Copy(w) }
			break
		}
		if m.page == pageGroups {
			m.out.SetLines(m.everything(c))
		}
		all := m.out.Text()
		wish.Write = func(w io.Writer) error {
			_, err := io.WriteString(w, all)
			return err
		}
	case c.run == nil || c.run.output == nil:
		m.env.Wish(models.NoticeMsg{Text: "There is no output yet"})
		return nil
	default:
		kept := c.run.kept
		wish.Write = func(w io.Writer) error { return kept.Copy(w) }
	}
	m.env.Wish(wish)
	return nil
}
