package apiclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A call is one request of the API.
type call struct {
	method string
	target string // path and query, as package api spells them
	secret string // exec id in the path, which errors must not show
	body   []byte
	json   bool // body is JSON
	patch  bool // body is a strategic merge patch
	accept string

	// stream is set when the answer may be silent once it has begun.
	stream bool
	// opening is set when the context covers no more than the beginning of
	// the answer.
	opening bool
}

// shown is the call's path as errors have it.
func (k call) shown() string {
	path, _, _ := strings.Cut(k.target, "?")
	if k.secret != "" {
		path = strings.Replace(path, "/exec/"+url.PathEscape(k.secret)+"/", "/exec/…/", 1)
	}
	return cleanLine(path)
}

// failed wraps what went wrong with the call, once.
func (c *Client) failed(k call, err error) error {
	var done *CallError
	if err == nil || errors.As(err, &done) {
		return err
	}
	return &CallError{Method: k.method, Path: k.shown(), Err: c.explain(err)}
}

// An answer is a successful response, its body under the guard of the call.
// Whoever gets one closes it.
type answer struct {
	code   int
	header http.Header
	length int64 // of the body, -1 when not said
	body   *guardedBody
}

// Close lets the connection go.
func (a *answer) Close() error { return a.body.Close() }

// do makes the call and returns an answer of a code below 300. Other codes are
// read, bounded, and returned as the errors they are. All errors are CallErrors.
func (c *Client) do(ctx context.Context, k call) (*answer, error) {
	a, err := c.send(ctx, k)
	if err != nil {
		return nil, c.failed(k, err)
	}
	if a.code < 300 {
		return a, nil
	}
	return nil, c.refused(k, a)
}

// refused reads an answer that is no success, closes it and makes it an error.
func (c *Client) refused(k call, a *answer) error {
	defer a.Close()
	body, err := io.ReadAll(io.LimitReader(a.body, maxErrorBody))
	if err != nil && len(body) == 0 {
		return c.failed(k, err)
	}
	return c.failed(k, c.refusal(k, a.code, a.header, body))
}

// refusal is the error of an answer that is no success.
func (c *Client) refusal(k call, code int, header http.Header, body []byte) error {
	if code < 400 {
		where, _, _ := strings.Cut(cleanLine(header.Get("Location")), "?")
		where = string(k.hide([]byte(where)))
		return c.badAnswer("%s redirects to %q (code %d), which a pod API does not", c.server, where, code)
	}
	return c.statusError(k.method, code, header, k.hide(body))
}

// hide takes the call's secret out of what a server said. Shorter ids are no
// secrets, and words may hold them by chance.
func (k call) hide(said []byte) []byte {
	if len(k.secret) < 8 {
		return said
	}
	return bytes.ReplaceAll(said, []byte(k.secret), []byte("…"))
}

// send makes the request and waits for the answer's header.
func (c *Client) send(ctx context.Context, k call) (*answer, error) {
	callCtx := ctx
	if k.opening {
		callCtx = context.WithoutCancel(ctx)
	}
	callCtx, cancel := context.WithCancelCause(callCtx)
	unlink := func() bool { return true }
	if k.opening {
		unlink = context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	}
	silence := time.AfterFunc(c.cfg.Timeout, func() { cancel(errSilent) })
	giveUp := func(err error) (*answer, error) {
		silence.Stop()
		unlink()
		err = causeOf(callCtx, err)
		cancel(nil)
		return nil, err
	}
	req, err := c.request(callCtx, k)
	if err != nil {
		return giveUp(err)
	}
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return giveUp(err)
	}
	if !unlink() || !silence.Stop() {
		resp.Body.Close()
		return giveUp(context.Canceled)
	}
	body := &guardedBody{client: c, call: k, ctx: callCtx, body: resp.Body, cancel: cancel, silence: silence}
	return &answer{code: resp.StatusCode, header: resp.Header, length: resp.ContentLength, body: body}, nil
}

// request builds the HTTP request of k with the client's headers.
func (c *Client) request(ctx context.Context, k call) (*http.Request, error) {
	var body io.Reader
	if k.body != nil {
		body = bytes.NewReader(k.body)
	}
	req, err := http.NewRequestWithContext(ctx, k.method, c.base.String()+k.target, body)
	if err != nil {
		return nil, local("the path cannot be sent: %w", err)
	}
	return req, c.setHeaders(req.Header, k)
}

// expectAbove is the size of a body from which on the server is asked before it
// is sent: a refusal (413) is then read rather than lost to a reset connection.
const expectAbove = 64 << 10

func (c *Client) setHeaders(h http.Header, k call) error {
	token, err := c.token.get()
	if err != nil {
		return err
	}
	if token != "" {
		h.Set("Authorization", "Bearer "+token)
	}
	h.Set("User-Agent", c.cfg.UserAgent)
	if k.accept != "" {
		h.Set("Accept", k.accept)
	}
	if k.patch {
		h.Set("Content-Type", "application/strategic-merge-patch+json")
	}
	if k.json {
		h.Set("Content-Type", "application/json")
	}
	if len(k.body) > expectAbove {
		h.Set("Expect", "100-continue")
	}
	return nil
}

// A guardedBody reads an answer's body: it ends a silence that is too long and
// makes sentences of errors. Read and Close may run at the same time.
type guardedBody struct {
	client  *Client
	call    call
	ctx     context.Context // ends with the caller's, with silence or with Close
	body    io.ReadCloser
	cancel  context.CancelCauseFunc
	silence *time.Timer
}

// errClosed is what a reader gets whose stream was closed under it.
var errClosed = errors.New("the stream was closed")

// Read gives the body's bytes; io.EOF means that it is whole.
func (b *guardedBody) Read(p []byte) (int, error) {
	if !b.call.stream {
		b.silence.Reset(b.client.cfg.Timeout)
		defer b.silence.Stop()
	}
	n, err := b.body.Read(p)
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	cause := causeOf(b.ctx, err)
	if errors.Is(cause, errClosed) {
		return n, errClosed
	}
	return n, b.client.failed(b.call, cause)
}

// Close ends the call and a Read that waits. It may be called again.
func (b *guardedBody) Close() error {
	b.cancel(errClosed)
	b.silence.Stop()
	return b.body.Close()
}

// readAll reads an answer's whole body of at most limit bytes and closes it.
func (c *Client) readAll(a *answer, limit int) ([]byte, error) {
	defer a.Close()
	body, err := io.ReadAll(io.LimitReader(a.body, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(body) > limit {
		return nil, c.badAnswer("the answer of %s is longer than %d bytes", c.server, limit)
	}
	return body, nil
}
