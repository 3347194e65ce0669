package apiclient

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kjson "k8s.io/apimachinery/pkg/util/json"

	"podium/api"
)

const jsonType = "application/json"

// Get fetches one pod whole (API page, Get). An empty name or one that is no
// name is refused here: its path would mean the whole collection.
func (c *Client) Get(ctx context.Context, namespace, name string) (api.PodObject, error) {
	k := call{method: http.MethodGet, target: api.PodPath(namespace, name), accept: jsonType}
	if err := checkNames(namespace, name); err != nil {
		return api.PodObject{}, c.failed(k, err)
	}
	a, err := c.do(ctx, k)
	if err != nil {
		return api.PodObject{}, err
	}
	pod, err := c.readPod(k, a)
	return pod, c.failed(k, err)
}

// Create sends a pod's JSON as it is (API page, Create) and returns the server's
// pod with the warnings that came along in Warning headers (RFC 7234 §5.5). The
// call is never repeated: after an error that wraps api.ErrUnreachable the pod
// may exist all the same.
func (c *Client) Create(ctx context.Context, namespace string, pod []byte) (api.PodObject, []string, error) {
	k := call{method: http.MethodPost, target: api.PodsPath(namespace), accept: jsonType, body: pod, json: true}
	if namespace == "" {
		return api.PodObject{}, nil, c.failed(k, local("a pod is created in one namespace, and none is given"))
	}
	if err := checkNames(namespace); err != nil {
		return api.PodObject{}, nil, c.failed(k, err)
	}
	a, err := c.do(ctx, k)
	if err != nil {
		return api.PodObject{}, nil, err
	}
	warnings := c.warnings(a.header)
	created, err := c.readPod(k, a)
	if err != nil {
		err = c.failed(k, fmt.Errorf("the pod was accepted, but %w", c.explain(err)))
	}
	return created, warnings, err
}

// Patch changes a pod by a strategic merge patch, as Kubernetes has it, and
// returns the pod as it is then with the server's warnings. The API page knows
// no patch: an endpoint without one gives an error that wraps
// api.ErrNotServed. Like Create it is never repeated.
func (c *Client) Patch(ctx context.Context, namespace, name string, patch []byte) (api.PodObject, []string, error) {
	k := call{method: http.MethodPatch, target: api.PodPath(namespace, name), accept: jsonType, body: patch, patch: true}
	if err := checkNames(namespace, name); err != nil {
		return api.PodObject{}, nil, c.failed(k, err)
	}
	a, err := c.do(ctx, k)
	if apierrors.IsMethodNotSupported(err) {
		err = c.failed(k, fmt.Errorf("%w: %w", api.ErrNotServed, err))
	}
	if err != nil {
		return api.PodObject{}, nil, err
	}
	warnings := c.warnings(a.header)
	pod, err := c.readPod(k, a)
	if err != nil {
		err = c.failed(k, fmt.Errorf("the patch was accepted, but %w", c.explain(err)))
	}
	return pod, warnings, err
}

// Delete asks for a pod's end (API page, Delete). 204, and 200 or 202 with a
// Status or the pod, are success alike: the pod may go on ending afterwards.
func (c *Client) Delete(ctx context.Context, namespace, name string, opts api.DeleteOptions) error {
	k := call{method: http.MethodDelete, target: api.PodPath(namespace, name), accept: jsonType, json: true}
	if err := checkNames(namespace, name); err != nil {
		return c.failed(k, err)
	}
	var err error
	if k.body, err = json.Marshal(opts.Body()); err != nil {
		return c.failed(k, local("spell the options: %w", err))
	}
	a, err := c.do(ctx, k)
	if err != nil {
		return err
	}
	body, err := c.readAll(a, c.maxItem)
	if err != nil {
		return c.failed(k, fmt.Errorf("the delete was accepted, but %w", c.explain(err)))
	}
	if s, ok := decodeStatus(body); ok && s.Status == metav1.StatusFailure {
		return c.failed(k, c.tidyStatus(s, k.method, a.code, a.header))
	}
	if body = bytes.TrimSpace(body); len(body) > 0 && body[0] != '{' {
		return c.failed(k, c.badAnswer("%s answered the delete with %q", c.server, c.clean(wordsOf(a.header, body), 200)))
	}
	return nil
}

// Log streams a container's log as the server sends it. The stream may pause as
// long as it likes and ends with io.EOF; ctx covers it whole, and the caller
// closes it, which also ends a waiting Read. A server without logs gives an
// error that wraps api.ErrNotServed.
func (c *Client) Log(ctx context.Context, namespace, name string, opts *corev1.PodLogOptions) (io.ReadCloser, error) {
	target := api.LogPath(namespace, name)
	if q := api.LogQuery(opts).Encode(); q != "" {
		target += "?" + q
	}
	k := call{method: http.MethodGet, target: target, accept: "text/plain, */*", stream: true}
	if err := checkNames(namespace, name); err != nil {
		return nil, c.failed(k, err)
	}
	a, err := c.do(ctx, k)
	if err != nil {
		return nil, orNotServed(err)
	}
	return a.body, nil
}

// maxEvents bounds the JSON of an event list.
const maxEvents = 32 << 20

