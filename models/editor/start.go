package editor

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/manifest"
	"podium/models"
	"podium/models/widget/form"
	"podium/themes"
)

const (
	draftPrefix = "draft:"
	buttonStart = "start"
	maxDrafts   = 5 // offered; older ones stay on disk
)

// The answers about drafts.
type (
	draftsMsg struct {
		to     *Model
		drafts []models.Draft
	}
	loadedMsg struct {
		to   *Model
		id   string
		text []byte
		err  error
	}
)

func (m *Model) listDrafts() tea.Cmd {
	store := m.env.Store
	m.offer(nil)
	return func() tea.Msg {
		// Without a list of drafts there are still the templates.
		drafts, err := store.Drafts()
		if err != nil {
			return models.NoticeMsg{Level: models.LevelWarning, Text: "Kept drafts cannot be listed: " + err.Error()}
		}
		return draftsMsg{to: m, drafts: drafts}
	}
}

// offer shows what a manifest can start from. Drafts come first once known, as
// long as nothing has been chosen.
func (m *Model) offer(drafts []models.Draft) {
	if m.start == nil && m.buf.Revision() != 0 && m.buf.Text() != "" {
		return
	}
	if m.start != nil && len(drafts) == 0 {
		return
	}
	cfg := form.Config{
		Body:    []form.Text{{Text: "Start the new pod from", Role: themes.Title}},
		Buttons: []form.Button{{ID: buttonStart, Label: "Start"}},
		Focus:   "choices",
	}
	for _, d := range drafts[:min(len(drafts), maxDrafts)] {
		cfg.Choices = append(cfg.Choices, form.Choice{
			ID: draftPrefix + d.ID, Label: "kept draft",
			Detail: "saved " + d.Saved.Local().Format("2 Jan 15:04:05"),
		})
	}
	for _, t := range manifest.Templates() {
		cfg.Choices = append(cfg.Choices, form.Choice{ID: t.Name, Label: t.Name, Detail: t.Title})
	}
	cfg.Choices = append(cfg.Choices, form.Choice{ID: "", Label: "empty", Detail: "nothing but a cursor"})
	m.start = form.New(m.theme, cfg)
	m.env.Bind(m)
	m.layout()
}

func (m *Model) choose(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyPressMsg); ok && key.Matches(k, m.start.Keys.Press) && m.start.Focused() == "choices" {
		return m.chosen(m.start.Chosen())
	}
	ev, cmd := m.start.Update(msg)
	switch {
	case ev.Escaped:
		m.env.Wish(models.BackMsg{})
	case ev.Button == buttonStart:
		return m.chosen(m.start.Chosen())
	}
	return cmd
}

func (m *Model) chosen(id string) tea.Cmd {
	if draft, ok := strings.CutPrefix(id, draftPrefix); ok {
		return m.load(draft)
	}
	text := ""
	for _, t := range manifest.Templates() {
		if t.Name == id {
			text = t.YAML
		}
	}
	m.open(text)
	return m.opened()
}

func (m *Model) load(id string) tea.Cmd {
	store := m.env.Store
	return func() tea.Msg {
		text, err := store.LoadDraft(id)
		return loadedMsg{to: m, id: id, text: text, err: err}
	}
}

func (m *Model) loaded(msg loadedMsg) tea.Cmd {
	if msg.err != nil {
		m.open("")
		m.say(themes.Error, "The draft could not be read: %s", safetext.Clean(msg.err.Error()))
		return nil
	}
	m.draft = msg.id
	m.open(string(msg.text))
	m.say(themes.Notice, "This is the draft that was kept.")
	return m.opened()
}
