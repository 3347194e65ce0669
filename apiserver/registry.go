package apiserver

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/apiserver/engine"
)

// stage is how far an exec has come. It only goes forward.
type stage uint8

const (
	waiting  stage = iota // created, not started
	starting              // the engine is making its process
	running               // it has a process
	ended                 // its exit is known
)

// execution is one exec from its creation until it is forgotten. The registry's
// lock guards what changes in it.
type execution struct {
	id          string
	namespace   string
	pod         string
	container   string
	containerID string
	cfg         api.ExecConfig

	stage stage
	size  engine.Size    // the newest wish, kept until there is a process
	proc  engine.Process // from running on; closed by the stream that started it
	exit  engine.Exit    // once ended
	timer *time.Timer    // forgets it: unstarted, or long ended
}

// registry keeps the execs. Ids are capabilities: 128 random bits, never
// logged and never listed.
type registry struct {
	limits Limits

	mu     sync.Mutex
	byID   map[string]*execution
	counts [ended + 1]int
	old    []*execution // ended ones, the longest ended first
	closed bool
}

func newRegistry(l Limits) *registry {
	return &registry{limits: l, byID: map[string]*execution{}}
}

// add registers a created exec under a new id and forgets it unless it is
// started in time.
func (g *registry) add(e *execution) error {
	var id [16]byte
	_, _ = rand.Read(id[:]) // documented never to fail
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.closed:
		return goingDown()
	case g.counts[waiting] >= g.limits.ExecsWaiting:
		return tooMany("%d execs wait to be started, and no more are taken", g.counts[waiting])
	case g.counts[starting]+g.counts[running] >= g.limits.ExecsRunning:
		return tooMany("%d execs are running, and no more are taken", g.counts[starting]+g.counts[running])
	}
	e.id = "exec-" + hex.EncodeToString(id[:])
	g.byID[e.id] = e
	g.counts[waiting]++
	e.timer = time.AfterFunc(g.limits.StartWithin, func() { g.expire(e) })
	return nil
}

func tooMany(format string, args ...any) error {
	err := failure(http.StatusTooManyRequests, metav1.StatusReasonTooManyRequests, format, args...)
	err.ErrStatus.Details = &metav1.StatusDetails{RetryAfterSeconds: 1}
	return err
}

func goingDown() error {
	return failure(http.StatusServiceUnavailable, metav1.StatusReasonServiceUnavailable, "the server is going down")
}

// expire forgets an exec that nobody started.
func (g *registry) expire(e *execution) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e.stage == waiting && g.byID[e.id] == e {
		delete(g.byID, e.id)
		g.counts[waiting]--
	}
}

// find gives the exec of an id. The error does not repeat the id.
func (g *registry) find(id string) (*execution, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	e, ok := g.byID[id]
	if !ok {
		return nil, failure(http.StatusNotFound, metav1.StatusReasonNotFound,
			"there is no such exec: it was never created, not started within %s, or ended long ago", g.limits.StartWithin)
	}
	return e, nil
}

// begin takes the exec for its one start.
func (g *registry) begin(e *execution) (engine.Size, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.closed:
		return engine.Size{}, goingDown()
	case g.byID[e.id] != e:
		return engine.Size{}, failure(http.StatusNotFound, metav1.StatusReasonNotFound,
			"the exec was not started within %s and is gone: create another", g.limits.StartWithin)
	case e.stage != waiting:
		return engine.Size{}, apierrors.NewConflict(execResource(), "", errStarted)
	}
	e.timer.Stop()
	g.move(e, starting)
	return e.size, nil
}

func (g *registry) move(e *execution, to stage) {
	g.counts[e.stage]--
	e.stage = to
	g.counts[to]++
}

// runs notes the process, and gives the size that has been asked for since the
// start began.
func (g *registry) runs(e *execution, proc engine.Process) (engine.Size, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	e.proc = proc
	g.move(e, running)
	if g.closed {
		return e.size, goingDown()
	}
	return e.size, nil
}

// ends notes how the exec ended, and remembers it for a while.
func (g *registry) ends(e *execution, exit engine.Exit) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e.stage == ended {
		return
	}
	e.exit, e.proc = exit, nil
	g.move(e, ended)
	if g.closed {
		return
	}
	g.old = append(g.old, e)
	for len(g.old) > g.limits.ExecsEnded {
		g.forget(g.old[0])
	}
	if e.stage == ended && g.byID[e.id] == e {
		e.timer = time.AfterFunc(g.limits.EndedFor, func() {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.forget(e)
		})
	}
}

// forget drops an ended exec. The lock is held.
func (g *registry) forget(e *execution) {
	if g.byID[e.id] != e {
		return
	}
	delete(g.byID, e.id)
	g.counts[ended]--
	e.timer.Stop()
	for i, o := range g.old {
		if o == e {
			g.old = append(g.old[:i:i], g.old[i+1:]...)
			break
		}
	}
}

// resize keeps the size for a process that is still to come, and gives the one
// that is there.
func (g *registry) resize(e *execution, size engine.Size) (engine.Process, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e.stage == ended {
		return nil, apierrors.NewConflict(execResource(), "", errEnded)
	}
	e.size = size
	return e.proc, nil
}

// process gives the process to be signalled.
func (g *registry) process(e *execution) (engine.Process, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case e.stage == ended:
		return nil, apierrors.NewConflict(execResource(), "", errEnded)
	case e.proc == nil:
		return nil, apierrors.NewConflict(execResource(), "", errNotStarted)
	}
	return e.proc, nil
}

// status is what inspect answers.
func (g *registry) status(e *execution) api.ExecStatus {
	g.mu.Lock()
	defer g.mu.Unlock()
	return api.ExecStatus{
		ExecID: e.id, PodName: e.pod, ContainerID: e.containerID,
		Running:  e.stage == starting || e.stage == running,
		ExitCode: e.exit.Code, Reason: e.exit.Reason, Unknown: e.exit.Unknown,
	}
}

func (g *registry) running() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.counts[starting] + g.counts[running]
}

// shutdown takes no more execs and ends every process there is. It returns
// once they have been told; their streams see them end.
func (g *registry) shutdown() {
	g.mu.Lock()
	g.closed = true
	var procs []engine.Process
	for _, e := range g.byID {
		if e.timer != nil {
			e.timer.Stop()
		}
		if e.proc != nil {
			procs = append(procs, e.proc)
		}
	}
	g.mu.Unlock()
	var wg sync.WaitGroup
	for _, p := range procs {
		wg.Go(func() { _ = p.Close() }) // its stream closes it again and tells
	}
	wg.Wait()
}
