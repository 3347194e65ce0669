package apiclient

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"podium/api"
)

// Exec creates and starts a command in a container and returns its session,
// which the caller closes. ctx covers the start only. An empty container leaves
// the choice to the server. What is wrong with pod, container or command comes
// from exec create, as an apierrors error.
func (c *Client) Exec(ctx context.Context, namespace, pod, container string, cfg api.ExecConfig) (api.ExecSession, error) {
	created, err := c.CreateExec(ctx, namespace, pod, container, cfg)
	if err != nil {
		return nil, err
	}
	if cfg.TTY && cfg.Rows > 0 && cfg.Cols > 0 {
		c.tellSize(ctx, created.ID, cfg)
	}
	return c.StartExec(ctx, created.ID, cfg)
}

// sizeTimeout bounds the wish for a size before the start, which a server may not
// know what to do with.
const sizeTimeout = 2 * time.Second

// tellSize tells the size before there is a process, so that one that is quick
// does not see another. A server that keeps none refuses, and is told again once
// the process is there.
func (c *Client) tellSize(ctx context.Context, id string, cfg api.ExecConfig) {
	ctx, cancel := context.WithTimeout(ctx, sizeTimeout)
	defer cancel()
	_ = (&execControl{client: c, id: id}).resize(ctx, cfg.Rows, cfg.Cols) // as above
}

// maxCreated bounds the answer to exec create and inspect.
const maxCreated = 64 << 10

// CreateExec makes an exec without starting it (API page, ExecCreate). One that
// is never started expires at the server.
func (c *Client) CreateExec(ctx context.Context, namespace, pod, container string, cfg api.ExecConfig) (api.ExecCreated, error) {
	k := call{method: http.MethodPost, target: api.ExecCreatePath(namespace, pod, container), accept: jsonType, json: true}
	if err := checkNames(namespace, pod); err != nil {
		return api.ExecCreated{}, c.failed(k, err)
	}
	var err error
	if k.body, err = json.Marshal(cfg); err != nil {
		return api.ExecCreated{}, c.failed(k, local("spell the exec's configuration: %w", err))
	}
	a, err := c.do(ctx, k)
	if err != nil {
		return api.ExecCreated{}, err
	}
	body, err := c.readAll(a, maxCreated)
	if err != nil {
		return api.ExecCreated{}, c.failed(k, err)
	}
	var created api.ExecCreated
	if err := json.Unmarshal(body, &created); err != nil {
		return api.ExecCreated{}, c.failed(k, c.badAnswer("%s answered exec create with %q", c.server, c.clean(wordsOf(a.header, body), 200)))
	}
	if err := checkExecID(created.ID); err != nil {
		return api.ExecCreated{}, c.failed(k, c.badAnswer("%s answered exec create, but %v", c.server, err))
	}
	return created, nil
}

// checkExecID refuses ids that are none, or that would lead to another path.
func checkExecID(id string) error {
	switch {
	case id == "":
		return local("there is no exec id")
	case len(id) > 1024, id == ".", id == "..", strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return local("the exec id cannot be one")
	}
	return nil
}

// execControl is an api.ExecControl over requests of its own.
type execControl struct {
	client *Client
	id     string
}

var _ api.ExecControl = (*execControl)(nil)

// Control asks and signals the exec of that id, started by whomever.
func (c *Client) Control(id string) api.ExecControl {
	return &execControl{client: c, id: id}
}

// ID is the server's id of the exec.
func (e *execControl) ID() string { return e.id }

// Inspect asks how the exec stands.
func (e *execControl) Inspect(ctx context.Context) (api.ExecStatus, error) {
	c := e.client
	k := e.call(http.MethodGet, api.ExecInspectPath(e.id))
	a, err := e.do(ctx, k)
	if err != nil {
		return api.ExecStatus{}, orNotServed(err)
	}
	body, err := c.readAll(a, maxCreated)
	if err != nil {
		return api.ExecStatus{}, c.failed(k, err)
	}
	// The pointer tells a status from any other JSON: a client that took {} for
	// one would report an exit code of 0 that nobody sent.
	var wire struct {
		api.ExecStatus
		ExitCode *int `json:"ExitCode"`
	}
	if err := json.Unmarshal(body, &wire); err != nil || (wire.ExitCode == nil && !wire.Running) {
		return api.ExecStatus{}, c.failed(k, c.badAnswer("%s answered exec inspect with %q", c.server, c.clean(wordsOf(a.header, k.hide(body)), 200)))
	}
	status := wire.ExecStatus
	if wire.ExitCode != nil {
		status.ExitCode = *wire.ExitCode
	}
	status.Reason = c.clean(status.Reason, maxMessage)
	return status, nil
}

// Kill sends the named signal to the exec's process.
func (e *execControl) Kill(ctx context.Context, signal string) error {
	return orNotServed(e.post(ctx, api.ExecKillPath(e.id, signal)))
}

// resize sets the size of the exec's terminal.
func (e *execControl) resize(ctx context.Context, rows, cols uint16) error {
	if rows == 0 || cols == 0 {
		return local("a terminal of %d rows and %d columns cannot be", rows, cols)
	}
	return e.post(ctx, api.ExecResizePath(e.id, rows, cols))
}

// post makes a call whose answer does not matter beyond its success.
func (e *execControl) post(ctx context.Context, target string) error {
	k := e.call(http.MethodPost, target)
	a, err := e.do(ctx, k)
	if err != nil {
		return err
	}
	c := e.client
	body, err := c.readAll(a, maxErrorBody)
	if err == nil && looksLikeHTML(a.header, bytes.TrimSpace(body)) {
		err = c.badAnswer("%s answered with %q", c.server, c.clean(wordsOf(a.header, k.hide(body)), 200))
	}
	return c.failed(k, err)
}

func (e *execControl) do(ctx context.Context, k call) (*answer, error) {
	if err := checkExecID(e.id); err != nil {
		return nil, e.client.failed(k, err)
	}
	return e.client.do(ctx, k)
}

func (e *execControl) call(method, target string) call {
	return call{method: method, target: target, secret: e.id, accept: jsonType}
}
