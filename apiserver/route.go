package apiserver

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/apiserver/engine"
)

// route is one row of the served page: a path whose segments in braces match
// any text, and what answers each method.
type route struct {
	path    []string
	methods map[string]handler
}

// handler answers one request. An error it returns is answered as a Status,
// provided that nothing has been sent.
type handler func(w http.ResponseWriter, r *http.Request, p params) error

// params are the values of a path's braces.
type params map[string]string

// table is everything that is served. Exec ids are capabilities: their paths
// are never logged.
func (s *Server) table() []route {
	const ns = "/api/v1/namespaces/{namespace}"
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete
	row := func(path string, methods map[string]handler) route {
		return route{path: strings.Split(strings.Trim(path, "/"), "/"), methods: methods}
	}
	// resource is a row that an engine may serve itself.
	resource := func(path string, methods map[string]handler) route {
		for method, own := range methods {
			methods[method] = s.resource(own, strings.HasSuffix(path, "/log"))
		}
		return row(path, methods)
	}
	pod := map[string]handler{get: s.getPod, del: s.deletePod}
	if to, ok := s.engine.(engine.ResourceServer); ok { // the page has no patch; an engine's own API may
		pod[http.MethodPatch] = func(w http.ResponseWriter, r *http.Request, _ params) error { return s.pass(to, w, r, false) }
	}
	return []route{
		resource(ns+"/pods", map[string]handler{get: s.listPods, post: s.createPod}),
		resource(ns+"/pods/{name}", pod),
		resource(ns+"/pods/{name}/log", map[string]handler{get: s.podLog}),
		row(ns+"/pods/{name}/exec", map[string]handler{post: s.createExec}),
		row("/api/v1/exec/{id}/start", map[string]handler{post: s.startExec}),
		row("/api/v1/exec/{id}/resize", map[string]handler{post: s.resizeExec}),
		row("/api/v1/exec/{id}/json", map[string]handler{get: s.inspectExec}),
		row("/api/v1/exec/{id}/kill", map[string]handler{post: s.killExec}),
		resource("/api/v1/pods", map[string]handler{get: s.listPods}),
		resource(ns+"/events", map[string]handler{get: s.listEvents}),
		resource("/api/v1/events", map[string]handler{get: s.listEvents}),
		resource("/api/v1/namespaces", map[string]handler{get: s.listNamespaces}),
		resource(ns, map[string]handler{get: s.getNamespace}),
		row("/api", map[string]handler{get: s.apiVersions}),
		row("/apis", map[string]handler{get: s.apiGroups}),
		row("/api/v1", map[string]handler{get: s.apiResources}),
		row("/version", map[string]handler{get: s.version}),
		row("/info", map[string]handler{get: s.info}),
		row("/healthz", map[string]handler{get: s.healthz}),
	}
}

// match finds the values of the route's braces in the segments of a path.
func (rt route) match(segments []string) (params, bool) {
	if len(segments) != len(rt.path) {
		return nil, false
	}
	var p params
	for i, want := range rt.path {
		got := segments[i]
		if name, ok := strings.CutPrefix(want, "{"); ok {
			if got == "" {
				return nil, false
			}
			if p == nil {
				p = params{}
			}
			p[strings.TrimSuffix(name, "}")] = got
			continue
		}
		if got != want {
			return nil, false
		}
	}
	return p, true
}

// segments are the path's parts, each unescaped by itself, so that an escaped
// slash stays part of a name. One slash at the end is forgiven.
func segments(u *url.URL) ([]string, error) {
	path := strings.TrimSuffix(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	parts := strings.Split(path, "/")
	for i, part := range parts {
		text, err := url.PathUnescape(part)
		if err != nil {
			return nil, apierrors.NewBadRequest("the path cannot be read: " + err.Error())
		}
		parts[i] = text
	}
	return parts, nil
}

// ServeHTTP answers one request of the pod API.
func (s *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w := &answer{ResponseWriter: rw}
	defer s.recovered(w, r)
	s.activity.touch()
	if err := s.route(w, r); err != nil {
		if w.begun {
			s.opts.Log("an answer had to be cut off: " + err.Error())
			panic(http.ErrAbortHandler)
		}
		writeError(w, err)
	}
}

func (s *Server) route(w http.ResponseWriter, r *http.Request) error {
	if err := s.guard(w, r); err != nil {
		return err
	}
	segs, err := segments(r.URL)
	if err != nil {
		return err
	}
	for _, rt := range s.routes {
		p, ok := rt.match(segs)
		if !ok {
			continue
		}
		h, ok := rt.methods[r.Method]
		if !ok {
			allow := keys(rt.methods)
			w.Header().Set("Allow", strings.Join(allow, ", "))
			return failure(http.StatusMethodNotAllowed, metav1.StatusReasonMethodNotAllowed,
				"%s is not served here; there is %s", r.Method, strings.Join(allow, ", "))
		}
		return h(w, r, p)
	}
	return failure(http.StatusNotFound, metav1.StatusReasonNotFound, "nothing is served at this path")
}

func keys(m map[string]handler) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
