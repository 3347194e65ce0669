package engine

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
)

func pod() *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "default", UID: "u1", Labels: map[string]string{"app": "web", "tier": "front"}},
		Spec: corev1.PodSpec{
			NodeName: "n1", InitContainers: []corev1.Container{{Name: "init"}}, Containers: []corev1.Container{{Name: "a"}, {Name: "b"}},
		},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, ContainerStatuses: []corev1.ContainerStatus{
			{Name: "a", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}},
			{Name: "b", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}}},
		}},
	}
}

func TestSelectors(t *testing.T) {
	for _, row := range []struct {
		labels, fields string
		has            bool
	}{
		{"", "", true},
		{"app=web", "", true},
		{"app==web,tier!=back", "", true},
		{"app in (web, api),!canary", "", true},
		{"app notin (web)", "", false},
		{"canary", "", false},
		{"app=web", "metadata.name=web,status.phase=Running", true},
		{"", "metadata.name!=web", false},
		{"", "metadata.namespace=default,spec.nodeName=n1", true},
		{"", "spec.nodeName=n2", false},
		{"", "metadata.uid=u1", true},
	} {
		sel, err := SelectPods(api.ListOptions{LabelSelector: row.labels, FieldSelector: row.fields})
		if err != nil {
			t.Errorf("%q %q: %v", row.labels, row.fields, err)
			continue
		}
		if sel.HasPod(pod()) != row.has {
			t.Errorf("%q %q: %t, want %t", row.labels, row.fields, !row.has, row.has)
		}
		if sel.Everything() != (row.labels == "" && row.fields == "") {
			t.Errorf("%q %q: everything is %t", row.labels, row.fields, sel.Everything())
		}
	}
}

func TestBadSelectorsAreBadRequests(t *testing.T) {
	for _, o := range []api.ListOptions{
		{LabelSelector: "a==b==c"},
		{LabelSelector: "a in (b"},
		{LabelSelector: "-bad-=x"},
		{FieldSelector: "metadata.name"},
		{FieldSelector: "spec.containers=x"},
	} {
		if _, err := SelectPods(o); !apierrors.IsBadRequest(err) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if _, err := SelectEvents(api.ListOptions{FieldSelector: "spec.nodeName=x"}); !apierrors.IsBadRequest(err) {
		t.Errorf("a pod's field for events: %v", err)
	}
}

func TestEventSelectors(t *testing.T) {
	ev := &corev1.Event{InvolvedObject: corev1.ObjectReference{Kind: "Pod", Name: "web", Namespace: "default", UID: "u1"}, Reason: "Started"}
	for selector, has := range map[string]bool{
		"involvedObject.uid=u1,involvedObject.name=web":                                    true,
		"involvedObject.name=web,involvedObject.namespace=default,involvedObject.kind=Pod": true,
		"involvedObject.name=other":                                                        false,
		"reason=Started":                                                                   true,
	} {
		sel, err := SelectEvents(api.ListOptions{FieldSelector: selector})
		if err != nil {
			t.Fatal(err)
		}
		if sel.HasEvent(ev) != has {
			t.Errorf("%s: %t, want %t", selector, !has, has)
		}
	}
}

func TestPageTokens(t *testing.T) {
	in := PageToken{ResourceVersion: "17", Namespace: "default", Name: "web-5"}
	out, err := ParsePageToken(in.Encode())
	if err != nil || out != in {
		t.Errorf("%+v, %v", out, err)
	}
	if none, err := ParsePageToken(""); err != nil || none.Before("a", "a") {
		t.Errorf("the beginning: %+v, %v", none, err)
	}
	for _, row := range []struct {
		namespace, name string
		before          bool
	}{{"default", "web-4", true}, {"default", "web-5", true}, {"default", "web-6", false}, {"a", "z", true}, {"z", "a", false}} {
		if in.Before(row.namespace, row.name) != row.before {
			t.Errorf("%s/%s: %t, want %t", row.namespace, row.name, !row.before, row.before)
		}
	}
}

func FuzzPageToken(f *testing.F) {
	f.Add(PageToken{Name: "a"}.Encode())
	f.Add("!!")
	f.Add("e30")
	f.Fuzz(func(t *testing.T, s string) {
		tok, err := ParsePageToken(s)
		if err != nil && !apierrors.IsBadRequest(err) {
			t.Errorf("%v", err)
		}
		if err == nil && s != "" && tok.Name == "" {
			t.Errorf("%q is taken for %+v", s, tok)
		}
	})
}

func TestCheckExec(t *testing.T) {
	p := pod()
	if err := CheckExec(p, "a"); err != nil {
		t.Errorf("a running container: %v", err)
	}
	for name, words := range map[string]string{"b": "CrashLoopBackOff", "init": "has not started", "none": "it has a, b, init"} {
		if err := CheckExec(p, name); !apierrors.IsBadRequest(err) || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v, want %q", name, err, words)
		}
	}
	p.Status.Phase = corev1.PodFailed
	if err := CheckExec(p, "a"); err == nil || !strings.Contains(err.Error(), "it has ended") {
		t.Errorf("a failed pod: %v", err)
	}
}

func TestLogContainer(t *testing.T) {
	p := pod()
	if _, err := LogContainer(p, ""); !apierrors.IsBadRequest(err) || !strings.Contains(err.Error(), "a, b, init") {
		t.Errorf("one of several: %v", err)
	}
	if name, err := LogContainer(p, "init"); name != "init" || err != nil {
		t.Errorf("by name: %q %v", name, err)
	}
	p.Spec.Containers = p.Spec.Containers[:1]
	if name, err := LogContainer(p, ""); name != "a" || err != nil {
		t.Errorf("the only one: %q %v", name, err)
	}
}
