package docker

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"podium/api"
	"podium/apiserver/engine/kubelet"
	"podium/apiserver/engine/podstore"
)

// both runs a test against a daemon in the manner of Docker, and of Podman.
func both(t *testing.T, test func(t *testing.T, d *fakeDaemon, e *Engine)) {
	for name, podman := range map[string]bool{"docker": false, "podman": true} {
		t.Run(name, func(t *testing.T) {
			d := newFakeDaemon(t, podman)
			test(t, d, openEngine(t, d.options(t)))
		})
	}
}

func (d *fakeDaemon) options(t *testing.T) Options {
	return Options{Host: d.host, BackOff: 30 * time.Millisecond, Log: testLog{t}}
}

// pod is one whose containers run words of the fake daemon's.
func word(name string, argv []string, edits ...func(*corev1.Pod)) *corev1.Pod {
	return podOf(name, "", append([]func(*corev1.Pod){func(p *corev1.Pod) {
		p.Spec.Containers[0].Image, p.Spec.Containers[0].Command = "image", argv
	}}, edits...)...)
}

func never(p *corev1.Pod) { p.Spec.RestartPolicy = corev1.RestartPolicyNever }

func TestLifeAtAFakeDaemon(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		made := create(t, e, word("web", []string{"stay"}))
		if made.UID == "" || made.Status.Phase == "" || made.Spec.RestartPolicy != corev1.RestartPolicyAlways {
			t.Errorf("made: %+v", made)
		}
		pod := await(t, e, "web", "run", isRunning)
		if s := pod.Status.ContainerStatuses[0]; !s.Ready || !*s.Started || !strings.HasPrefix(s.ContainerID, "docker://") {
			t.Errorf("status: %+v", s)
		}
		if _, _, err := e.Create(testContext(t), word("web", []string{"stay"})); !apierrors.IsAlreadyExists(err) {
			t.Errorf("again: %v", err)
		}
		if info, err := e.Info(t.Context()); err != nil || info.Engine() != "docker" || !info.Has(api.CapExecKill) || !strings.Contains(info[api.InfoDetail], "4.3.1") {
			t.Errorf("info: %v %v", info, err)
		}
		if names, err := e.Namespaces(t.Context()); err != nil || len(names) != 1 {
			t.Errorf("namespaces: %v %v", names, err)
		}
		if err := e.Delete(testContext(t), "default", "web", metav1.DeleteOptions{GracePeriodSeconds: new(int64(30))}); err != nil {
			t.Fatal(err)
		}
		awaitGone(t, e, "web")
		d.mu.Lock()
		defer d.mu.Unlock()
		if len(d.containers) != 0 {
			t.Errorf("%d containers are left", len(d.containers))
		}
	})
}

// A program that makes a pod and ends leaves it running, not half made.
func TestCloseLetsNewPodsComeUp(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		first := openEngine(t, d.options(t))
		if _, _, err := first.Create(testContext(t), word("web", []string{"stay"}, func(p *corev1.Pod) {
			p.Spec.InitContainers = []corev1.Container{{Name: "first", Image: "image", Command: []string{"exit", "0"}}}
		})); err != nil {
			t.Fatal(err)
		}
		if _, _, err := first.Create(testContext(t), word("never", nil, func(p *corev1.Pod) { // nothing to wait for
			p.Spec.Containers[0].Image, p.Spec.Containers[0].ImagePullPolicy = "none", corev1.PullNever
		})); err != nil {
			t.Fatal(err)
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		d.mu.Lock()
		c := d.byName(runName(podstore.Key{Namespace: "default", Name: "web"}, uidOf(t, d, "web"), "main", 0))
		if c == nil || !c.state.Running {
			t.Errorf("its container is %+v", c)
		}
		d.mu.Unlock()
		remove(t, e, "web")
		remove(t, e, "never")
	})
}

// uidOf is a pod's UID. Called locked.
func uidOf(t *testing.T, d *fakeDaemon, name string) types.UID {
	t.Helper()
	infra := d.byName(infraName(podstore.Key{Namespace: "default", Name: name}))
	if infra == nil {
		t.Fatal("there is no pod " + name)
	}
	return types.UID(infra.config.Labels[labelUID])
}

func TestUTSModeIsOnlyPodmans(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		create(t, e, word("web", []string{"stay"}))
		await(t, e, "web", "run", isRunning)
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, c := range d.containers {
			if c.config.Labels[labelRole] == roleRun && (c.host.UTSMode != "") != d.podman {
				t.Errorf("UTS mode %q", c.host.UTSMode)
			}
		}
	})
}

