package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/apiserver/engine"
	"podium/apiserver/engine/kubelet"
)

// Kubernetes' numbers of the back-off between restarts.
const (
	maxBackOff   = 30 // times the first delay
	backOffReset = 10 * time.Minute
)

// containerRun is the life of one container over its runs.
type containerRun struct {
	p    *podRun
	c    *corev1.Container
	init bool

	// startOver ends the present run, because of a probe or a failed hook.
	startOver chan stopRequest
}

// stopRequest is why and with what grace a run ends before its pod does.
type stopRequest struct {
	reason  string
	message string
	grace   time.Duration
}

// loop runs the container until it has ended for good or the pod ends.
func (c *containerRun) loop() {
	if placeholder(c.c) {
		c.hold()
		return
	}
	failures := 0
	for {
		pod := c.p.current()
		if pod == nil || c.stopped() {
			return
		}
		status := statusOf(pod, c.c.Name)
		if status == nil {
			return
		}
		if t := status.State.Terminated; t != nil {
			if !kubelet.Restarts(c.p.pod.Spec.RestartPolicy, c.init, t.ExitCode) || kubelet.Ended(pod) {
				return
			}
			if !t.StartedAt.IsZero() && t.FinishedAt.Sub(t.StartedAt.Time) >= backOffReset {
				failures = 0
			}
			if !c.backOff(failures) {
				return
			}
			failures++
		}
		c.once()
	}
}

func (c *containerRun) stopped() bool {
	select {
	case <-c.p.stopping:
		return true
	default:
		return false
	}
}

// hold is the life of a container that has nothing to run: it waits, never
// ready, and lets shells be opened.
func (c *containerRun) hold() {
	message := placeholderMessage(c.c)
	c.p.setStatus(c.c.Name, func(s *corev1.ContainerStatus) {
		s.ImageID = imageID
		s.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reasonPlaceholder, Message: message}}
	})
	c.p.event(c.c.Name, corev1.EventTypeWarning, reasonPlaceholder, message)
	<-c.p.stopping
}

// backOff waits before a restart: not at all before the first, then a delay
// that doubles. false means that the pod ends.
func (c *containerRun) backOff(failures int) bool {
	if failures == 0 {
		return true
	}
	delay := c.p.e.backOff * time.Duration(min(1<<min(failures-1, 10), maxBackOff))
	message := fmt.Sprintf("back-off %s restarting failed container=%s pod=%s_%s(%s)", delay, c.c.Name, c.p.key.Name, c.p.key.Namespace, c.p.uid)
	c.p.setStatus(c.c.Name, func(s *corev1.ContainerStatus) {
		if s.State.Terminated != nil {
			s.LastTerminationState = s.State
		}
		s.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: kubelet.ReasonCrashLoop, Message: message}}
	})
	c.p.event(c.c.Name, corev1.EventTypeWarning, "BackOff", "Back-off restarting failed container "+c.c.Name+" in pod "+c.p.key.Name)
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.p.stopping:
		return false
	}
}

// begin prepares the status for a run and gives the run's number, which
// becomes the restartCount once the run is one.
func (c *containerRun) begin(id string) int {
	run := 0
	c.p.setStatus(c.c.Name, func(s *corev1.ContainerStatus) {
		if s.State.Terminated != nil {
			s.LastTerminationState = s.State
		}
		run = int(s.RestartCount)
		if s.LastTerminationState.Terminated != nil {
			run++
		}
		s.ContainerID, s.ImageID = "host://"+id, imageID
		s.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: kubelet.ReasonCreating}}
	})
	select {
	case <-c.startOver: // meant the run before
	default:
	}
	c.p.event(c.c.Name, corev1.EventTypeNormal, "Created", "Created container: "+c.c.Name)
	return run
}

// once runs the container once, to the end of its last process.
func (c *containerRun) once() {
	id := newID() + newID()
	run := c.begin(id)
	_ = os.Remove(c.p.terminationLog(c.c.Name)) // the message of the run before; mostly there is none
	log := openRunLog(c.p.logDir(c.c.Name), run, c.p.e.warn)
	c.p.setLog(c.c.Name, log)
	began := now()
	out := &containerOutput{log: log}
	t, err := c.start(out)
	if err != nil {
		out.finish() // a command that cannot be run has said so there
		log.close()
		c.failed(err, began, run)
		return
	}
	alive, over := context.WithCancel(context.Background())
	go func() {
		<-t.exited
		over()
	}()
	ready := c.started(alive, began, run)
	if ready {
		stop := c.startProbes(alive)
		c.supervise(t)
		over()
		stop()
	} else {
		c.supervise(t)
	}
	over()
	c.p.endExecs(c.c.Name)
	<-t.gone
	out.finish()
	log.close()
	c.ended(t.exit, began, run)
}

// start prepares and starts the container's command.
func (c *containerRun) start(out *containerOutput) (*tree, error) {
	spec, err := c.p.commandSpec(c.c, nil, c.c.TTY)
	if err != nil {
		return nil, err
	}
	files, err := out.open(c.c)
	if err != nil {
		return nil, err
	}
	defer out.started()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-c.p.killed:
			cancel()
		case <-ctx.Done():
		}
	}()
	return c.p.e.trees.start(ctx, spec, files)
}

