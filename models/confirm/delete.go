package confirm

import (
	"context"
	"slices"
	"strconv"
	"time"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/input"
	"podium/themes"
)

// maxGrace is the longest grace that can be typed, in seconds.
const maxGrace = 7 * 24 * 3600

// phase is how far the dialog is.
type phase int

const (
	asking   phase = iota // nothing was done yet
	keeping               // a word for the next start is put on disk
	counting              // it was said to be done, and can still be undone
	running               // deletions are under way
	failed                // some failed: they can be tried again
	over                  // all were accepted, or it was undone
)

// state is how far the deletion of one pod is.
type state int

const (
	waiting state = iota
	sent
	done
	refused
)

// target is one pod to delete.
type target struct {
	row    api.PodRow
	hidden bool // marked, and hidden by the filter
	state  state
	reason string // why it was refused
	digest string // of what the server had before, "" where it was not to be had
}

// Delete is the deletion of pods: first a dialog with what will happen, the
// names and the grace; then out of view a moment in which it can be undone and
// nothing is sent; then the progress, and what failed as a dialog again. It goes
// on with the endpoint it began with, whatever the Env says later.
type Delete struct {
	env       *models.Env
	client    models.Client
	endpoint  string
	place     string // of the endpoint, as Env.Place says
	theme     themes.Theme
	keys      KeyMap
	lineKeys  input.KeyMap // of the grace
	targets   []target
	counts    [4]int // of the targets in each state
	waits     int    // the first target that may still wait
	order     []int  // in which the targets are shown, nil for theirs
	doomed    map[api.PodRef]bool
	bare      int      // targets that nothing makes anew
	away      bool     // out of view: nothing is drawn
	sessions  []string // what ends with the pods
	opened    time.Time
	phase     phase
	undoKey   string        // that undoes it, as people read it
	undo      time.Duration // in which it can be undone, 0 for none
	until     time.Time     // the end of it
	began     time.Time     // when the sending began
	unkept    error         // why a pod could not be kept for making it anew
	focus     int           // 0 is Cancel
	grace     string
	typing    bool // the grace is being typed
	force     bool
	top       int
	cols      int
	nameCells int
	rows      int
	spans     [][2]int
	view      string
	try       int // counts the attempts, so that late answers are known
	cancel    context.CancelFunc
	promise   *promise // what the next start would say, nil while nothing was done
}

var (
	_ models.Screen    = (*Delete)(nil)
	_ models.Titled    = (*Delete)(nil)
	_ models.Sized     = (*Delete)(nil)
	_ models.Themed    = (*Delete)(nil)
	_ models.Dangerous = (*Delete)(nil)
	_ models.Canceling = (*Delete)(nil)
	_ models.Ending    = (*Delete)(nil)
	_ models.Typing    = (*Delete)(nil)
)

// NewDelete makes the dialog for the wish. sessions says in words what ends
// with the pods, such as "shell in web/main". It wishes AsideMsg when it is to
// be taken from view and still told of ticks, FailedMsg when it is to be shown
// again, BackMsg when it is over, and PodsGoneMsg for what was deleted. undoKey
// is the key that undoes it, as people read it.
func NewDelete(env *models.Env, ask models.DeleteMsg, sessions []string, undoKey string) *Delete {
	d := &Delete{
		env: env, client: env.Client, endpoint: env.Endpoint, place: env.Place(), theme: env.Theme, keys: DefaultKeyMap(), lineKeys: input.DefaultKeyMap(),
		sessions: sessions, opened: env.Now(), undo: env.Settings.UndoWindow, undoKey: undoKey,
	}
	for _, row := range ask.Rows {
		d.targets = append(d.targets, target{row: row})
	}
	for _, row := range ask.Hidden {
		d.targets = append(d.targets, target{row: row, hidden: true})
	}
	for i := range d.targets {
		d.nameCells = max(d.nameCells, safetext.Width(safetext.Line(d.targets[i].row.Name, 80)))
		if d.targets[i].row.Owner == "" {
			d.bare++
		}
	}
	d.counts[waiting] = len(d.targets)
	// What is lost for good is seen first.
	slices.SortStableFunc(d.targets, func(a, b target) int {
		switch bare, other := a.row.Owner == "", b.row.Owner == ""; {
		case bare == other:
			return 0
		case bare:
			return -1
		}
		return 1
	})
	return d
}

// Init does nothing: nothing happens before a key.
func (d *Delete) Init() tea.Cmd { return nil }

// Dangerous is always so.
func (d *Delete) Dangerous() bool { return true }

// Typing says whether the grace is being typed.
func (d *Delete) Typing() bool { return d.typing }

