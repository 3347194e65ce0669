package ui

import (
	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/models/widget/textview"
	"podium/themes"
)

// textDialog is a dialog with a long text that can be searched, copied and
// saved: the error log, the journal.
type textDialog struct {
	root  *root
	title string
	what  string // the text in the notice of a copy
	file  string // name of the file that it is saved to
	view  *textview.View
	keys  menuKeyMap  // of which it knows Close
	close key.Binding // the key that opened it
}

var (
	_ models.Screen   = (*textDialog)(nil)
	_ models.Titled   = (*textDialog)(nil)
	_ models.Typing   = (*textDialog)(nil)
	_ models.Themed   = (*textDialog)(nil)
	_ models.Pointing = (*textDialog)(nil)
)

// newTextDialog makes an empty one; toggle is the key that opens it, and closes
// it too.
func (r *root) newTextDialog(title, file string, toggle key.Binding) *textDialog {
	d := &textDialog{root: r, title: title, what: "the " + title, file: file, view: textview.New(r.env.Theme, 0), close: toggle}
	d.view.SetWrap(true)
	d.view.OnCopy = func(text string) tea.Cmd {
		r.wish(models.CopyMsg{Text: text, What: d.what})
		return nil
	}
	d.view.OnSave = func(text string) tea.Cmd {
		r.wish(models.SaveMsg{Name: d.file, Text: text, What: d.what})
		return nil
	}
	return d
}

// showText shows the dialog, as large as it may be.
func (r *root) showText(d *textDialog) { r.show(&layer{screen: d, whole: true}) }

// KeyMaps are the keys that can be bound anew.
func (d *textDialog) KeyMaps() []models.KeyScope {
	return []models.KeyScope{{Name: "text", Map: &d.view.Keys}, {Name: "line", Map: &d.view.LineKeys}, {Name: "menu", Map: &d.keys}}
}

func (d *textDialog) Title() string { return d.title }
func (d *textDialog) Init() tea.Cmd { return nil }

func (d *textDialog) SetSize(cols, rows int) { d.view.SetSize(cols, rows) }

func (d *textDialog) SetTheme(th themes.Theme) { d.view.SetTheme(th) }

func (d *textDialog) Typing() bool { return d.view.Typing() }

func (d *textDialog) Update(msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok || d.view.Typing() {
		return d.view.Update(msg)
	}
	cmd, handled := d.view.Handle(k) // esc ends a search first
	if !handled && key.Matches(k, d.keys.Close, d.close) {
		d.root.drop(d)
	}
	return cmd
}

func (d *textDialog) View() string { return d.view.View() }

func (d *textDialog) Cursor() *tea.Cursor {
	if x, y, ok := d.view.Cursor(); ok {
		return tea.NewCursor(x, y)
	}
	return nil
}

func (d *textDialog) Close() {}

func (d *textDialog) Keys() help.KeyMap {
	k := d.view.Keys
	return models.Help{Short: []key.Binding{d.keys.Close, k.Search, k.Copy, k.Save, k.Wrap}}
}
