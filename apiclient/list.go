package apiclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
)

// List calls each for every row while the answer is still coming in (API page,
// List); an error of each ends the list and is returned as it is. No more than
// one pod's JSON is in memory at a time. With opts.Memo, pods whose bytes are
// those of the last list are recognised and not decoded again.
//
// When the answer breaks off or stops being a list, the rows before that have
// been given to each and the error says what happened.
func (c *Client) List(ctx context.Context, namespace string, opts api.ListOptions, each func(api.PodRow) error) (api.ListMeta, error) {
	return c.ListWhole(ctx, namespace, opts, func(row api.PodRow, _ []byte) error { return each(row) })
}

// ListWhole is List for those who need whole pods: each gets a pod's JSON as the
// server sent it beside its row. The JSON is valid until each returns.
func (c *Client) ListWhole(ctx context.Context, namespace string, opts api.ListOptions, each func(row api.PodRow, pod []byte) error) (api.ListMeta, error) {
	k := call{method: http.MethodGet, target: listTarget(namespace, opts, ""), accept: jsonType}
	if err := checkNames(namespace); err != nil {
		return api.ListMeta{}, c.failed(k, err)
	}
	a, err := c.do(ctx, k)
	if err != nil {
		return api.ListMeta{}, err
	}
	defer a.Close()
	l := lister{client: c, namespace: namespace, each: each, scan: newScanner(a.body, c.maxItem, c.maxList)}
	l.decode = new(api.RowDecoder).Decode
	if m := opts.Memo; m != nil && m.Begin(opts.Continue != "") {
		l.decode = m.Row
		defer func() { m.End(l.whole) }()
	}
	err = l.run()
	var caller callerError
	switch {
	case errors.As(err, &caller):
		return api.ListMeta{}, caller.err
	case err != nil:
		return api.ListMeta{}, c.failed(k, l.explain(a, err))
	}
	if l.head.Kind == "Status" {
		return api.ListMeta{}, c.failed(k, c.tidyStatus(l.head.status(), k.method, http.StatusInternalServerError, a.header))
	}
	if err := l.check(); err != nil {
		return api.ListMeta{}, c.failed(k, err)
	}
	l.whole = true
	return l.head.meta(), nil
}

// listTarget is the path and query of a list or, with a query of its own to
// begin with, of a watch.
func listTarget(namespace string, opts api.ListOptions, watch string) string {
	target, q := api.PodsPath(namespace), opts.Query().Encode()
	switch {
	case watch != "" && q != "":
		return target + "?" + watch + "&" + q
	case watch != "" || q != "":
		return target + "?" + watch + q
	}
	return target
}

// A lister reads one answer to a list.
type lister struct {
	client    *Client
	namespace string
	scan      *scanner
	decode    func(pod []byte) (api.PodRow, error)
	each      func(row api.PodRow, pod []byte) error

	head  listHead
	items bool // the answer has the field items
	rows  int
	whole bool
}

// listHead is what stands beside the items. Of a Status that came in place of a
// list, it holds what an error needs.
type listHead struct {
	Kind     string
	Metadata struct {
		ResourceVersion    string `json:"resourceVersion"`
		Continue           string `json:"continue"`
		RemainingItemCount int64  `json:"remainingItemCount"`
	}
	Message string
	Reason  string
	Code    int32
}

func (h *listHead) meta() api.ListMeta {
	m := h.Metadata
	return api.ListMeta{ResourceVersion: m.ResourceVersion, Continue: m.Continue, Remaining: max(0, m.RemainingItemCount)}
}

func (h *listHead) status() metav1.Status {
	return metav1.Status{Message: h.Message, Reason: metav1.StatusReason(h.Reason), Code: h.Code}
}

// field is where the value of a top-level field goes, nil for those that do not
// matter.
func (h *listHead) field(key string) any {
	switch key {
	case "kind":
		return &h.Kind
	case "metadata":
		return &h.Metadata
	case "message":
		return &h.Message
	case "reason":
		return &h.Reason
	case "code":
		return &h.Code
	}
	return nil
}

