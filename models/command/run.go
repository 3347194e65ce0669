package command

import (
	"context"
	"fmt"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/internal/fanout"
	"podium/internal/spool"
	"podium/models"
	"podium/termbridge"
)

// startTimeout bounds how long starting a command may take.
const startTimeout = 30 * time.Second

// drawEvery spaces out the pictures of a run that floods.
const drawEvery = 33 * time.Millisecond

// run is one run of a card's command in one place.
type run struct {
	card      *card
	cancel    context.CancelFunc // while starting
	output    *termbridge.Output
	totals    termbridge.Totals // of the output, as of the last message
	control   api.ExecControl
	stdin     io.Closer
	kept      *spool.Spool
	cancelled bool
	ended     bool // all output is here

	view progress // what of it is in view
}

// The answers to a run's commands.
type (
	startedMsg struct {
		models.Answer
		run     *run
		session api.ExecSession
		stdin   io.ReadCloser
		take    func() bool // must be called to have the two; false when they were given up
		err     error
	}
	changedMsg struct {
		models.Answer
		run *run
	}
	endedMsg struct {
		models.Answer
		run *run
		end models.End
	}
)

// begin runs a line on a new card.
func (m *Model) begin(s spec) tea.Cmd {
	if _, err := s.command(); err != nil {
		m.wrong = "This cannot be run: " + err.Error()
		return nil
	}
	if s.stdin != "" && (len(m.refs) != 1 || s.on != "") {
		m.wrong = "A file can be the standard input in one pod, not in several"
		return nil
	}
	if s.on != "" {
		m.field = fieldNone
		return tea.Batch(m.remember(s), m.selectPods(s))
	}
	targets := make([]fanout.Target, len(m.refs))
	for i, ref := range m.refs {
		targets[i] = fanout.Target{Ref: ref, Container: m.container}
	}
	m.field = fieldNone
	return tea.Batch(m.remember(s), m.start(&card{spec: s, targets: targets}))
}

// rerun runs a card's line again, on a card of its own unless the old one is
// watched.
func (m *Model) rerun(c *card, targets []fanout.Target) tea.Cmd {
	if len(targets) == 0 {
		return nil
	}
	return m.start(&card{spec: c.spec, targets: targets})
}

// start starts what a new card is for.
func (m *Model) start(c *card) tea.Cmd {
	if m.refuses() {
		return nil
	}
	c.began = m.env.Now()
	m.now = c.began
	if len(c.targets) != 1 {
		return m.startFan(c)
	}
	cmd := m.startRun(c)
	m.add(c)
	return cmd
}

// refuses says that nothing can be run, where that is so: it may have become so
// while the screen was open.
func (m *Model) refuses() bool {
	if m.env.ReadOnly {
		m.env.Wish(models.NoticeMsg{Level: models.LevelWarning, Text: "This endpoint is open read-only: no command can be run"})
	}
	return m.env.ReadOnly
}

// startRun starts the card's command in its one place.
func (m *Model) startRun(c *card) tea.Cmd {
	wanted, cancel := context.WithCancel(context.Background())
	store, limit := m.env.Store, m.env.Settings.CommandSpill
	r := &run{card: c, cancel: cancel, kept: spool.New(tempOf(store), spool.NewQuota(limit))}
	c.state, c.run = starting, r
	client, target, path := m.env.Client, c.targets[0], c.spec.stdin
	argv, err := c.spec.command()
	background := m.env.Go
	cfg := api.ExecConfig{AttachStdin: path != "", AttachStdout: true, AttachStderr: true, Cmd: argv}
	return func() tea.Msg {
		ctx, done := context.WithTimeout(wanted, startTimeout)
		defer done()
		msg := startedMsg{Answer: models.To(m), run: r, err: err}
		if msg.err == nil && path != "" {
			msg.stdin, msg.err = openInput(ctx, background, store, path)
		}
		if msg.err == nil {
			msg.session, msg.err = client.Exec(ctx, target.Ref.Namespace, target.Ref.Name, target.Container, cfg)
		}
		if msg.err != nil {
			if msg.stdin != nil {
				msg.stdin.Close()
			}
			return msg
		}
		// The screen may go before the message is there, which then reaches nobody.
		msg.take = context.AfterFunc(wanted, func() { background(msg.giveUp) })
		return msg
	}
}

// openInput opens the standard input. A pipe can be opened only when somebody
// writes to it, which may be never: the wait for that ends with ctx.
func openInput(ctx context.Context, background func(func()), store models.Store, path string) (io.ReadCloser, error) {
	type opened struct {
		file io.ReadCloser
		err  error
	}
	got := make(chan opened)
	background(func() {
		file, err := store.Input(path)
		select {
		case got <- opened{file, err}:
		case <-ctx.Done():
			if err == nil {
				file.Close()
			}
		}
	})
	select {
	case o := <-got:
		return o.file, o.err
	case <-ctx.Done():
		return nil, fmt.Errorf("open the input: %s does not open; where it is a pipe, nobody writes to it: %w", path, ctx.Err())
	}
}

// giveUp ends what was started and is not wanted any more.
func (msg startedMsg) giveUp() {
	_ = fanout.Kill(msg.session.Control()) // closing ends it as well
	msg.session.Close()
	if msg.stdin != nil {
		msg.stdin.Close()
	}
}

