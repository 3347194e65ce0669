package config

import (
	"context"
	"os"
	"time"
)

// Watcher notices when the files of a configuration change. It looks at them from
// time to time, which needs no help of the system and sees whatever an editor does
// to a file: written in place, replaced, or a link that points elsewhere. It is
// used by one goroutine at a time.
type Watcher struct {
	// Every is the time between two looks, 0 for two seconds.
	Every time.Duration

	files func() []string
	seen  map[string]stamp
}

// stamp is by what a change is known.
type stamp struct {
	changed time.Time
	size    int64
	there   bool
}

// NewWatcher watches the files that a function names, which is asked before each
// look. What they are now is what later looks are held against.
func NewWatcher(files func() []string) *Watcher {
	w := &Watcher{files: files}
	w.seen = w.look()
	return w
}

// Wait returns nil when a file has changed, appeared or gone since the last Wait,
// or the error of ctx when that is done first.
func (w *Watcher) Wait(ctx context.Context) error {
	every := w.Every
	if every <= 0 {
		every = 2 * time.Second
	}
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticks.C:
		}
		if now := w.look(); !same(now, w.seen) {
			w.seen = now
			return nil
		}
	}
}

func (w *Watcher) look() map[string]stamp {
	out := map[string]stamp{}
	for _, file := range w.files() {
		s := stamp{}
		if info, err := os.Stat(file); err == nil {
			s = stamp{changed: info.ModTime(), size: info.Size(), there: true}
		}
		out[file] = s
	}
	return out
}

func same(a, b map[string]stamp) bool {
	if len(a) != len(b) {
		return false
	}
	for file, s := range a {
		if o, ok := b[file]; !ok || o.size != s.size || o.there != s.there || !o.changed.Equal(s.changed) {
			return false
		}
	}
	return true
}
