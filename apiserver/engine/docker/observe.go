package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/client"
	"github.com/moby/moby/client/pkg/versions"
	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/apiserver/engine/kubelet"
)

// Times of following a daemon.
const (
	firstRetry    = 200 * time.Millisecond
	lastRetry     = 5 * time.Second
	contactTime   = 10 * time.Second // for the first answers of a daemon
	callTime      = 60 * time.Second // for one call that should be quick
	resyncTime    = 30 * time.Second // between looks at everything, should an event have been lost
	inspectAtOnce = 4
)

// daemon is what is known of the daemon once it has answered.
type daemon struct {
	podman  bool
	version string // of the daemon
	api     string // version of the API that is spoken
	arch    string // as Go names it
	name    string // of its machine
	cpus    int
	memory  int64
}

func (d daemon) known() bool { return d.version != "" }

// String is for people: "Podman 4.3.1".
func (d daemon) String() string {
	if d.podman {
		return "Podman " + d.version
	}
	return "Docker " + d.version
}

// speaks tells whether the API has what came with the version.
func (d daemon) speaks(version string) bool { return !versions.LessThan(d.api, version) }

// observed is a container as the daemon last told it. It is never changed,
// only replaced.
type observed struct {
	serial   uint64
	id       string
	name     string // without the slash
	labels   map[string]string
	created  time.Time
	status   container.ContainerState
	running  bool
	pid      int
	exit     int
	oom      bool
	failure  string // why it could not be started
	started  time.Time
	finished time.Time
	tty      bool
	image    string // as it was asked for
	imageID  string
	address  string // in the daemon's network
	gateway  string
	full     *container.InspectResponse // for the few who need more
}

func (o *observed) attempt() int      { return int(labelNumber(o.labels, labelAttempt)) }
func (o *observed) container() string { return o.labels[labelContainer] }

// ended tells whether the container has run, or was to run and could not.
func (o *observed) ended() bool {
	switch o.status {
	case container.StateExited, container.StateDead, "stopped":
		return true
	case container.StateCreated, "configured":
		return o.failure != "" || !o.finished.IsZero() && !o.started.IsZero()
	}
	return false
}

// observe makes an observed of an inspection.
func observe(serial uint64, in *container.InspectResponse) *observed {
	o := &observed{serial: serial, id: in.ID, name: strings.TrimPrefix(in.Name, "/"), imageID: in.Image, full: in, created: parseTime(in.Created)}
	if in.Config != nil {
		o.labels, o.tty, o.image = in.Config.Labels, in.Config.Tty, in.Config.Image
	}
	if s := in.State; s != nil {
		o.status, o.running, o.pid, o.exit, o.oom = s.Status, s.Running, s.Pid, s.ExitCode, s.OOMKilled
		o.failure = s.Error
		o.started, o.finished = parseTime(s.StartedAt), parseTime(s.FinishedAt)
	}
	if n := in.NetworkSettings; n != nil {
		for _, end := range n.Networks {
			if end != nil && end.IPAddress.IsValid() && !end.IPAddress.IsUnspecified() {
				o.address = end.IPAddress.String()
				if end.Gateway.IsValid() {
					o.gateway = end.Gateway.String()
				}
			}
		}
	}
	return o
}

// parseTime reads the API's times; the zero time of either engine is the zero
// Time.
func parseTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() <= 1970 {
		return time.Time{}
	}
	return t.UTC()
}

// follow keeps the store at the state of the daemon until the engine closes:
// it connects, looks at everything, goes by the daemon's events, and begins
// anew when they end.
func (e *Engine) follow() {
	retry := firstRetry
	for e.life.Err() == nil {
		began := time.Now()
		err := e.session()
		if e.life.Err() != nil {
			return
		}
		e.setLink(e.unreachable(err))
		e.store.Interrupt(apierrors.NewServiceUnavailable(e.unreachable(err).Error()))
		if time.Since(began) > lastRetry {
			retry = firstRetry
		}
		kubelet.Pause(e.life, retry)
		retry = min(2*retry, lastRetry)
	}
}

