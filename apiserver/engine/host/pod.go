package host

import (
	"errors"
	"path/filepath"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"podium/apiserver/engine/kubelet"
	"podium/apiserver/engine/podstore"
)

// podRun is the life of one pod in this server. What the pod is now is in the
// store; this is who makes it so.
type podRun struct {
	e   *Engine
	key podstore.Key
	uid types.UID
	dir string
	pod *corev1.Pod // as it was launched: metadata and spec, read only

	stopping chan struct{} // closed when the pod is to end
	killed   chan struct{} // closed when its grace is over
	done     chan struct{} // closed when nothing of it runs and nothing will

	mu       sync.Mutex
	deadline time.Time   // of the grace
	timer    *time.Timer // closes killed
	logs     map[string]*runLog
	execs    map[*tree]string // by container
	over     bool             // no more execs are taken
}

// launch starts the life of a pod that is in the store.
func (e *Engine) launch(pod *corev1.Pod) {
	p := &podRun{
		e: e, key: podstore.KeyOf(pod), uid: pod.UID, dir: e.folders.pod(pod.UID), pod: pod,
		stopping: make(chan struct{}), killed: make(chan struct{}), done: make(chan struct{}),
		logs: map[string]*runLog{}, execs: map[*tree]string{},
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.runs[pod.UID] = p
	if e.closing {
		close(p.done)
		return
	}
	e.work.Go(p.live)
}

// runOf finds the life of a pod, nil when it is over.
func (e *Engine) runOf(uid types.UID) *podRun {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.runs[uid]
}

func (p *podRun) workDir(container string) string { return filepath.Join(p.dir, "work", container) }
func (p *podRun) logDir(container string) string  { return filepath.Join(p.dir, "logs", container) }

func (p *podRun) terminationLog(container string) string {
	return filepath.Join(p.dir, "termination", container, "log")
}

// containers lists all containers of the pod.
func (p *podRun) containers() []*corev1.Container {
	var out []*corev1.Container
	for i := range p.pod.Spec.InitContainers {
		out = append(out, &p.pod.Spec.InitContainers[i])
	}
	for i := range p.pod.Spec.Containers {
		out = append(out, &p.pod.Spec.Containers[i])
	}
	return out
}

// hostname is the name that the pod's containers see.
func (p *podRun) hostname() string {
	if p.pod.Spec.Hostname != "" {
		return p.pod.Spec.Hostname
	}
	return p.e.node
}

// update changes the pod in the store and lets phase and conditions follow. It
// returns the new state, read only; nil when the pod has gone.
func (p *podRun) update(edit func(*corev1.Pod)) *corev1.Pod {
	after, _ := p.e.store.Update(p.key, p.uid, func(was podstore.Pod) (podstore.Pod, bool) {
		pod := was.DeepCopy()
		edit(pod)
		derive(pod, now())
		return podstore.Pod{Pod: pod}, !equality.Semantic.DeepEqual(was.Pod, pod)
	})
	return after.Pod
}

// setStatus changes a container's status.
func (p *podRun) setStatus(container string, edit func(*corev1.ContainerStatus)) *corev1.Pod {
	return p.update(func(pod *corev1.Pod) {
		if s := statusOf(pod, container); s != nil {
			edit(s)
		}
	})
}

// current is the pod's present state, read only; nil when it has gone.
func (p *podRun) current() *corev1.Pod {
	pod, err := p.e.store.Get(p.key)
	if err != nil || pod.UID != p.uid {
		return nil
	}
	return pod.Pod
}

func now() metav1.Time { return metav1.NewTime(time.Now().UTC().Truncate(time.Second)) }

// event notes what happened to the pod, or to the container when one is named.
func (p *podRun) event(container, kind, reason, message string) {
	p.e.events.Note(p.pod, container, p.e.node, kind, reason, message, time.Now())
}

// live is the pod's life from its start to the end of its last process.
func (p *podRun) live() {
	defer close(p.done)
	defer p.e.volumes.release(p.uid)
	pod := p.current()
	if pod == nil || kubelet.Ended(pod) {
		return
	}
	if pod.Status.StartTime == nil {
		pod = p.schedule()
	}
	if pod == nil || !p.waitForVolumes() {
		return
	}
	if err := p.makeFolders(); err != nil {
		p.refuse(err)
		return
	}
	defer p.armDeadline(pod)()
	if p.initialize() {
		var wg sync.WaitGroup
		for i := range p.pod.Spec.Containers {
			c := &containerRun{p: p, c: &p.pod.Spec.Containers[i], startOver: make(chan stopRequest, 1)}
			wg.Go(c.loop)
		}
		wg.Wait()
	}
	p.endExecs("")
	p.disarm()
}

// schedule notes that the pod has found its place, which is here.
func (p *podRun) schedule() *corev1.Pod {
	pod := p.update(func(pod *corev1.Pod) {
		t := now()
		pod.Status.StartTime = &t
		pod.Status.HostIP = loopback
		pod.Status.HostIPs = []corev1.HostIP{{IP: loopback}}
		pod.Status.PodIP = loopback
		pod.Status.PodIPs = []corev1.PodIP{{IP: loopback}}
	})
	p.event("", corev1.EventTypeNormal, "Scheduled", "Successfully assigned "+p.key.Namespace+"/"+p.key.Name+" to "+p.e.node)
	return pod
}

// refuse ends a pod that cannot be given what it needs.
func (p *podRun) refuse(err error) {
	p.event("", corev1.EventTypeWarning, "Failed", err.Error())
	p.fail(kubelet.ReasonConfig, err.Error())
}

// fail ends the pod for good; its processes are not touched.
func (p *podRun) fail(reason, message string) {
	p.update(func(pod *corev1.Pod) {
		if !kubelet.Ended(pod) {
			pod.Status.Phase, pod.Status.Reason, pod.Status.Message = corev1.PodFailed, reason, message
		}
	})
}

// waitForVolumes waits until no other pod has the pod's named volumes; false
// when the pod is to end.
func (p *podRun) waitForVolumes() bool {
	var ids []string
	for i := range p.pod.Spec.Volumes {
		if id := volumeID(&p.pod.Spec.Volumes[i]); id != "" {
			ids = append(ids, id)
		}
	}
	for {
		taken, wait := p.e.volumes.take(p.uid, ids)
		if taken == "" {
			return true
		}
		p.event("", corev1.EventTypeWarning, "FailedAttachVolume", "volume "+taken+" is in another pod: waiting until it is free")
		select {
		case <-wait:
		case <-p.stopping:
			return false
		}
	}
}

// initialize runs the init containers in order; false when the pod ends before
// the last of them succeeded.
func (p *podRun) initialize() bool {
	for i := range p.pod.Spec.InitContainers {
		c := &containerRun{p: p, c: &p.pod.Spec.InitContainers[i], init: true, startOver: make(chan stopRequest, 1)}
		c.loop()
		select {
		case <-p.stopping:
			return false
		default:
		}
		pod := p.current()
		if pod == nil || kubelet.Ended(pod) {
			return false
		}
		if s := statusOf(pod, c.c.Name); s == nil || s.State.Terminated == nil || s.State.Terminated.ExitCode != 0 {
			return false
		}
	}
	if len(p.pod.Spec.InitContainers) > 0 {
		p.update(func(pod *corev1.Pod) {
			for i := range pod.Status.ContainerStatuses {
				if w := pod.Status.ContainerStatuses[i].State.Waiting; w != nil && w.Reason == kubelet.ReasonInitializing {
					w.Reason = kubelet.ReasonCreating
				}
			}
		})
	}
	return true
}

// armDeadline ends the pod at its activeDeadlineSeconds. The result disarms.
func (p *podRun) armDeadline(pod *corev1.Pod) (disarm func() bool) {
	seconds := pod.Spec.ActiveDeadlineSeconds
	if seconds == nil || pod.Status.StartTime == nil {
		return func() bool { return false }
	}
	at := pod.Status.StartTime.Add(time.Duration(*seconds) * time.Second)
	return time.AfterFunc(time.Until(at), func() {
		const why = "Pod was active on the node longer than the specified deadline"
		p.event("", corev1.EventTypeNormal, kubelet.ReasonDeadline, why)
		p.fail(kubelet.ReasonDeadline, why)
		p.stop(kubelet.Grace(p.pod))
	}).Stop
}

// stop ends the pod with a grace. Again, it can only shorten the grace.
func (p *podRun) stop(grace time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	deadline := time.Now().Add(grace)
	switch {
	case p.timer == nil:
		p.deadline = deadline
		p.timer = time.AfterFunc(grace, func() { close(p.killed) })
		close(p.stopping)
	case deadline.Before(p.deadline) && p.timer.Stop():
		p.deadline = deadline
		p.timer.Reset(grace)
	}
}

// disarm stops the clock of a grace that is no longer needed.
func (p *podRun) disarm() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
	}
}

// liveLog is the log of a container's run if that still goes on.
func (p *podRun) liveLog(container string, run int) *runLog {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l := p.logs[container]; l != nil && l.run == run {
		return l
	}
	return nil
}

func (p *podRun) setLog(container string, l *runLog) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.logs[container] = l
}

// errEnding is for an exec in a pod that is just ending.
var errEnding = errors.New("the pod is ending")

// addExec notes an exec's tree, which ends with its container.
func (p *podRun) addExec(t *tree, container string) error {
	select {
	case <-p.killed:
		return errEnding
	case <-p.done:
		return errEnding
	default:
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return errEnding
	}
	p.execs[t] = container
	return nil
}

func (p *podRun) removeExec(t *tree) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.execs, t)
}

// endExecs ends the execs of a container, or with "" all for good, at once.
func (p *podRun) endExecs(container string) {
	p.mu.Lock()
	p.over = p.over || container == ""
	var all []*tree
	for t, c := range p.execs {
		if container == "" || c == container {
			all = append(all, t)
		}
	}
	p.mu.Unlock()
	var wg sync.WaitGroup
	for _, t := range all {
		wg.Go(func() { t.end(opHangup) })
	}
	wg.Wait()
}
