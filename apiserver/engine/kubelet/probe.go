package kubelet

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// MaxProbeOutput is how much of a probe's output or answer is looked at, in
// bytes.
const MaxProbeOutput = 10 << 10

// ProbeAgent is the User-Agent of HTTP probes and hooks.
const ProbeAgent = "podium-probe"

// ProbeTimeout is how long one answer to the probe may take.
func ProbeTimeout(probe *corev1.Probe) time.Duration {
	return time.Duration(orElse(probe.TimeoutSeconds, 1)) * time.Second
}

func orElse(n, otherwise int32) int32 {
	if n > 0 {
		return n
	}
	return otherwise
}

// RunProbe asks in the probe's period until ctx is done. failed is told each
// failure; settled is told, again each time, that the probe has succeeded or
// failed as often in a row as it must to count, and ends it by returning
// false. An error that comes with the end of ctx is no answer.
func RunProbe(ctx context.Context, probe *corev1.Probe, ask func(context.Context) error, failed func(error), settled func(healthy bool) (goOn bool)) {
	if !Pause(ctx, time.Duration(probe.InitialDelaySeconds)*time.Second) {
		return
	}
	period := time.Duration(orElse(probe.PeriodSeconds, 10)) * time.Second
	for good, bad := int32(0), int32(0); ; {
		err := ask(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			good, bad = good+1, 0
		} else {
			good, bad = 0, bad+1
			failed(err)
		}
		switch {
		case good >= orElse(probe.SuccessThreshold, 1):
			if !settled(true) {
				return
			}
		case bad >= orElse(probe.FailureThreshold, 3):
			if !settled(false) {
				return
			}
		}
		if !Pause(ctx, period) {
			return
		}
	}
}

// Pause waits; false when ctx was done before, or is.
func Pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// ProbeURL is what an HTTP probe asks at an address, HOST:PORT.
func ProbeURL(get *corev1.HTTPGetAction, address string) string {
	scheme := "http"
	if get.Scheme != "" {
		scheme = strings.ToLower(string(get.Scheme))
	}
	return scheme + "://" + address + "/" + strings.TrimPrefix(get.Path, "/")
}

// HTTPGet asks as an HTTP probe does; an answer from 200 to 399 is success. As
// in Kubernetes certificates prove nothing and redirections are not followed.
func HTTPGet(ctx context.Context, get *corev1.HTTPGetAction, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, ProbeURL(get, address), nil)
	if err != nil {
		return fmt.Errorf("make the request: %w", err)
	}
	request.Header.Set("User-Agent", ProbeAgent)
	for _, h := range get.HTTPHeaders {
		if strings.EqualFold(h.Name, "Host") {
			request.Host = h.Value
		}
		request.Header.Add(h.Name, h.Value)
	}
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	// What it says does not count, and the connection is not used again.
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, MaxProbeOutput))
	if response.StatusCode < 200 || response.StatusCode >= 400 {
		return fmt.Errorf("HTTP probe failed with statuscode: %d", response.StatusCode)
	}
	return nil
}

// DialTCP connects as a TCP probe does; a connection is success.
func DialTCP(ctx context.Context, address string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}