// Update takes keys, clicks and the server's answers.
func (d *Delete) Update(msg tea.Msg) tea.Cmd {
	if models.ForAnother(msg, d) {
		return nil
	}
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if d.env.Now().Sub(d.opened) >= Quiet {
			cmd = d.press(msg)
		}
	case tea.MouseClickMsg:
		if d.env.Now().Sub(d.opened) >= Quiet {
			cmd = d.click(msg)
		}
	case models.TickMsg:
		cmd = d.tick(time.Time(msg))
	case tea.MouseWheelMsg:
		switch msg.Button {
		case tea.MouseWheelUp:
			d.top--
		case tea.MouseWheelDown:
			d.top++
		}
	case promisedMsg:
		if d.phase != keeping {
			return nil
		}
		d.promised(msg.err)
	case deletedMsg:
		if msg.try != d.try {
			return nil
		}
		cmd = d.answered(msg)
	default:
		return nil
	}
	if !d.away {
		d.draw()
	}
	return cmd
}

func (d *Delete) press(k tea.KeyPressMsg) tea.Cmd {
	if d.typing {
		d.typeGrace(k)
		return nil
	}
	switch {
	case key.Matches(k, d.keys.Up):
		d.top--
	case key.Matches(k, d.keys.Down):
		d.top++
	case d.phase == running:
		if key.Matches(k, d.keys.Cancel) {
			d.cancel()
		}
	case key.Matches(k, d.keys.Cancel):
		d.env.Wish(models.BackMsg{})
	case d.phase == keeping: // there is nothing more to say
	case key.Matches(k, d.keys.Next), key.Matches(k, d.keys.Prev):
		d.focus = 1 - d.focus
	case key.Matches(k, d.keys.Press):
		return d.pressButton(d.focus)
	case d.phase == failed:
		if key.Matches(k, d.keys.Retry) || key.Matches(k, d.keys.Yes) {
			return d.send()
		}
	case key.Matches(k, d.keys.Yes):
		return d.start()
	case key.Matches(k, d.keys.Grace):
		d.typing, d.force = true, false
	case key.Matches(k, d.keys.Force):
		d.force = !d.force
	}
	return nil
}

// typeGrace edits the grace seconds: digits only, empty for the pod's own.
func (d *Delete) typeGrace(k tea.KeyPressMsg) {
	switch {
	case key.Matches(k, d.lineKeys.Accept, d.lineKeys.Complete):
		d.typing = false
	case key.Matches(k, d.lineKeys.Cancel):
		d.typing, d.grace = false, ""
	case key.Matches(k, d.lineKeys.DeleteLeft):
		if d.grace != "" {
			d.grace = d.grace[:len(d.grace)-1]
		}
	case len(k.Text) == 1 && k.Text[0] >= '0' && k.Text[0] <= '9':
		if n, err := strconv.Atoi(d.grace + k.Text); err == nil && n <= maxGrace {
			d.grace = strconv.Itoa(n)
		}
	}
}

func (d *Delete) click(msg tea.MouseClickMsg) tea.Cmd {
	if msg.Button != tea.MouseLeft || msg.Y != d.rows-1 || d.phase == running {
		return nil
	}
	for i, s := range d.spans {
		if msg.X >= s[0] && msg.X < s[1] {
			return d.pressButton(i)
		}
	}
	return nil
}

func (d *Delete) pressButton(i int) tea.Cmd {
	if i == 0 {
		d.env.Wish(models.BackMsg{})
		return nil
	}
	switch d.phase {
	case keeping:
		return nil
	case failed:
		return d.send()
	}
	return d.start()
}

// options are what the server is asked for.
func (d *Delete) options() api.DeleteOptions {
	var o api.DeleteOptions
	switch {
	case d.force:
		o.GracePeriodSeconds = new(int64)
	case d.grace != "":
		if n, err := strconv.ParseInt(d.grace, 10, 64); err == nil {
			o.GracePeriodSeconds = &n
		}
	}
	return o
}

// Keys are what works in the dialog.
func (d *Delete) Keys() help.KeyMap { return models.Help{Short: d.works()} }

// works are the keys that work right now.
func (d *Delete) works() []key.Binding {
	named := func(b key.Binding, what string) key.Binding {
		b.SetHelp(b.Help().Key, what)
		return b
	}
	switch {
	case d.typing:
		return d.lineKeys.Help("take the seconds", "the pod's own")
	case d.phase == running:
		return []key.Binding{named(d.keys.Cancel, "stop"), d.keys.Up, d.keys.Down}
	case d.phase == failed:
		return []key.Binding{d.keys.Retry, named(d.keys.Cancel, "close"), d.keys.Up, d.keys.Down}
	}
	return []key.Binding{named(d.keys.Yes, "delete"), d.keys.Cancel, d.keys.Grace, d.keys.Force, d.keys.Next}
}
