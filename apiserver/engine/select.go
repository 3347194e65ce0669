package engine

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"

	"podium/api"
)

// Selection is what a list or watch is restricted to. The zero Selection
// selects everything. It is immutable and safe for concurrent use.
type Selection struct {
	labels labels.Selector
	fields fields.Selector
}

// podFields are the fields by which pods can be selected.
var podFields = map[string]func(*corev1.Pod) string{
	"metadata.name":      func(p *corev1.Pod) string { return p.Name },
	"metadata.namespace": func(p *corev1.Pod) string { return p.Namespace },
	"metadata.uid":       func(p *corev1.Pod) string { return string(p.UID) },
	"spec.nodeName":      func(p *corev1.Pod) string { return p.Spec.NodeName },
	"spec.restartPolicy": func(p *corev1.Pod) string { return string(p.Spec.RestartPolicy) },
	"status.phase":       func(p *corev1.Pod) string { return string(p.Status.Phase) },
	"status.podIP":       func(p *corev1.Pod) string { return p.Status.PodIP },
}

// eventFields are the fields by which events can be selected.
var eventFields = map[string]func(*corev1.Event) string{
	"metadata.name":                  func(e *corev1.Event) string { return e.Name },
	"metadata.namespace":             func(e *corev1.Event) string { return e.Namespace },
	"involvedObject.kind":            func(e *corev1.Event) string { return e.InvolvedObject.Kind },
	"involvedObject.name":            func(e *corev1.Event) string { return e.InvolvedObject.Name },
	"involvedObject.namespace":       func(e *corev1.Event) string { return e.InvolvedObject.Namespace },
	"involvedObject.uid":             func(e *corev1.Event) string { return string(e.InvolvedObject.UID) },
	"involvedObject.apiVersion":      func(e *corev1.Event) string { return e.InvolvedObject.APIVersion },
	"involvedObject.fieldPath":       func(e *corev1.Event) string { return e.InvolvedObject.FieldPath },
	"involvedObject.resourceVersion": func(e *corev1.Event) string { return e.InvolvedObject.ResourceVersion },
	"reason":                         func(e *corev1.Event) string { return e.Reason },
	"type":                           func(e *corev1.Event) string { return e.Type },
}

// SelectPods reads the selectors of opts for pods. A selector that cannot be
// read, or names a field that pods are not selected by, is BadRequest with the
// parser's words.
func SelectPods(opts api.ListOptions) (Selection, error) {
	return selection(opts, keysOf(podFields))
}

// SelectEvents reads the selectors of opts for events, as SelectPods does.
func SelectEvents(opts api.ListOptions) (Selection, error) {
	return selection(opts, keysOf(eventFields))
}

func keysOf[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func selection(opts api.ListOptions, known []string) (Selection, error) {
	var s Selection
	if opts.LabelSelector != "" {
		sel, err := labels.Parse(opts.LabelSelector)
		if err != nil {
			return s, apierrors.NewBadRequest(fmt.Sprintf("labelSelector %q cannot be read: %v", opts.LabelSelector, err))
		}
		s.labels = sel
	}
	if opts.FieldSelector != "" {
		sel, err := fields.ParseSelector(opts.FieldSelector)
		if err != nil {
			return s, apierrors.NewBadRequest(fmt.Sprintf("fieldSelector %q cannot be read: %v", opts.FieldSelector, err))
		}
		for _, r := range sel.Requirements() {
			if !slices.Contains(known, r.Field) {
				return s, apierrors.NewBadRequest(fmt.Sprintf("fieldSelector %q: %q is not a field to select by; there are %s",
					opts.FieldSelector, r.Field, strings.Join(known, ", ")))
			}
		}
		s.fields = sel
	}
	return s, nil
}

// Everything tells whether nothing is left out.
func (s Selection) Everything() bool {
	return (s.labels == nil || s.labels.Empty()) && (s.fields == nil || s.fields.Empty())
}

// HasPod tells whether the pod is selected.
func (s Selection) HasPod(p *corev1.Pod) bool {
	if s.labels != nil && !s.labels.Matches(labels.Set(p.Labels)) {
		return false
	}
	return s.fields == nil || s.fields.Matches(fieldsOf[*corev1.Pod]{p, podFields})
}

// HasEvent tells whether the event is selected.
func (s Selection) HasEvent(e *corev1.Event) bool {
	if s.labels != nil && !s.labels.Matches(labels.Set(e.Labels)) {
		return false
	}
	return s.fields == nil || s.fields.Matches(fieldsOf[*corev1.Event]{e, eventFields})
}

// fieldsOf shows an object's selectable fields to a field selector.
type fieldsOf[T any] struct {
	object T
	table  map[string]func(T) string
}

func (f fieldsOf[T]) Has(field string) bool { _, ok := f.table[field]; return ok }

func (f fieldsOf[T]) Get(field string) string {
	if get, ok := f.table[field]; ok {
		return get(f.object)
	}
	return ""
}

// PageToken says where the next page of a list begins: behind the pod of
// Namespace and Name. ResourceVersion is that of the first page, so that a
// watch which begins there misses nothing that changed between the pages.
type PageToken struct {
	ResourceVersion string `json:"rv,omitempty"`
	Namespace       string `json:"ns,omitempty"`
	Name            string `json:"n"`
}

// Encode is the token as opts.Continue carries it: opaque, and safe in a query.
func (t PageToken) Encode() string {
	b, err := json.Marshal(t)
	if err != nil {
		return "" // strings always marshal
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// ParsePageToken reads a token. An empty one is the zero PageToken, the
// beginning; one that Encode did not make is BadRequest.
func ParsePageToken(s string) (PageToken, error) {
	var t PageToken
	if s == "" {
		return t, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(b, &t)
	}
	if err != nil || t.Name == "" {
		return PageToken{}, apierrors.NewBadRequest("the continue token is not one that this server gave: begin the list anew")
	}
	return t, nil
}

// Before tells whether a pod of namespace and name belongs to the pages that
// the token continues, in the order of namespace and name.
func (t PageToken) Before(namespace, name string) bool {
	if t.Name == "" {
		return false
	}
	if namespace != t.Namespace {
		return namespace < t.Namespace
	}
	return name <= t.Name
}

// LogContainer finds the container whose log is meant: the named one, or the
// only one when none is named. BadRequest names those there are.
func LogContainer(pod *corev1.Pod, name string) (string, error) {
	names := ContainerNames(pod)
	switch {
	case name != "" && slices.Contains(names, name):
		return name, nil
	case name != "":
		return "", NoContainer(pod, name)
	case len(pod.Spec.Containers) == 1:
		return pod.Spec.Containers[0].Name, nil
	}
	return "", apierrors.NewBadRequest(fmt.Sprintf("pod %q has several containers: name one of %s", pod.Name, strings.Join(names, ", ")))
}
