package pods

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"time"

	tea "charm.land/bubbletea/v2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/models"
)

const (
	// pace is the least time between two batches of changes: nobody reads
	// faster, and every batch is a frame.
	pace = 250 * time.Millisecond
	// gather is how long the first batch of a list waits for a screenful.
	gather = 8 * time.Millisecond
	// pollCost is how many times longer than its answer took the interval of
	// polling is at least, where there is no watch, and pollMax how long it
	// gets by that.
	pollCost = 10
	pollMax  = 30 * time.Second
	// backoffMax is the longest wait between attempts to reach the server.
	backoffMax = 30 * time.Second
	// retryMax is the longest wait that a server may ask for.
	retryMax = 10 * time.Minute
	// watchFor is how long a watch is asked for. The server ends it then; one
	// that stays silent for longer than that and slack is dead.
	watchFor   = 5 * time.Minute
	watchSlack = 30 * time.Second
	// calm is how long a watch must have lasted for its end to be no failure.
	calm = 5 * time.Second
	// watchTries is how many watches in a row may end early before polling
	// takes their place.
	watchTries = 3
	// pipeLimit is how many changes wait for the screen at most.
	pipeLimit = 20_000
)

// source is what a feed is doing.
type source int

const (
	idle source = iota
	listing
	watching
)

// change is one thing that a list or a watch said.
type change struct {
	kind api.EventType
	row  api.PodRow
}

// ending is how a list or a watch ended.
type ending struct {
	meta    api.ListMeta // of a list
	version string       // of a watch: where to resume
	err     error        // nil for a whole list, io.EOF for a watch that ended in order
	lasted  time.Duration
}

// feedMsg is a batch of changes. It belongs to the run of the feed that asked.
type feedMsg struct {
	models.Answer
	run     int
	changes []change
	alive   bool
	end     *ending
}

// feed reads pods from the server: a list, then a watch where there is one,
// else a list every so often. One of them at a time.
type feed struct {
	m       *Model
	source  source
	run     int             // counts lists and watches; answers of earlier ones are dropped
	ctx     context.Context // of that one
	cancel  context.CancelFunc
	pipe    *pipe
	began   time.Time    // of the current list
	version string       // where a watch resumes, "" when the server gives none
	loaded  bool         // a whole list was read once
	at      time.Time    // when the rows were last known to be true
	live    bool         // the watch is established
	probing bool         // the server is being asked whether it is there
	noWatch bool         // the endpoint has none, or none that works
	memo    *api.RowMemo // what the last list said, while polling
	broken  int          // watches in a row that ended early
	lost    error        // why the server cannot be reached, nil while it can
	since   time.Time    // when it was lost
	tries   int          // failures in a row
	due     time.Time    // when to list or watch again, zero for not at all
	asked   []time.Time  // when requests were made, in the last minute
	total   int          // how many rows the first list will have, 0 for unknown
	counted bool         // the server was asked for that
}

// list starts reading the whole list.
func (f *feed) list() tea.Cmd {
	ctx := f.begin(listing)
	m, p := f.m, f.pipe
	m.rows.begin()
	f.began = m.env.Now()
	client, ns := m.env.Client, m.env.Namespace
	opts := api.ListOptions{LabelSelector: m.selector, Memo: f.memo}
	m.env.Go(func() {
		meta, err := client.List(ctx, ns, opts, func(row api.PodRow) error {
			return p.add(ctx, change{kind: api.EventAdded, row: row})
		})
		p.close(ending{meta: meta, err: err})
	})
	if f.loaded {
		return f.wait(ctx, pace)
	}
	return f.wait(ctx, 0)
}

// watch starts reading changes from the last known version on.
func (f *feed) watch() tea.Cmd {
	ctx := f.begin(watching)
	f.memo = nil
	m, p := f.m, f.pipe
	client, ns := m.env.Client, m.env.Namespace
	opts := api.ListOptions{LabelSelector: m.selector, ResourceVersion: f.version, Timeout: watchFor}
	m.env.Go(func() { p.close(readWatch(ctx, client, ns, opts, p)) })
	return f.wait(ctx, 0)
}

