package kube

import (
	"context"
	"net/http"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// Create implements engine.Lifecycle. The warnings are the cluster's.
func (e *Engine) Create(ctx context.Context, pod *corev1.Pod) (*corev1.Pod, []string, error) {
	body := pod.DeepCopy()
	body.Kind, body.APIVersion = "Pod", "v1"
	created := &corev1.Pod{}
	header, err := e.object(ctx, http.MethodPost, podSegments(pod.Namespace), nil, body, created)
	if err != nil {
		return nil, nil, err
	}
	var warnings []string
	parsed, _ := utilnet.ParseWarningHeaders(header.Values("Warning")) // what cannot be read is no warning
	for _, w := range parsed {
		warnings = append(warnings, w.Text)
	}
	return created, warnings, nil
}

// Delete implements engine.Lifecycle.
func (e *Engine) Delete(ctx context.Context, namespace, name string, opts metav1.DeleteOptions) error {
	opts.Kind, opts.APIVersion = "DeleteOptions", "v1"
	resp, err := e.call(ctx, http.MethodDelete, podSegments(namespace, name), nil, opts)
	if err != nil {
		return err
	}
	return resp.Body.Close() // nothing was read from it
}
