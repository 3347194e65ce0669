package editor

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/internal/safetext"
	"podium/manifest"
	"podium/models"
	"podium/models/widget/form"
	"podium/themes"
)

const (
	draftPrefix = "draft:"
	ownPrefix   = "own:"
	startPod    = "pod:"
	startFile   = "file:"
	startClip   = "clipboard:"
	buttonOpen  = "open"
	buttonBack  = "back"
	fieldPath   = "path"
	maxDrafts   = 5   // offered; older ones stay on disk
	maxOwn      = 100 // templates of the user's that are offered

	previewLimit = 8 << 10 // bytes of a text that are shown before it is chosen
)

// The answers about what a text can start from.
type (
	sourcesMsg struct {
		models.Answer
		drafts []keptDraft
		own    []ownTemplate
	}
	// loadedMsg is a text to start from.
	loadedMsg struct {
		models.Answer
		draft string // id of the draft it was kept as, "" for another text
		what  string // what was read, for a sentence
		text  []byte
		err   error
	}
)

// keptDraft is a draft and what it is of.
type keptDraft struct {
	models.Draft
	about string
	text  string // the beginning of it
}

// ownTemplate is a template of the user's.
type ownTemplate struct{ name, text string }

// listSources offers what a manifest can start from: the templates at once,
// what is read from disk as soon as it is known.
func (m *Model) listSources() tea.Cmd {
	store, folder := m.env.Store, m.env.Settings.TemplatesFolder
	m.sources = sourcesMsg{}
	m.offer()
	return func() tea.Msg {
		msg := sourcesMsg{Answer: models.To(m)}
		drafts, err := store.Drafts()
		own, ownErr := store.Templates(folder)
		for _, name := range own[:min(len(own), maxOwn)] {
			t := ownTemplate{name: name}
			if text, err := store.Template(folder, name); err == nil && manifest.Readable(text) == nil {
				t.text = string(text[:min(len(text), previewLimit)])
			}
			msg.own = append(msg.own, t)
		}
		for _, d := range drafts[:min(len(drafts), maxDrafts)] {
			kept := keptDraft{Draft: d}
			if text, err := store.LoadDraft(d.ID); err == nil {
				kept.about, kept.text = about(text), string(text[:min(len(text), previewLimit)])
			}
			msg.drafts = append(msg.drafts, kept)
		}
		// Without these there are still the built-in templates.
		if err == nil {
			err = ownErr
		}
		if err == nil {
			return msg
		}
		return tea.BatchMsg{
			func() tea.Msg { return msg },
			func() tea.Msg {
				return models.NoticeMsg{Level: models.LevelWarning, Text: "Not all that a pod can start from can be listed: " + err.Error()}
			},
		}
	}
}

// about says what a text is of: the names of its pods, else its first line.
func about(text []byte) string {
	if len(text) < liveLimit {
		docs, _ := manifest.Parse(text, manifest.Options{})
		var names []string
		for _, d := range docs {
			if d.Name != "" {
				names = append(names, d.Name)
			}
		}
		if len(names) > 0 {
			return strings.Join(names[:min(len(names), 4)], ", ")
		}
	}
	line, _, _ := bytes.Cut(bytes.TrimSpace(text[:min(len(text), 200)]), []byte("\n"))
	return string(line)
}

// gotSources adds what is known now, as long as nothing has been chosen.
func (m *Model) gotSources(msg sourcesMsg) {
	m.sources = msg
	if m.menu != nil && len(msg.drafts)+len(msg.own) > 0 {
		m.offer()
	}
}

// offer shows what a manifest can start from. Drafts come first.
func (m *Model) offer() {
	s := &startMenu{}
	add := func(id, label, detail, preview string) {
		s.items = append(s.items, startItem{id: id, label: label, detail: detail, preview: preview})
	}
	for _, d := range m.sources.drafts {
		detail := "of " + d.Saved.Local().Format("2 Jan 15:04:05")
		if d.about != "" {
			detail = safetext.Line(d.about, 40) + ", " + detail
		}
		add(draftPrefix+d.ID, "kept draft", detail, d.text)
	}
	for _, t := range manifest.Templates() {
		add(t.Name, t.Name, t.Title, t.YAML)
	}
	for _, t := range m.sources.own {
		add(ownPrefix+t.name, safetext.Line(t.name, 30), "a template of your own", t.text)
	}
	add(startPod, "copy", "of a pod that there is, without what only servers set", "")
	add(startFile, "file", "a manifest on this machine", "")
	add(startClip, "clipboard", "what was copied last", "")
	add("", "empty", "nothing but a cursor", "")
	chose := m.chose
	if m.menu != nil {
		chose = m.menu.items[m.menu.chosen].id
		if m.menu.chosen == 0 {
			chose = s.items[0].id // nothing was chosen yet: what came meanwhile stands first
		}
	}
	if chose != "" || m.menu != nil {
		s.choose(chose)
	}
	m.menu, m.file, m.picker = s, nil, nil
	m.env.Bind(m)
	m.layout()
}

// choosing says that there is no text yet.
func (m *Model) choosing() bool { return m.menu != nil || m.file != nil || m.picker != nil }

// choose handles a message while it is chosen what to start from.
func (m *Model) choose(msg tea.Msg) tea.Cmd {
	switch {
	case m.menu != nil:
		return m.menuUpdate(msg)
	case m.picker != nil:
		return m.pickPod(msg)
	}
	ev, cmd := m.file.Update(msg)
	switch {
	case ev.Escaped || ev.Button == buttonBack:
		m.note = ""
		m.offer()
	case ev.Button == buttonOpen:
		return m.openFile(m.file.Value(fieldPath))
	}
	return cmd
}