// watcher is the part of a client that a watch needs.
type watcher interface {
	Watch(ctx context.Context, namespace string, opts api.ListOptions) (api.RowWatch, error)
}

// errSilent ends a watch that the server should have ended long ago.
var errSilent = errors.New("the server has been silent for longer than it was asked to be")

// readWatch reads a watch to its end.
func readWatch(ctx context.Context, client watcher, ns string, opts api.ListOptions, p *pipe) ending {
	start := time.Now()
	version := opts.ResourceVersion
	over := func(err error) ending {
		return ending{version: version, err: err, lasted: time.Since(start)}
	}
	w, err := client.Watch(ctx, ns, opts)
	if err != nil {
		return over(err)
	}
	defer w.Close()
	p.open()
	for {
		limited, cancel := context.WithTimeout(ctx, opts.Timeout+watchSlack)
		ev, err := w.Next(limited)
		silent := limited.Err() != nil && ctx.Err() == nil
		cancel()
		switch {
		case silent:
			return over(errSilent)
		case err != nil:
			return over(err)
		}
		if ev.ResourceVersion != "" {
			version = ev.ResourceVersion
		}
		if err := p.add(ctx, change{kind: ev.Type, row: ev.Row}); err != nil {
			return over(err)
		}
	}
}

// begin ends what ran before and makes ready for the next.
func (f *feed) begin(s source) context.Context {
	f.stop()
	ctx, cancel := context.WithCancel(context.Background())
	f.source, f.ctx, f.cancel, f.pipe, f.due = s, ctx, cancel, newPipe(), time.Time{}
	f.run++
	f.probing = false
	f.asking()
	return ctx
}

// stop ends what runs.
func (f *feed) stop() {
	if f.cancel != nil {
		f.cancel()
	}
	f.source, f.cancel, f.live = idle, nil, false
}

// wait is the command that gives the next batch, not before after has passed
// unless the end comes first.
func (f *feed) wait(ctx context.Context, after time.Duration) tea.Cmd {
	m, p, run := f.m, f.pipe, f.run
	return func() tea.Msg {
		if !pause(ctx, p, after) {
			return nil
		}
		select {
		case <-p.signal:
		case <-ctx.Done():
			return nil
		}
		if after == 0 && !pause(ctx, p, gather) {
			return nil
		}
		changes, alive, end := p.take()
		return feedMsg{Answer: models.To(m), run: run, changes: changes, alive: alive, end: end}
	}
}

// pause waits for the time to pass or the pipe to end; false when given up.
func pause(ctx context.Context, p *pipe, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-p.over:
	case <-ctx.Done():
		return false
	}
	return true
}

// got takes a batch in and says what comes next.
func (f *feed) got(msg feedMsg) tea.Cmd {
	now := f.m.env.Now()
	if msg.alive && f.source == watching && msg.end == nil {
		f.live, f.at = true, now
		f.found()
	}
	f.apply(msg.changes, now)
	switch {
	case msg.end == nil:
		return tea.Batch(f.wait(f.ctx, pace), f.count())
	case f.source == listing:
		return f.listed(*msg.end, now)
	}
	return f.unwatched(*msg.end, now)
}

// apply takes changes into the rows.
func (f *feed) apply(changes []change, now time.Time) {
	f.m.rows.flash = f.m.env.Settings.ListHighlight
	flash := f.loaded && f.m.rows.flash > 0
	for _, c := range changes {
		switch c.kind {
		case api.EventAdded, api.EventModified:
			if c.row.Name != "" {
				f.m.rows.put(c.row, now, flash)
			}
		case api.EventDeleted:
			f.m.rows.removeRow(&c.row)
		}
	}
}

