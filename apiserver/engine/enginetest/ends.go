package enginetest

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
)

// ends are the scenarios of delete.
func ends() []scenario {
	return []scenario{
		{"delete unknown", func(e *env) {
			if err := e.client.Delete(e.ctx, api.DefaultNamespace, "unknown", api.DeleteOptions{}); !apierrors.IsNotFound(err) {
				e.Errorf("delete: %v, want not found", err)
			}
		}},
		{"delete at once", deleteAtOnce},
		{"delete with TERM", deleteTerm},
		{"delete with KILL", deleteKill},
		{"delete only the pod meant", func(e *env) {
			p := e.create("meant", forever(), nil)
			err := e.client.Delete(e.ctx, api.DefaultNamespace, "meant", api.DeleteOptions{UID: "another"})
			if !apierrors.IsConflict(err) {
				e.Errorf("with another UID: %v, want conflict", err)
			}
			e.ok("with its UID", e.client.Delete(e.ctx, api.DefaultNamespace, "meant", api.DeleteOptions{UID: string(p.UID), GracePeriodSeconds: new(int64)}))
		}},
	}
}

// gone waits until there is no pod of the name, and tells how long it took.
func (e *env) gone(name string) time.Duration {
	e.Helper()
	began := time.Now()
	e.until("pod "+name+" is gone", func() bool {
		_, err := e.client.Get(e.ctx, api.DefaultNamespace, name)
		if err != nil && !apierrors.IsNotFound(err) {
			e.Fatalf("get %s: %v", name, err)
		}
		return err != nil
	})
	return time.Since(began)
}

func deleteAtOnce(e *env) {
	stubborn := []string{"sh", "-c", "trap '' TERM; while true; do sleep 1; done"}
	first := e.running("at-once", stubborn, nil)
	e.ok("delete", e.client.Delete(e.ctx, api.DefaultNamespace, "at-once", api.DeleteOptions{GracePeriodSeconds: new(int64)}))
	if _, err := e.client.Get(e.ctx, api.DefaultNamespace, "at-once"); !apierrors.IsNotFound(err) {
		e.Errorf("right after: %v, want not found", err)
	}
	second := e.create("at-once", forever(), nil) // the name is free
	if first.UID == second.UID {
		e.Error("another pod of the name has the UID of the first")
	}
}

func deleteTerm(e *env) {
	heeds := []string{"sh", "-c", "trap 'exit 0' TERM; echo ready; while true; do sleep 0.1; done"} // the first process of a container is spared TERM else
	e.running("on-term", heeds, nil)
	e.logHas("on-term", "ready")
	e.ok("delete", e.client.Delete(e.ctx, api.DefaultNamespace, "on-term", api.DeleteOptions{GracePeriodSeconds: new(int64(60))}))
	if took := e.gone("on-term"); took > 45*time.Second { // machines are slow
		e.Errorf("a pod that heeds TERM took %s of its 60 s", took)
	}
}

func deleteKill(e *env) {
	e.running("on-kill", []string{"sh", "-c", "trap '' TERM; echo ready; while true; do sleep 0.1; done"}, nil)
	e.logHas("on-kill", "ready") // so the trap is set
	e.ok("delete", e.client.Delete(e.ctx, api.DefaultNamespace, "on-kill", api.DeleteOptions{GracePeriodSeconds: new(int64(4))}))
	p := e.reach("on-kill", "it is Terminating", func(p *corev1.Pod) bool { return p.DeletionTimestamp != nil })
	if p.DeletionGracePeriodSeconds == nil || *p.DeletionGracePeriodSeconds != 4 {
		e.Errorf("its grace is %v", p.DeletionGracePeriodSeconds)
	}
	if took := e.gone("on-kill"); took < 2*time.Second {
		e.Errorf("a pod that ignores TERM took %s of a grace of 4 s", took)
	}
}
