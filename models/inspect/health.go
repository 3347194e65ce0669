package inspect

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"podium/api"
	"podium/models"
	"podium/themes"
)

func rowOf(pod *corev1.Pod) api.PodRow { return api.RowOf(pod) }

// health says in plain words why the pod is not well, when it is not.
func (p *page) health(pod *corev1.Pod, events []corev1.Event) {
	row := rowOf(pod)
	title, role := "Why it is not healthy", themes.Warning
	var reasons []string
	switch {
	case row.Deleting:
		title, role = "It is being deleted", themes.Terminating
		reasons = troubles(pod, events, p.now)
	case row.Healthy():
		title, reasons = "It is well now, but", lately(pod, events, p.now)
	default:
		reasons = troubles(pod, events, p.now)
	}
	if len(reasons) == 0 {
		return
	}
	p.head(title)
	for _, r := range reasons {
		for i, line := range strings.Split(strings.TrimSpace(r), "\n") {
			if p.plain && (line == hintLog || line == hintPrevious) {
				continue // there is no such key
			}
			bullet := "  • "
			if i > 0 {
				bullet = "    "
			}
			p.text(role, bullet, line)
		}
	}
	p.lastWords(p.words)
}

// What can be done, where there are keys.
const (
	hintLog      = "l shows its log."
	hintPrevious = "p shows the log of the run before."
)

// troubles are the reasons, the pod's own first, then its containers'.
func troubles(pod *corev1.Pod, events []corev1.Event, now time.Time) []string {
	var out []string
	if pod.DeletionTimestamp != nil {
		out = append(out, deletion(pod, now))
	}
	if s := podTrouble(pod); s != "" {
		out = append(out, s)
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			out = append(out, unscheduled(pod, c))
		}
	}
	inits := initTroubles(pod, events, now)
	out = append(out, inits...)
	for i := range pod.Status.ContainerStatuses {
		st := &pod.Status.ContainerStatuses[i]
		if w := st.State.Waiting; len(inits) > 0 && w != nil && w.Reason == "PodInitializing" {
			continue // it waits for the init containers, as was said
		}
		if s := containerTrouble(pod, st, events, now); s != "" {
			out = append(out, "Container "+s)
		}
	}
	out = append(out, gates(pod)...)
	if len(out) == 0 && pod.Status.Phase == corev1.PodPending {
		out = append(out, "It has not been started yet; no reason is given."+after(warned(events, "")))
	}
	if len(out) == 0 && pod.Status.Phase == corev1.PodUnknown {
		out = append(out, "Its node does not answer, so nothing is known of it.")
	}
	return out
}

// initTroubles are about the init containers that hold the pod up.
func initTroubles(pod *corev1.Pod, events []corev1.Event, now time.Time) []string {
	var out []string
	for i := range pod.Status.InitContainerStatuses {
		st := &pod.Status.InitContainerStatuses[i]
		text := ""
		switch t, r := st.State.Terminated, st.State.Running; {
		case t != nil && t.ExitCode == 0:
		case r != nil && !sidecar(pod, st.Name):
			text = st.Name + " has not ended yet"
			if !r.StartedAt.IsZero() {
				text += ", after " + models.AgeSince(r.StartedAt.Time, now)
			}
			text += "; the containers wait for it.\n" + hintLog
		case st.State.Waiting != nil && st.State.Waiting.Reason == "PodInitializing":
		default:
			text = containerTrouble(pod, st, events, now)
		}
		if text != "" {
			out = append(out, "Init container "+text)
		}
	}
	return out
}

// sidecar tells whether an init container is one that runs on beside the others.
func sidecar(pod *corev1.Pod, name string) bool {
	for i := range pod.Spec.InitContainers {
		c := &pod.Spec.InitContainers[i]
		if c.Name == name {
			return c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
		}
	}
	return false
}

// deletion says how far the end of a pod is.
func deletion(pod *corev1.Pod, now time.Time) string {
	left := pod.DeletionTimestamp.Sub(now)
	text := "Its containers were asked to end"
	if left > 0 {
		text += fmt.Sprintf("; what still runs in %s is killed", models.Age(left))
	} else {
		text += fmt.Sprintf(", and should have been gone %s ago", models.Age(-left))
	}
	if len(pod.Finalizers) > 0 {
		text += "; it also waits for " + strings.Join(pod.Finalizers, ", ")
	}
	return text + "."
}

