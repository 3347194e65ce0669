package kube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/remotecommand"
	"k8s.io/streaming/pkg/httpstream"

	"podium/apiserver/engine"
)

// wire is one exec's connection to the cluster, by whichever protocol. The
// methods but run are safe for concurrent use.
//
// client-go's remotecommand carries execs as well, and is not used here because
// it reports a connection that was closed without a status as success.
type wire interface {
	// run carries output into stdout and stderr until there is no more, and
	// gives the Status that the cluster ended the exec with. Without one the
	// command's end is not known, and the error says why.
	run(stdout, stderr io.Writer) (status []byte, err error)

	// input writes stdin; it waits as long as the process does not read.
	input(p []byte) (int, error)

	// endInput is the end of stdin and of nothing else.
	endInput() error

	// resize sets the terminal's size.
	resize(size engine.Size) error

	io.Closer
}

// maxStatusBytes bounds the status that ends an exec.
const maxStatusBytes = 64 << 10

// maxInput is how much of stdin goes into one message.
const maxInput = 32 << 10

// execRequest is what is asked of the cluster's exec.
type execRequest struct {
	namespace, pod, container string
	cmd                       []string
	stdin, stdout, stderr     bool
	tty                       bool
}

func (r execRequest) query() string {
	q := url.Values{"command": r.cmd, "container": {r.container}}
	for name, on := range map[string]bool{"stdin": r.stdin, "stdout": r.stdout, "stderr": r.stderr, "tty": r.tty} {
		if on {
			q.Set(name, "true")
		}
	}
	return q.Encode()
}

// protocol is a way to carry an exec.
type protocol uint8

const (
	// legacySocket is a WebSocket that reaches the node itself. It has no way
	// to say that stdin has ended.
	legacySocket protocol = iota + 1
	// spdyStreams reach the node as well, and can.
	spdyStreams
	// closingSocket is a WebSocket that can, too. It reaches the API server,
	// which speaks SPDY to the node and tells a node that it has lost as
	// success: its code 0 is to be doubted.
	closingSocket
)

// protocols are those that suit the request, the best first.
func (e *Engine) protocols(r execRequest) []protocol {
	switch {
	case e.only != 0:
		return []protocol{e.only}
	case r.stdin && !r.tty:
		return []protocol{spdyStreams, closingSocket}
	}
	return []protocol{legacySocket, spdyStreams, closingSocket}
}

// dial starts an exec, again with fresh credentials where they are refused. The
// context is for starting only.
func (e *Engine) dial(ctx context.Context, r execRequest) (wire, protocol, error) {
	var refused error
	for range 2 {
		l, err := e.link()
		if err != nil {
			return nil, 0, err
		}
		w, via, err := e.dialBy(ctx, l, r)
		if !apierrors.IsUnauthorized(err) {
			return w, via, err
		}
		refused = err
	}
	return nil, 0, refused
}

// dialBy starts an exec by the first protocol that the cluster and all before
// it speak.
func (e *Engine) dialBy(ctx context.Context, l *link, r execRequest) (w wire, via protocol, err error) {
	u, err := l.url(podSegments(r.namespace, r.pod, "exec"), r.query())
	if err != nil {
		return nil, 0, err
	}
	for _, via = range e.protocols(r) {
		switch via {
		case legacySocket:
			w, err = dialWebSocket(ctx, l, u, remotecommand.StreamProtocolV4Name)
		case spdyStreams:
			w, err = dialSPDY(ctx, l, u, r)
		default:
			w, err = dialWebSocket(ctx, l, u, remotecommand.StreamProtocolV5Name)
		}
		if err == nil {
			return w, via, nil
		}
		if final(err, via) {
			break
		}
	}
	refused := refusal(err)
	switch {
	case refused == nil:
		return nil, 0, e.unreached(ctx, l, err)
	case apierrors.IsUnauthorized(refused):
		return nil, 0, e.loginError(l, refused.ErrStatus.Message)
	}
	return nil, 0, refused
}

// final tells whether another protocol would change nothing. That a WebSocket
// is forbidden says little: it needs another right than SPDY does.
func final(err error, via protocol) bool {
	if refused := refusal(err); refused != nil {
		return apierrors.IsUnauthorized(refused) || apierrors.IsNotFound(refused) || via == spdyStreams && apierrors.IsForbidden(refused)
	}
	return !httpstream.IsUpgradeFailure(err) && !httpstream.IsHTTPSProxyError(err)
}

// refusal finds the Status in an error.
func refusal(err error) *apierrors.StatusError {
	var upgrade *httpstream.UpgradeFailureError
	if errors.As(err, &upgrade) {
		err = upgrade.Cause
	}
	var st *apierrors.StatusError
	if errors.As(err, &st) {
		return st
	}
	return nil
}

// dialTime is how long the cluster may take to agree to an exec.
const dialTime = 30 * time.Second

// during calls f, which knows no context, and gives up on it when ctx is done;
// what f makes then is closed.
func during[T io.Closer](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		made T
		err  error
	}
	done := make(chan result, 1)
	go func() { // ends with f, whose connection has time-outs of its own
		made, err := f()
		done <- result{made, err}
	}()
	select {
	case r := <-done:
		return r.made, r.err
	case <-ctx.Done():
		go func() {
			if r := <-done; r.err == nil {
				_ = r.made.Close() // nobody wants it any more
			}
		}()
		var none T
		return none, fmt.Errorf("start the command: %w", ctx.Err())
	}
}

// answerError is the Status of an answer that is no upgrade.
func answerError(resp *http.Response) error {
	return &apierrors.StatusError{ErrStatus: statusOf(resp)}
}
