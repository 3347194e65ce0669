package host

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/apiserver/engine"
)

func TestPodFromCreateToDelete(t *testing.T) {
	t.Parallel()
	e := open(t)
	created := create(t, e, podOf("web", `echo out; echo err >&2; trap 'echo bye; exit 0' TERM; while :; do sleep 0.05; done`))
	if created.UID == "" || created.ResourceVersion == "" || created.CreationTimestamp.IsZero() {
		t.Errorf("created: %+v", created.ObjectMeta)
	}
	pod := awaitRunning(t, e, "web")
	s := pod.Status.ContainerStatuses[0]
	if !s.Ready || s.Started == nil || !*s.Started || s.RestartCount != 0 || !strings.HasPrefix(s.ContainerID, "host://") {
		t.Errorf("status: %+v", s)
	}
	if pod.Status.StartTime == nil || pod.Status.PodIP != "127.0.0.1" || pod.Spec.NodeName == "" || pod.Status.QOSClass != corev1.PodQOSBestEffort {
		t.Errorf("pod status: %+v", pod.Status)
	}
	for _, c := range pod.Status.Conditions {
		if c.Status != corev1.ConditionTrue {
			t.Errorf("condition: %+v", c)
		}
	}
	if len(pod.Status.Conditions) != 4 {
		t.Errorf("conditions: %+v", pod.Status.Conditions)
	}
	if _, _, err := e.Create(testContext(t), podOf("web", "true")); !apierrors.IsAlreadyExists(err) {
		t.Errorf("created again: %v", err)
	}

	out, _, code := run(t, e, "web", shTTY(`stty size; echo $TERM; tty`), engine.Size{Rows: 31, Cols: 97})
	if code != 0 || !strings.HasPrefix(out, "31 97\r\nxterm-256color\r\n/dev/") {
		t.Errorf("exec with a TTY: %d %q", code, out)
	}
	out, errs, code := run(t, e, "web", sh(`echo o; echo e >&2; exit 3`), engine.Size{})
	if out != "o\n" || errs != "e\n" || code != 3 {
		t.Errorf("exec: %q %q %d", out, errs, code)
	}

	if err := e.Delete(testContext(t), "default", "web", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	awaitGone(t, e, "web")
	if err := e.Delete(testContext(t), "default", "web", metav1.DeleteOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("deleted again: %v", err)
	}
	events, err := e.Events(testContext(t), "default", api.ListOptions{FieldSelector: "involvedObject.name=web"})
	if err != nil {
		t.Fatal(err)
	}
	var reasons []string
	for _, event := range events {
		reasons = append(reasons, event.Reason)
	}
	if got := strings.Join(reasons, " "); got != "Scheduled Created Started Killing" {
		t.Errorf("events: %s", got)
	}
}
