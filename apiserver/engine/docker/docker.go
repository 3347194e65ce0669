// Package docker is the engine whose pods are groups of containers of anything
// that speaks the Docker Engine API: Docker, Podman, Colima, Rancher Desktop.
//
// A pod is an infra container, which holds the namespaces that the others
// share, and a container for every run of the pod's containers. All state is
// in the labels and names of these containers (see labels.go), none in files:
// any podium that looks at the daemon finds the same pods, several may look at
// once, and pods go on when none does. What a daemon cannot do while no podium
// runs, such as restarts with a back-off, probes and deadlines, waits for the
// next one. Containers that podium did not make are shown as pods of one
// container and are not touched.
//
// The package serves no HTTP, starts no daemon and finds out nothing about
// endpoints unasked: Discover only lists what is there.
package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/moby/moby/client"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/kubelet"
	"podium/apiserver/engine/podstore"
)

// Options say which daemon an engine speaks to, and how.
type Options struct {
	// Host is the daemon's address as DOCKER_HOST spells it, such as
	// unix:///var/run/docker.sock or tcp://10.0.0.2:2376. Empty means
	// $DOCKER_HOST, and without that Docker's default.
	Host string

	// TLS are the files of a daemon that asks for a client certificate.
	TLS TLSFiles

	// InfraImage is the image of the container that holds a pod's namespaces;
	// it must run until it is killed and is pulled where it is missing. Empty
	// means podium's own of a few hundred bytes, which it hands to the daemon
	// itself; where that does not run, the pod's first image, which must then
	// have a shell.
	InfraImage string

	// BackOff is the first delay between restarts and between pulls; it
	// doubles up to 30 times itself. 0 means 10 s, and so at most 5 minutes.
	BackOff time.Duration

	// Log is told, a line at a time, what a person should know and no client
	// can be told. nil drops it.
	Log io.Writer
}

// TLSFiles name PEM files; an empty CA means the system's.
type TLSFiles struct {
	CA, Cert, Key string
}

// Engine runs pods on a daemon. It implements engine.Engine,
// engine.Namespacer and engine.Validator.
type Engine struct {
	cli     *client.Client
	caller  *http.Client
	host    string
	infra   string
	backOff time.Duration
	store   *podstore.Store[podstore.Pod]
	events  *podstore.Events

	logMu sync.Mutex
	log   io.Writer

	life context.Context // ends with Close
	stop context.CancelFunc
	work sync.WaitGroup

	mu      sync.Mutex
	daemon  daemon
	link    link
	seen    map[string]*observed // containers by id
	pods    map[types.UID]*podState
	foreign map[string]podstore.Key      // names given to containers that are not podium's, by id
	execs   map[string]map[*process]bool // by container id
	shells  map[string]bool              // containers by id: whether there is a /bin/sh
	closing bool
	serial  uint64 // of inspections, so that a late answer does not undo a newer one
}

var (
	_ engine.Engine     = (*Engine)(nil)
	_ engine.Validator  = (*Engine)(nil)
	_ engine.Namespacer = (*Engine)(nil)
)

// Open makes an engine and returns at once: the daemon is contacted in the
// background, again and again while it is away, and calls that need it say so
// as 503. An error means that the options cannot be used. The caller closes
// the engine.
func Open(opts Options) (*Engine, error) {
	clientOpts := []client.Opt{client.WithUserAgent("podium")}
	switch {
	case opts.TLS != TLSFiles{}:
		clientOpts = append(clientOpts, client.WithTLSClientConfig(opts.TLS.CA, opts.TLS.Cert, opts.TLS.Key))
	case opts.Host == "":
		clientOpts = append(clientOpts, client.WithTLSClientConfigFromEnv())
	}
	if opts.Host != "" {
		clientOpts = append(clientOpts, client.WithHost(opts.Host))
	} else {
		clientOpts = append(clientOpts, client.WithHostFromEnv())
	}
	cli, err := client.New(append(clientOpts, client.WithAPIVersionFromEnv())...)
	if err != nil {
		return nil, fmt.Errorf("use the Docker endpoint %q: %w", opts.Host, err)
	}
	e := &Engine{
		cli: cli, caller: newCaller(cli), host: cli.DaemonHost(), infra: opts.InfraImage, backOff: opts.BackOff, log: opts.Log,
		// Versions count from the clock: no earlier process has given them out.
		store:  podstore.New[podstore.Pod](podstore.Options{Version: uint64(time.Now().UnixMicro())}),
		events: podstore.NewEvents("podium-docker", time.Now),
		link:   newLink(), seen: map[string]*observed{}, pods: map[types.UID]*podState{}, foreign: map[string]podstore.Key{}, execs: map[string]map[*process]bool{}, shells: map[string]bool{},
	}
	if e.backOff <= 0 {
		e.backOff = 10 * time.Second
	}
	e.life, e.stop = context.WithCancel(context.Background())
	e.work.Go(e.follow)
	return e, nil
}

