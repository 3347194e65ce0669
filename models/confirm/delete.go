package confirm

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/models"
	"podium/themes"
)

const (
	// atOnce is how many deletions are under way at the same time.
	atOnce = 8
	// patience is how long one deletion may take to be accepted.
	patience = 30 * time.Second
	// maxGrace is the longest grace that can be typed, in seconds.
	maxGrace = 7 * 24 * 3600
)

// phase is how far the dialog is.
type phase int

const (
	asking  phase = iota // nothing was done yet
	running              // deletions are under way
	failed               // some failed: they can be tried again
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
}

// Delete is the dialog that deletes pods: what will happen, the names, the
// grace, and then the progress and what failed.
type Delete struct {
	env      *models.Env
	theme    themes.Theme
	keys     KeyMap
	targets  []target
	sessions []string // what ends with the pods
	opened   time.Time
	phase    phase
	focus    int // 0 is Cancel
	grace    string
	typing   bool // the grace is being typed
	force    bool
	top      int
	cols     int
	rows     int
	spans    [][2]int
	view     string
	try      int // counts the attempts, so that late answers are known
	cancel   context.CancelFunc
}

var (
	_ models.Screen    = (*Delete)(nil)
	_ models.Titled    = (*Delete)(nil)
	_ models.Sized     = (*Delete)(nil)
	_ models.Themed    = (*Delete)(nil)
	_ models.Dangerous = (*Delete)(nil)
	_ models.Canceling = (*Delete)(nil)
	_ models.Typing    = (*Delete)(nil)
)

// NewDelete makes the dialog for the wish. sessions says in words what ends
// with the pods, such as "shell in web/main". It wishes BackMsg when it is
// over, and PodsGoneMsg for what was deleted.
func NewDelete(env *models.Env, ask models.DeleteMsg, sessions []string) *Delete {
	d := &Delete{env: env, theme: env.Theme, keys: DefaultKeyMap(), sessions: sessions, opened: env.Now()}
	for _, row := range ask.Rows {
		d.targets = append(d.targets, target{row: row})
	}
	for _, row := range ask.Hidden {
		d.targets = append(d.targets, target{row: row, hidden: true})
	}
	return d
}

// Init does nothing: nothing happens before a key.
func (d *Delete) Init() tea.Cmd { return nil }

// Dangerous is always so.
func (d *Delete) Dangerous() bool { return true }

// Typing says whether the grace is being typed.
func (d *Delete) Typing() bool { return d.typing }

// Close gives up what is still under way.
func (d *Delete) Close() {
	if d.cancel != nil {
		d.cancel()
	}
}

// Cancel gives up the deletions that the server has not answered.
func (d *Delete) Cancel() (tea.Cmd, bool) {
	if d.phase != running {
		return nil, false
	}
	d.cancel()
	return nil, true
}

// deletedMsg is the server's answer to one deletion.
type deletedMsg struct {
	owner *Delete
	try   int
	index int
	err   error
	more  context.Context // of the attempt, for the deletions that follow
}