func TestRestartsWithABackOff(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		create(t, e, word("crash", []string{"exit", "3"}))
		pod := await(t, e, "crash", "back off", waitingFor(kubelet.ReasonCrashLoop))
		s := pod.Status.ContainerStatuses[0]
		if last := s.LastTerminationState.Terminated; last == nil || last.ExitCode != 3 || last.Reason != kubelet.ReasonError || s.RestartCount < 1 || pod.Status.Phase != corev1.PodRunning {
			t.Errorf("phase %s, %+v", pod.Status.Phase, s)
		}
		if !strings.Contains(s.State.Waiting.Message, "back-off ") {
			t.Errorf("message: %s", s.State.Waiting.Message)
		}
		await(t, e, "crash", "be at its fifth run", func(p *corev1.Pod) bool { return p.Status.ContainerStatuses[0].RestartCount >= 4 })
		if out := logOf(t, e, "crash", &corev1.PodLogOptions{Previous: true}); !strings.HasPrefix(out, "out ") || !strings.HasSuffix(out, "\nerr\n") {
			t.Errorf("the run before: %q", out)
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		runs := 0
		for _, c := range d.containers {
			if c.config.Labels[labelRole] == roleRun {
				runs++
			}
		}
		if runs > 3 {
			t.Errorf("%d runs are kept", runs)
		}
	})
}

func TestPoliciesAndEnds(t *testing.T) {
	both(t, func(t *testing.T, _ *fakeDaemon, e *Engine) {
		create(t, e, word("ok", []string{"exit", "0"}, never))
		if pod := await(t, e, "ok", "end", isOver); pod.Status.Phase != corev1.PodSucceeded {
			t.Errorf("phase %s", pod.Status.Phase)
		}
		create(t, e, word("missing", []string{"missing"}, never))
		over := await(t, e, "missing", "end", isOver).Status.ContainerStatuses[0].State.Terminated
		if over.ExitCode != 127 || over.Reason != kubelet.ReasonCannotRun {
			t.Errorf("a missing command: %+v", over)
		}
		create(t, e, word("late", []string{"stubborn"}, func(p *corev1.Pod) { p.Spec.ActiveDeadlineSeconds = new(int64(1)) }))
		pod := await(t, e, "late", "be over its time and killed", func(p *corev1.Pod) bool {
			return isOver(p) && p.Status.ContainerStatuses[0].State.Terminated != nil
		})
		if pod.Status.Reason != kubelet.ReasonDeadline || pod.Status.ContainerStatuses[0].State.Terminated.ExitCode != 137 {
			t.Errorf("status %+v", pod.Status)
		}
		create(t, e, word("init", []string{"stay"}, never, func(p *corev1.Pod) {
			p.Spec.InitContainers = []corev1.Container{{Name: "first", Image: "image", Command: []string{"exit", "0"}}, {Name: "second", Image: "image", Command: []string{"exit", "9"}}}
		}))
		pod = await(t, e, "init", "fail", isOver)
		if pod.Status.Phase != corev1.PodFailed || pod.Status.InitContainerStatuses[1].State.Terminated.ExitCode != 9 || pod.Status.ContainerStatuses[0].State.Waiting == nil {
			t.Errorf("status %+v", pod.Status)
		}
	})
}

func TestGraceIsKeptAndShortened(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		create(t, e, word("slow", []string{"stubborn"}))
		await(t, e, "slow", "run", isRunning)
		if err := e.Delete(testContext(t), "default", "slow", metav1.DeleteOptions{GracePeriodSeconds: new(int64(600))}); err != nil {
			t.Fatal(err)
		}
		pod := await(t, e, "slow", "be terminating", func(p *corev1.Pod) bool { return p.DeletionTimestamp != nil })
		if *pod.DeletionGracePeriodSeconds != 600 {
			t.Errorf("grace %d", *pod.DeletionGracePeriodSeconds)
		}
		other := openEngine(t, d.options(t)) // sees it, too
		if seen, err := other.Get(testContext(t), "default", "slow"); err != nil || seen.DeletionTimestamp == nil {
			t.Errorf("another podium sees %+v, %v", seen, err)
		}
		if err := e.Delete(testContext(t), "default", "slow", metav1.DeleteOptions{GracePeriodSeconds: new(int64(900))}); err != nil {
			t.Fatal(err)
		}
		if pod, err := e.Get(testContext(t), "default", "slow"); err != nil || *pod.DeletionGracePeriodSeconds != 600 {
			t.Errorf("a longer grace counts: %v %v", pod, err)
		}
		began := time.Now()
		if err := other.Delete(testContext(t), "default", "slow", metav1.DeleteOptions{GracePeriodSeconds: new(int64(1))}); err != nil {
			t.Fatal(err)
		}
		awaitGone(t, e, "slow")
		if took := time.Since(began); took < 900*time.Millisecond { // that it ends at all shows that 600 s do not count
			t.Errorf("it took %s", took)
		}
		if n := d.asked("POST /containers/"); n == 0 {
			t.Error("no request was counted")
		}
	})
}

func (e *Engine) versionNow() string {
	_, v := e.store.Snapshot("")
	return podstore.FormatVersion(v)
}

func TestSubPathThatIsALink(t *testing.T) {
	d := newFakeDaemon(t, false)
	d.links[infraVolumes+"/v/there/link"] = true
	e := openEngine(t, d.options(t))
	create(t, e, word("link", []string{"stay"}, withVolume(emptyDir("v"), corev1.VolumeMount{MountPath: "/v", SubPath: "there/link"})))
	pod := await(t, e, "link", "say so", func(p *corev1.Pod) bool { return strings.Contains(told(e, "link"), "symbolic link") })
	if isRunning(pod) {
		t.Error("it runs with the link mounted")
	}
}
