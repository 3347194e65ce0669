package models

import tea "charm.land/bubbletea/v2"

// Answer is embedded in the messages of a screen's commands, which reach every
// open screen: it says whose they are.
type Answer struct{ to Screen }

// To is the Answer of a screen's own messages.
func To(s Screen) Answer { return Answer{s} }

func (a Answer) asker() Screen           { return a.to }
func (m EditedMsg) asker() Screen        { return m.Asker }
func (m ClipboardTextMsg) asker() Screen { return m.Asker }

// ForAnother tells whether a message answers a command of another screen than s,
// which drops it.
func ForAnother(msg tea.Msg, s Screen) bool {
	a, ok := msg.(interface{ asker() Screen })
	return ok && a.asker() != s
}