func (m *Model) started(msg startedMsg) tea.Cmd {
	r := msg.run
	c := r.card
	switch {
	case c.run != r:
		return nil
	case r.cancelled:
		return m.finish(r, models.NotStarted(context.Canceled))
	case msg.err != nil:
		return m.finish(r, models.NotStarted(msg.err))
	case !msg.take():
		return m.finish(r, models.NotStarted(context.Canceled))
	}
	c.state, r.control = running, msg.session.Control()
	o := termbridge.CollectOptions{
		Limit: int(m.env.Settings.CommandRing), Tee: r.kept.Add,
		OnPanic: func(value any, stack []byte) {
			m.env.Go(func() { panic(fmt.Sprintf("%v\n\n%s", value, stack)) })
		},
	}
	if msg.stdin != nil {
		r.stdin, o.Stdin = msg.stdin, msg.stdin
	}
	r.output = termbridge.Collect(msg.session, o)
	m.layout()
	return m.wait(r, 0)
}

// wait is the one command in flight per run.
func (m *Model) wait(r *run, pause time.Duration) tea.Cmd {
	output := r.output
	return func() tea.Msg {
		if pause > 0 {
			select {
			case <-time.After(pause):
			case <-output.Done():
			}
		}
		select {
		case <-output.Changed():
		case <-output.Done():
		}
		return changedMsg{Answer: models.To(m), run: r}
	}
}

func (m *Model) changed(r *run) tea.Cmd {
	if r.card.run != r {
		return nil
	}
	reason, err := r.output.End()
	r.ended, r.totals = reason != termbridge.Running, r.output.Totals()
	var more tea.Cmd
	if m.shownRun() == r {
		more = m.pull()
	}
	if !r.ended {
		return tea.Batch(more, m.wait(r, drawEvery))
	}
	if r.cancelled {
		return tea.Batch(more, m.finish(r, models.Cancelled(m.env.Info.Has(api.CapExecKill))))
	}
	client, control, ref := m.env.Client, r.control, r.card.targets[0].Ref
	stream := models.Stream{
		Lost: reason == termbridge.EndBroken, Cut: reason == termbridge.EndCut, Cause: err, After: m.env.Now().Sub(r.card.began),
	}
	inputErr := r.output.InputErr()
	return tea.Batch(more, func() tea.Msg {
		end := models.AskEnd(client, control, ref, stream)
		if inputErr != nil && !end.OK {
			end.More += " The command did not take all of its input: " + inputErr.Error() + "."
		}
		return endedMsg{Answer: models.To(m), run: r, end: end}
	})
}

func (m *Model) ended(msg endedMsg) tea.Cmd {
	r := msg.run
	if r.card.run != r {
		return nil
	}
	if e := &msg.end; e.Known && e.ExitCode == 127 && e.More == "" && !r.card.spec.argv {
		e.More = "127 means that a command was not found. In a container without sh, " + argvMark + " before the line runs its program directly."
	}
	return m.finish(r, msg.end)
}

// finish records how the card's run ended and tells who wants to know.
func (m *Model) finish(r *run, end models.End) tea.Cmd {
	c := r.card
	c.state, c.end, c.took = done, end, m.env.Now().Sub(c.began)
	if r.stdin != nil {
		stdin := r.stdin
		m.env.Go(func() { stdin.Close() })
	}
	cmd := m.watchEnded(c)
	if c.watch == nil {
		m.tell(c, end.Line, !end.OK)
	}
	m.layout()
	return cmd
}

// tell journals the end of a card, and announces it where it took long.
func (m *Model) tell(c *card, result string, failed bool) {
	target := models.Count(len(c.targets), "pod")
	if len(c.targets) == 1 {
		target = c.targets[0].Ref.String() + "/" + c.targets[0].Container
	}
	m.env.Wish(models.JournalMsg{Entry: models.Entry{Action: "command", Target: target, Result: result, Failed: failed}})
	m.env.Wish(models.FinishedMsg{Text: result + ": " + c.spec.line + " in " + c.where(), Began: c.began})
}

// stop ends what a card has under way, without waiting; its answer will say that
// it was cancelled.
func (m *Model) stop(c *card) {
	c.watch = nil
	switch {
	case c.fan != nil:
		c.fan.Cancel()
	case c.run == nil || c.state == done:
	case c.state == starting:
		c.run.cancelled = true
		c.run.cancel()
	default:
		if c.run.cancelled {
			return
		}
		c.run.cancelled = true
		output, control, kill := c.run.output, c.run.control, m.env.Info.Has(api.CapExecKill)
		m.env.Go(func() {
			if kill {
				_ = fanout.Kill(control) // closing the stream ends it as well
			}
			output.Close()
		})
	}
}

// tempOf makes temporary files of the store's.
func tempOf(store models.Store) func() (spool.File, error) {
	return func() (spool.File, error) { return store.Temp() }
}

// release lets the kept output go, off the loop.
func (r *run) release(background func(func())) {
	k := r.kept
	background(k.Close)
}

// shownRun is the run whose output is in view.
func (m *Model) shownRun() *run {
	if c := m.card(); c != nil && c.fan == nil {
		return c.run
	}
	return nil
}
