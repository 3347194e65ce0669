package editor

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/internal/safetext"
	"podium/manifest"
	"podium/models"
	buffer "podium/models/widget/editor"
	"podium/themes"
)

const (
	// liveLimit is the size of a text, in bytes, above which nothing is
	// completed: reading it would take longer than anybody waits for.
	liveLimit = 2 << 20
	// seenRows and seenTime bound what is read of the pods there are.
	seenRows = 2000
	seenTime = 15 * time.Second
	// seenImages and seenValues bound what is kept of it.
	seenImages = 200
	seenValues = 50
)

// want is what is asked of a look at the cursor.
type want uint8

const (
	wantPath  want = iota // the path of the field, for the status line
	wantWord              // completions of a word that is being typed
	wantAsked             // completions that the user asked for
	wantFirst             // the first of them, chosen at once
)

// The messages of looks at the cursor and at the pods there are.
type (
	lookAtMsg struct{ models.Answer }
	lookMsg   struct {
		models.Answer
		revision uint64
		offset   int
		path     string
		found    manifest.Completions
		want     want
	}
	seenMsg struct {
		models.Answer
		seen manifest.Seen
	}
)

// look asks what is at the cursor. One look is under way at a time; what is
// asked meanwhile is looked at afterwards.
func (m *Model) look(w want) tea.Cmd {
	if m.buf.Size() > liveLimit {
		m.path = ""
		return nil
	}
	if w > m.wanted {
		m.wanted = w
	}
	if m.looking {
		return nil
	}
	m.looking = true
	if m.wanted == wantPath { // nobody waits for it
		return m.tick(checkAfter, func(time.Time) tea.Msg { return lookAtMsg{Answer: models.To(m)} })
	}
	return m.lookNow()
}

func (m *Model) lookNow() tea.Cmd {
	msg := lookMsg{Answer: models.To(m), revision: m.buf.Revision(), offset: m.buf.Offset(), want: m.wanted}
	text, rules, seen := m.buf.Text(), m.rules(), m.seen
	m.wanted = wantPath
	return func() tea.Msg {
		if msg.want != wantPath {
			msg.found = manifest.Complete(text, msg.offset, rules, seen)
		}
		msg.path = manifest.PathAt(text, msg.offset)
		return msg
	}
}

func (m *Model) gotLook(msg lookMsg) tea.Cmd {
	m.looking = false
	if msg.revision != m.buf.Revision() || msg.offset != m.buf.Offset() {
		if msg.want == wantWord {
			msg.want = wantPath // whether a word is still typed is known by what came after it
		}
		return m.look(max(msg.want, m.wanted))
	}
	m.path = msg.path
	again := m.wanted
	var cmd tea.Cmd
	switch {
	case msg.want == wantPath:
	case msg.want == wantFirst && len(msg.found.Items) > 0, msg.want == wantAsked && len(msg.found.Items) == 1 && msg.found.From < msg.offset:
		cmd = m.complete(msg.found.Items[0]) // there is nothing to choose
	default:
		m.propose(msg)
	}
	if again != wantPath {
		return tea.Batch(cmd, m.look(again))
	}
	return cmd
}

// propose opens the popup with completions, or closes it when there are none.
func (m *Model) propose(msg lookMsg) {
	items := msg.found.Items
	m.word = ""
	if msg.found.From < msg.offset {
		m.word = m.buf.Text()[msg.found.From:msg.offset]
	}
	finished := len(items) > 0 && items[0].Label == strings.Trim(m.word, `"'`) // nothing is left to type
	if len(items) == 0 || msg.want == wantWord && finished {
		if m.popup != nil && m.popup.typing {
			m.popup = nil
		}
		if msg.want == wantAsked {
			m.say(themes.Muted, "Nothing is known that could stand here.")
		}
		return
	}
	p := &popup{typing: true, asked: msg.want == wantAsked}
	if old := m.popup; old != nil && old.typing {
		p.asked = p.asked || old.asked
	}
	for _, it := range items {
		doc := it.Doc
		if it.Note != "" {
			doc = strings.ToUpper(it.Note[:1]) + it.Note[1:] + ".\n" + doc
		}
		role := themes.Text
		if it.Note != "" && it.Dimmed() {
			role = themes.Muted
		}
		p.items = append(p.items, menuItem{label: it.Label, detail: it.Type, doc: doc, role: role})
	}
	revision := msg.revision
	p.pick = func(i int) tea.Cmd {
		if m.buf.Revision() != revision || m.buf.Offset() != msg.offset {
			return m.look(wantFirst) // typed on since: what fits now
		}
		return m.complete(items[i])
	}
	m.popup = p
}

