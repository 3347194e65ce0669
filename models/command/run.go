package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models"
	"podium/models/widget/textview"
	"podium/termbridge"
	"podium/termbridge/frame"
	"podium/themes"
)

// startTimeout bounds how long starting a command may take.
const startTimeout = 30 * time.Second

// drawEvery spaces out the pictures of a run that floods.
const drawEvery = 33 * time.Millisecond

// state is where a run stands.
type state int

const (
	queued state = iota
	starting
	running
	done
)

// run is the command line in one pod.
type run struct {
	ref    api.PodRef
	state  state
	cancel context.CancelFunc // while starting
	began  time.Time
	took   time.Duration

	output    *termbridge.Output
	control   api.ExecControl
	next      uint64 // first line that the view does not have for good
	open      bool   // the view's last lines may still grow
	end       models.End
	cancelled bool
}

// The answers to a run's commands.
type (
	startedMsg struct {
		to      *Model
		gen     int
		run     *run
		session api.ExecSession
		err     error
	}
	changedMsg struct {
		to  *Model
		gen int
		run *run
	}
	endedMsg struct {
		to  *Model
		gen int
		run *run
		end models.End
	}
)

// runAll runs line in every pod, a few at once.
func (m *Model) runAll(line string) tea.Cmd {
	if m.env.ReadOnly { // it may have become so while the screen was open
		m.env.Wish(models.NoticeMsg{Level: models.LevelWarning, Text: "This endpoint is open read-only: no command can be run"})
		return nil
	}
	for _, r := range m.runs {
		m.stop(r)
	}
	m.gen++
	m.line, m.asking, m.at = line, false, 0
	m.runs = make([]*run, len(m.refs))
	for i, ref := range m.refs {
		m.runs[i] = &run{ref: ref}
	}
	if n := len(m.history); n == 0 || m.history[n-1] != line {
		m.history = append(m.history, line)
	}
	m.recall = len(m.history)
	m.show(0)
	store := m.env.Store
	keep := func() tea.Msg {
		if err := store.AppendHistory(historyName, line); err != nil {
			return models.NoticeMsg{Level: models.LevelWarning, Text: "The line could not be added to the history: " + err.Error()}
		}
		return nil
	}
	return tea.Batch(keep, m.startSome())
}

// startSome starts queued runs as long as few enough are under way.
func (m *Model) startSome() tea.Cmd {
	var cmds []tea.Cmd
	busy := m.running()
	for _, r := range m.runs {
		if busy >= atOnce {
			break
		}
		if r.state == queued && !r.cancelled {
			cmds = append(cmds, m.start(r))
			busy++
		}
	}
	m.layout()
	return tea.Batch(cmds...)
}

// argv is the command for a line: sh runs it, unless it begins with "=".
func argv(line string) []string {
	if direct, ok := strings.CutPrefix(line, "="); ok {
		return strings.Fields(direct)
	}
	return []string{"sh", "-c", line}
}

func (m *Model) start(r *run) tea.Cmd {
	r.state, r.began = starting, m.env.Now()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	r.cancel = cancel
	client, gen, container := m.env.Client, m.gen, m.container
	cfg := api.ExecConfig{AttachStdout: true, AttachStderr: true, Cmd: argv(m.line)}
	return func() tea.Msg {
		defer cancel()
		session, err := client.Exec(ctx, r.ref.Namespace, r.ref.Name, container, cfg)
		if err == nil && ctx.Err() != nil { // the screen has gone, and its messages with it
			session.Close()
			session, err = nil, ctx.Err()
		}
		return startedMsg{to: m, gen: gen, run: r, session: session, err: err}
	}
}

func (m *Model) started(msg startedMsg) tea.Cmd {
	r := msg.run
	if msg.to != m {
		return nil
	}
	if msg.gen != m.gen || r.cancelled {
		if msg.session != nil {
			m.env.Go(func() { msg.session.Close() })
		}
		if msg.gen == m.gen {
			return m.finish(r, models.End{Line: "cancelled", More: "It was given up before it had started."})
		}
		return nil
	}
	if msg.err != nil {
		line := "not started"
		if errors.Is(msg.err, context.Canceled) {
			line = "cancelled"
		}
		return m.finish(r, models.End{Line: line, More: msg.err.Error()})
	}
	r.state, r.control = running, msg.session.Control()
	r.output = termbridge.Collect(msg.session, termbridge.CollectOptions{
		OnPanic: func(value any, stack []byte) {
			m.env.Go(func() { panic(fmt.Sprintf("%v\n\n%s", value, stack)) })
		},
	})
	m.layout()
	return m.wait(r, 0)
}

// wait is the one command in flight per run.
func (m *Model) wait(r *run, pause time.Duration) tea.Cmd {
	output, gen := r.output, m.gen
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
		return changedMsg{to: m, gen: gen, run: r}
	}
}