// listed is what follows a list.
func (f *feed) listed(e ending, now time.Time) tea.Cmd {
	took := now.Sub(f.began)
	f.stop()
	if e.err != nil {
		f.lose(e.err, now)
		return nil
	}
	f.m.rows.sweep()
	f.found()
	f.loaded, f.at, f.version, f.total = true, now, e.meta.ResourceVersion, 0
	return tea.Batch(f.m.believe(), f.follow(now, took))
}

// follow goes on after a list: with a watch where there is one, else with the
// next list in a while.
func (f *feed) follow(now time.Time, took time.Duration) tea.Cmd {
	if f.canWatch() {
		return f.watch()
	}
	if f.memo == nil {
		f.memo = api.NewRowMemo()
	}
	wait := max(f.m.env.Settings.PollInterval, min(pollCost*took, pollMax))
	f.due = now.Add(jitter(wait))
	return nil
}

func (f *feed) canWatch() bool {
	return !f.noWatch && f.version != "" && f.m.env.Info.Has(api.CapWatch)
}

// unwatched is what follows a watch: another from where it ended, a new list
// where that is too long ago or the connection broke, and polling where watches
// only ever fail.
func (f *feed) unwatched(e ending, now time.Time) tea.Cmd {
	f.stop()
	f.version = e.version
	if e.lasted >= calm {
		f.broken = 0
	} else {
		f.broken++
	}
	ordered := errors.Is(e.err, io.EOF)
	switch {
	case errors.Is(e.err, context.Canceled):
		return nil
	case errors.Is(e.err, api.ErrNotServed):
		f.noWatch = true
	case apierrors.IsForbidden(e.err): // one may list, but not watch
		f.noWatch = true
		f.m.watchForbidden(e.err)
	case apierrors.IsResourceExpired(e.err), apierrors.IsGone(e.err):
		if f.broken <= watchTries {
			return f.list()
		}
	case ordered && f.broken == 0:
		return f.watch()
	}
	if f.broken > watchTries && !f.noWatch {
		f.noWatch = true
		f.m.watchGivenUp(e.err)
	}
	switch {
	case f.noWatch:
		return f.follow(now, 0)
	case ordered: // the data is true, but a server that hangs up at once is not to be hurried
		f.due = now.Add(jitter(time.Second << f.broken))
		return nil
	case f.broken == 0:
		return f.list()
	}
	f.version = ""
	f.lose(e.err, now)
	return nil
}

// lose notes that the server cannot be reached.
func (f *feed) lose(err error, now time.Time) {
	if f.lost == nil {
		f.since = now
		f.m.env.Wish(models.NoticeMsg{Level: models.LevelError, Text: err.Error(), Quiet: true})
	}
	f.lost = err
	f.tries++
	wait := f.backoff()
	if s, ok := apierrors.SuggestsClientDelay(err); ok { // Retry-After
		wait = max(wait, min(time.Duration(s)*time.Second, retryMax))
	}
	f.due = now.Add(wait)
}

// found notes that it can.
func (f *feed) found() {
	f.lost, f.tries = nil, 0
}

// backoff grows with the failures in a row: 1, 2, 4 … 30 s.
func (f *feed) backoff() time.Duration {
	d := time.Second << min(max(f.tries-1, 0), 5)
	return jitter(min(d, backoffMax))
}

// jitter is d less up to a fifth, so that many clients do not ask in step.
func jitter(d time.Duration) time.Duration {
	return d - time.Duration(rand.Float64()*0.2*float64(d))
}

// tick starts what is due. Nothing is while nobody looks.
func (f *feed) tick(now time.Time, watched bool) tea.Cmd {
	switch {
	case !watched:
		return nil
	case f.source != idle || f.due.IsZero() || now.Before(f.due):
		return f.probe(now)
	}
	return f.again()
}

// again reads on at once.
func (f *feed) again() tea.Cmd {
	if f.loaded && f.lost == nil && f.canWatch() && f.source == idle {
		return f.watch()
	}
	return f.list()
}
