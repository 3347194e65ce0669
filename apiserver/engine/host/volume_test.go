package host

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/apiserver/engine"
)

func TestNamedVolumeIsInOnePodAtATime(t *testing.T) {
	t.Parallel()
	e := open(t)
	shared := func(pod *corev1.Pod) {
		pod.Spec.Volumes = []corev1.Volume{{Name: "my-data", VolumeSource: corev1.VolumeSource{FlexVolume: &corev1.FlexVolumeSource{Options: map[string]string{"volumeID": "vol1"}}}}}
		pod.Spec.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: "my-data", MountPath: "/no/such/place", SubPath: "a/b"}}
	}
	_, warnings, err := e.Create(testContext(t), podOf("one", `echo text > "$PODIUM_VOLUME_MY_DATA/file"; echo done; sleep 1000`, shared))
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "/no/such/place") {
		t.Fatalf("%v, %v", warnings, err)
	}
	awaitRunning(t, e, "one")
	awaitLog(t, e, "one", "done")
	create(t, e, podOf("two", `cat "${PODIUM_VOLUMES#my-data=}/file"`, shared))
	deadline := time.Now().Add(patience)
	for !slices.Contains(reasonsOf(t, e, "two"), "FailedAttachVolume") && time.Now().Before(deadline) {
		time.Sleep(5 * time.Millisecond)
	}
	pod, err := e.Get(testContext(t), "default", "two")
	if err != nil || pod.Status.Phase != corev1.PodPending {
		t.Fatalf("%+v, %v", pod, err)
	}
	if err := e.Delete(testContext(t), "default", "one", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	await(t, e, "two", "end", finished)
	if got := logOf(t, e, "two", corev1.PodLogOptions{}); got != "text\n" {
		t.Errorf("log: %q", got)
	}
}

func TestMappedMounts(t *testing.T) {
	t.Parallel()
	e := open(t)
	if !e.mapping {
		t.Skip("this machine allows no mount namespace")
	}
	target := t.TempDir()
	outside := t.TempDir()
	no, yes := false, true
	create(t, e, podOf("mapped", `
		echo hello > `+target+`/rw.txt && cat `+target+`/rw.txt "$PODIUM_VOLUME_V/rw.txt"
		hostname
		(echo x > `+outside+`/x) 2>/dev/null || echo read-only
		echo done > y && cat y
		sleep 1000`, func(pod *corev1.Pod) {
		pod.Spec.Hostname = "mapped-name"
		pod.Spec.Volumes = []corev1.Volume{{Name: "v"}}
		c := &pod.Spec.Containers[0]
		c.VolumeMounts = []corev1.VolumeMount{{Name: "v", MountPath: target}}
		c.SecurityContext = &corev1.SecurityContext{ReadOnlyRootFilesystem: &yes, AllowPrivilegeEscalation: &no}
	}))
	awaitRunning(t, e, "mapped")
	awaitLog(t, e, "mapped", "done")
	if got := logOf(t, e, "mapped", corev1.PodLogOptions{}); got != "hello\nhello\nmapped-name\nread-only\ndone\n" {
		t.Errorf("log: %q", got)
	}
	out, errs, _ := run(t, e, "mapped", sh("cat "+target+"/rw.txt; grep NoNewPrivs /proc/self/status; grep CapEff /proc/self/status"), engine.Size{})
	if !strings.HasPrefix(out, "hello\nNoNewPrivs:\t1\n") {
		t.Errorf("exec: %q %q", out, errs)
	}
	if os.Geteuid() != 0 && !strings.Contains(out, "CapEff:\t0000000000000000") {
		t.Errorf("the command has capabilities: %q", out)
	}
	if _, err := os.Stat(filepath.Join(target, "rw.txt")); err == nil {
		t.Error("the mount is seen outside of the pod")
	}
}
