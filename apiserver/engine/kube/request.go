package kube

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// podSegments is the path of pods, of one pod, or of something of one pod.
func podSegments(namespace string, rest ...string) []string {
	if namespace == "" {
		return append([]string{"api", "v1", "pods"}, rest...)
	}
	return append([]string{"api", "v1", "namespaces", namespace, "pods"}, rest...)
}

// call makes a request of the engine's own. The answer is one of success, whose
// body the caller closes; any other is an apierror.
func (e *Engine) call(ctx context.Context, method string, segments []string, query url.Values, body any) (*http.Response, error) {
	var b bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&b).Encode(body); err != nil {
			return nil, fmt.Errorf("encode a request: %w", err)
		}
	}
	resp, err := e.send(func(l *link) (*http.Request, error) {
		u, err := l.url(segments, query.Encode())
		if err != nil {
			return nil, err
		}
		req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(b.Bytes()))
		if err != nil {
			return nil, fmt.Errorf("make a request: %w", err)
		}
		req.Header.Set("Accept", "application/json")
		if body != nil {
			req.Header.Set("Content-Type", "application/json")
		}
		return req, nil
	})
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		defer resp.Body.Close()
		return nil, &apierrors.StatusError{ErrStatus: statusOf(resp)}
	}
	return resp, nil
}

// object makes a request and decodes its answer into v.
func (e *Engine) object(ctx context.Context, method string, segments []string, query url.Values, body, v any) (http.Header, error) {
	resp, err := e.call(ctx, method, segments, query, body)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(v); err != nil {
		return nil, fmt.Errorf("read the answer of the cluster: %w", err)
	}
	return resp.Header, nil
}