// started runs the postStart hook and calls the container running; false when
// the hook failed and the run is to end.
func (c *containerRun) started(alive context.Context, began metav1.Time, run int) bool {
	if l := c.c.Lifecycle; l != nil && l.PostStart != nil {
		if err := c.hook(alive, l.PostStart); err != nil && alive.Err() == nil {
			message := "PostStartHook failed: " + err.Error()
			c.p.event(c.c.Name, corev1.EventTypeWarning, "FailedPostStartHook", message)
			c.requestStop(stopRequest{reason: "FailedPostStartHook", message: message, grace: kubelet.Grace(c.p.pod)})
			return false
		}
	}
	if alive.Err() != nil {
		return true // it has ended already: it was never seen running
	}
	c.p.setStatus(c.c.Name, func(s *corev1.ContainerStatus) {
		s.State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: began}}
		s.RestartCount = int32(run)
		started := c.c.StartupProbe == nil
		s.Started = &started
		s.Ready = !c.init && started && c.c.ReadinessProbe == nil
	})
	c.p.event(c.c.Name, corev1.EventTypeNormal, "Started", "Started container "+c.c.Name)
	return true
}

// requestStop asks for the end of the present run. The first request wins.
func (c *containerRun) requestStop(r stopRequest) {
	select {
	case c.startOver <- r:
	default:
	}
}

// supervise waits for the command's end and brings it about when the pod or a
// probe asks for it: preStop, TERM, and when the grace is over KILL.
func (c *containerRun) supervise(t *tree) {
	killed := c.p.killed
	select {
	case <-t.exited:
		return
	case <-c.p.stopping:
		c.p.event(c.c.Name, corev1.EventTypeNormal, "Killing", "Stopping container "+c.c.Name)
	case r := <-c.startOver:
		c.p.event(c.c.Name, corev1.EventTypeNormal, "Killing", r.message)
		over := make(chan struct{})
		timer := time.AfterFunc(r.grace, func() { close(over) })
		defer timer.Stop()
		merged, done := make(chan struct{}), make(chan struct{})
		defer close(done)
		go func() {
			defer close(merged)
			select {
			case <-over:
			case <-c.p.killed:
			case <-done:
			}
		}()
		killed = merged
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-killed:
			cancel()
		case <-t.exited:
			cancel()
		case <-ctx.Done():
		}
	}()
	if l := c.c.Lifecycle; l != nil && l.PreStop != nil {
		if err := c.hook(ctx, l.PreStop); err != nil && ctx.Err() == nil {
			c.p.event(c.c.Name, corev1.EventTypeWarning, "FailedPreStopHook", "PreStopHook failed: "+err.Error())
		}
	}
	t.signal(c.stopSignal())
	select {
	case <-t.exited:
	case <-killed:
		t.end(opKill)
	}
}

// stopSignal is TERM, or what the container names.
func (c *containerRun) stopSignal() syscall.Signal {
	if l := c.c.Lifecycle; l != nil && l.StopSignal != nil {
		if sig, ok := signalNamed(string(*l.StopSignal)); ok {
			return sig
		}
	}
	return syscall.SIGTERM
}

// failed notes a run that never became one.
func (c *containerRun) failed(err error, began metav1.Time, run int) {
	exit := engine.Exit{Code: 128, Reason: err.Error()}
	var f *startError
	if errors.As(err, &f) {
		exit.Code = f.code
	}
	if c.stopped() {
		return
	}
	c.p.event(c.c.Name, corev1.EventTypeWarning, "Failed", "Error: "+err.Error())
	c.terminated(exit, began, run, kubelet.ReasonCannotRun, err.Error())
}

// ended notes how a run ended.
func (c *containerRun) ended(exit engine.Exit, began metav1.Time, run int) {
	reason := kubelet.ReasonCompleted
	if exit.Code != 0 {
		reason = kubelet.ReasonError
	}
	message := exit.Reason
	if m := c.terminationMessage(exit.Code, run); m != "" {
		message = m
	}
	c.terminated(exit, began, run, reason, message)
}

func (c *containerRun) terminated(exit engine.Exit, began metav1.Time, run int, reason, message string) {
	c.p.setStatus(c.c.Name, func(s *corev1.ContainerStatus) {
		s.RestartCount = int32(run)
		s.State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
			ExitCode: int32(exit.Code), Reason: reason, Message: message,
			StartedAt: began, FinishedAt: now(), ContainerID: s.ContainerID,
		}}
	})
}

// Kubernetes' bounds of a termination message.
const (
	maxMessage      = 4096
	maxLogMessage   = 2048
	maxMessageLines = 80
)

// terminationMessage is what the container left in its termination log, or,
// if it says so and failed without one, the end of its output.
func (c *containerRun) terminationMessage(code, run int) string {
	text, err := readBounded(c.p.terminationLog(c.c.Name), maxMessage)
	if err == nil && text != "" {
		return text
	}
	if code != 0 && c.c.TerminationMessagePolicy == corev1.TerminationMessageFallbackToLogsOnError {
		return lastOutput(c.p.logDir(c.c.Name), run, maxMessageLines, maxLogMessage)
	}
	return ""
}

// readBounded reads the beginning of a regular file.
func readBounded(path string, limit int64) (string, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data := make([]byte, min(limit, info.Size()))
	n, err := f.Read(data)
	if n == 0 && err != nil {
		return "", err
	}
	return strings.ToValidUTF8(string(data[:n]), "\uFFFD"), nil
}
