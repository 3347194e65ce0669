// Package host is the engine whose containers are processes on this machine,
// in a folder per pod. It needs nothing set up: no images, no daemon, no root.
//
// It is no isolation. A container sees the machine's files and processes with
// the rights of whoever runs the server; what it is given of its own is a
// working directory, volumes, an environment, log files and an end: every
// command runs under a shim (see ShimMain) that lets nothing of its process
// tree survive it. What each field of a pod does here is told by Rules and
// docs/fields.md.
//
// The package serves no HTTP; the background server around it is in
// host/background.
package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/kubelet"
	"podium/apiserver/engine/podstore"
)

// Options say where and how an engine runs.
type Options struct {
	// Dir is the state folder. It is made if needed, with mode 0700, and used
	// by one engine at a time. Pods in it come back when it is opened.
	Dir string

	// Shim is the command line that runs this program as a shim: it must end
	// in ShimMain. Empty means {"/proc/self/exe", ShimCommand} on Linux and
	// the path of the executable elsewhere.
	Shim []string

	// Samples makes three pods that do something visible in a folder that
	// never had them.
	Samples bool

	// BackOff is the first delay between restarts; it doubles up to 30 times
	// itself. 0 means 10 s, and so at most 5 minutes.
	BackOff time.Duration

	// SoleParent says that the process has no other children than this
	// engine's, so that an orphan can be told by being none of them.
	SoleParent bool

	// Log is told, a line at a time, what a person should know and no client
	// can be told. nil drops it.
	Log io.Writer
}

// Engine runs pods as processes. It implements engine.Engine,
// engine.ExecChecker and engine.Validator.
type Engine struct {
	folders folders
	store   *podstore.Store[podstore.Pod]
	saver   *saver
	events  *podstore.Events
	trees   *trees
	volumes *volumes
	node    string // this machine's name
	exe     string // this program, for $(PODIUM_EXE)
	backOff time.Duration
	mapping bool // mount and UTS namespaces can be had

	logMu sync.Mutex
	log   io.Writer

	lock *os.File

	mu      sync.Mutex
	meta    engineMeta
	runs    map[types.UID]*podRun
	closing bool
	work    sync.WaitGroup // goroutines that the engine has started
}

var (
	_ engine.Engine      = (*Engine)(nil)
	_ engine.ExecChecker = (*Engine)(nil)
	_ engine.Validator   = (*Engine)(nil)
)