// containerTrouble says what is wrong with a container, "" for nothing.
func containerTrouble(pod *corev1.Pod, st *corev1.ContainerStatus, events []corev1.Event, now time.Time) string {
	name := st.Name
	switch {
	case st.State.Waiting != nil:
		return name + " " + waitingTrouble(pod, st, events, now)
	case st.State.Terminated != nil:
		t := st.State.Terminated
		if t.ExitCode == 0 && t.Signal == 0 {
			if pod.Status.Phase == corev1.PodRunning {
				return name + " has ended, with exit 0, and is not started again."
			}
			return ""
		}
		return name + " " + ended(pod, name, t, events, now) + ".\n" + hintLog
	case st.State.Running != nil && !st.Ready:
		text := name + " runs but is not ready."
		if why := unhealthy(events, name); why != "" {
			text += "\n" + why
		}
		return text
	}
	return ""
}

// waitingTrouble is about a container that is not started.
func waitingTrouble(pod *corev1.Pod, st *corev1.ContainerStatus, events []corev1.Event, now time.Time) string {
	w := st.State.Waiting
	last := st.LastTerminationState.Terminated
	switch w.Reason {
	case "CrashLoopBackOff":
		text := fmt.Sprintf("keeps ending, %s so far; it is started again after growing waits.", howOften(int(st.RestartCount)))
		if last != nil {
			text += "\nThe last time it " + ended(pod, st.Name, last, events, now) + "."
		}
		return text + "\n" + hintPrevious
	case "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull":
		return fmt.Sprintf("has no image: %s cannot be pulled%s.%s", st.Image, pullHint(w.Reason, w.Message), after(w.Message))
	case "CreateContainerConfigError", "CreateContainerError", "RunContainerError", "StartError", "ContainerCannotRun":
		return "cannot be started." + after(w.Message)
	case "Placeholder":
		return "does not run: this is a placeholder." + after(w.Message)
	case "ContainerCreating", "PodInitializing":
		return "is being made." + after(w.Message) + after(warned(events, st.Name))
	case "":
		return "waits." + after(w.Message)
	}
	return "waits: " + w.Reason + "." + after(w.Message)
}

func after(message string) string {
	if message == "" {
		return ""
	}
	return "\n" + message
}

func howOften(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// ended says how a run ended, without a full stop.
func ended(pod *corev1.Pod, name string, t *corev1.ContainerStateTerminated, events []corev1.Event, now time.Time) string {
	if t.Reason == "OOMKilled" {
		limit := ""
		for _, c := range pod.Spec.Containers {
			if q, ok := c.Resources.Limits[corev1.ResourceMemory]; ok && c.Name == name {
				limit = " of " + q.String()
			}
		}
		return "was killed because it used more memory than its limit" + limit
	}
	if why := failedLiveness(events, name); why != "" && (t.ExitCode == 137 || t.ExitCode == 143) {
		return "was ended because its liveness probe failed: " + why
	}
	text, _ := endText(&corev1.ContainerStateTerminated{
		ExitCode: t.ExitCode, Signal: t.Signal, Reason: t.Reason,
		StartedAt: t.StartedAt, FinishedAt: t.FinishedAt,
	}, now)
	switch t.ExitCode {
	case 126:
		text += "; 126 says that its command could not be run"
	case 127:
		text += "; 127 says that its command was not found"
	case 130:
		text += "; 130 says that it was interrupted (SIGINT)"
	case 134:
		text += "; 134 says that it gave up itself (SIGABRT)"
	case 137:
		text += "; 137 says that it was killed (SIGKILL)"
	case 139:
		text += "; 139 says that it touched memory that is not its own (SIGSEGV)"
	case 143:
		text += "; 143 says that it was asked to end (SIGTERM)"
	}
	return text + after(t.Message)
}

// join is a reason and a message as one sentence.
func join(reason, message string) string {
	switch {
	case reason == "":
		return message
	case message == "":
		return reason
	}
	return reason + ": " + message
}
