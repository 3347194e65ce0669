package inspect

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// podTrouble is what the pod's own reason says, in plain words where it is one of
// those that everybody meets.
func podTrouble(pod *corev1.Pod) string {
	said := join(pod.Status.Reason, pod.Status.Message)
	switch pod.Status.Reason {
	case "DeadlineExceeded":
		text := "It was ended because it ran longer than it may"
		if d := pod.Spec.ActiveDeadlineSeconds; d != nil {
			text += fmt.Sprintf(": %d s (activeDeadlineSeconds)", *d)
		}
		return text + "." + after(pod.Status.Message)
	case "Evicted":
		return "Its node threw it out to save itself, and does not take it back." + after(said)
	case "NodeLost":
		return "Its node does not answer any more, so nothing is known of it." + after(pod.Status.Message)
	case "Terminated", "NodeShutdown", "Shutdown":
		return "It ended with its node, which was shut down." + after(said)
	case "Preempting":
		return "It had to give way to a pod of a higher priority." + after(said)
	case "NodeAffinity", "NodePorts", "OutOfcpu", "OutOfmemory", "OutOfpods", "UnexpectedAdmissionError":
		return "Its node did not let it in." + after(said)
	case "Unschedulable":
		return "" // the condition says it
	}
	return said
}

// unscheduled says why no node takes the pod.
func unscheduled(pod *corev1.Pod, c corev1.PodCondition) string {
	if c.Reason == "SchedulingGated" {
		var names []string
		for _, g := range pod.Spec.SchedulingGates {
			names = append(names, g.Name)
		}
		return "It is held back until somebody opens its scheduling gates: " + strings.Join(names, ", ") + "."
	}
	text := "No node takes it: " + join(c.Reason, c.Message)
	var wants []string
	for _, list := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range list {
			if r := resources(list[i].Resources.Requests); r != "" {
				wants = append(wants, list[i].Name+" "+r)
			}
		}
	}
	if len(wants) > 0 && strings.Contains(c.Message, "Insufficient") {
		text += "\nIt asks for " + strings.Join(wants, "; ") + "."
	}
	return text
}

// gates are the readiness gates that are not met although every container is
// ready.
func gates(pod *corev1.Pod) []string {
	met := map[corev1.PodConditionType]corev1.PodCondition{}
	for _, c := range pod.Status.Conditions {
		met[c.Type] = c
	}
	var out []string
	for _, g := range pod.Spec.ReadinessGates {
		if c := met[g.ConditionType]; c.Status != corev1.ConditionTrue {
			text := "Its readiness gate " + string(g.ConditionType) + " is not met yet."
			out = append(out, text+after(join(c.Reason, c.Message)))
		}
	}
	return out
}

// pullHint says in plain words why an image cannot be pulled, where the reason or
// the message is one of the usual ones.
func pullHint(reason, message string) string {
	low := strings.ToLower(message)
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(low, w) {
				return true
			}
		}
		return false
	}
	switch {
	case reason == "InvalidImageName":
		return ", as that is no name of an image"
	case reason == "ErrImageNeverPull":
		return ", as it may not be (imagePullPolicy: Never) and is not there"
	case has("unauthorized", "authentication", "denied", "forbidden", "401", "403"):
		return ": the registry refused, so the name is wrong or the credentials are (imagePullSecrets)"
	case has("not found", "manifest unknown", "no such image", "404"):
		return ": there is no such image or tag"
	case has("toomanyrequests", "rate limit", "429"):
		return ": the registry has had too many requests from here"
	case has("no such host", "timeout", "timed out", "connection refused", "unreachable", "deadline exceeded"):
		return ": the registry could not be reached"
	case has("x509", "certificate"):
		return ": the registry's certificate is not trusted there"
	case has("no space left"):
		return ": the node's disk is full"
	}
	return ""
}

// about tells whether an event is about the container, or about the whole pod.
func about(e *corev1.Event, container string) bool {
	at := e.InvolvedObject.FieldPath
	return container == "" || at == "" || strings.Contains(at, "{"+container+"}")
}

// unhealthy is the latest thing that a failing probe of the container said.
func unhealthy(events []corev1.Event, container string) string {
	for i := len(events) - 1; i >= 0; i-- {
		if e := &events[i]; e.Reason == "Unhealthy" && about(e, container) {
			return e.Message
		}
	}
	return ""
}

// failedLiveness is what the liveness probe said for which the container was ended
// lately, "" when that was not why.
func failedLiveness(events []corev1.Event, container string) string {
	killed, why := false, ""
	for i := range events {
		e := &events[i]
		if !about(e, container) {
			continue
		}
		killed = killed || e.Reason == "Killing" && strings.Contains(e.Message, "liveness probe")
		if e.Reason == "Unhealthy" && strings.Contains(e.Message, "Liveness") {
			why = e.Message
		}
	}
	if !killed {
		return ""
	}
	return why
}

// warned is the latest warning about the container or the pod.
func warned(events []corev1.Event, container string) string {
	for i := len(events) - 1; i >= 0; i-- {
		if e := &events[i]; e.Type == corev1.EventTypeWarning && about(e, container) {
			return join(e.Reason, e.Message)
		}
	}
	return ""
}

// recently is how long a restart counts as news.
const recently = time.Hour

// lately is what went wrong a while ago with a pod that is well now.
func lately(pod *corev1.Pod, events []corev1.Event, now time.Time) []string {
	var out []string
	for i := range pod.Status.ContainerStatuses {
		st := &pod.Status.ContainerStatuses[i]
		t := st.LastTerminationState.Terminated
		if t == nil || t.ExitCode == 0 && t.Signal == 0 || now.Sub(t.FinishedAt.Time) > recently {
			continue
		}
		out = append(out, fmt.Sprintf("Container %s was started again %s, since it %s.\n"+hintPrevious,
			st.Name, howOften(int(st.RestartCount)), ended(pod, st.Name, t, events, now)))
	}
	return out
}
