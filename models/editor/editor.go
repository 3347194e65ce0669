// Package editor is the screen in which pods are created and changed: a manifest
// in a text buffer, checked while one types, sent with one key, kept as a draft
// until the server has taken it.
//
// The buffer itself is models/widget/editor, what is right and wrong about a
// manifest is package manifest's to say.
package editor

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/manifest"
	"podium/models"
	buffer "podium/models/widget/editor"
	"podium/models/widget/form"
	"podium/models/widget/syntax"
	"podium/models/widget/textview"
	"podium/themes"
)

// checkAfter is how long the text must have been quiet before it is checked,
// and saveEvery how often a draft is written while one types: a crash loses no
// more than that.
const (
	checkAfter = 50 * time.Millisecond
	saveEvery  = 500 * time.Millisecond
)

// Model is the editor screen; see models.Screen for how it is called.
type Model struct {
	env     *models.Env
	keys    KeyMap
	wish    models.EditMsg
	rulesOf Rules

	menu     *startMenu // the choice of what to start from, nil for none
	file     *form.Form // the path of a file is asked for, nil for not
	picker   *picker    // of a pod to copy, nil for none
	sources  sourcesMsg // what there is on disk
	chose    string     // what was chosen last
	filePath string     // that was typed last
	buf      *buffer.Editor

	draft      string // id of the draft of this text
	saved      uint64 // revision of the draft on disk
	saving     bool   // a save, or the wait for one, is under way
	checked    uint64 // revision that was checked last
	checking   bool
	found      []manifest.Problem
	pinned     []manifest.Problem // what a server said, among found
	pinnedAt   uint64             // revision that it said it of
	sent       map[string]bool    // documents that the server has taken already
	preparing  bool               // the text is being checked or compared, or a pod removed
	recreating string             // name of the pod that is deleted now, to be created again
	job        *job               // pods on their way, nil for none
	base       *base              // the pod that the text is to replace, nil for none
	diff       *diffView          // shown in place of the text, nil for none
	diffText   *textview.View     // what diff shows
	lent       uint64             // revision that the user's own editor was given
	note       string             // what happened last
	noteRole   themes.Role

	popup   *popup    // a menu over the text, nil for none
	docs    *docPanel // documentation over the text, nil for none
	path    string    // of the field under the cursor
	word    string    // that completions replace
	looking bool
	wanted  want
	seen    manifest.Seen
	asked   bool // the pods there are have been asked for

	tick func(d time.Duration, f func(time.Time) tea.Msg) tea.Cmd // tea.Tick; tests wait less

	cols, rows int
	theme      themes.Theme
}

var (
	_ models.Screen   = (*Model)(nil)
	_ models.Titled   = (*Model)(nil)
	_ models.Typing   = (*Model)(nil)
	_ models.Pointing = (*Model)(nil)
	_ models.Themed   = (*Model)(nil)
	_ models.Ending   = (*Model)(nil)
)

// New makes the editor that the wish asks for. rules may be nil: then those of
// the API page hold everywhere.
func New(env *models.Env, wish models.EditMsg, rules Rules) *Model {
	m := &Model{
		env: env, rulesOf: rules, keys: DefaultKeyMap(), wish: wish, theme: env.Theme,
		buf: buffer.New(env.Theme), sent: map[string]bool{},
		draft: newDraft(env.Now()),
	}
	m.tick = tea.Tick
	m.diffText = textview.New(env.Theme, diffLines)
	m.buf.SetHighlighter(syntax.YAML)
	m.buf.Now = env.Now
	m.buf.OnPaste = func() tea.Cmd {
		env.Wish(models.ClipboardMsg{Asker: m})
		return nil
	}
	m.buf.OnCopy = func(text string) tea.Cmd {
		env.Wish(models.CopyMsg{Text: text, What: "text"})
		return nil
	}
	return m
}

// Init loads what the wish names, or offers what to start from.
func (m *Model) Init() tea.Cmd {
	switch {
	case m.wish.Text != "":
		m.open(m.wish.Text)
		return m.opened()
	case m.wish.Draft != "":
		return m.load(m.wish.Draft)
	case m.wish.Ref.Name != "":
		return m.loadPod(m.wish.Ref)
	}
	return m.listSources()
}

// open begins editing text.
func (m *Model) open(text string) {
	m.menu, m.file, m.picker = nil, nil, nil
	m.buf.SetText(text)
	m.saved = m.buf.Revision()
	m.checked = m.buf.Revision() - 1
	m.found, m.pinned = nil, nil
	m.layout()
}

// opened is what is to be done once there is a text.
func (m *Model) opened() tea.Cmd {
	cmd := tea.Batch(m.check(), m.look(wantPath))
	if m.asked {
		return cmd
	}
	m.asked = true
	return tea.Batch(cmd, m.see())
}

// Title says what is edited.
func (m *Model) Title() string {
	if m.wish.Title != "" {
		return safetext.Line(m.wish.Title, 80)
	}
	if m.wish.Ref.Name != "" {
		return "edit " + safetext.Line(m.wish.Ref.Name, 80)
	}
	if m.base != nil {
		return "edit " + safetext.Line(m.base.ref.Name, 80)
	}
	return "new pod"
}

