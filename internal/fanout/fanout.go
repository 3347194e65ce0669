// Package fanout runs one command in many pods, a few at a time, and keeps what
// each gave: its true end and its output, the same output only once. Groups puts
// those together that are alike, Diff tells two groups apart.
//
// Memory stays bounded whatever the number of pods and whatever they print. The
// package draws nothing; the connections are the caller's client's.
package fanout

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"podium/api"
	"podium/internal/spool"
	"podium/models"
	"podium/termbridge"
	"podium/termbridge/frame"
)

// The defaults of Options.
const (
	DefaultParallel = 8
	defaultKeep     = 1 << 20
	defaultBudget   = 48 << 20
	defaultWhole    = 1 << 30

	// maxFiles is how many temporary files there are at a time: a process may
	// not have many more open.
	maxFiles = 200
)

// startTimeout bounds how long starting a command may take.
const startTimeout = 30 * time.Second

// Target is a place to run in. An empty Container leaves the choice to the
// server.
type Target struct {
	Ref       api.PodRef
	Container string
}

// Options say what is run.
type Options struct {
	Client models.Client
	Config api.ExecConfig // without a TTY and without stdin

	// Parallel is how many run at a time, 0 for DefaultParallel.
	Parallel int

	// Keep is how much output of one pod is kept, in bytes, bookkeeping
	// included; the latest counts. Budget is how much is kept of all together:
	// beyond it only the last few lines of each output are. 0 means 1 MiB and
	// 48 MiB.
	Keep, Budget int

	// Temp, where set, makes temporary files: then the whole of a long output
	// is kept in one, Whole bytes of all together at most, 0 for 1 GiB.
	Temp  func() (spool.File, error)
	Whole int64

	// Live, where set, is given output as it comes. It is called from several
	// goroutines, of one target from one at a time, must not keep p, and holds
	// up that pod's output as long as it takes.
	Live func(target Target, stream frame.Stream, p []byte)

	// Ended, where set, is called for every outcome, one at a time, in the
	// order in which they end.
	Ended func(o *Outcome)

	// Now is the time; Go starts a goroutine. nil means the plain ones.
	Now func() time.Time
	Go  func(f func())
}

// Fan is a command under way in many pods. All methods are safe for concurrent
// use and none waits.
type Fan struct {
	opts    Options
	targets []Target
	ctx     context.Context
	cancel  context.CancelFunc
	changed chan struct{} // capacity 1
	done    chan struct{}
	next    atomic.Int64 // target to take up next
	running atomic.Int64
	texts   pool
	quota   *spool.Quota
	files   atomic.Int64

	mu       sync.Mutex
	outcomes []*Outcome // of those that have ended
}

