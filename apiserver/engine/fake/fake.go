// Package fake is an engine without containers: synthetic pods by the
// thousand that change as often as one likes, for tests, benchmarks and
// demonstrations, and pods of one's own whose commands are run by a tiny shell
// in memory (see the help command in one). The same seed gives the same pods.
//
// It starts no process of the machine and opens no file.
package fake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/podstore"
)

// Options say what a fake engine begins with. The zero Options are an empty
// engine where nothing changes by itself.
type Options struct {
	Pods    int     // synthetic pods to begin with
	Churn   float64 // changes of synthetic pods per second, 0 for none
	Seed    uint64  // the same seed gives the same pods and changes
	Clock   Clock   // nil for the machine's
	History int     // changes a watch can resume over, 0 for 16384

	// StartDelay is how long a created pod takes to start its containers, and
	// BackOff how long its first restart waits; zero for 50 ms and 200 ms.
	StartDelay, BackOff time.Duration
}

// firstVersion is the resourceVersion of an empty engine.
const firstVersion = 1000

// Engine is the fake engine. Safe for concurrent use.
type Engine struct {
	opts  Options
	clock Clock

	store  *podstore.Store[*record]
	events *podstore.Events

	mu      sync.RWMutex // held while a change is thought out and made
	synth   *synthesizer
	runners map[string]*runner
	procs   map[string]map[*process]bool // execs by the UID of their pod
	pids    int
	closed  bool

	life context.Context
	end  context.CancelFunc
	work sync.WaitGroup
}

var (
	_ engine.Engine    = (*Engine)(nil)
	_ engine.RawLister = (*Engine)(nil)
)

// New makes an engine. Close ends it.
func New(o Options) (*Engine, error) {
	if o.Pods < 0 || o.Churn < 0 {
		return nil, errors.New("make a fake engine: neither the pods nor their changes per second can be negative")
	}
	if o.Clock == nil {
		o.Clock = realClock{}
	}
	if o.History <= 0 {
		o.History = 16384
	}
	if o.StartDelay <= 0 {
		o.StartDelay = 50 * time.Millisecond
	}
	if o.BackOff <= 0 {
		o.BackOff = 200 * time.Millisecond
	}
	synth, err := newSynthesizer(o.Seed)
	if err != nil {
		return nil, fmt.Errorf("make a fake engine: %w", err)
	}
	e := &Engine{
		opts: o, clock: o.Clock, synth: synth,
		store:   podstore.New[*record](podstore.Options{Version: firstVersion, Keep: o.History}),
		events:  podstore.NewEvents("fake", o.Clock.Now),
		runners: map[string]*runner{}, procs: map[string]map[*process]bool{}, pids: 1,
	}
	e.life, e.end = context.WithCancel(context.Background())
	now := e.clock.Now()
	var pods []*record
	for range o.Pods {
		pods = append(pods, synth.pod(now, 30*24*time.Hour))
	}
	// In their order each goes behind the others, which costs nothing.
	slices.SortFunc(pods, func(a, b *record) int { return strings.Compare(a.name, b.name) })
	for _, r := range pods {
		e.store.Put(r)
	}
	if o.Churn > 0 {
		e.work.Go(e.churn)
	}
	return e, nil
}

// Close ends every process and watch. The pods are gone with the engine.
func (e *Engine) Close() error {
	e.mu.Lock()
	e.closed = true
	e.store.Freeze()
	var procs []*process
	for _, set := range e.procs {
		for p := range set {
			procs = append(procs, p)
		}
	}
	e.mu.Unlock()
	e.end()
	for _, p := range procs {
		p.dieOf("the engine went down")
		<-p.done
	}
	e.work.Wait()
	return nil
}

// Info tells what is served.
func (e *Engine) Info(context.Context) (api.Info, error) {
	info := api.Info{
		api.InfoEngine: "fake",
		api.InfoDetail: fmt.Sprintf("%d synthetic pods, %g changes per second, seed %d", e.opts.Pods, e.opts.Churn, e.opts.Seed),
	}
	return info.With(api.CapWatch, api.CapLimit, api.CapLog, api.CapEvents), nil
}

// find is one pod's record.
func (e *Engine) find(namespace, name string) (*record, error) {
	return e.store.Get(podstore.Key{Namespace: namespace, Name: name})
}