// callerError carries an error of the caller's each through the scanner.
type callerError struct{ err error }

func (e callerError) Error() string { return e.err.Error() }

// What is wrong with a list that is JSON.
var (
	errItem  = errors.New("no pod")
	errShape = errors.New("no list")
)

func (l *lister) run() error {
	if err := l.scan.object(l.visit); err != nil {
		return err
	}
	switch _, err := l.scan.peek(); {
	case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil
	case err != nil:
		return err
	}
	return l.scan.unexpected()
}

func (l *lister) visit(key string) error {
	if key == "items" {
		l.items = true
		return l.scan.array(l.item)
	}
	to := l.head.field(key)
	if to == nil {
		return l.scan.skip()
	}
	raw, err := l.scan.value()
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, to); err != nil && key != "code" {
		return fmt.Errorf("%w: its field %q: %w", errShape, key, err)
	}
	return nil
}

func (l *lister) item() error {
	switch ch, err := l.scan.expect(); {
	case err != nil:
		return err
	case ch != '{':
		return fmt.Errorf("%w: item %d is no object", errItem, l.rows+1)
	}
	raw, err := l.scan.value()
	if err != nil {
		return err
	}
	row, err := l.decode(raw)
	if err != nil {
		return fmt.Errorf("%w: item %d: %w", errItem, l.rows+1, err)
	}
	if row.Name == "" {
		return fmt.Errorf("%w: item %d has no name", errItem, l.rows+1)
	}
	if row.Namespace == "" {
		row.Namespace = l.namespace
	}
	l.rows++
	if err := l.each(row, raw); err != nil {
		return callerError{err}
	}
	return nil
}

// check tells whether what was read is a list of pods: its kind may be missing,
// as may the items of an empty list, but not both.
func (l *lister) check() error {
	switch {
	case l.head.Kind == "PodList", l.head.Kind == "List", l.head.Kind == "" && l.items:
		return nil
	case l.head.Kind == "":
		return l.client.badAnswer("%s answered with JSON that is no list of pods", l.client.server)
	}
	return l.client.badAnswer("%s answered with a %q where a list of pods was due", l.client.server, cleanLine(l.head.Kind))
}

// explain makes a sentence of what is wrong with the stream.
func (l *lister) explain(a *answer, err error) error {
	c := l.client
	soFar := ""
	if l.rows > 0 {
		soFar = fmt.Sprintf(" after %d pods", l.rows)
	}
	switch {
	case errors.Is(err, errNotJSON) && l.scan.total == int64(l.scan.end) && l.rows == 0 && !l.items:
		return c.notJSON(a, l.scan)
	case errors.Is(err, errNotJSON), errors.Is(err, errItem), errors.Is(err, errShape):
		return c.badAnswer("the list of pods that %s sent cannot be read%s: %v", c.server, soFar, err)
	case errors.Is(err, errTooLong):
		return c.badAnswer("one pod in the list of %s is longer than %d bytes", c.server, c.maxItem)
	case errors.Is(err, errTotalLong):
		return c.badAnswer("the list of pods that %s sent is longer than %d bytes", c.server, c.maxList)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		if l.scan.total == 0 {
			return c.badAnswer("%s answered with nothing where a list of pods was due", c.server)
		}
		return &transportError{c.server + " ended the list of pods in the middle" + soFar, err}
	}
	return err
}

// notJSON says what came in place of JSON, of which the scanner has the start.
func (c *Client) notJSON(a *answer, s *scanner) error {
	s.pos = 0
	head := bytes.TrimSpace(s.head())
	if len(head) == 0 {
		return c.badAnswer("%s answered with nothing where JSON was due", c.server)
	}
	return c.badAnswer("%s answered with no JSON but %q", c.server, c.clean(wordsOf(a.header, head), 200))
}