func (m *Model) changed(msg changedMsg) tea.Cmd {
	if msg.to != m || msg.gen != m.gen {
		return nil
	}
	r := msg.run
	reason, err := r.output.End()
	if m.shown() == r {
		m.pull(r, reason != termbridge.Running)
	}
	if reason == termbridge.Running {
		return m.wait(r, drawEvery)
	}
	if r.cancelled {
		return m.finish(r, models.End{Line: "cancelled", More: "It was ended from here; its exit code was not waited for."})
	}
	client, control, gen := m.env.Client, r.control, m.gen
	stream := models.Stream{Lost: reason == termbridge.EndBroken, Cut: reason == termbridge.EndCut, Cause: err}
	return func() tea.Msg {
		return endedMsg{to: m, gen: gen, run: r, end: models.AskEnd(client, control, r.ref, stream)}
	}
}

func (m *Model) ended(msg endedMsg) tea.Cmd {
	if msg.to != m || msg.gen != m.gen {
		return nil
	}
	if msg.end.Known && msg.end.ExitCode == 127 && msg.end.More == "" && !strings.HasPrefix(m.line, "=") {
		msg.end.More = "127 means that a command was not found. In a container without sh, = before the line runs its program directly."
	}
	return m.finish(msg.run, msg.end)
}

func (m *Model) finish(r *run, end models.End) tea.Cmd {
	r.state, r.end, r.took = done, end, m.env.Now().Sub(r.began)
	return m.startSome()
}

// stop ends a run that is under way, without waiting; its answer will say that
// it was cancelled.
func (m *Model) stop(r *run) {
	r.cancelled = true
	switch r.state {
	case queued:
		r.state, r.end = done, models.End{Line: "cancelled", More: "It was given up before it had started."}
	case starting:
		r.cancel()
	case running:
		output := r.output
		m.env.Go(func() { output.Close() })
	case done:
	}
}

// running counts the runs that are under way.
func (m *Model) running() int {
	n := 0
	for _, r := range m.runs {
		if r.state == starting || r.state == running {
			n++
		}
	}
	return n
}

// shown is the run whose output is in view, nil before the first.
func (m *Model) shown() *run {
	if m.at < len(m.runs) {
		return m.runs[m.at]
	}
	return nil
}

// show brings the output of run i into view.
func (m *Model) show(i int) {
	m.at = i
	m.out.SetLines(nil)
	m.out.SetFollow(true)
	if r := m.shown(); r != nil && r.output != nil {
		r.next, r.open = 0, false
		m.pull(r, r.state == done)
	}
	m.layout()
}

// Lines are pulled in portions of this many; a line that has not ended is shown
// only while the output is no longer than one portion, since each change of it
// draws the portion anew.
const portion = 4096

// pull takes new lines of the run into the view.
func (m *Model) pull(r *run, all bool) {
	if r.open { // take the growing lines away again
		m.out.SetLines(nil)
		r.next, r.open = 0, false
	}
	for {
		lines, next := r.output.Lines(r.next, portion)
		add := make([]textview.Line, 0, len(lines))
		small := r.next == 0 && len(lines) < portion
		for _, l := range lines {
			if l.Open && !all {
				if !small {
					next = l.Number
					break
				}
				r.open = true
			}
			add = append(add, drawn(l))
		}
		m.out.Append(add...)
		r.next = next
		if len(lines) < portion || len(add) < len(lines) {
			return
		}
	}
}

// drawn is a line as the view shows it: its stream is told by gutter and
// colour, its own colours are kept.
func drawn(l termbridge.Line) textview.Line {
	line := textview.Line{
		Text: string(l.Text()), Role: themes.Stdout, Gutter: "│", GutterRole: themes.Stdout,
		SGR: bytes.IndexByte(l.Raw, 0x1b) >= 0,
	}
	if l.Stream == frame.Stderr {
		line.Role, line.Gutter, line.GutterRole = themes.Stderr, "┃", themes.Stderr
	}
	return line
}

// save writes the shown run's output, as it came, to a file.
func (m *Model) save(string) tea.Cmd {
	r := m.shown()
	if r == nil || r.output == nil {
		return nil
	}
	store, output := m.env.Store, r.output
	name := fmt.Sprintf("%s-%s.out", r.ref.Name, m.env.Now().Format("20060102-150405"))
	return func() tea.Msg {
		var data bytes.Buffer
		err := output.Save(&data)
		path := ""
		if err == nil {
			path, err = store.Save(name, data.Bytes())
		}
		if err != nil {
			return models.NoticeMsg{Level: models.LevelError, Text: "The output could not be saved: " + err.Error()}
		}
		return models.NoticeMsg{Text: "Output saved to " + path}
	}
}