// Get is one pod.
func (e *Engine) Get(_ context.Context, namespace, name string) (*corev1.Pod, error) {
	r, err := e.find(namespace, name)
	if err != nil {
		return nil, err
	}
	return r.Copy(), nil
}

// Delete ends a pod.
func (e *Engine) Delete(_ context.Context, namespace, name string, opts metav1.DeleteOptions) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	r, err := e.find(namespace, name)
	if err != nil {
		return err
	}
	if err := engine.CheckPreconditions(r.Copy(), opts.Preconditions); err != nil {
		return err
	}
	grace := int64(30)
	if r.pod != nil && r.pod.Spec.TerminationGracePeriodSeconds != nil {
		grace = *r.pod.Spec.TerminationGracePeriodSeconds
	}
	if opts.GracePeriodSeconds != nil {
		grace = *opts.GracePeriodSeconds
	}
	if grace <= 0 {
		e.remove(r)
		return nil
	}
	grace = min(grace, math.MaxInt32) // people write larger numbers to say "never"
	end := e.clock.Now().UTC().Add(time.Duration(grace) * time.Second)
	if !r.deleting.IsZero() && !end.Truncate(time.Second).Before(r.deleting) {
		return nil // it may only come sooner
	}
	dying := r.dying(end, grace)
	e.store.Put(dying)
	if run := e.runners[r.uid]; run != nil {
		run.terminate(end)
		return nil
	}
	e.work.Go(func() { e.fade(dying, end) })
	return nil
}

// fadeTime is how long a synthetic pod takes to end.
const fadeTime = 500 * time.Millisecond

// fade removes a synthetic pod that is being deleted.
func (e *Engine) fade(r *record, end time.Time) {
	select {
	case <-e.clock.After(min(fadeTime, end.Sub(e.clock.Now()))):
	case <-e.life.Done():
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.remove(r)
}

// remove takes a pod away at once, with all that runs in it. The lock is held.
func (e *Engine) remove(r *record) {
	e.store.Remove(r.Key(), r.GetUID())
	if run := e.runners[r.uid]; run != nil {
		delete(e.runners, r.uid)
		run.stop()
	}
	for p := range e.procs[r.uid] {
		p.dieOf("its pod was deleted")
	}
	delete(e.procs, r.uid)
}

// Exec runs a command of the tiny shell in a container.
func (e *Engine) Exec(ctx context.Context, namespace, pod, container string, cfg api.ExecConfig, size engine.Size) (engine.Process, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	r, err := e.find(namespace, pod)
	if err != nil {
		return nil, err
	}
	if e.closed {
		return nil, errors.New("the engine is closed")
	}
	object := r.Copy()
	if err := engine.CheckExec(object, container); err != nil {
		return nil, err
	}
	e.pids++
	p := startProcess(job{
		pid: e.pids, clock: e.clock, cmd: cfg.Cmd, cfg: cfg, size: size,
		env: containerEnv(object, container),
	})
	set := e.procs[r.uid]
	if set == nil {
		set = map[*process]bool{}
		e.procs[r.uid] = set
	}
	set[p] = true
	e.work.Go(func() {
		<-p.done
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(set, p)
		if len(set) == 0 && len(e.procs[r.uid]) == 0 {
			delete(e.procs, r.uid)
		}
	})
	return p, nil
}

// containerEnv is the environment of a container's processes.
func containerEnv(pod *corev1.Pod, name string) map[string]string {
	env := map[string]string{"HOSTNAME": pod.Name, "PATH": "/usr/bin:/bin", "HOME": "/", "TERM": "xterm-256color"}
	for _, list := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for _, c := range list {
			if c.Name != name {
				continue
			}
			for _, v := range c.Env {
				env[v.Name] = v.Value
			}
		}
	}
	return env
}

// Log streams a container's log.
func (e *Engine) Log(ctx context.Context, namespace, name string, opts *corev1.PodLogOptions) (io.ReadCloser, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	r, err := e.find(namespace, name)
	if err != nil {
		return nil, err
	}
	if opts == nil {
		opts = &corev1.PodLogOptions{}
	}
	pod := r.Copy()
	container, err := engine.LogContainer(pod, opts.Container)
	if err != nil {
		return nil, err
	}
	if run := e.runners[r.uid]; run != nil {
		return run.log(ctx, container, opts)
	}
	return syntheticLog(ctx, e.life, e.clock, r, pod, container, opts)
}
