package kube

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
)

// podNamed answers a pod of the name in the path.
func podNamed(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, `{"kind":"Pod","apiVersion":"v1","metadata":{"name":%q,"namespace":"n"},
"spec":{"containers":[{"name":"main"}]},"status":{"phase":"Running","containerStatuses":[{"name":"main","state":{"running":{}}}]}}`, path.Base(r.URL.Path))
}

func TestTypedReads(t *testing.T) {
	c := newCluster(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Query().Get("watch") != "":
			fmt.Fprintln(w, `{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"a","resourceVersion":"5"}}}`)
			fmt.Fprintln(w, `{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"9"}}}`)
			if r.URL.Query().Get("resourceVersion") == "1" {
				fmt.Fprintln(w, `{"type":"ERROR","object":{"kind":"Status","status":"Failure","reason":"Expired","code":410}}`)
			}
		case strings.HasSuffix(r.URL.Path, "/log"):
			fmt.Fprint(w, "line "+r.URL.Query().Get("tailLines"))
		case strings.HasSuffix(r.URL.Path, "/events"):
			fmt.Fprint(w, `{"items":[{"reason":"late","lastTimestamp":"2026-01-02T00:00:00Z"},{"reason":"early","eventTime":"2026-01-01T00:00:00.000000Z"}]}`)
		case strings.HasSuffix(r.URL.Path, "/namespaces"):
			fmt.Fprint(w, `{"items":[{"metadata":{"name":"b"}},{"metadata":{"name":"a"}}]}`)
		default:
			fmt.Fprint(w, `{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7","continue":"tok","remainingItemCount":3},
"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}`)
		}
	})
	e := c.engine()
	var meta api.ListMeta
	var names []string
	for pod, err := range e.List(t.Context(), "", api.ListOptions{Limit: 2}, &meta) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, pod.Kind+pod.Name)
	}
	if fmt.Sprint(names) != "[Poda Podb]" || meta != (api.ListMeta{ResourceVersion: "7", Continue: "tok", Remaining: 3}) {
		t.Errorf("list: %v, %+v", names, meta)
	}
	for range e.List(t.Context(), "", api.ListOptions{}, nil) {
		break // leaving early is no error
	}
	w, err := e.Watch(t.Context(), "n", api.ListOptions{ResourceVersion: "1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"5", "9"} {
		if ev, err := w.Next(t.Context()); err != nil || ev.Pod.ResourceVersion != want {
			t.Errorf("watch: %+v, %v", ev, err)
		}
	}
	for range 2 { // it stays so
		if _, err := w.Next(t.Context()); !apierrors.IsResourceExpired(err) {
			t.Errorf("watch: %v, want expired", err)
		}
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	w, err = e.Watch(t.Context(), "n", api.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for err = nil; err == nil; _, err = w.Next(t.Context()) {
	}
	if !errors.Is(err, io.EOF) {
		t.Errorf("a watch that ended in order: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	log, err := e.Log(t.Context(), "n", "a", &corev1.PodLogOptions{TailLines: new(int64(4))})
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := io.ReadAll(log); string(b) != "line 4" {
		t.Errorf("log: %q", b)
	}
	if err := log.Close(); err != nil {
		t.Error(err)
	}
	events, err := e.Events(t.Context(), "n", api.ListOptions{})
	if err != nil || len(events) != 2 || events[0].Reason != "early" {
		t.Errorf("events: %+v, %v", events, err)
	}
	spaces, err := e.Namespaces(t.Context())
	if err != nil || fmt.Sprint(spaces) != "[a b]" {
		t.Errorf("namespaces: %v, %v", spaces, err)
	}
}

func TestTypedLifecycle(t *testing.T) {
	var bodies bytes.Buffer
	c := newCluster(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(&bodies, r.Body)
		w.Header().Add("Warning", `299 - "a \"quoted\" word"`)
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusCreated)
		}
		podNamed(w, r)
	})
	e := c.engine()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "n"}}
	created, warnings, err := e.Create(t.Context(), pod)
	if err != nil || created.Namespace != "n" || fmt.Sprint(warnings) != `[a "quoted" word]` {
		t.Errorf("create: %+v, %q, %v", created, warnings, err)
	}
	if err := e.Delete(t.Context(), "n", "web", metav1.DeleteOptions{GracePeriodSeconds: new(int64(3))}); err != nil {
		t.Error(err)
	}
	for _, part := range []string{`"kind":"Pod"`, `"kind":"DeleteOptions"`, `"gracePeriodSeconds":3`} {
		if !strings.Contains(bodies.String(), part) {
			t.Errorf("%s was not sent: %s", part, bodies.String())
		}
	}
}
