package apiclient

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"podium/api"
)

// StartExec starts a created exec and takes its connection over (API page,
// ExecStart). The stream begins behind the answer's header, with the bytes that
// came in one packet with it. An answer of 101 makes the connection the stream
// until it closes; one of 200 does so too, unless it gives a length or chunks,
// which are honoured. Any other code is an apierrors error with the server's
// words. ctx covers the start only.
func (c *Client) StartExec(ctx context.Context, id string, cfg api.ExecConfig) (api.ExecSession, error) {
	k := call{method: http.MethodPost, target: api.ExecStartPath(id), secret: id, json: true}
	if err := checkExecID(id); err != nil {
		k.secret = ""
		return nil, c.failed(k, err)
	}
	var err error
	if k.body, err = json.Marshal(cfg); err != nil {
		return nil, c.failed(k, local("spell the exec's configuration: %w", err))
	}
	conn, err := c.dialHijack(ctx)
	if err != nil {
		return nil, c.failed(k, causeOf(ctx, err))
	}
	stream, err := c.startOn(ctx, conn, k)
	if err != nil {
		conn.Close()
		return nil, c.failed(k, err)
	}
	s := &session{client: c, conn: conn, stream: stream, control: &execControl{client: c, id: id}, call: k}
	return s, nil
}

// dialHijack makes a connection for one exec, with TLS where the endpoint has
// it. HTTP/2 is not offered: it cannot be taken over.
func (c *Client) dialHijack(ctx context.Context) (net.Conn, error) {
	conn, err := c.dialPlain(ctx)
	if err != nil || c.tls == nil {
		return conn, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.cfg.Timeout, errSilent)
	defer cancel()
	secure := tls.Client(conn, c.tls)
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, causeOf(ctx, err)
	}
	return secure, nil
}

// startOn sends the request over conn and reads the answer's header within the
// time that the server may be silent, or until ctx is done.
func (c *Client) startOn(ctx context.Context, conn net.Conn, k call) (io.Reader, error) {
	if err := conn.SetDeadline(time.Now().Add(c.cfg.Timeout)); err != nil {
		return nil, fmt.Errorf("set the time limit of the connection: %w", err)
	}
	unlink := context.AfterFunc(ctx, func() {
		// It fails only on a connection that is closed, which ends the wait as well.
		_ = conn.SetDeadline(time.Unix(1, 0))
	})
	stream, err := c.exchange(conn, k)
	if !unlink() {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			err = errSilent
		}
		return nil, err
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return nil, fmt.Errorf("lift the time limit of the connection: %w", err)
	}
	return stream, nil
}

// exchange writes the request and reads the answer up to the stream.
func (c *Client) exchange(conn net.Conn, k call) (io.Reader, error) {
	req, err := c.startRequest(k)
	if err != nil {
		return nil, err
	}
	// A server that refuses may answer and close before it has read all: its
	// words matter more than the failed write.
	_, writeErr := conn.Write(req)
	stream, err := c.readStart(conn, k)
	if err != nil && writeErr != nil && !isAnswer(err) {
		return nil, writeErr
	}
	return stream, err
}

// startRequest spells the request by hand: net/http would not give the
// connection away.
func (c *Client) startRequest(k call) ([]byte, error) {
	header := http.Header{}
	if err := c.setHeaders(header, call{json: true}); err != nil {
		return nil, err
	}
	header.Set("Connection", "Upgrade")
	header.Set("Upgrade", "tcp")
	header.Set("Content-Length", fmt.Sprint(len(k.body)))
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s%s HTTP/1.1\r\nHost: %s\r\n", k.method, c.base.EscapedPath(), k.target, c.base.Host)
	if err := header.Write(&b); err != nil {
		return nil, local("spell the request: %w", err)
	}
	b.WriteString("\r\n")
	b.Write(k.body)
	return b.Bytes(), nil
}

// isAnswer tells whether the server said something that can be shown.
func isAnswer(err error) bool {
	return !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !isBroken(err)
}

// readStart reads the answer to exec start from conn and gives the stream.
func (c *Client) readStart(conn io.Reader, k call) (io.Reader, error) {
	limited := &headerReader{r: conn}
	limited.left.Store(maxHeaderBytes)
	br := bufio.NewReaderSize(limited, 32<<10)
	resp, err := readResponse(br) //nolint:bodyclose // the body is the stream: its connection is closed by the session
	if err != nil {
		return nil, err
	}
	limited.left.Store(-1)
	switch {
	case resp.StatusCode == http.StatusSwitchingProtocols:
		// The connection is the stream now, whatever length the header tells
		// (RFC 9110 §8.6 forbids it to tell one).
		return br, nil
	case resp.StatusCode == http.StatusOK:
		if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
			head, _ := io.ReadAll(io.LimitReader(resp.Body, 2048))
			return nil, c.badAnswer("%s answered exec start with %s", c.server, c.clean(wordsOf(resp.Header, k.hide(head)), 200))
		}
		return resp.Body, nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	if err != nil && len(body) == 0 {
		return nil, err
	}
	return nil, c.refusal(k, resp.StatusCode, resp.Header, body)
}

// readResponse reads an answer's header, passing over the provisional ones
// before it (RFC 9110 §15.2).
func readResponse(br *bufio.Reader) (*http.Response, error) {
	for range 8 {
		resp, err := http.ReadResponse(br, &http.Request{Method: http.MethodPost})
		if err != nil || resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols {
			return resp, err
		}
	}
	return nil, errors.New("malformed HTTP response: provisional answers without end")
}

// errHeaderTooLong is an answer whose header does not end.
var errHeaderTooLong = errors.New("the header is too long")

// A headerReader reads a connection and fails once the header that is being read
// is longer than any header is. left below 0 means no limit.
type headerReader struct {
	r    io.Reader
	left atomic.Int64
}

func (h *headerReader) Read(p []byte) (int, error) {
	left := h.left.Load()
	switch {
	case left < 0:
		return h.r.Read(p)
	case left == 0:
		return 0, errHeaderTooLong
	}
	n, err := h.r.Read(p[:min(int64(len(p)), left)])
	h.left.Store(left - int64(n))
	return n, err
}
