package terminal

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/termbridge"
	"podium/termbridge/vt"
)

// news is what a program did besides drawing.
type news struct {
	title  string
	bell   bool // it rang since the user was last in it
	unread bool // it printed since it was last in view
	in     int64
	last   time.Time // when it last printed
	rang   time.Time
	said   time.Time // its last notification
	size   time.Time // when it was told another size
}

// redrawTime is how long after a change of the size output is the answer to that
// and no news.
const redrawTime = time.Second

// ringEvery is how often a program's bell and notifications are passed on at
// most.
const ringEvery = time.Second

// asked watches whether anything comes back for what was typed.
type asked struct {
	waiting bool
	since   time.Time // of the first key that nothing came back for
	in      int64     // bytes that had come by then
}

func (a *asked) note(b *termbridge.Bridge, now func() time.Time) {
	in, _ := b.Counts()
	if !a.waiting || a.in != in {
		*a = asked{waiting: true, since: now(), in: in}
	}
}

// heard notes that the program may have printed something.
func (m *Model) heard() {
	in, _ := m.bridge.Counts()
	if in == m.news.in {
		return
	}
	m.news.in, m.news.last = in, m.env.Now()
	redrawn := m.news.last.Sub(m.news.size) < redrawTime
	m.news.unread = m.news.unread || m.hidden && !redrawn
	m.alive.ends = 0
	if m.asked.waiting {
		m.asked.waiting = false
		m.diagnose()
	}
}

// watch looks, once a second, whether the connection still seems to live, and
// asks the server where there is doubt.
func (m *Model) watch() tea.Cmd {
	quiet := m.diagnose()
	if m.state != running {
		return nil
	}
	return m.ask(quiet)
}

// diagnose says in the pane's mark what is wrong with the connection. It tells
// whether nothing comes back for what was typed.
func (m *Model) diagnose() (quiet bool) {
	trouble := ""
	if m.state == running {
		in, _ := m.bridge.Counts()
		after := m.env.Settings.QuietAfter
		since := m.env.Now().Sub(m.asked.since)
		quiet = after > 0 && m.asked.waiting && in == m.asked.in && since >= after
		said := m.alive.said
		switch {
		case m.bridge.Stalled():
			trouble = "input stalled: " + models.Count(m.bridge.Waiting(), "byte") + " not taken"
		case quiet:
			trouble = "no bytes for " + models.Age(since) + " since you typed"
		case m.alive.ends == 0 && said != noAnswer:
			said = "" // all is well
		}
		switch {
		case said == "":
		case trouble == "":
			trouble = said
		default:
			trouble += "; " + said
		}
	}
	if trouble != m.trouble {
		m.trouble, m.stale = trouble, true
	}
	return quiet
}

// event answers what a program did besides drawing.
func (m *Model) event(e vt.Event) tea.Cmd {
	now := m.env.Now()
	switch e.Kind {
	case vt.EventBell:
		rang := m.news.bell
		m.news.bell = rang || !m.focused
		if now.Sub(m.news.rang) < ringEvery {
			return nil
		}
		m.news.rang = now
		if m.hidden && !rang {
			m.env.Wish(models.NoticeMsg{Text: "bell in " + m.what()})
		}
		return tea.Raw("\a") // the outer terminal's bell is how it sounds, or shows
	case vt.EventTitle:
		m.news.title = e.Text
	case vt.EventNotify:
		if now.Sub(m.news.said) >= ringEvery && e.Text != "" {
			m.news.said = now
			m.env.Wish(models.NoticeMsg{Text: m.what() + " says: " + e.Text})
		}
	case vt.EventClipboard:
		m.wantsCopy(string(e.Data))
	case vt.EventReset:
		m.news.title = ""
		if e.Text != "" {
			m.env.Wish(models.NoticeMsg{Level: models.LevelError, Text: "The screen of " + m.what() + " was reset: " + e.Text})
		}
	}
	return nil
}

// clip is what the program wants on the user's clipboard (OSC 52).
type clip struct {
	allowed bool   // the user said yes, for this session
	asked   bool   // and was told how to
	waiting string // the latest text, until the user says yes
}

// wantsCopy copies what the program hands over, if the user allowed that: a
// program must not change what a paste elsewhere would run, unasked.
func (m *Model) wantsCopy(text string) {
	switch {
	case text == "":
	case m.clip.allowed:
		c := copyOf(text)
		c.What += " from " + m.what()
		m.env.Wish(c)
	default:
		m.clip.waiting = text
		if !m.clip.asked {
			m.clip.asked = true
			m.env.Wish(models.NoticeMsg{Text: m.what() + " wants to copy " + amount(text) + " to your clipboard: the leader, then C, allows it for this session"})
		}
	}
}

func (m *Model) allowCopy() {
	text := m.clip.waiting
	m.clip = clip{allowed: true}
	m.wantsCopy(text)
}

// Session tells how the session does.
func (m *Model) Session() models.SessionState {
	s := models.SessionState{
		Running: m.Holds(), Opened: m.opened, Printed: m.news.last,
		Unread: m.news.unread, Bell: m.news.bell, Trouble: m.trouble,
	}
	if m.state == ended {
		s.Trouble = m.end.Line
	}
	return s
}

// LastLine is the last line of the screen that holds text.
func (m *Model) LastLine() string {
	var line string
	m.read(func(tx text) { line = tx.line(tx.last()).Text })
	return safetext.Line(strings.TrimSpace(line), 200)
}