// Open opens the state folder and brings its pods back as their restartPolicy
// says: containers that ran under an earlier server count as ended with it.
// What that server left running, if it was killed, is ended first. Files that
// cannot be used are set aside and told to Options.Log. It is an error if
// another engine has the folder open. The caller closes the engine.
func Open(opts Options) (*Engine, error) {
	root, err := filepath.Abs(opts.Dir)
	if err != nil || opts.Dir == "" {
		return nil, fmt.Errorf("open the host engine: the state folder %q is no usable path (%w)", opts.Dir, err)
	}
	e := &Engine{
		folders: folders{root}, events: podstore.NewEvents("podium-host", time.Now), volumes: newVolumes(),
		backOff: opts.BackOff, log: opts.Log, runs: map[types.UID]*podRun{},
	}
	if e.backOff <= 0 {
		e.backOff = 10 * time.Second
	}
	shim, err := shimCommand(opts.Shim)
	if err != nil {
		return nil, err
	}
	e.exe = shim[0]
	if e.node, err = os.Hostname(); err != nil || e.node == "" {
		e.node = "localhost"
	}
	if err := e.folders.make(); err != nil {
		return nil, err
	}
	if e.lock, err = lockFile(e.folders.lock()); err != nil {
		return nil, fmt.Errorf("open the state folder %s: %w", root, err)
	}
	becomeSubreaper()
	recs := records{dir: e.folders.running(), boot: bootID(), warn: e.warn}
	e.trees = &trees{shim: shim, soleParent: opts.SoleParent, records: recs, warn: e.warn, live: map[string]*tree{}}
	if n, err := recs.cleanUp(); err != nil {
		e.lock.Close()
		return nil, err
	} else if n > 0 {
		e.warn(fmt.Errorf("ended %d processes that an earlier server left running when it was killed", n))
	}
	e.mapping = e.probeMapping()
	if err := e.resume(opts.Samples); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// resume loads the pods and lets them go on.
func (e *Engine) resume(samples bool) error {
	e.meta = e.folders.loadMeta(e.warn)
	e.saver = newSaver(e.folders, e.present, e.warn)
	e.store = podstore.New[podstore.Pod](podstore.Options{Version: e.meta.Version, Changed: e.changed})
	go e.saver.run()
	pods, err := e.folders.loadPods(e.warn)
	if err != nil {
		return err
	}
	for _, pod := range pods {
		if pod.DeletionTimestamp != nil {
			if err := e.saver.remove(pod.UID); err != nil {
				e.warn(err)
			}
			continue
		}
		e.afterServerEnd(pod)
		present, err := e.store.Add(podstore.Pod{Pod: pod})
		if err != nil {
			return fmt.Errorf("bring pod %s/%s back: %w", pod.Namespace, pod.Name, err)
		}
		e.launch(present.Pod)
	}
	if samples && !e.meta.Samples {
		e.mu.Lock()
		e.meta.Samples = true
		meta := e.meta
		e.mu.Unlock()
		if err := e.folders.saveMeta(meta); err != nil {
			return err
		}
		return e.makeSamples()
	}
	return nil
}

// present is the pod's state for the saver.
func (e *Engine) present(uid types.UID) *corev1.Pod {
	e.mu.Lock()
	p := e.runs[uid]
	e.mu.Unlock()
	if p == nil {
		return nil
	}
	return p.current()
}

// warn tells the log, one line.
func (e *Engine) warn(err error) {
	if e.log == nil {
		return
	}
	e.logMu.Lock()
	defer e.logMu.Unlock()
	fmt.Fprintf(e.log, "%s %s\n", time.Now().UTC().Format(time.RFC3339), oneLine(err.Error()))
}

// Info implements engine.Engine.
func (e *Engine) Info(context.Context) (api.Info, error) {
	detail := "processes on " + e.node + ", state in " + e.folders.root
	if !e.mapping {
		detail += "; mounts and hostnames are not mapped here"
	}
	info := api.Info{api.InfoEngine: "host", api.InfoDetail: detail}
	return info.With(api.CapWatch, api.CapLimit, api.CapLog, api.CapEvents, api.CapExecInspect, api.CapExecKill, api.CapNamespaces), nil
}

// Active counts the pods that have not ended: while there is one, a server
// that runs in the background stays. Safe for concurrent use.
func (e *Engine) Active() int {
	pods, _ := e.store.Snapshot("")
	n := 0
	for _, pod := range pods {
		if !kubelet.Ended(pod.Pod) {
			n++
		}
	}
	return n
}

// closeGrace is what containers get to end in order when the server ends.
const closeGrace = 5 * time.Second

// Close implements engine.Engine: it ends every process, gracefully for some
// seconds at most, and keeps the pods in the state folder, where the next Open
// takes them up as they were.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closing {
		e.mu.Unlock()
		return nil
	}
	e.closing = true
	var runs []*podRun
	for _, p := range e.runs {
		runs = append(runs, p)
	}
	e.mu.Unlock()
	if e.store != nil {
		e.store.Freeze()
	}
	for _, p := range runs {
		p.stop(min(closeGrace, kubelet.Grace(p.pod)))
	}
	e.work.Wait()
	e.trees.endAll(opHangup)
	if e.saver != nil {
		e.saver.close()
	}
	return e.lock.Close()
}

// goWork starts a goroutine that Close waits for; false once it closes.
func (e *Engine) goWork(f func()) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closing {
		return false
	}
	e.work.Go(f)
	return true
}
