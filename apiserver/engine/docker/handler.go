package docker

import (
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"podium/api"
	"podium/apiserver/engine/kubelet"
)

// handle does what a probe or hook says.
func (e *Engine) handle(ctx context.Context, p *podState, c *corev1.Container, o *observed, run *corev1.ExecAction, get *corev1.HTTPGetAction, dial *corev1.TCPSocketAction, limit time.Duration) error {
	switch {
	case run != nil:
		return e.tryCommand(ctx, o, run.Command)
	case get != nil:
		return e.tryHTTP(ctx, p, c, o, get, limit)
	case dial != nil:
		return e.tryTCP(ctx, p, c, o, dial, limit)
	}
	return nil // Validate lets none of these through
}

// tryCommand runs a command in the container; an error has its exit code and
// the beginning of what it said.
func (e *Engine) tryCommand(ctx context.Context, o *observed, argv []string) error {
	code, said, err := e.runCommand(ctx, o, argv)
	switch {
	case err != nil:
		return err
	case code != 0:
		return fmt.Errorf("the command exited with %d: %s", code, said)
	}
	return nil
}

// runCommand runs a command to its end, or ctx's, and gives the beginning of
// its output.
func (e *Engine) runCommand(ctx context.Context, o *observed, argv []string) (code int, said string, err error) {
	x, err := e.startExec(ctx, o, api.ExecConfig{AttachStdout: true, AttachStderr: true, Cmd: argv}, noSize)
	if err != nil {
		return 0, "", err
	}
	defer x.Close()
	stop := context.AfterFunc(ctx, func() { _ = x.Close() }) // ends the reads below
	defer stop()
	var mu sync.Mutex
	var text strings.Builder
	read := func(r io.Reader) {
		buf := make([]byte, 4096)
		for {
			n, err := r.Read(buf)
			mu.Lock()
			text.Write(buf[:min(n, max(0, kubelet.MaxProbeOutput-text.Len()))])
			mu.Unlock()
			if err != nil {
				return
			}
		}
	}
	var both sync.WaitGroup
	both.Go(func() { read(x.Stdout()) })
	both.Go(func() { read(x.Stderr()) })
	both.Wait()
	exit, err := x.Wait(ctx)
	if err != nil {
		return 0, "", err
	}
	return exit.Code, clip(text.String()), nil
}

// target is where a probe goes.
func (e *Engine) target(p *podState, c *corev1.Container, host string, port intstr.IntOrString) (address string, own bool, err error) {
	n, err := kubelet.Port(c, port)
	if err != nil {
		return "", false, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	own = host == ""
	if own && p.infra != nil {
		host = p.infra.address
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, strconv.Itoa(n)), own, nil
}

// reachable tells whether this process is on the pod's network: then the
// network's gateway is one of this machine's own addresses. Elsewhere, such as
// in front of a virtual machine, the address may be somebody else's.
func (e *Engine) reachable(p *podState) bool {
	e.mu.Lock()
	gateway := ""
	if p.infra != nil && p.infra.address != "" {
		gateway = p.infra.gateway
	}
	e.mu.Unlock()
	if gateway == "" || !strings.HasPrefix(e.host, "unix://") {
		return false
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.String() == gateway {
			return true
		}
	}
	return false
}

// tryHTTP asks by HTTP, from here where the pod can be reached, else from
// within the container. An answer from 200 to 399 is success.
func (e *Engine) tryHTTP(ctx context.Context, p *podState, c *corev1.Container, o *observed, get *corev1.HTTPGetAction, limit time.Duration) error {
	address, own, err := e.target(p, c, get.Host, get.Port)
	if err != nil {
		return err
	}
	if own && !e.reachable(p) {
		return e.tryHTTPInside(ctx, o, kubelet.ProbeURL(get, address), get.HTTPHeaders, limit)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return kubelet.HTTPGet(ctx, get, address)
}

// The scripts of probes from within a container; what they are given are
// arguments, never text of theirs. 125 says that there is nothing to ask with.
const (
	insideHTTP = `url=$1 limit=$2; shift 2
if command -v curl >/dev/null 2>&1; then
  n=$#; while [ $n -gt 0 ]; do set -- "$@" -H "$1"; shift; n=$((n-1)); done
  exec curl -fsSk -m "$limit" -A podium-probe -o /dev/null "$@" "$url"
elif command -v wget >/dev/null 2>&1; then
  n=$#; while [ $n -gt 0 ]; do set -- "$@" --header "$1"; shift; n=$((n-1)); done
  exec wget -q -O /dev/null "$@" "$url" # without -T, at which Debian's busybox crashes: the caller's time counts
fi
exit 125`
	insideTCP = `command -v nc >/dev/null 2>&1 || exit 125
said=$(nc -z -w "$3" "$1" "$2" 2>&1 </dev/null) && exit 0
case $said in
*option*|*sage*) ;; # this nc does not know how to only look
*) echo "$said"; exit 1 ;;
esac
timeout "$3" nc "$1" "$2" </dev/null >/dev/null 2>&1; code=$?
case $code in 124|143) exit 0 ;; esac # it talked until its time was over
exit $code`
)

func (e *Engine) tryHTTPInside(ctx context.Context, o *observed, url string, headers []corev1.HTTPHeader, limit time.Duration) error {
	argv := []string{"sh", "-c", insideHTTP, "sh", url, seconds(limit)}
	for _, h := range headers {
		argv = append(argv, h.Name+": "+h.Value)
	}
	return e.tryInside(ctx, o, argv, "curl or wget")
}

// tryTCP connects; a connection is success.
func (e *Engine) tryTCP(ctx context.Context, p *podState, c *corev1.Container, o *observed, dial *corev1.TCPSocketAction, limit time.Duration) error {
	address, own, err := e.target(p, c, dial.Host, dial.Port)
	if err != nil {
		return err
	}
	if own && !e.reachable(p) {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return err
		}
		return e.tryInside(ctx, o, []string{"sh", "-c", insideTCP, "sh", host, port, seconds(limit)}, "nc")
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return kubelet.DialTCP(ctx, address)
}

func seconds(d time.Duration) string { return strconv.Itoa(max(1, int(d/time.Second))) }

func (e *Engine) tryInside(ctx context.Context, o *observed, argv []string, needs string) error {
	code, said, err := e.runCommand(ctx, o, argv)
	switch {
	case err != nil:
		return err
	case code == 125 || code == 127:
		return fmt.Errorf("the pod's network cannot be reached from here, and the container has no %s to ask from within: use an exec probe", needs)
	case code != 0:
		return fmt.Errorf("asked from within the container: %s (exit %d)", said, code)
	}
	return nil
}
