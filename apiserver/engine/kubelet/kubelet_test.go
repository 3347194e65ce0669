package kubelet

import (
	"math"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// People write a number that is larger than any time to say "never".
func TestGrace(t *testing.T) {
	for seconds, want := range map[int64]time.Duration{
		0: 0, 5: 5 * time.Second, -1: DefaultGrace, 10_000_000_000: math.MaxInt32 * time.Second, math.MaxInt64: math.MaxInt32 * time.Second,
	} {
		pod := &corev1.Pod{Spec: corev1.PodSpec{TerminationGracePeriodSeconds: &seconds}}
		if got := Grace(pod); got != want {
			t.Errorf("the grace of %d seconds is %v, want %v", seconds, got, want)
		}
	}
}
