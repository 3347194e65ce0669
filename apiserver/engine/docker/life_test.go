package docker

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"
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

// A pull may take as long as it likes: whoever wants it waits for it before
// closing.
func TestCloseWaitsForNoPull(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		d.mu.Lock()
		d.pulls = []string{"endless", "endless"} // for each engine
		d.mu.Unlock()
		first := openEngine(t, d.options(t))
		made, _, err := first.Create(testContext(t), word("big", []string{"stay"}, func(p *corev1.Pod) { p.Spec.Containers[0].Image = "example.com/big:1" }))
		if err != nil {
			t.Fatal(err)
		}
		await(t, first, "big", "wait for its image", func(p *corev1.Pod) bool {
			w := p.Status.ContainerStatuses[0].State.Waiting
			return w != nil && w.Reason == kubelet.ReasonCreating && strings.HasPrefix(w.Message, pulling)
		})
		first.awaitComing()
		first.mu.Lock()
		waits := first.coming(first.pods[made.UID])
		first.mu.Unlock()
		if waits {
			t.Error("Close waits for the image")
		}
		remove(t, e, "big")
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

func TestPulls(t *testing.T) {
	config := t.TempDir()
	t.Setenv("DOCKER_CONFIG", config)
	auth := base64.StdEncoding.EncodeToString([]byte("me:secret:word"))
	if err := os.WriteFile(filepath.Join(config, "config.json"), fmt.Appendf(nil, `{"auths":{"example.com":{"auth":%q}}}`, auth), 0o600); err != nil {
		t.Fatal(err)
	}
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		d.mu.Lock()
		d.pulls = []string{"unauthorized: go away", "ok"}
		d.mu.Unlock()
		create(t, e, word("pull", []string{"stay"}, func(p *corev1.Pod) { p.Spec.Containers[0].Image = "example.com/a/b:1" }))
		seen := map[string]string{}
		await(t, e, "pull", "run", func(p *corev1.Pod) bool {
			if w := p.Status.ContainerStatuses[0].State.Waiting; w != nil {
				seen[w.Reason] += w.Message
			}
			return isRunning(p)
		})
		if !strings.Contains(seen["ErrImagePull"], "go away") || !strings.Contains(seen["ImagePullBackOff"], "Back-off") {
			t.Errorf("seen: %v", seen)
		}
		if !strings.Contains(seen[kubelet.ReasonCreating], "1.5 of 3.0 MB") {
			t.Errorf("progress: %q", seen[kubelet.ReasonCreating])
		}
		if got := reasons(t, e, "pull"); !strings.Contains(got, "Pulling") || !strings.Contains(got, "Pulled") || !strings.Contains(got, "Failed") {
			t.Errorf("events: %s", got)
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		plain, err := base64.URLEncoding.DecodeString(d.auths[0])
		if err != nil || string(plain) != `{"password":"secret:word","serveraddress":"example.com","username":"me"}` {
			t.Errorf("the credentials: %s %v", plain, err)
		}
	})
}

// TestASlowPullTellsHowFarItIs: step by step, until the pod runs; and one whose pod
// is deleted meanwhile ends at the daemon.
func TestASlowPullTellsHowFarItIs(t *testing.T) {
	d := newFakeDaemon(t, false)
	d.pulls, d.drops = []string{"drip", "drip"}, make(chan int)
	e := openEngine(t, d.options(t))
	says := func(pod, text string) {
		t.Helper()
		await(t, e, pod, "say "+text, func(p *corev1.Pod) bool {
			w := p.Status.ContainerStatuses[0].State.Waiting
			return w != nil && w.Reason == kubelet.ReasonCreating && strings.HasPrefix(w.Message, pulling) && strings.Contains(w.Message, text)
		})
	}
	image := func(p *corev1.Pod) { p.Spec.Containers[0].Image = "example.com/slow:1" }
	create(t, e, word("slow", []string{"stay"}, image))
	for n := range 4 {
		says("slow", fmt.Sprintf("%d.0 of 4.0 MB", n))
		d.drops <- n + 1
	}
	await(t, e, "slow", "run", isRunning)
	create(t, e, word("given-up", []string{"stay"}, func(p *corev1.Pod) { p.Spec.Containers[0].Image = "example.com/slow:2" }))
	says("given-up", "0.0 of 4.0 MB")
	d.drops <- 1
	says("given-up", "1.0 of 4.0 MB")
	remove(t, e, "given-up")
	if n := d.asked("POST /images/create"); n != 2 {
		t.Errorf("%d pulls", n)
	}
}