func (m *Model) chosen(id string) tea.Cmd {
	m.chose, m.note = id, ""
	if draft, ok := strings.CutPrefix(id, draftPrefix); ok {
		return m.load(draft)
	}
	store, folder := m.env.Store, m.env.Settings.TemplatesFolder
	if own, ok := strings.CutPrefix(id, ownPrefix); ok {
		return func() tea.Msg {
			text, err := store.Template(folder, own)
			return loadedMsg{Answer: models.To(m), what: "the template " + own, text: text, err: err}
		}
	}
	switch id {
	case startPod:
		return m.choosePod()
	case startFile:
		m.askFile("")
		return nil
	case startClip:
		m.env.Wish(models.ClipboardMsg{Asker: m})
		return nil
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

// askFile asks for the path of a file.
func (m *Model) askFile(path string) {
	cfg := form.Config{
		Body: []form.Text{{Text: "Start from a file", Role: themes.Title}},
		Fields: []form.Field{{
			ID: fieldPath, Label: "path", Value: path, Placeholder: "~/pod.yaml",
			Check: func(v string) error {
				if strings.TrimSpace(v) == "" {
					return fmt.Errorf("write the path of a file")
				}
				return nil
			},
		}},
		Buttons: []form.Button{{ID: buttonOpen, Label: "Open"}, {ID: buttonBack, Label: "Back", Skip: true}},
		Focus:   fieldPath, Default: buttonOpen,
	}
	if m.note != "" {
		cfg.Body = append(cfg.Body, form.Text{Text: m.note, Role: m.noteRole})
	}
	m.menu, m.file = nil, form.New(m.theme, cfg)
	m.env.Bind(m)
	m.layout()
}

// openFile reads a file; gotText opens it.
func (m *Model) openFile(path string) tea.Cmd {
	store := m.env.Store
	m.filePath = path
	return func() tea.Msg {
		text, err := store.ReadFile(path)
		return loadedMsg{Answer: models.To(m), what: "the file", text: text, err: err}
	}
}

func (m *Model) load(id string) tea.Cmd {
	store := m.env.Store
	return func() tea.Msg {
		text, err := store.LoadDraft(id)
		return loadedMsg{Answer: models.To(m), draft: id, what: "the draft", text: text, err: err}
	}
}

// copyPod reads a pod to make another like it.
func (m *Model) copyPod(ref api.PodRef) tea.Cmd {
	client := m.env.Client
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), getTimeout)
		defer cancel()
		msg := loadedMsg{Answer: models.To(m), what: "the pod"}
		pod, err := client.Get(ctx, ref.Namespace, ref.Name)
		if err != nil {
			msg.err = err
			return msg
		}
		text, err := recreatableYAML(pod.Raw)
		msg.text, msg.err = []byte(text), err
		return msg
	}
}

// loaded opens a text that was read, or says why it cannot be. Bytes that are no
// text stay where they are.
func (m *Model) loaded(msg loadedMsg) tea.Cmd {
	err := msg.err
	if err == nil && msg.draft == "" {
		err = manifest.Readable(msg.text)
	}
	if err != nil {
		m.say(themes.Error, "%s cannot be used: %s", strings.ToUpper(msg.what[:1])+msg.what[1:], safetext.Clean(err.Error()))
		switch {
		case !m.choosing():
			m.open("")
		case m.file != nil:
			m.askFile(m.filePath)
		default:
			m.offer()
		}
		return nil
	}
	m.note = ""
	if msg.draft != "" {
		m.draft = msg.draft
		if ref, ok := draftedPod(m.draft); ok {
			m.base = &base{ref: ref}
		}
	}
	m.open(strings.TrimPrefix(string(msg.text), "\ufeff"))
	switch {
	case msg.draft != "" && m.base != nil:
		m.say(themes.Notice, "This draft was kept of an edit of %s.", safetext.Line(m.base.ref.Name, 60))
	case msg.draft != "":
		m.say(themes.Notice, "This is the draft that was kept.")
	case msg.what == "the pod":
		m.say(themes.Notice, "A copy: give it another name before it is created.")
		m.selectName()
	}
	return m.opened()
}

// selectName puts the cursor behind the pod's name.
func (m *Model) selectName() {
	docs, _ := manifest.Parse([]byte(m.buf.Text()), manifest.Options{})
	if len(docs) == 0 {
		return
	}
	if _, end, exact := docs[0].Locate("metadata.name"); exact {
		m.buf.GotoOffset(end.Offset)
	}
}

// gotClipboard opens what was copied, or puts it into the text that is there.
func (m *Model) gotClipboard(msg models.ClipboardTextMsg) tea.Cmd {
	if m.choosing() {
		if msg.Err == nil && strings.TrimSpace(msg.Text) == "" {
			msg.Err = fmt.Errorf("nothing was copied")
		}
		return m.loaded(loadedMsg{Answer: models.To(m), what: "the clipboard", text: []byte(msg.Text), err: msg.Err})
	}
	if msg.Err != nil {
		m.say(themes.Warning, "%s", safetext.Clean(msg.Err.Error()))
		return nil
	}
	return m.write(tea.PasteMsg{Content: msg.Text})
}