func (e *Engine) unreachable(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return fmt.Errorf("the connection to the daemon at %s has ended; it is tried again", e.host)
	}
	return fmt.Errorf("the daemon at %s cannot be reached: %w", e.host, err)
}

// session is one connection's time. It returns why it ended.
func (e *Engine) session() error {
	ctx, cancel := context.WithCancel(e.life)
	defer cancel()
	if err := e.meet(ctx); err != nil {
		return err
	}
	for {
		err := e.listen(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		// Podman ends its events now and then; the daemon is not away for
		// that, as long as it still lists its containers.
		if !errors.Is(err, errEventsOver) {
			return err
		}
		kubelet.Pause(ctx, firstRetry)
	}
}

// errEventsOver is wrapped when the daemon's events have ended after the
// containers had been looked at.
var errEventsOver = errors.New("the daemon's events have ended")

// listen looks at everything and then goes by the daemon's events until they
// end.
func (e *Engine) listen(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	changed := make(chan string, 64)
	ended := make(chan error, 1)
	var listening sync.WaitGroup
	defer listening.Wait()
	defer cancel()
	// From before the look, so that nothing falls between; Podman answers
	// only with the first event, so this must not be waited for.
	listening.Go(func() { ended <- e.hear(ctx, time.Now().Add(-time.Second), changed) })
	if err := e.resync(ctx); err != nil {
		return err
	}
	e.setLink(nil)
	resync := time.NewTicker(resyncTime)
	defer resync.Stop()
	for {
		select {
		case id := <-changed:
			_ = e.refreshAll(ctx, gather(id, changed)) // with the daemon its events end, too
		case <-resync.C:
			if err := e.resync(ctx); err != nil {
				return err
			}
		case err := <-ended:
			return fmt.Errorf("%w: %w", errEventsOver, err)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// hear passes on whose state may have changed, until the events end.
func (e *Engine) hear(ctx context.Context, since time.Time, changed chan<- string) error {
	filters := make(client.Filters).Add("type", "container")
	result := e.cli.Events(ctx, client.EventsListOptions{Since: fmt.Sprint(since.Unix()), Filters: filters})
	for {
		select {
		case m := <-result.Messages:
			if !tells(m) {
				continue
			}
			select {
			case changed <- m.Actor.ID:
			case <-ctx.Done():
				return ctx.Err()
			}
		case err := <-result.Err:
			return err
		}
	}
}

// tells is whether an event may mean that a container's state has changed.
// Podman and Docker call what happens by different names, so all count but
// those of execs and of looking at things.
func tells(m events.Message) bool {
	if m.Actor.ID == "" || m.Type != "" && m.Type != events.ContainerEventType {
		return false
	}
	action, _, _ := strings.Cut(string(m.Action), ":")
	switch {
	case strings.HasPrefix(action, "exec"), strings.HasPrefix(action, "archive"), strings.HasPrefix(action, "health"):
		return false
	case action == "top" || action == "resize" || action == "attach" || action == "export" || action == "copy":
		return false
	}
	return true
}

// gather takes the ids that wait already, each once.
func gather(id string, more <-chan string) map[string]bool {
	ids := map[string]bool{id: true}
	for range cap(more) {
		select {
		case id := <-more:
			ids[id] = true
		default:
			return ids
		}
	}
	return ids
}

// meet learns who answers.
func (e *Engine) meet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, contactTime)
	defer cancel()
	if _, err := e.cli.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true, ForceNegotiate: true}); err != nil {
		return err
	}
	v, err := e.cli.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		return fmt.Errorf("ask its version: %w", err)
	}
	d := daemon{version: v.Version, api: e.cli.ClientVersion(), arch: v.Arch}
	for _, c := range v.Components {
		d.podman = d.podman || strings.HasPrefix(c.Name, "Podman")
	}
	info, err := insist(ctx, func() (client.SystemInfoResult, error) { return e.cli.Info(ctx, client.InfoOptions{}) })
	switch {
	case err == nil:
		d.name, d.cpus, d.memory = info.Info.Name, info.Info.NCPU, info.Info.MemTotal
	case ctx.Err() != nil || client.IsErrConnectionFailed(err):
		return fmt.Errorf("ask about its machine: %w", err)
	} // a proxy in front of it may keep the rest back
	if d.name == "" {
		d.name = "docker"
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.daemon = d
	return nil
}

