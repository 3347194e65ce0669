package docker

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/enginetest"
)

// realEngine is an engine at a real daemon of the test environment, which
// testenv/test.sh has brought up; it is skipped without.
func realEngine(t *testing.T, which string) Options {
	t.Helper()
	if os.Getenv("PODIUM_ENGINES") != which {
		t.Skipf("%s is only tried by make test-engines", which)
	}
	socket := filepath.Join(stateDir(), which+".sock")
	opts := Options{Host: "unix://" + socket, BackOff: 300 * time.Millisecond, Log: testLog{t}}
	cleanUp(t, opts)
	return opts
}

// cleanUp removes the pods that a test which was cut off has left.
func cleanUp(t *testing.T, opts Options) {
	t.Helper()
	e, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	zero := int64(0)
	for pod, err := range e.List(t.Context(), "", api.ListOptions{}, nil) {
		if err != nil {
			t.Fatal(err)
		}
		if _, foreign := pod.Annotations[annotationForeign]; !foreign {
			if err := e.Delete(t.Context(), pod.Namespace, pod.Name, metav1.DeleteOptions{GracePeriodSeconds: &zero}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func stateDir() string {
	if dir := os.Getenv("PODIUM_TESTENV"); dir != "" {
		return dir
	}
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		cache = filepath.Join(os.Getenv("HOME"), ".cache")
	}
	return filepath.Join(cache, "podium-testenv")
}

// testImage is the one that testenv/images.sh makes.
const testImage = "docker.io/library/busybox:podium"

type testLog struct{ t *testing.T }

func (l testLog) Write(p []byte) (int, error) {
	l.t.Logf("engine: %s", p)
	return len(p), nil
}

func TestSuitePodman(t *testing.T) { suite(t, "podman") }
func TestSuiteDocker(t *testing.T) { suite(t, "docker") }

func suite(t *testing.T, which string) {
	opts := realEngine(t, which)
	enginetest.Run(t, enginetest.Harness{
		Image:    testImage,
		Patience: 120 * time.Second,
		Open: func(t *testing.T) engine.Engine {
			e, err := Open(opts)
			if err != nil {
				t.Fatal(err)
			}
			return e
		},
	})
}
