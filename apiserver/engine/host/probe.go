package host

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// probeAgent begins the User-Agent of HTTP probes and hooks.
const probeAgent = "podium-probe"

// maxProbeOutput is how much of a probe's output or answer is looked at.
const maxProbeOutput = 10 << 10

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

// orDefault is Kubernetes' default for a number of a probe that is not set.
func orDefault(n, otherwise int32) int32 {
	if n <= 0 {
		return otherwise
	}
	return n
}

// probe runs one probe in its period and acts on what it finds. A startup
// probe ends with its success, which calls succeeded.
func (c *containerRun) probe(alive context.Context, kind probeKind, probe *corev1.Probe, succeeded func()) {
	if !pause(alive, time.Duration(probe.InitialDelaySeconds)*time.Second) {
		return
	}
	period := time.Duration(orDefault(probe.PeriodSeconds, 10)) * time.Second
	good, bad := int32(0), int32(0)
	for {
		err := c.probeOnce(alive, probe)
		if alive.Err() != nil {
			return
		}
		if err == nil {
			good, bad = good+1, 0
		} else {
			good, bad = 0, bad+1
			c.p.event(c.c.Name, corev1.EventTypeWarning, "Unhealthy", fmt.Sprintf("%s probe failed: %v", kind, err))
		}
		enough := good >= orDefault(probe.SuccessThreshold, 1)
		switch {
		case kind == startup && enough:
			c.setStarted()
			succeeded()
			return
		case kind == readiness && enough:
			c.setReady(true)
		case bad < orDefault(probe.FailureThreshold, 3):
		case kind == readiness:
			c.setReady(false)
		default:
			grace := graceOf(c.p.pod)
			if g := probe.TerminationGracePeriodSeconds; g != nil {
				grace = time.Duration(*g) * time.Second
			}
			c.requestStop(stopRequest{
				reason: "Unhealthy", grace: grace,
				message: fmt.Sprintf("Container %s failed %s probe, will be restarted", c.c.Name, strings.ToLower(string(kind))),
			})
			return
		}
		if !pause(alive, period) {
			return
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
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
	timeout := time.Duration(orDefault(probe.TimeoutSeconds, 1)) * time.Second
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
		pause(ctx, time.Duration(h.Sleep.Seconds)*time.Second)
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
	out := &outReader{r}
	text := make(chan string, 1)
	go func() {
		head, _ := io.ReadAll(io.LimitReader(out, maxProbeOutput)) // what could be read is what is shown
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

// httpHandler asks by HTTP; an answer from 200 to 399 is success.
func (c *containerRun) httpHandler(ctx context.Context, get *corev1.HTTPGetAction) error {
	port, err := portOf(c.c, get.Port)
	if err != nil {
		return err
	}
	scheme, host := "http", get.Host
	if get.Scheme != "" {
		scheme = strings.ToLower(string(get.Scheme))
	}
	if host == "" {
		host = loopback
	}
	path := get.Path
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+net.JoinHostPort(host, strconv.Itoa(port))+path, nil)
	if err != nil {
		return fmt.Errorf("make the request: %w", err)
	}
	request.Header.Set("User-Agent", probeAgent)
	for _, h := range get.HTTPHeaders {
		if strings.EqualFold(h.Name, "Host") {
			request.Host = h.Value
		}
		request.Header.Add(h.Name, h.Value)
	}
	// As in Kubernetes, a probe does not judge certificates.
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxProbeOutput))
	if response.StatusCode < 200 || response.StatusCode >= 400 {
		return fmt.Errorf("HTTP probe failed with statuscode: %d", response.StatusCode)
	}
	return nil
}

// tcpHandler connects; a connection is success.
func (c *containerRun) tcpHandler(ctx context.Context, socket *corev1.TCPSocketAction) error {
	port, err := portOf(c.c, socket.Port)
	if err != nil {
		return err
	}
	host := socket.Host
	if host == "" {
		host = loopback
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return err
	}
	return conn.Close()
}

// portOf is a port by number or by the name it has in the container.
func portOf(c *corev1.Container, port intstr.IntOrString) (int, error) {
	if port.Type == intstr.Int {
		return int(port.IntVal), nil
	}
	for _, p := range c.Ports {
		if p.Name == port.StrVal {
			return int(p.ContainerPort), nil
		}
	}
	if n, err := strconv.Atoi(port.StrVal); err == nil {
		return n, nil
	}
	return 0, errors.New("container " + c.Name + " has no port called " + port.StrVal)
}
