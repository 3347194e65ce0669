package ui

import (
	"testing"

	"podium/api"
	"podium/models/modelstest"
)

// Pods of a daemon come up only while a podium is there, and quitting says so.
func TestQuittingNamesPodsThatComeUp(t *testing.T) {
	for engine, asks := range map[string]bool{"docker": true, "api": false} {
		slow := pod("slow-1")
		slow.Phase, slow.Status = "Pending", "ContainerCreating"
		stuck := pod("stuck-1")
		stuck.Phase, stuck.Status = "Pending", "ImagePullBackOff"
		u := sit(t, modelstest.NewClient([]api.PodRow{slow, stuck, pod("web-1")}...), 100, 24)
		u.Sees("slow-1")
		u.root.here.context.Engine = engine
		u.Press("q")
		if u.root.quitting == asks {
			t.Errorf("%s: it asks: %t", engine, !u.root.quitting)
		}
		if asks {
			u.Sees("slow-1 is not up yet", "the next podium goes on with it")
		}
	}
}