func TestAlwaysPulls(t *testing.T) {
	d := newFakeDaemon(t, false)
	e := openEngine(t, d.options(t))
	create(t, e, word("always", []string{"stay"}, func(p *corev1.Pod) { p.Spec.Containers[0].ImagePullPolicy = corev1.PullAlways }))
	await(t, e, "always", "run", isRunning)
	if n := d.asked("POST /images/create"); n != 1 {
		t.Errorf("%d pulls", n)
	}
	create(t, e, word("present", []string{"stay"}))
	await(t, e, "present", "run", isRunning)
	if n := d.asked("POST /images/create"); n != 1 {
		t.Errorf("%d pulls, for an image that is there", n-1)
	}
	create(t, e, word("name", []string{"stay"}, func(p *corev1.Pod) { p.Spec.Containers[0].Image = "Not/A/Name:1" }))
	await(t, e, "name", "be refused", waitingFor("InvalidImageName"))
}

func TestTheDaemonGoesAndComesBack(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		ctx := testContext(t)
		create(t, e, word("web", []string{"stay"}))
		await(t, e, "web", "run", isRunning)
		w, err := e.Watch(ctx, "default", api.ListOptions{ResourceVersion: e.versionNow()})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		d.down()
		for {
			if _, err := w.Next(ctx); err != nil {
				if !apierrors.IsServiceUnavailable(err) || !strings.Contains(err.Error(), d.socket) {
					t.Errorf("the watch ends with %v", err)
				}
				break
			}
		}
		if _, err := e.Get(ctx, "default", "web"); !apierrors.IsServiceUnavailable(err) {
			t.Errorf("while it is away: %v", err)
		}
		if _, _, err := e.Create(ctx, word("more", nil)); !apierrors.IsServiceUnavailable(err) {
			t.Errorf("while it is away: %v", err)
		}
		d.up()
		for {
			pod, err := e.Get(ctx, "default", "web")
			if err == nil {
				if !isRunning(pod) {
					t.Errorf("afterwards: %+v", pod.Status)
				}
				break
			}
			if !apierrors.IsServiceUnavailable(err) || !kubelet.Pause(ctx, 10*time.Millisecond) {
				t.Fatal(err)
			}
		}
	})
}

func (e *Engine) versionNow() string {
	_, v := e.store.Snapshot("")
	return podstore.FormatVersion(v)
}

func TestTheEventsEndAndTheDaemonStays(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		create(t, e, word("web", []string{"stay"}))
		await(t, e, "web", "run", isRunning)
		d.endEvents()
		if _, err := e.Get(testContext(t), "default", "web"); err != nil {
			t.Errorf("it counts as away: %v", err)
		}
		d.mu.Lock() // a change that no event tells
		for id, c := range d.containers {
			if c.config.Labels[labelRole] == roleRun {
				delete(d.containers, id)
			}
		}
		d.mu.Unlock()
		await(t, e, "web", "be made again", func(p *corev1.Pod) bool { return isRunning(p) && d.asked("POST /containers/create") >= 3 })
	})
}

func TestNobodyIsThere(t *testing.T) {
	e := openEngine(t, Options{Host: "unix://" + filepath.Join(t.TempDir(), "none.sock")})
	_, err := e.Get(testContext(t), "default", "x")
	if !apierrors.IsServiceUnavailable(err) || !strings.Contains(err.Error(), "none.sock") {
		t.Errorf("%v", err)
	}
	if info, err := e.Info(t.Context()); err != nil || !strings.Contains(info[api.InfoDetail], "does not answer") {
		t.Errorf("%v %v", info, err)
	}
	if _, err := Open(Options{Host: "nonsense"}); err == nil {
		t.Error("an address that is none was taken")
	}
}

