package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/moby/moby/client"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/apiserver/engine"
	"podium/apiserver/engine/kubelet"
)

// Stdin implements engine.Process.
func (x *process) Stdin() io.WriteCloser { return x.stdin }

// Stdout implements engine.Process.
func (x *process) Stdout() io.Reader { return x.stdout }

// Stderr implements engine.Process.
func (x *process) Stderr() io.Reader { return x.stderr }

// execInput writes to the process. Its Close is the end of input and nothing
// else; a terminal has no such end.
type execInput struct{ x *process }

func (i execInput) Write(p []byte) (int, error) { return i.x.conn.Conn.Write(p) }

func (i execInput) Close() error {
	if i.x.tty {
		return nil
	}
	return i.x.conn.CloseWrite()
}

// Resize implements engine.Process. A daemon may not know the process yet; it
// is asked again for a while, and the newest wish wins.
func (x *process) Resize(size engine.Size) error {
	switch {
	case !x.tty:
		return apierrors.NewBadRequest("the command has no terminal to resize")
	case size.Rows == 0 || size.Cols == 0:
		return apierrors.NewBadRequest("a terminal has at least one row and one column")
	}
	x.wishMu.Lock()
	x.wish = size
	x.wishMu.Unlock()
	return x.sendSize(size, firstSizeTime)
}

func (x *process) sendSize(size engine.Size, within time.Duration) error {
	x.sizeMu.Lock()
	defer x.sizeMu.Unlock()
	ctx, cancel := context.WithTimeout(x.ctx, within)
	defer cancel()
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 200*time.Millisecond) {
		x.wishMu.Lock()
		stale := x.wish != size
		x.wishMu.Unlock()
		if stale || x.over() {
			return nil
		}
		_, err := x.e.cli.ExecResize(ctx, x.id, client.ExecResizeOptions{Height: uint(size.Rows), Width: uint(size.Cols)})
		if err == nil || x.over() {
			return nil
		}
		if !kubelet.Pause(ctx, wait) {
			return fmt.Errorf("the daemon does not resize the terminal: %w", err)
		}
	}
}

// over tells whether the process has ended.
func (x *process) over() bool {
	select {
	case <-x.done:
		return true
	default:
		return x.ctx.Err() != nil
	}
}

// Signal implements engine.Process. To a command that has ended it is nothing.
func (x *process) Signal(name string) error {
	if x.over() {
		return nil
	}
	ctx, cancel := context.WithTimeout(x.ctx, signalTime)
	defer cancel()
	err := x.signal(ctx, name, false)
	if x.over() {
		return nil
	}
	return err
}

// Wait implements engine.Process.
func (x *process) Wait(ctx context.Context) (engine.Exit, error) {
	select {
	case <-x.done:
		return x.exit, nil
	default:
	}
	select {
	case <-x.done:
		return x.exit, nil
	case <-ctx.Done():
		return engine.Exit{}, ctx.Err()
	}
}

// Close implements engine.Process. A process that goes on is ended, since the
// engines leave it running when its stream goes.
func (x *process) Close() error {
	x.once.Do(func() {
		defer close(x.closed)
		for _, r := range x.readers {
			r.Close()
		}
		var err error
		if !x.over() {
			err = x.finish()
		}
		x.conn.Close()
		x.cancel()
		<-x.done
		x.e.dropExec(x)
		if err != nil && !errors.Is(err, context.Canceled) {
			x.e.warn(fmt.Errorf("end the command of an exec: %w", err))
		}
	})
	<-x.closed
	return nil
}

// Times that a process has to end in.
const (
	hangupTime = 200 * time.Millisecond
	termTime   = 300 * time.Millisecond
	killTime   = 3 * time.Second
)

// finish ends the process's whole tree: HUP, TERM, KILL.
func (x *process) finish() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.ctx), signalTime)
	defer cancel()
	for _, step := range []struct {
		signal string
		wait   time.Duration
	}{{"HUP", hangupTime}, {"TERM", termTime}, {"KILL", killTime}} {
		if err := x.signal(ctx, step.signal, true); err != nil {
			return err
		}
		select {
		case <-x.done:
			// Children that were not asked, or do not listen, end as well.
			return x.signal(ctx, "KILL", true)
		case <-time.After(step.wait):
		}
	}
	return nil
}