// Start runs the command in every target. It returns at once; Cancel gives up
// what has not ended.
func Start(targets []Target, o Options) *Fan {
	if o.Parallel <= 0 {
		o.Parallel = DefaultParallel
	}
	if o.Keep <= 0 {
		o.Keep = defaultKeep
	}
	if o.Budget <= 0 {
		o.Budget = defaultBudget
	}
	if o.Whole <= 0 {
		o.Whole = defaultWhole
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Go == nil {
		o.Go = func(f func()) { go f() }
	}
	f := &Fan{
		opts: o, targets: targets, changed: make(chan struct{}, 1), done: make(chan struct{}),
		texts: pool{budget: o.Budget, texts: map[Sum]*Text{}}, quota: spool.NewQuota(o.Whole),
	}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	var workers sync.WaitGroup
	for range min(o.Parallel, max(len(targets), 1)) {
		workers.Add(1)
		o.Go(func() {
			defer workers.Done()
			f.work()
		})
	}
	o.Go(func() {
		workers.Wait()
		f.cancel()
		close(f.done)
		f.signal()
	})
	return f
}

func (f *Fan) signal() {
	select {
	case f.changed <- struct{}{}:
	default:
	}
}

// work takes one target after the other until there is none left.
func (f *Fan) work() {
	for {
		i := int(f.next.Add(1)) - 1
		if i >= len(f.targets) {
			return
		}
		f.running.Add(1)
		f.signal()
		o := f.run(f.targets[i])
		f.running.Add(-1)
		f.mu.Lock()
		f.outcomes = append(f.outcomes, o)
		if f.opts.Ended != nil {
			f.opts.Ended(o)
		}
		f.mu.Unlock()
		f.signal()
	}
}

// run runs the command in one target to its end.
func (f *Fan) run(t Target) *Outcome {
	o := &Outcome{Target: t, Began: f.opts.Now()}
	defer func() { o.Took = f.opts.Now().Sub(o.Began) }()
	if f.ctx.Err() != nil {
		o.End = models.NotStarted(context.Canceled)
		return o
	}
	ctx, cancel := context.WithTimeout(f.ctx, startTimeout)
	session, err := f.opts.Client.Exec(ctx, t.Ref.Namespace, t.Ref.Name, t.Container, f.opts.Config)
	cancel()
	if err != nil {
		if f.ctx.Err() != nil {
			err = context.Canceled
		}
		o.End = models.NotStarted(err)
		return o
	}
	o.Started = true
	control := session.Control()
	var sum digest
	whole := f.spool()
	out := termbridge.Collect(session, termbridge.CollectOptions{
		Limit: f.opts.Keep,
		Tee: func(stream frame.Stream, p []byte) {
			sum.add(stream, p)
			if whole != nil {
				whole.Add(stream, p)
			}
			if f.opts.Live != nil {
				f.opts.Live(t, stream, p)
			}
		},
		OnPanic: func(value any, stack []byte) {
			f.opts.Go(func() { panic(string(stack)) })
		},
	})
	select {
	case <-out.Done():
	case <-f.ctx.Done():
		killed := Kill(control) == nil
		out.Close()
		o.take(out, whole, &f.texts, sum.sum())
		o.End = models.Cancelled(killed)
		return o
	}
	reason, err := out.End()
	o.take(out, whole, &f.texts, sum.sum())
	o.End = models.AskEnd(f.opts.Client, control, t.Ref, models.Stream{
		Lost: reason == termbridge.EndBroken, Cut: reason == termbridge.EndCut, Cause: err, After: f.opts.Now().Sub(o.Began),
	})
	return o
}

// spool is where the whole of one output is kept, nil where nowhere is.
func (f *Fan) spool() *spool.Spool {
	if f.opts.Temp == nil {
		return nil
	}
	return spool.New(func() (spool.File, error) {
		if f.files.Add(1) > maxFiles {
			f.files.Add(-1)
			return nil, fmt.Errorf("there are %d temporary files already", maxFiles)
		}
		file, err := f.opts.Temp()
		if err != nil {
			f.files.Add(-1)
			return nil, err
		}
		return &counted{File: file, files: &f.files}, nil
	}, f.quota)
}

// counted is a file that is counted while it is open.
type counted struct {
	spool.File
	files *atomic.Int64
}

func (c *counted) Close() error {
	c.files.Add(-1)
	return c.File.Close()
}

// killTimeout bounds the request that ends a process.
const killTimeout = 3 * time.Second

// Kill asks the server to end a process, as far as it can. It blocks for some
// seconds at most.
func Kill(control api.ExecControl) error {
	ctx, cancel := context.WithTimeout(context.Background(), killTimeout)
	defer cancel()
	return control.Kill(ctx, "TERM")
}

// Changed has something in it when something has begun or ended since it was
// last received from. It is never closed.
func (f *Fan) Changed() <-chan struct{} { return f.changed }

// Done is closed when all have ended.
func (f *Fan) Done() <-chan struct{} { return f.done }

// Close is Cancel, and lets the temporary files go: what is in memory stays
// readable.
func (f *Fan) Close() {
	f.cancel()
	f.texts.close()
}

// Cancel ends what runs and starts no more, without waiting.
func (f *Fan) Cancel() { f.cancel() }

// Progress is how far a Fan has come. The outcomes are in the order in which
// they ended; the slice and what it points to do not change.
type Progress struct {
	Targets, Waiting, Running int
	Outcomes                  []*Outcome
}

// Progress tells how far it is now.
func (f *Fan) Progress() Progress {
	f.mu.Lock()
	defer f.mu.Unlock()
	running := int(f.running.Load())
	n := len(f.outcomes)
	return Progress{
		Targets: len(f.targets), Running: min(running, len(f.targets)-n), Outcomes: f.outcomes[:n:n],
		Waiting: max(len(f.targets)-n-running, 0),
	}
}
