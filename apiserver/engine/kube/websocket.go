package kube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	gorilla "github.com/gorilla/websocket"
	"k8s.io/apimachinery/pkg/util/remotecommand"
	"k8s.io/client-go/transport/websocket"

	"podium/apiserver/engine"
)

// Channels of the protocols v4.channel.k8s.io and v5.channel.k8s.io, the first
// byte of each message (Kubernetes, k8s.io/apimachinery/pkg/util/remotecommand).
// Only the fifth version can say that stdin has ended.
const (
	channelStdin  = remotecommand.StreamStdIn
	channelStdout = remotecommand.StreamStdOut
	channelStderr = remotecommand.StreamStdErr
	channelStatus = remotecommand.StreamErr
	channelResize = remotecommand.StreamResize
	channelClose  = remotecommand.StreamClose // followed by the channel that ends
)

const (
	// pingEvery keeps gateways from closing a connection that is merely quiet.
	pingEvery = 5 * time.Second
	// silence is how long the cluster may say nothing at all, pings included,
	// while nothing of ours is stuck on its way to it.
	silence = time.Minute
)

var errSilent = fmt.Errorf("the cluster has said nothing for %s", silence)

// webSocket is a wire over a WebSocket.
type webSocket struct {
	conn   *gorilla.Conn
	closes bool          // the peer knows the end of stdin
	turn   chan struct{} // held by whoever writes a message
	stuck  atomic.Bool   // a message of stdin is on its way
	heard  atomic.Int64  // when something came last, Unix nanoseconds
	silent atomic.Bool   // the connection was closed for silence
	closed chan struct{}
	once   sync.Once
	pings  sync.WaitGroup
}

var _ wire = (*webSocket)(nil)

func dialWebSocket(ctx context.Context, l *link, u *url.URL, version string) (wire, error) {
	transport, holder, err := websocket.RoundTripperFor(l.config)
	if err != nil {
		return nil, fmt.Errorf("prepare a WebSocket: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}
	conn, err := websocket.Negotiate(transport, holder, req, version)
	if err != nil {
		return nil, err // dial tells its kinds apart
	}
	w := &webSocket{conn: conn, closes: version == remotecommand.StreamProtocolV5Name, turn: make(chan struct{}, 1), closed: make(chan struct{})}
	w.hear()
	conn.SetPongHandler(func(string) error { w.hear(); return nil })
	w.pings.Go(w.keepAlive) // ends with the connection
	return w, nil
}

func (w *webSocket) hear() { w.heard.Store(time.Now().UnixNano()) }

// keepAlive sends pings and closes a connection that is dead. One whose peer
// does not read because the process does not is not: the pings wait as well.
func (w *webSocket) keepAlive() {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-w.closed:
			return
		case now := <-tick.C:
			if w.stuck.Load() {
				w.hear()
				continue
			}
			// A ping that finds no room shows in the silence that follows.
			_ = w.conn.WriteControl(gorilla.PingMessage, nil, now.Add(pingEvery))
			if now.UnixNano()-w.heard.Load() > int64(silence) {
				w.silent.Store(true)
				w.shut()
				return
			}
		}
	}
}

// run implements wire.
func (w *webSocket) run(stdout, stderr io.Writer) (status []byte, err error) {
	for {
		kind, message, err := w.conn.NextReader()
		if err != nil {
			return status, w.ending(err, status)
		}
		w.hear()
		if kind != gorilla.BinaryMessage {
			return status, fmt.Errorf("the cluster sent a message of kind %d, which is none of an exec", kind)
		}
		if status, err = w.take(message, status, stdout, stderr); err != nil {
			return status, err
		}
		w.hear() // whoever takes the output may have been slow
	}
}

// take carries one message.
func (w *webSocket) take(message io.Reader, status []byte, stdout, stderr io.Writer) ([]byte, error) {
	var channel [1]byte
	if _, err := io.ReadFull(message, channel[:]); err != nil {
		if errors.Is(err, io.EOF) {
			return status, nil // an empty message
		}
		return status, fmt.Errorf("read from the cluster: %w", err)
	}
	to := io.Discard
	switch channel[0] {
	case channelStdout:
		to = stdout
	case channelStderr:
		to = stderr
	case channelStatus:
		b, err := io.ReadAll(io.LimitReader(message, maxStatusBytes-int64(len(status))))
		if err != nil {
			return status, fmt.Errorf("read the command's status: %w", err)
		}
		return append(status, b...), nil
	}
	if _, err := io.Copy(to, message); err != nil {
		return status, fmt.Errorf("read from the cluster: %w", err)
	}
	return status, nil
}

// ending makes an error of how the connection ended, none when there was a
// status before.
func (w *webSocket) ending(err error, status []byte) error {
	switch {
	case len(status) > 0:
		return nil
	case w.silent.Load():
		return errSilent
	case gorilla.IsCloseError(err, gorilla.CloseNormalClosure):
		return errors.New("the cluster closed the connection")
	}
	return fmt.Errorf("the connection to the cluster broke: %w", err)
}

// message writes one message once no other is being written.
func (w *webSocket) message(channel byte, p []byte, patience <-chan time.Time) error {
	select {
	case w.turn <- struct{}{}:
	case <-w.closed:
		return io.ErrClosedPipe
	case <-patience:
		return errors.New("stdin is full: the process does not read it")
	}
	defer func() { <-w.turn }()
	if channel == channelStdin {
		w.stuck.Store(true)
		defer w.stuck.Store(false)
	}
	out, err := w.conn.NextWriter(gorilla.BinaryMessage)
	if err == nil {
		_, err = out.Write(append([]byte{channel}, p...))
		err = errors.Join(err, out.Close())
	}
	if err != nil {
		return fmt.Errorf("write to the cluster: %w", err)
	}
	return nil
}

// input implements wire.
func (w *webSocket) input(p []byte) (int, error) {
	n := 0
	for len(p) > n {
		part := p[n:min(len(p), n+maxInput)]
		if err := w.message(channelStdin, part, nil); err != nil {
			return n, err
		}
		n += len(part)
	}
	return n, nil
}

// endInput implements wire.
func (w *webSocket) endInput() error {
	if !w.closes {
		return errors.New("this connection cannot tell the cluster that stdin has ended")
	}
	return w.message(channelClose, []byte{channelStdin}, nil)
}

// resizePatience is how long a resize waits for stdin to get out of its way.
const resizePatience = 2 * time.Second

// resize implements wire.
func (w *webSocket) resize(size engine.Size) error {
	timer := time.NewTimer(resizePatience)
	defer timer.Stop()
	return w.message(channelResize, resizeMessage(size), timer.C)
}

// resizeMessage is a size as both protocols carry it.
func resizeMessage(size engine.Size) []byte {
	b, err := json.Marshal(struct{ Width, Height uint16 }{size.Cols, size.Rows})
	if err != nil {
		return nil // numbers always marshal
	}
	return b
}

// shut closes the connection, which ends whatever waits on it.
func (w *webSocket) shut() {
	w.once.Do(func() {
		close(w.closed)
		_ = w.conn.Close() // ending it is all that is wanted
	})
}

// Close implements wire.
func (w *webSocket) Close() error {
	w.shut()
	w.pings.Wait()
	return nil
}
