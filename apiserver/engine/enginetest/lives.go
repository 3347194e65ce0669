package enginetest

import (
	corev1 "k8s.io/api/core/v1"

	"podium/api"
)

// lives are the scenarios of what becomes of pods by themselves.
func lives() []scenario {
	return []scenario{
		{"init containers in order", initOrder},
		{"init container fails", initFails},
		{"restart never, success", func(e *env) { e.ending("never-0", corev1.RestartPolicyNever, "exit 0", corev1.PodSucceeded, 0) }},
		{"restart never, failure", func(e *env) { e.ending("never-3", corev1.RestartPolicyNever, "exit 3", corev1.PodFailed, 3) }},
		{"restart on failure, success", func(e *env) {
			e.ending("onfail-0", corev1.RestartPolicyOnFailure, "exit 0", corev1.PodSucceeded, 0)
		}},
		{"restart on failure, failure", func(e *env) { e.restarting("onfail-3", corev1.RestartPolicyOnFailure, "exit 3", 3) }},
		{"restart always", func(e *env) { e.restarting("always-0", corev1.RestartPolicyAlways, "exit 0", 0) }},
		{"active deadline", func(e *env) {
			e.create("deadline", forever(), func(p *corev1.Pod) { p.Spec.ActiveDeadlineSeconds = new(int64(1)) })
			p := e.reach("deadline", "it has failed", func(p *corev1.Pod) bool { return p.Status.Phase == corev1.PodFailed })
			if p.Status.Reason != "DeadlineExceeded" {
				e.Errorf("its reason is %q", p.Status.Reason)
			}
			e.reach("deadline", "nothing of it runs", func(p *corev1.Pod) bool { return state(p, "main").State.Running == nil })
		}},
		{"two containers", func(e *env) {
			e.running("two", forever(), func(p *corev1.Pod) {
				p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: "side", Image: e.h.Image, Command: forever()})
			})
			e.reach("two", "both are ready", func(p *corev1.Pod) bool { return state(p, "main").Ready && state(p, "side").Ready })
		}},
		{"events", func(e *env) {
			e.needs(api.CapEvents)
			p := e.running("eventful", forever(), nil)
			e.until("there is an event of its start", func() bool {
				evs, err := e.client.Events(e.ctx, api.DefaultNamespace, "involvedObject.uid="+string(p.UID)+",involvedObject.name=eventful")
				e.ok("events", err)
				for _, ev := range evs {
					if ev.InvolvedObject.Name != "eventful" || ev.Message == "" || ev.Type == "" {
						e.Fatalf("event: %+v", ev)
					}
					if ev.Reason == "Started" {
						return true
					}
				}
				return false
			})
		}},
	}
}

func initOrder(e *env) {
	e.create("ordered", []string{"sh", "-c", "echo main; sleep 1000"}, func(p *corev1.Pod) {
		for _, name := range []string{"one", "two"} {
			p.Spec.InitContainers = append(p.Spec.InitContainers, corev1.Container{
				Name: name, Image: e.h.Image, Command: []string{"sh", "-c", "echo " + name + "; sleep 0.3"},
			})
		}
	})
	p := e.reach("ordered", "its container runs", func(p *corev1.Pod) bool {
		if state(p, "two").State.Running != nil && state(p, "one").State.Terminated == nil {
			e.Error("the second init container runs before the first has ended")
		}
		if state(p, "main").State.Running != nil {
			return true
		}
		if p.Status.Phase != corev1.PodPending {
			e.Errorf("while initialising its phase is %s", p.Status.Phase)
		}
		return false
	})
	for _, name := range []string{"one", "two"} {
		s := state(p, name)
		if s.State.Terminated == nil || s.State.Terminated.ExitCode != 0 || s.State.Terminated.Reason != "Completed" {
			e.Errorf("init container %s: %+v", name, s.State)
		}
	}
	if out := e.log("ordered", &corev1.PodLogOptions{Container: "two"}); out != "two\n" {
		e.Errorf("the log of an init container is %q", out)
	}
}

func initFails(e *env) {
	e.create("init-fails", forever(), func(p *corev1.Pod) {
		p.Spec.RestartPolicy = corev1.RestartPolicyNever
		p.Spec.InitContainers = []corev1.Container{{Name: "bad", Image: e.h.Image, Command: []string{"sh", "-c", "exit 9"}}}
	})
	p := e.reach("init-fails", "it has failed", func(p *corev1.Pod) bool { return p.Status.Phase == corev1.PodFailed })
	if s := state(p, "bad").State.Terminated; s == nil || s.ExitCode != 9 {
		e.Errorf("its init container: %+v", state(p, "bad"))
	}
	if state(p, "main").State.Running != nil {
		e.Error("its container runs all the same")
	}
}

// ending runs a pod that ends for good.
func (e *env) ending(name string, policy corev1.RestartPolicy, script string, phase corev1.PodPhase, code int32) {
	e.Helper()
	e.create(name, []string{"sh", "-c", "echo once; " + script}, func(p *corev1.Pod) { p.Spec.RestartPolicy = policy })
	p := e.reach(name, "it has ended", func(p *corev1.Pod) bool {
		return p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed
	})
	s := state(p, "main")
	if p.Status.Phase != phase || s.State.Terminated == nil || s.State.Terminated.ExitCode != code || s.RestartCount != 0 || s.Ready {
		e.Errorf("phase %s, container %+v", p.Status.Phase, s)
	}
	if out := e.log(name, nil); out != "once\n" {
		e.Errorf("its log is %q", out)
	}
}

// restarting runs a pod that is started again and again.
func (e *env) restarting(name string, policy corev1.RestartPolicy, script string, code int32) {
	e.Helper()
	e.create(name, []string{"sh", "-c", "echo run; " + script}, func(p *corev1.Pod) { p.Spec.RestartPolicy = policy })
	p := e.reach(name, "it has been restarted", func(p *corev1.Pod) bool {
		if p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed {
			e.Fatalf("its phase is %s", p.Status.Phase)
		}
		return state(p, "main").RestartCount > 0
	})
	if t := state(p, "main").LastTerminationState.Terminated; t == nil || t.ExitCode != code || t.FinishedAt.IsZero() {
		e.Errorf("its last state: %+v", state(p, "main").LastTerminationState)
	}
	e.needs(api.CapLog)
	// Between a start and its first line the log of the present run is empty.
	e.until("the log of "+name+" is that of one run", func() bool {
		out := e.log(name, nil)
		if out != "" && out != "run\n" {
			e.Fatalf("the log of its present run is %q", out)
		}
		return out != ""
	})
}
