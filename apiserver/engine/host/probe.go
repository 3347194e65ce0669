package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"podium/apiserver/engine/kubelet"
)

// A probeKind is one of the three probes of a container.
type probeKind string

const (
	liveness  probeKind = "Liveness"
	readiness probeKind = "Readiness"
	startup   probeKind = "Startup"
)

// startProbes runs the container's probes until alive is done; stop waits for
// their end. Liveness and readiness begin when the startup probe has succeeded.
func (c *containerRun) startProbes(alive context.Context) (stop func()) {
	var wg sync.WaitGroup
	begun := make(chan struct{})
	if c.c.StartupProbe == nil {
		close(begun)
	} else {
		var once sync.Once
		wg.Go(func() { c.probe(alive, startup, c.c.StartupProbe, func() { once.Do(func() { close(begun) }) }) })
	}
	after := func(kind probeKind, probe *corev1.Probe) {
		if probe == nil {
			return
		}
		wg.Go(func() {
			select {
			case <-begun:
				c.probe(alive, kind, probe, nil)
			case <-alive.Done():
			}
		})
	}
	after(liveness, c.c.LivenessProbe)
	after(readiness, c.c.ReadinessProbe)
	return wg.Wait
}

// probe runs one probe in its period and acts on what it finds. A startup
// probe ends with its success, which calls succeeded.
func (c *containerRun) probe(alive context.Context, kind probeKind, probe *corev1.Probe, succeeded func()) {
	ask := func(ctx context.Context) error { return c.probeOnce(ctx, probe) }
	failed := func(err error) {
		c.p.event(c.c.Name, corev1.EventTypeWarning, "Unhealthy", fmt.Sprintf("%s probe failed: %v", kind, err))
	}
	kubelet.RunProbe(alive, probe, ask, failed, func(healthy bool) bool {
		switch {
		case kind == startup && healthy:
			c.setStarted()
			succeeded()
			return false
		case kind == readiness:
			c.setReady(healthy)
			return true
		case healthy:
			return true
		}
		grace := kubelet.Grace(c.p.pod)
		if g := probe.TerminationGracePeriodSeconds; g != nil {
			grace = kubelet.Seconds(*g)
		}
		c.requestStop(stopRequest{
			reason: "Unhealthy", grace: grace,
			message: fmt.Sprintf("Container %s failed %s probe, will be restarted", c.c.Name, strings.ToLower(string(kind))),
		})
		return false
	})
}

func (c *containerRun) setStarted() {
	c.p.setStatus(c.c.Name, func(s *corev1.ContainerStatus) {
		if s.State.Running != nil {
			started := true
			s.Started = &started
			s.Ready = !c.init && c.c.ReadinessProbe == nil
		}
	})
}

func (c *containerRun) setReady(ready bool) {
	c.p.setStatus(c.c.Name, func(s *corev1.ContainerStatus) { s.Ready = ready && s.State.Running != nil })
}

// probeOnce asks once; nil is success.
func (c *containerRun) probeOnce(alive context.Context, probe *corev1.Probe) error {
	timeout := kubelet.ProbeTimeout(probe)
	ctx, cancel := context.WithTimeout(alive, timeout)
	defer cancel()
	var err error
	switch h := probe.ProbeHandler; {
	case h.Exec != nil:
		err = c.execHandler(ctx, h.Exec.Command)
	case h.HTTPGet != nil:
		err = c.httpHandler(ctx, h.HTTPGet)
	case h.TCPSocket != nil:
		err = c.tcpHandler(ctx, h.TCPSocket)
	default:
		return nil // Validate lets none of these through
	}
	if errors.Is(err, context.DeadlineExceeded) && alive.Err() == nil {
		return fmt.Errorf("no answer within %s", timeout)
	}
	return err
}

// hook runs a lifecycle handler. Like Kubernetes it has no time limit but the
// context, which ends with the container or its grace.
func (c *containerRun) hook(ctx context.Context, h *corev1.LifecycleHandler) error {
	switch {
	case h.Exec != nil:
		return c.execHandler(ctx, h.Exec.Command)
	case h.HTTPGet != nil:
		return c.httpHandler(ctx, h.HTTPGet)
	case h.Sleep != nil:
		kubelet.Pause(ctx, kubelet.Seconds(h.Sleep.Seconds))
		return ctx.Err()
	case h.TCPSocket != nil:
		return c.tcpHandler(ctx, h.TCPSocket)
	}
	return nil
}

// execHandler runs a command in the container; an error has its exit and the
// beginning of its output.
func (c *containerRun) execHandler(ctx context.Context, argv []string) error {
	spec, err := c.p.commandSpec(c.c, argv, false)
	if err != nil {
		return err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("open the command's input: %w", err)
	}
	defer null.Close()
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make a pipe for the command: %w", err)
	}
	defer r.Close()
	t, err := c.p.e.trees.start(ctx, spec, [3]*os.File{null, w, w})
	w.Close()
	if err != nil {
		return err
	}
	out := &outReader{file: r}
	text := make(chan string, 1)
	go func() {
		head, _ := io.ReadAll(io.LimitReader(out, kubelet.MaxProbeOutput)) // what could be read is what is shown
		_, _ = io.Copy(io.Discard, out)
		text <- strings.TrimSpace(string(head))
	}()
	var late error
	select {
	case <-t.exited:
	case <-ctx.Done():
		late = ctx.Err()
	}
	t.end(opKill)
	out.expire()
	said := <-text
	switch {
	case late != nil:
		return late
	case t.exit.Code != 0:
		return fmt.Errorf("the command exited with %d: %s", t.exit.Code, said)
	}
	return nil
}

// httpHandler asks by HTTP.
func (c *containerRun) httpHandler(ctx context.Context, get *corev1.HTTPGetAction) error {
	address, err := c.address(get.Host, get.Port)
	if err != nil {
		return err
	}
	return kubelet.HTTPGet(ctx, get, address)
}

// tcpHandler connects.
func (c *containerRun) tcpHandler(ctx context.Context, socket *corev1.TCPSocketAction) error {
	address, err := c.address(socket.Host, socket.Port)
	if err != nil {
		return err
	}
	return kubelet.DialTCP(ctx, address)
}

// address is where a probe goes: the pod's own address without a host.
func (c *containerRun) address(host string, port intstr.IntOrString) (string, error) {
	n, err := kubelet.Port(c.c, port)
	if err != nil {
		return "", err
	}
	if host == "" {
		host = loopback
	}
	return net.JoinHostPort(host, strconv.Itoa(n)), nil
}