// Events are the events of namespace that the field selector matches, such as
// involvedObject.name=web, oldest first. A server without events gives an error
// that wraps api.ErrNotServed.
func (c *Client) Events(ctx context.Context, namespace, fieldSelector string) ([]corev1.Event, error) {
	target := api.EventsPath(namespace)
	if q := (api.ListOptions{FieldSelector: fieldSelector}).Query().Encode(); q != "" {
		target += "?" + q
	}
	k := call{method: http.MethodGet, target: target, accept: jsonType}
	if err := checkNames(namespace); err != nil {
		return nil, c.failed(k, err)
	}
	a, err := c.do(ctx, k)
	if err != nil {
		return nil, orNotServed(err)
	}
	body, err := c.readAll(a, maxEvents)
	if err != nil {
		return nil, c.failed(k, err)
	}
	var list corev1.EventList
	if err := c.decode(k, a, body, &list, &list.TypeMeta, "EventList", "List"); err != nil {
		return nil, c.failed(k, err)
	}
	slices.SortStableFunc(list.Items, func(x, y corev1.Event) int { return eventTime(x).Compare(eventTime(y)) })
	return list.Items, nil
}

// eventTime is when an event was last seen, as well as it is told.
func eventTime(e corev1.Event) time.Time {
	return cmp.Or(e.LastTimestamp.UTC(), e.EventTime.UTC(), e.FirstTimestamp.UTC(), e.CreationTimestamp.UTC())
}

// maxNamespaces bounds the JSON of a list of namespaces.
const maxNamespaces = 32 << 20

// Namespaces are the names of the endpoint's namespaces, sorted. A server that
// lists none gives an error that wraps api.ErrNotServed.
func (c *Client) Namespaces(ctx context.Context) ([]string, error) {
	k := call{method: http.MethodGet, target: api.NamespacesPath, accept: jsonType}
	a, err := c.do(ctx, k)
	if err != nil {
		return nil, orNotServed(err)
	}
	body, err := c.readAll(a, maxNamespaces)
	if err != nil {
		return nil, c.failed(k, err)
	}
	var list metav1.PartialObjectMetadataList
	if err := c.decode(k, a, body, &list, &list.TypeMeta, "NamespaceList", "List"); err != nil {
		return nil, c.failed(k, err)
	}
	var names []string
	for _, item := range list.Items {
		if item.Name != "" {
			names = append(names, cleanLine(item.Name))
		}
	}
	slices.Sort(names)
	return names, nil
}

// maxInfo bounds the JSON of Info.
const maxInfo = 256 << 10

// Info is what the endpoint says of itself. It is empty where there is no such
// path (403, 404, 405, 501) or something else answers there.
func (c *Client) Info(ctx context.Context) (api.Info, error) {
	k := call{method: http.MethodGet, target: api.InfoPath, accept: jsonType}
	a, err := c.send(ctx, k)
	if err != nil {
		return nil, c.failed(k, err)
	}
	switch code := a.code; {
	case code >= 300 && code < 400, code == http.StatusForbidden, notServedCode(code):
		a.Close()
		return api.Info{}, nil
	case code >= 400:
		return nil, c.refused(k, a)
	}
	body, err := c.readAll(a, maxInfo)
	if err != nil {
		return nil, c.failed(k, err)
	}
	return decodeInfo(body), nil
}

func notServedCode(code int) bool {
	return code == http.StatusNotFound || code == http.StatusMethodNotAllowed || code == http.StatusNotImplemented
}

// decodeInfo takes the strings of a flat JSON object, and its numbers and
// booleans as they are written.
func decodeInfo(body []byte) api.Info {
	info := api.Info{}
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return info
	}
	for key, raw := range fields {
		var text string
		switch {
		case json.Unmarshal(raw, &text) == nil && string(raw) != "null":
			info[key] = text
		case raw[0] != '{' && raw[0] != '[' && string(raw) != "null":
			info[key] = string(raw)
		}
	}
	return info
}

// readPod reads an answer that is one pod.
func (c *Client) readPod(k call, a *answer) (api.PodObject, error) {
	body, err := c.readAll(a, c.maxItem)
	if err != nil {
		return api.PodObject{}, err
	}
	pod := new(corev1.Pod)
	if err := c.decode(k, a, body, pod, &pod.TypeMeta, "Pod"); err != nil {
		return api.PodObject{}, err
	}
	if pod.Name == "" {
		return api.PodObject{}, c.badAnswer("the pod that %s answered has no name", c.server)
	}
	return api.PodObject{Raw: bytes.TrimSpace(body), Pod: pod}, nil
}

// decode reads a body of JSON into out, as Kubernetes' clients do: field names
// are exact, whole numbers stay whole. kinds are those that it may have, beside
// none.
func (c *Client) decode(k call, a *answer, body []byte, out any, meta *metav1.TypeMeta, kinds ...string) error {
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) == 0 {
		return c.badAnswer("%s answered with nothing where %s was due", c.server, kinds[0])
	}
	if trimmed[0] != '{' {
		return c.badAnswer("%s answered with %q where %s was due", c.server, c.clean(wordsOf(a.header, trimmed), 200), kinds[0])
	}
	err := kjson.Unmarshal(trimmed, out)
	if err != nil || meta.Kind == "Status" {
		// A Status has a text where a pod has its status.
		if s, ok := decodeStatus(trimmed); ok && s.Kind == "Status" {
			return c.tidyStatus(s, k.method, http.StatusInternalServerError, a.header)
		}
	}
	if err != nil {
		return c.badAnswer("%s answered with JSON that is no %s (%v)", c.server, kinds[0], err)
	}
	if meta.Kind != "" && !slices.Contains(kinds, meta.Kind) {
		return c.badAnswer("%s answered with a %q where %s was due", c.server, cleanLine(meta.Kind), kinds[0])
	}
	return nil
}

// checkNames refuses parts of a path that would make it another path.
func checkNames(namespace string, names ...string) error {
	if namespace == "." || namespace == ".." {
		return local("%q is no namespace", namespace)
	}
	for _, name := range names {
		switch {
		case name == "":
			return local("no name is given")
		case name == "." || name == "..":
			return local("%q is no name", name)
		case namespace == "":
			return local("no namespace is given for %q", cleanLine(name))
		}
	}
	return nil
}
