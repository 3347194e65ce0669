package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/apiserver/engine"
	"podium/termbridge/frame"
)

// Log implements engine.Reader. It is the log of the present run, or of the
// one before, which is kept for that; a follower ends with the run.
func (e *Engine) Log(ctx context.Context, namespace, name string, opts *corev1.PodLogOptions) (io.ReadCloser, error) {
	pod, err := e.find(ctx, namespace, name)
	if err != nil {
		return nil, err
	}
	if opts == nil {
		opts = &corev1.PodLogOptions{}
	}
	container, err := engine.LogContainer(pod, opts.Container)
	if err != nil {
		return nil, err
	}
	o, err := e.runOfLog(pod, container, opts.Previous)
	if err != nil {
		return nil, err
	}
	return e.openLog(ctx, o, opts)
}

// runOfLog finds the run whose log is meant.
func (e *Engine) runOfLog(pod *corev1.Pod, container string, previous bool) (*observed, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var runs []*observed
	if p := e.pods[pod.UID]; p != nil {
		runs = p.runs[container]
		if len(runs) > 0 && !previous {
			// A run that has not begun says nothing yet; the one before does.
			if o := runs[len(runs)-1]; o.started.IsZero() && len(runs) > 1 && !o.ended() {
				runs = runs[:len(runs)-1]
			}
		}
	} else if o := e.seen[string(pod.UID)]; o != nil {
		runs = []*observed{o}
	}
	switch {
	case len(runs) == 0:
		why := "has not started"
		i := slices.IndexFunc(pod.Status.ContainerStatuses, func(s corev1.ContainerStatus) bool { return s.Name == container })
		if i >= 0 && pod.Status.ContainerStatuses[i].State.Waiting != nil {
			why = "is waiting (" + pod.Status.ContainerStatuses[i].State.Waiting.Reason + ")"
		}
		return nil, apierrors.NewBadRequest(fmt.Sprintf("container %q in pod %q %s: there is no log", container, pod.Name, why))
	case !previous:
		return runs[len(runs)-1], nil
	case len(runs) < 2:
		return nil, apierrors.NewBadRequest(fmt.Sprintf("container %q of pod %q has not run before: there is no previous log", container, pod.Name))
	}
	return runs[len(runs)-2], nil
}

// openLog asks the daemon for a container's log.
func (e *Engine) openLog(ctx context.Context, o *observed, opts *corev1.PodLogOptions) (io.ReadCloser, error) {
	ask := client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true, Follow: opts.Follow, Timestamps: opts.Timestamps}
	if opts.TailLines != nil {
		ask.Tail = strconv.FormatInt(*opts.TailLines, 10)
	}
	since := time.Time{}
	if opts.SinceTime != nil {
		since = opts.SinceTime.Time
	}
	if opts.SinceSeconds != nil {
		since = time.Now().Add(-time.Duration(*opts.SinceSeconds) * time.Second)
	}
	if !since.IsZero() {
		ask.Since = fmt.Sprintf("%d.%09d", since.Unix(), since.Nanosecond())
	}
	limit := int64(-1)
	if opts.LimitBytes != nil {
		limit = *opts.LimitBytes
	}
	if ask.Tail == "0" && !ask.Follow || limit == 0 {
		return io.NopCloser(eof{}), nil
	}
	ctx, cancel := context.WithCancel(ctx)
	stream, err := e.cli.ContainerLogs(ctx, o.id, ask)
	if err != nil {
		cancel()
		if errdefs.IsNotFound(err) {
			return nil, apierrors.NewBadRequest("the container is not there any more, and its log with it")
		}
		return nil, fmt.Errorf("read the log of container %.12s: %w", o.id, err)
	}
	return newLogReader(stream, cancel, o.tty, limit), nil
}

// eof is an empty text.
type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

// logReader takes the daemon's frames apart. Close may come at any time and
// ends a waiting Read.
type logReader struct {
	io.Reader
	pipe   *io.PipeReader
	stream io.Closer
	cancel context.CancelFunc
	done   chan struct{}
	once   sync.Once
}

func newLogReader(stream io.ReadCloser, cancel context.CancelFunc, raw bool, limit int64) *logReader {
	r, w := io.Pipe()
	l := &logReader{Reader: r, pipe: r, stream: stream, cancel: cancel, done: make(chan struct{})}
	if limit >= 0 {
		l.Reader = io.LimitReader(r, limit)
	}
	go func() { // ends with the stream or with Close, which waits for it
		defer close(l.done)
		var err error
		if raw {
			_, err = io.Copy(w, stream)
		} else {
			_, err = frame.Demux(w, w, stream)
		}
		if errors.Is(err, context.Canceled) {
			err = nil
		}
		w.CloseWithError(err) // nil is the end
	}()
	return l
}

// Close implements io.Closer.
func (l *logReader) Close() error {
	l.once.Do(func() {
		l.cancel()
		l.pipe.Close()
		_ = l.stream.Close() // it was canceled
		<-l.done
	})
	return nil
}