// about is what is known of the daemon.
func (e *Engine) about() daemon {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.daemon
}

// resync looks at all containers: at those that are new or whose state is not
// as it was closely, and forgets those that have gone.
func (e *Engine) resync(ctx context.Context) error {
	asked, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	before := e.nextSerial()
	list, err := e.cli.ContainerList(asked, client.ContainerListOptions{All: true})
	if err != nil && e.heal(asked, err) {
		list, err = e.cli.ContainerList(asked, client.ContainerListOptions{All: true})
	}
	if err != nil {
		return fmt.Errorf("list the containers: %w", err)
	}
	present := map[string]bool{}
	look := map[string]bool{}
	e.mu.Lock()
	for i := range list.Items {
		c := &list.Items[i]
		present[c.ID] = true
		if was := e.seen[c.ID]; was == nil || was.status != c.State || was.running {
			look[c.ID] = true
		}
	}
	for id, o := range e.seen {
		if !present[id] && o.serial < before {
			look[id] = true
		}
	}
	e.mu.Unlock()
	if err := e.refreshAll(ctx, look); err != nil {
		return err
	}
	e.sweepVolumes(ctx)
	return ctx.Err()
}

func (e *Engine) nextSerial() uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.serial++
	return e.serial
}

// refreshAll looks at several containers at once. It is an error when the
// daemon is away; one container that it cannot tell of does not keep the
// others back.
func (e *Engine) refreshAll(ctx context.Context, ids map[string]bool) error {
	var group errgroup.Group
	group.SetLimit(inspectAtOnce)
	for id := range ids {
		group.Go(func() error {
			err := e.refresh(ctx, id)
			if err == nil {
				return nil
			}
			err = fmt.Errorf("look at container %.12s: %w", id, err)
			if ctx.Err() != nil || client.IsErrConnectionFailed(err) {
				return err
			}
			e.warn(err) // the next look at everything may do better
			return nil
		})
	}
	return group.Wait()
}

// refresh looks at one container and lets its pod follow.
func (e *Engine) refresh(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	var serial uint64
	in, err := insist(ctx, func() (client.ContainerInspectResult, error) {
		serial = e.nextSerial()
		return e.cli.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	})
	switch {
	case err == nil:
		e.take(observe(serial, &in.Container))
	case isGone(err):
		e.drop(id, serial)
	default:
		return err
	}
	return nil
}

// insist asks the daemon some times more where it gives an error, as Podman
// does now and then about a container that is just changing. That there is no
// such thing, or that it may not be told, is an answer.
func insist[T any](ctx context.Context, ask func() (T, error)) (T, error) {
	for wait := firstRetry; ; wait *= 2 {
		said, err := ask()
		answered := err == nil || isGone(err) || errdefs.IsPermissionDenied(err)
		if answered || client.IsErrConnectionFailed(err) || wait > 4*firstRetry || !kubelet.Pause(ctx, wait) {
			return said, err
		}
	}
}

// isGone tells that there is no such container or volume: Podman answers 500
// for one that goes while it is looked at or removed.
func isGone(err error) bool {
	return errdefs.IsNotFound(err) ||
		err != nil && (strings.Contains(err.Error(), "no such container") || strings.Contains(err.Error(), "no such volume"))
}