// complete writes a completion, and goes on with the value where there are some
// to choose from.
func (m *Model) complete(it manifest.Completion) tea.Cmd {
	m.popup = nil
	if err := m.buf.Apply(bufferEdits(it.Edits), it.Cursor); err != nil {
		m.say(themes.Error, "%v", err)
		return nil
	}
	w := wantPath
	if it.Kind == manifest.CompleteField {
		w = wantWord
	}
	return tea.Batch(m.changed(), m.look(w))
}

func bufferEdits(edits []manifest.Edit) []buffer.Edit {
	out := make([]buffer.Edit, len(edits))
	for i, e := range edits {
		out[i] = buffer.Edit{Start: e.Start, End: e.End, Text: e.Text}
	}
	return out
}

// completeKey is tab and ctrl-space: tab behind blanks only is for indenting.
func (m *Model) completeKey(k tea.KeyPressMsg) (tea.Cmd, bool) {
	if !key.Matches(k, m.keys.Complete) {
		return nil, false
	}
	before := m.buf.Before()
	if k.String() == "tab" && (m.buf.Selection() != "" || strings.TrimLeft(before, " -") == "" || strings.HasSuffix(before, " ") && !strings.HasSuffix(before, ": ")) {
		return nil, false
	}
	m.note = ""
	return m.look(wantAsked), true
}

// typedWord says whether a key has written on a word that may be completed.
func (m *Model) typedWord(msg tea.Msg) bool {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok || k.Text == "" && k.String() != "backspace" {
		return false
	}
	before := m.buf.Before()
	if k.String() == "backspace" {
		return m.popup != nil && strings.TrimLeft(before, " -") != ""
	}
	r := []rune(k.Text)[0]
	if r == ' ' {
		return strings.HasSuffix(before, ": ")
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-._/:", r) && m.popup != nil
}

// see reads which images and labels there are among the pods, once.
func (m *Model) see() tea.Cmd {
	client, namespace := m.env.Client, m.env.Namespace
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), seenTime)
		defer cancel()
		seen := manifest.Seen{Labels: map[string][]string{}}
		images, labels, rows := map[string]bool{}, map[string]bool{}, 0
		// What has arrived when it fails is of use as well, and without any of
		// it there is less to choose from, no more.
		_, _ = client.List(ctx, namespace, api.ListOptions{Limit: seenRows}, func(row api.PodRow) error {
			for image := range strings.SplitSeq(row.Images, ",") {
				if image = safetext.Clean(strings.TrimSpace(image)); image != "" && !images[image] && len(images) < seenImages {
					images[image] = true
					seen.Images = append(seen.Images, image)
				}
			}
			for pair := range strings.SplitSeq(row.Labels, ",") {
				k, v, _ := strings.Cut(safetext.Clean(pair), "=")
				if k != "" && !labels[pair] && len(seen.Labels[k]) < seenValues && len(labels) < seenRows {
					labels[pair] = true
					seen.Labels[k] = append(seen.Labels[k], v)
				}
			}
			if rows++; rows >= seenRows {
				return errEnough
			}
			return nil
		})
		return seenMsg{Answer: models.To(m), seen: seen}
	}
}

// errEnough ends a list.
var errEnough = errors.New("enough")
