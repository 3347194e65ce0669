package terminal

import (
	"bytes"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/termbridge"
	"podium/termbridge/vt"
)

// saveStep is how many lines are read with the emulator locked, which must not
// be for long: a fraction of a millisecond.
const saveStep = 500

// save writes the session's text, scrollback and screen, to a file.
func (m *Model) save() tea.Cmd {
	if m.bridge == nil {
		return nil
	}
	what := m.ref.Name
	if m.container != "" {
		what += "-" + m.container
	}
	name := fmt.Sprintf("%s-%s.txt", safetext.Line(what, 100), m.env.Now().Format(time.DateOnly+"-150405"))
	store, bridge, width := m.env.Store, m.bridge, m.width
	return func() tea.Msg {
		text := transcript(bridge, width)
		path, err := store.Save(name, text)
		if err != nil {
			return models.NoticeMsg{Level: models.LevelError, Text: "The transcript could not be saved: " + err.Error()}
		}
		return models.NoticeMsg{Text: fmt.Sprintf("Transcript saved, %s: %s", models.Count(bytes.Count(text, []byte("\n")), "line"), path)}
	}
}

// transcript is the text of the session, at most copyLimit of it, wrapped lines
// joined. It takes what is there when it begins, step by step, so that a session
// that goes on neither waits nor makes it endless.
func transcript(bridge *termbridge.Bridge, width vt.WidthMethod) []byte {
	var out bytes.Buffer
	var at, end uint64
	for started := false; !started || at <= end && out.Len() < copyLimit; {
		bridge.View(func(t *vt.Terminal) {
			tx := textOf(t, width)
			if !started {
				at, end, started = tx.first, tx.last(), true
			}
			at, end = max(at, tx.first), min(end, tx.high)
			for n := 0; n < saveStep && at <= end; n, at = n+1, at+1 {
				l := tx.line(at)
				out.WriteString(l.Text)
				if !l.Wrapped || at == end {
					out.WriteByte('\n')
				}
			}
		})
	}
	return out.Bytes()
}
