package kube

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"podium/apiserver/engine"
	"podium/apiserver/engine/enginetest"
)

// testImage is what testenv/kube/up.sh loads into its cluster.
const testImage = "docker.io/library/busybox:podium"

// clusterConfig is the kubeconfig of the cluster of testenv/kube, or a skip
// that says why there is none.
func clusterConfig(t *testing.T) string {
	t.Helper()
	if os.Getenv("PODIUM_ENGINES") != "kube" {
		t.Skip("a real cluster is only tried by make test-engines")
	}
	state := os.Getenv("PODIUM_TESTENV")
	if state == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		state = filepath.Join(cache, "podium-testenv")
	}
	file := filepath.Join(state, "kube", "kubeconfig")
	if _, err := os.Stat(file); err != nil {
		t.Fatalf("the cluster is not up (run testenv/kube/up.sh): %v", err)
	}
	return file
}

// clusterEngine is an engine of the cluster under a context of its kubeconfig.
func clusterEngine(t *testing.T, context string) *Engine {
	t.Helper()
	e, err := New(Options{Kubeconfig: clusterConfig(t), Context: context, Log: func(line string) { t.Log("engine: " + line) }})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestCluster(t *testing.T) {
	clusterConfig(t)
	enginetest.Run(t, enginetest.Harness{
		Open:     func(t *testing.T) engine.Engine { return clusterEngine(t, "") },
		Image:    testImage,
		Patience: 120 * time.Second,
		Skip: map[string]string{
			"watch from what never was": "a cluster waits for a version that is yet to come",
		},
	})
}
