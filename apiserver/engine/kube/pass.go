package kube

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// passed are the requests that reach the cluster, by path and method. Braces
// stand for one segment. There is nothing else: no secrets, no nodes, no other
// resource, whatever the credentials would allow.
var passed = []struct {
	path    string
	methods []string
}{
	{"api/v1/pods", []string{http.MethodGet}},
	{"api/v1/namespaces/{}/pods", []string{http.MethodGet, http.MethodPost}},
	{"api/v1/namespaces/{}/pods/{}", []string{http.MethodGet, http.MethodDelete, http.MethodPatch}},
	{"api/v1/namespaces/{}/pods/{}/log", []string{http.MethodGet}},
	{"api/v1/events", []string{http.MethodGet}},
	{"api/v1/namespaces/{}/events", []string{http.MethodGet}},
	{"api/v1/namespaces", []string{http.MethodGet}},
	{"api/v1/namespaces/{}", []string{http.MethodGet}},
}

// requestHeaders are the client's headers that the cluster gets. All others
// stay here: a client's Authorization is for this server, Impersonate-* and
// X-Remote-* would let it act as somebody else, and hop-by-hop headers are
// about the connection.
var requestHeaders = []string{"Accept", "Accept-Encoding", "Content-Type", "If-Match", "If-None-Match"}

// connectionHeaders are those of an answer that are about the connection to
// the cluster (RFC 9110, section 7.6.1) or about logging in there.
var connectionHeaders = []string{
	"Alt-Svc", "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "Set-Cookie",
	"Te", "Trailer", "Transfer-Encoding", "Upgrade", "Www-Authenticate",
}

// ServeResource implements engine.ResourceServer: the request goes to the
// cluster with this engine's credentials, and the answer comes back byte for
// byte. Differences are three: delete is answered with 204, as the API page
// has it; refused credentials are told in a sentence; and what is no answer of
// the API, such as a gateway's page of HTML, becomes a Status.
func (e *Engine) ServeResource(w http.ResponseWriter, r *http.Request) error {
	segments, err := allowed(r)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(r.Body) // which the server has bounded
	if err != nil {
		return fmt.Errorf("read a request: %w", err)
	}
	resp, err := e.send(func(l *link) (*http.Request, error) {
		u, err := l.url(segments, r.URL.RawQuery)
		if err != nil {
			return nil, err
		}
		return outward(r, u, body)
	})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return answer(w, r, resp)
}

// allowed gives the segments of a path that may pass, each unescaped.
func allowed(r *http.Request) ([]string, error) {
	segments := strings.Split(strings.Trim(r.URL.EscapedPath(), "/"), "/")
	for i, s := range segments {
		text, err := url.PathUnescape(s)
		if err != nil {
			return nil, apierrors.NewBadRequest("the path cannot be read: " + err.Error())
		}
		segments[i] = text
	}
	for _, p := range passed {
		if !fits(p.path, segments) {
			continue
		}
		if !slices.Contains(p.methods, r.Method) {
			st := failureStatus(http.StatusMethodNotAllowed, fmt.Sprintf("%s is not served here; there is %s", r.Method, strings.Join(p.methods, ", ")))
			return nil, &apierrors.StatusError{ErrStatus: st}
		}
		return segments, nil
	}
	return nil, &apierrors.StatusError{ErrStatus: failureStatus(http.StatusNotFound, "nothing is served at this path")}
}

func fits(pattern string, segments []string) bool {
	want := strings.Split(pattern, "/")
	return slices.EqualFunc(want, segments, func(w, s string) bool { return w == s || w == "{}" && s != "" })
}

// outward is the request as the cluster gets it.
func outward(r *http.Request, u *url.URL, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(r.Context(), r.Method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}
	for _, name := range requestHeaders {
		for _, v := range r.Header.Values(name) {
			req.Header.Add(name, v)
		}
	}
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json")
	}
	if len(body) > 0 && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// answer hands the cluster's answer to the client.
func answer(w http.ResponseWriter, r *http.Request, resp *http.Response) error {
	success := resp.StatusCode >= 200 && resp.StatusCode <= 299
	if success && r.Method == http.MethodDelete {
		copyHeaders(w.Header(), resp.Header)
		dropBody(w.Header())
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if !success {
		return refuse(w, resp)
	}
	copyHeaders(w.Header(), resp.Header)
	w.WriteHeader(resp.StatusCode)
	return pour(w, resp.Body)
}

// refuse passes a Status on, with its own bytes, and makes one of anything
// else. A compressed body is not looked into: only API servers compress here.
func refuse(w http.ResponseWriter, resp *http.Response) error {
	if resp.StatusCode == http.StatusNotModified || resp.Header.Get("Content-Encoding") != "" {
		copyHeaders(w.Header(), resp.Header)
		w.WriteHeader(resp.StatusCode)
		return pour(w, resp.Body)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBytes))
	if err != nil {
		b = append(b, []byte("…")...)
	}
	var kind struct {
		Kind string `json:"kind"`
	}
	if resp.StatusCode < 400 || json.Unmarshal(b, &kind) != nil || kind.Kind != "Status" {
		st := parseStatus(resp, b)
		if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
			st.Details = retryAfter(s)
		}
		return &apierrors.StatusError{ErrStatus: st}
	}
	copyHeaders(w.Header(), resp.Header)
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(resp.StatusCode)
	if _, err := w.Write(b); err != nil {
		return gone(err)
	}
	return nil
}

func copyHeaders(to, from http.Header) {
	var named []string // headers that Connection names are the connection's as well
	for _, v := range from.Values("Connection") {
		for name := range strings.SplitSeq(v, ",") {
			named = append(named, textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name)))
		}
	}
	for name, values := range from {
		if !slices.Contains(connectionHeaders, name) && !slices.Contains(named, name) {
			to[name] = values
		}
	}
}

func dropBody(h http.Header) {
	for _, name := range []string{"Content-Length", "Content-Type", "Content-Encoding"} {
		h.Del(name)
	}
}

// gone is the error for a client that takes no more of an answer.
func gone(err error) error { return fmt.Errorf("pass an answer on: %w: %w", err, http.ErrAbortHandler) }

// pourBytes is how much of an answer is passed on at once.
const pourBytes = 64 << 10

// pour copies an answer as it comes: a watch's event or a log's line must not
// wait for the next.
func pour(w http.ResponseWriter, body io.Reader) error {
	rc := http.NewResponseController(w)
	if err := rc.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return gone(err)
	}
	buf := make([]byte, pourBytes)
	for {
		n, err := body.Read(buf)
		if n > 0 {
			if _, werr := w.Write(buf[:n]); werr != nil {
				return gone(werr)
			}
			if ferr := rc.Flush(); ferr != nil && !errors.Is(ferr, http.ErrNotSupported) {
				return gone(ferr)
			}
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("the cluster's answer broke off: %w", err)
		}
	}
}