// Update takes keys, clicks and the server's answers.
func (d *Delete) Update(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if d.env.Now().Sub(d.opened) >= Quiet {
			cmd = d.press(msg)
		}
	case tea.MouseClickMsg:
		cmd = d.click(msg)
	case tea.MouseWheelMsg:
		switch msg.Button {
		case tea.MouseWheelUp:
			d.top--
		case tea.MouseWheelDown:
			d.top++
		}
	case deletedMsg:
		if msg.owner != d || msg.try != d.try {
			return nil
		}
		cmd = d.answered(msg)
	default:
		return nil
	}
	d.draw()
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
	case key.Matches(k, d.keys.Next), key.Matches(k, d.keys.Prev):
		d.focus = 1 - d.focus
	case key.Matches(k, d.keys.Press):
		return d.pressButton(d.focus)
	case d.phase == failed:
		if key.Matches(k, d.keys.Retry) || key.Matches(k, d.keys.Yes) {
			return d.start()
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
	switch stroke := k.Keystroke(); {
	case stroke == "enter", stroke == "tab":
		d.typing = false
	case stroke == "esc":
		d.typing, d.grace = false, ""
	case stroke == "backspace":
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

// start deletes what is not deleted yet.
func (d *Delete) start() tea.Cmd {
	d.phase, d.focus = running, 0
	d.try++
	ctx, cancel := context.WithCancel(context.Background())
	d.cancel = cancel
	for i := range d.targets {
		if d.targets[i].state != done {
			d.targets[i].state, d.targets[i].reason = waiting, ""
		}
	}
	var cmds []tea.Cmd
	for range atOnce {
		if cmd := d.next(ctx); cmd != nil {
			cmds = append(cmds, cmd)
		}
	}
	return tea.Batch(cmds...)
}

// next sends the next deletion, nil when all are on their way.
func (d *Delete) next(ctx context.Context) tea.Cmd {
	for i := range d.targets {
		t := &d.targets[i]
		if t.state != waiting {
			continue
		}
		t.state = sent
		row, opts, client, try := t.row, d.options(), d.env.Client, d.try
		opts.UID = row.UID
		return func() tea.Msg {
			limited, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			err := client.Delete(limited, row.Namespace, row.Name, opts)
			return deletedMsg{owner: d, try: try, index: i, err: err, more: ctx}
		}
	}
	return nil
}

// answered takes an answer in and sends what is next, or finishes.
func (d *Delete) answered(msg deletedMsg) tea.Cmd {
	t := &d.targets[msg.index]
	switch {
	case msg.err == nil, apierrors.IsNotFound(msg.err): // gone is what was asked for
		t.state = done
	default:
		t.state, t.reason = refused, msg.err.Error()
	}
	if cmd := d.next(msg.more); cmd != nil {
		return cmd
	}
	var gone []api.PodRef
	bad := 0
	for _, t := range d.targets {
		switch t.state {
		case sent:
			return nil
		case done:
			gone = append(gone, t.row.Ref())
		case refused:
			bad++
		}
	}
	d.cancel()
	d.finish(gone, bad)
	return nil
}

// finish tells what was deleted, and closes unless something failed.
func (d *Delete) finish(gone []api.PodRef, bad int) {
	if len(gone) > 0 {
		d.env.Wish(models.PodsGoneMsg{Refs: gone})
	}
	if bad > 0 {
		d.phase, d.focus = failed, 0
		d.env.Wish(models.NoticeMsg{Level: models.LevelError, Text: d.failureText(bad)})
		return
	}
	text := "Deleting " + gone[0].Name
	if len(gone) > 1 {
		text = fmt.Sprintf("Deleting %d pods", len(gone))
	}
	d.env.Wish(models.NoticeMsg{Text: text})
	d.env.Wish(models.BackMsg{})
}

func (d *Delete) failureText(bad int) string {
	for _, t := range d.targets {
		if t.state == refused {
			if bad == 1 {
				return fmt.Sprintf("Delete %s: %s", t.row.Name, t.reason)
			}
			return fmt.Sprintf("%d of %d pods were not deleted; the first, %s: %s", bad, len(d.targets), t.row.Name, t.reason)
		}
	}
	return ""
}

// Keys are what works in the dialog.
func (d *Delete) Keys() help.KeyMap { return d }

// ShortHelp are the keys for the footer.
func (d *Delete) ShortHelp() []key.Binding {
	named := func(b key.Binding, what string) key.Binding {
		b.SetHelp(b.Help().Key, what)
		return b
	}
	switch {
	case d.typing:
		return []key.Binding{
			key.NewBinding(key.WithKeys("enter"), key.WithHelp("enter", "take the seconds")),
			key.NewBinding(key.WithKeys("esc"), key.WithHelp("esc", "the pod's own")),
		}
	case d.phase == running:
		return []key.Binding{named(d.keys.Cancel, "stop")}
	case d.phase == failed:
		return []key.Binding{d.keys.Retry, named(d.keys.Cancel, "close")}
	}
	return []key.Binding{named(d.keys.Yes, "delete"), d.keys.Cancel, d.keys.Grace, d.keys.Force, d.keys.Next}
}

// FullHelp are the same keys.
func (d *Delete) FullHelp() [][]key.Binding { return [][]key.Binding{d.ShortHelp()} }