// Info implements engine.Engine. It does not wait for the daemon.
func (e *Engine) Info(context.Context) (api.Info, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	detail := e.host
	if e.daemon.known() {
		detail = e.daemon.String() + " at " + e.host
	} else if e.link.err != nil {
		detail = e.host + ", which does not answer"
	}
	info := api.Info{api.InfoEngine: "docker", api.InfoDetail: detail, api.InfoServer: e.host}
	return info.With(api.CapWatch, api.CapLimit, api.CapLog, api.CapEvents, api.CapExecInspect, api.CapExecKill, api.CapNamespaces), nil
}

// Close implements engine.Engine: it stops looking at the daemon. Pods go on;
// their restarts, probes and deadlines wait for the next podium. Pods made here
// that are just coming up are given some seconds to do so first, since a
// program may make a pod and end; not so those that wait for an image, which
// may take as long as it likes.
func (e *Engine) Close() error {
	e.awaitComing()
	e.mu.Lock()
	already := e.closing
	e.closing = true
	e.mu.Unlock()
	if already {
		return nil
	}
	e.stop()
	e.store.Freeze()
	e.work.Wait()
	e.caller.CloseIdleConnections()
	return e.cli.Close()
}

// comingTime is how long Close waits for pods that are just coming up.
const comingTime = 10 * time.Second

// awaitComing waits until no pod that was made here is on its way up any more.
func (e *Engine) awaitComing() {
	ctx, cancel := context.WithTimeout(e.life, comingTime)
	defer cancel()
	for {
		var changed <-chan struct{}
		e.mu.Lock()
		for _, p := range e.pods {
			if p.made && e.link.up && e.coming(p) {
				changed = p.changed
			}
		}
		e.mu.Unlock()
		if changed == nil {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// coming tells whether a pod has still to come up, and nothing is known to be
// in its way but what may take its time. Called with Engine.mu held.
func (e *Engine) coming(p *podState) bool {
	if p.gone || p.erasing > 0 || len(p.ends) > 0 || p.infra == nil {
		return false
	}
	pod := e.assemble(p, time.Now())
	for _, s := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		w := s.State.Waiting
		switch {
		case w == nil:
		case w.Reason != kubelet.ReasonCreating && w.Reason != kubelet.ReasonInitializing, strings.HasPrefix(w.Message, pulling):
			return false
		}
	}
	return pod.Status.Phase == corev1.PodPending
}

// goWork starts a goroutine that Close waits for, unless the engine closes.
func (e *Engine) goWork(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.goWorkLocked(f)
}

func (e *Engine) goWorkLocked(f func()) {
	if !e.closing {
		e.work.Go(f)
	}
}

// warn tells the log, one line.
func (e *Engine) warn(err error) {
	if e.log == nil || errors.Is(err, context.Canceled) {
		return
	}
	e.logMu.Lock()
	defer e.logMu.Unlock()
	fmt.Fprintf(e.log, "%s %s\n", time.Now().UTC().Format(time.RFC3339), oneLine(err.Error()))
}

// link is the state of the connection to the daemon. Guarded by Engine.mu.
type link struct {
	up    bool          // what is in the store is the present state
	err   error         // why not, once it was tried
	tried chan struct{} // closed at the first outcome
	once  *sync.Once
}

func newLink() link { return link{tried: make(chan struct{}), once: &sync.Once{}} }

// set notes an outcome: nil is up.
func (e *Engine) setLink(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.link.up, e.link.err = err == nil, err
	e.link.once.Do(func() { close(e.link.tried) })
	for _, p := range e.pods {
		p.wake()
	}
}

// ready waits for the first outcome of connecting and is nil while what the
// store has is the present state; else ServiceUnavailable in a sentence.
func (e *Engine) ready(ctx context.Context) error {
	select {
	case <-e.link.tried:
	case <-ctx.Done():
		return ctx.Err()
	case <-e.life.Done():
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.link.up:
		return nil
	case e.link.err != nil:
		return apierrors.NewServiceUnavailable(e.link.err.Error())
	}
	return apierrors.NewServiceUnavailable("the engine is closed")
}