// Typing is true while letters are text.
func (m *Model) Typing() bool { return m.menu == nil }

// Ends says what leaving would leave half done.
func (m *Model) Ends() string {
	switch {
	case m.recreating != "":
		return "recreating " + safetext.Line(m.recreating, 60) + ", which is deleted by now"
	case m.job != nil && m.job.left() > 1:
		return "creating " + models.Count(m.job.left(), "pod")
	}
	return ""
}

// Cursor is the text cursor.
func (m *Model) Cursor() *tea.Cursor {
	switch {
	case m.diff != nil:
		return nil
	case m.picker != nil:
		x, y := m.picker.cursor(m.cols)
		return tea.NewCursor(x, y)
	case m.file != nil:
		if x, y, ok := m.file.Cursor(); ok {
			return tea.NewCursor(x, y)
		}
		return nil
	case m.menu != nil:
		return nil
	}
	if x, y, ok := m.buf.Cursor(); ok {
		return tea.NewCursor(x, y)
	}
	return nil
}

// SetTheme takes a new theme.
func (m *Model) SetTheme(theme themes.Theme) {
	m.theme = theme
	m.buf.SetTheme(theme)
	m.diffText.SetTheme(theme)
	if m.file != nil {
		m.file.SetTheme(theme)
	}
}

// SetSize gives the rectangle: the text, and below it two lines about it.
func (m *Model) SetSize(cols, rows int) {
	m.cols, m.rows = cols, rows
	m.layout()
}

func (m *Model) layout() {
	m.buf.SetSize(m.cols, max(m.rows-statusRows, 0))
	m.diffText.SetSize(m.cols, max(m.rows-statusRows, 0))
	if m.file != nil {
		m.file.SetSize(m.cols, m.rows)
	}
}

// Close gives up nothing that is not on disk: drafts are written as one types,
// and leaving by esc waits for the last.
func (m *Model) Close() {
	if !m.choosing() && m.buf.Revision() != m.saved && m.buf.Dirty() {
		id, text, store := m.draft, []byte(m.buf.Text()), m.env.Store
		// The error has nobody left to tell: the screen is gone.
		m.env.Go(func() { _ = store.SaveDraft(id, text) })
	}
}

// Update handles a message.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	if models.ForAnother(msg, m) {
		return nil
	}
	switch msg := msg.(type) {
	case sourcesMsg:
		m.gotSources(msg)
	case podsMsg:
		m.gotPods(msg)
	case models.ClipboardTextMsg:
		return m.gotClipboard(msg)
	case loadedMsg:
		return m.loaded(msg)
	case checkMsg:
		if msg.revision != m.buf.Revision() {
			return m.quiet()
		}
		return m.checkNow()
	case checkedMsg:
		return m.gotCheck(msg)
	case lookAtMsg:
		return m.lookNow()
	case lookMsg:
		return m.gotLook(msg)
	case fixesMsg:
		return m.gotFixes(msg)
	case seenMsg:
		m.seen = msg.seen
	case saveMsg:
		return m.saveNow(false)
	case savedMsg:
		return m.gotSaved(msg)
	case preparedMsg:
		return m.gotPrepared(msg)
	case sentMsg:
		return m.gotSent(msg)
	case basedMsg:
		return m.gotBase(msg)
	case comparedMsg:
		return m.gotCompared(msg)
	case recreateMsg:
		return m.recreate(msg.compared)
	case patchedMsg:
		return m.gotPatched(msg)
	case removedMsg:
		return m.gotRemoved(msg)
	case models.InfoMsg: // the endpoint has said which rules hold
		if m.choosing() {
			return nil
		}
		m.checked = m.buf.Revision() - 1
		return m.check()
	case models.EditedMsg:
		return m.edited(msg.Text)
	case tea.KeyPressMsg, tea.PasteMsg, tea.MouseClickMsg, tea.MouseMotionMsg, tea.MouseReleaseMsg, tea.MouseWheelMsg:
		switch {
		case m.choosing():
			return m.choose(msg)
		case m.diff != nil:
			return m.diffUpdate(msg)
		}
		return m.edit(msg)
	}
	return nil
}

// saveFile writes the text to a file of the user's, named for its pod.
func (m *Model) saveFile() tea.Cmd {
	text, store, stamp := []byte(m.buf.Text()), m.env.Store, m.env.Now().Format("20060102-150405")
	return func() tea.Msg {
		name := "pod-" + stamp
		if docs, _ := manifest.Parse(text, manifest.Options{}); len(docs) == 1 && docs[0].Name != "" {
			name = docs[0].Name
		}
		path, err := store.Save(name+".yaml", text)
		if err != nil {
			return models.NoticeMsg{Level: models.LevelError, Text: "The manifest could not be saved: " + err.Error()}
		}
		return models.NoticeMsg{Text: "Manifest saved to " + path}
	}
}

// say shows what happened in the line below the text.
func (m *Model) say(role themes.Role, format string, args ...any) {
	m.buf.ClearNotice()
	m.noteRole, m.note = role, fmt.Sprintf(format, args...)
}
