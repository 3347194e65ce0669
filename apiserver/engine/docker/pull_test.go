package docker

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/jsonstream"
	corev1 "k8s.io/api/core/v1"

	"podium/apiserver/engine/kubelet"
)

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

func TestLayers(t *testing.T) {
	l := layers{}
	if l.String() != "under way" {
		t.Error(l.String())
	}
	l.take(jsonstream.Message{ID: "a", Status: "Pulling fs layer"})
	l.take(jsonstream.Message{ID: "b", Status: "Already exists"})
	if got := l.String(); got != "1 of 2 layers" {
		t.Error(got)
	}
	l.take(jsonstream.Message{ID: "a", Status: "Downloading", Progress: &jsonstream.Progress{Current: 250_000, Total: 1_000_000}})
	if got := l.String(); got != "1 of 2 layers, 0.2 of 1.0 MB" {
		t.Error(got)
	}
	l.take(jsonstream.Message{ID: "a", Status: "Pull complete"})
	if got := l.String(); got != "2 of 2 layers, 1.0 of 1.0 MB" {
		t.Error(got)
	}
}