// What is not named as podium names it is nobody's pod, whatever its labels
// say; labels are inherited from images.
func TestForgedLabels(t *testing.T) {
	d := newFakeDaemon(t, false)
	e := openEngine(t, d.options(t))
	ctx := testContext(t)
	if err := e.ready(ctx); err != nil {
		t.Fatal(err)
	}
	pod := e.withDefaults(word("victim", []string{"stay"}))
	good, err := e.infraConfig(pod, "image", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, spoil := range []func(*client.ContainerCreateOptions){
		func(o *client.ContainerCreateOptions) { o.Name = "other" },
		func(o *client.ContainerCreateOptions) { o.Config.Labels[labelManifest] = "AAAA" },
		func(o *client.ContainerCreateOptions) { o.Config.Labels[labelUID] = string(podstore.NewUID()) },
		func(o *client.ContainerCreateOptions) {
			o.Config.Labels[labelName], o.Name = "else", "podium_default_else"
		},
	} {
		opts, err := e.infraConfig(pod, "image", nil)
		if err != nil {
			t.Fatal(err)
		}
		spoil(&opts)
		if _, err := e.cli.ContainerCreate(ctx, opts); err != nil {
			t.Fatal(err)
		}
		shown := 0
		for shown <= i {
			shown = 0
			for p, err := range e.List(ctx, "", api.ListOptions{}, nil) {
				if err != nil {
					t.Fatal(err)
				}
				if p.Annotations[annotationForeign] == "" {
					t.Fatalf("%d: it counts as a pod of podium's: %+v", i, p)
				}
				shown++
			}
			if !kubelet.Pause(ctx, time.Millisecond) {
				t.Fatal("it is not shown at all")
			}
		}
		d.mu.Lock()
		for id, c := range d.containers {
			c.name += fmt.Sprint("-", i) // the next may have the name
			d.containers[id] = c
		}
		d.mu.Unlock()
	}
	if _, err := e.cli.ContainerCreate(ctx, good); err != nil {
		t.Fatal(err)
	}
	await(t, e, "victim", "run", isRunning)
	remove(t, e, "victim")
}

func TestSeveralPodiumsAtAFakeDaemon(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		others := []*Engine{openEngine(t, d.options(t)), openEngine(t, d.options(t))}
		create(t, e, word("crash", []string{"exit", "1"}))
		for _, o := range others {
			await(t, o, "crash", "be restarted", func(p *corev1.Pod) bool { return p.Status.ContainerStatuses[0].RestartCount >= 3 })
		}
		d.mu.Lock()
		for _, c := range d.containers {
			if n := len(c.log); n > 2 {
				t.Errorf("%s was started %d times", c.name, n/2)
			}
		}
		d.mu.Unlock()
		if err := others[1].Delete(testContext(t), "default", "crash", metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
		awaitGone(t, e, "crash")
	})
}

// Of several podiums one runs a preStop hook, and the others wait for it.
func TestPreStopRunsOnce(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		other := openEngine(t, d.options(t))
		create(t, e, word("web", []string{"stay"}, func(p *corev1.Pod) {
			p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"say", "bye"}}}}
		}))
		await(t, e, "web", "run", isRunning)
		await(t, other, "web", "run", isRunning)
		if err := other.Delete(testContext(t), "default", "web", metav1.DeleteOptions{GracePeriodSeconds: new(int64(60))}); err != nil {
			t.Fatal(err)
		}
		awaitGone(t, e, "web")
		d.mu.Lock()
		defer d.mu.Unlock()
		hooks := 0
		for _, x := range d.execs {
			if x.config.Cmd[0] == "say" {
				hooks++
			}
		}
		if hooks != 1 || len(d.containers) != 0 {
			t.Errorf("the hook ran %d times, %d containers are left", hooks, len(d.containers))
		}
	})
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

// Podman lists nothing as long as it has lost half of a container.
func TestHealsWhatPodmanHasLostHalfOf(t *testing.T) {
	for name, ours := range map[string]bool{"podium's": true, "another's": false} {
		t.Run(name, func(t *testing.T) {
			d := newFakeDaemon(t, true)
			first := openEngine(t, d.options(t))
			runPodAt(t, first, word("web", []string{"stay"}))
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			d.mu.Lock()
			d.broken = d.byName("podium_default_web").id
			for id, c := range d.containers {
				if id == d.broken {
					delete(d.containers, id)
				} else if !ours {
					c.config.Labels = nil
				}
			}
			d.mu.Unlock()
			e := openEngine(t, d.options(t))
			_, err := e.Get(testContext(t), "default", "web")
			d.mu.Lock()
			defer d.mu.Unlock()
			if ours && (!apierrors.IsNotFound(err) || d.broken != "" || len(d.containers) != 0) {
				t.Errorf("it is not healed: %v, %d containers", err, len(d.containers))
			}
			if !ours && (!apierrors.IsServiceUnavailable(err) || d.broken == "" || len(d.containers) != 1) {
				t.Errorf("it was touched: %v, %d containers", err, len(d.containers))
			}
		})
	}
}
