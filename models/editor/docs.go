package editor

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/manifest"
	"podium/themes"
)

// docPanel is the documentation of a field, over the text.
type docPanel struct {
	title string
	lines []string // wrapped for width
	width int
	text  string
	top   int
	rows  int // shown as drawn last
}

const docPanelWidth = 78

// showDoc opens the documentation of the field under the cursor.
func (m *Model) showDoc() {
	if m.buf.Size() > liveLimit {
		m.say(themes.Warning, "The text is too large for that.")
		return
	}
	path := manifest.PathAt(m.buf.Text(), m.buf.Offset())
	doc, ok := manifest.Doc(path)
	if !ok {
		m.say(themes.Warning, "No field of a pod is called %s.", safetext.Line(path, 60))
		return
	}
	m.popup = nil
	m.docs = &docPanel{title: docTitle(path, doc), text: docText(path, doc, m.rules())}
}

func docTitle(path string, doc manifest.FieldDoc) string {
	if path == "" {
		path = "Pod"
	}
	return path + " · " + doc.Type
}

// docText is what is known of a field: what the backend makes of it, which
// values it can have, what it is for, what is below it.
func docText(path string, doc manifest.FieldDoc, rules manifest.RuleSet) string {
	var parts []string
	rule, listed := rules.Rule(path)
	switch {
	case path == "":
	case !listed:
		parts = append(parts, "Not part of the API that "+ruleName(rules)+" has.")
	case rule.Treatment != manifest.Honoured || rule.Note != "":
		text := "On " + ruleName(rules) + ": " + rule.Treatment.String()
		if rule.Note != "" {
			text += ", " + rule.Note
		}
		parts = append(parts, text+".")
	}
	if doc.Required {
		parts = append(parts, "It must be there.")
	}
	if len(doc.Enum) > 0 {
		parts = append(parts, "One of: "+strings.Join(doc.Enum, ", ")+".")
	}
	if doc.Doc != "" {
		parts = append(parts, doc.Doc)
	}
	if fields := manifest.Fields(path); len(fields) > 0 {
		var names []string
		for _, f := range fields {
			if _, listed := rules.Rule(fieldOf(path, f.Name)); listed {
				names = append(names, f.Name)
			}
		}
		parts = append(parts, "Fields: "+strings.Join(names, ", ")+".")
	}
	if len(parts) == 0 {
		parts = []string{"There is no documentation of this field."}
	}
	return strings.Join(parts, "\n\n")
}

func fieldOf(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func ruleName(rules manifest.RuleSet) string {
	if rules.Name == "" {
		return "this endpoint"
	}
	return rules.Name
}

// docKey handles a key while documentation is shown: those that scroll it; every
// other closes it, and esc and F1 do nothing more.
func (m *Model) docKey(k tea.KeyPressMsg) (handled bool) {
	d := m.docs
	most := max(len(d.lines)-d.rows, 0)
	switch {
	case key.Matches(k, m.keys.MenuDown):
		d.top = min(d.top+1, most)
	case key.Matches(k, m.keys.MenuUp):
		d.top = max(d.top-1, 0)
	case key.Matches(k, m.keys.MenuPageDown):
		d.top = min(d.top+max(d.rows-1, 1), most)
	case key.Matches(k, m.keys.MenuPageUp):
		d.top = max(d.top-max(d.rows-1, 1), 0)
	case key.Matches(k, m.keys.Back), key.Matches(k, m.keys.Doc):
		m.docs = nil
	default:
		m.docs = nil
		return false
	}
	return true
}

// draw draws the panel for a text of cols by rows cells.
func (d *docPanel) draw(theme themes.Theme, cols, rows int) box {
	width := max(min(docPanelWidth, cols-4), 8)
	if d.width != width {
		d.width, d.lines = width, nil
		for para := range strings.SplitSeq(d.text, "\n") {
			d.lines = append(d.lines, safetext.Wrap(para, width)...)
		}
	}
	d.rows = max(min(rows-2, len(d.lines)), 1)
	d.top = max(min(d.top, len(d.lines)-d.rows), 0)
	lines := make([]string, 0, d.rows)
	for _, l := range d.lines[d.top:min(d.top+d.rows, len(d.lines))] {
		lines = append(lines, theme.Paint(themes.Text, safetext.Fit(l, width)))
	}
	title := d.title
	if len(d.lines) > d.rows {
		title += " (arrows scroll)"
	}
	return frame(theme, title, lines, width)
}
