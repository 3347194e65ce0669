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
	if row.Healthy() && !row.Deleting {
		return
	}
	reasons := troubles(pod, events, p.now)
	if len(reasons) == 0 {
		return
	}
	title, role := "Why it is not healthy", themes.Warning
	if row.Deleting {
		title, role = "It is being deleted", themes.Terminating
	}
	p.head(title)
	for _, r := range reasons {
		for i, line := range strings.Split(strings.TrimSpace(r), "\n") {
			bullet := "  • "
			if i > 0 {
				bullet = "    "
			}
			p.text(role, bullet, line)
		}
	}
}

// troubles are the reasons, the pod's own first, then its containers'.
func troubles(pod *corev1.Pod, events []corev1.Event, now time.Time) []string {
	var out []string
	if pod.DeletionTimestamp != nil {
		out = append(out, deletion(pod, now))
	}
	if s := join(pod.Status.Reason, pod.Status.Message); s != "" {
		out = append(out, s)
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			out = append(out, "No node takes it: "+join(c.Reason, c.Message))
		}
	}
	for i := range pod.Status.InitContainerStatuses {
		st := &pod.Status.InitContainerStatuses[i]
		if t := st.State.Terminated; t != nil && t.ExitCode == 0 {
			continue
		}
		if s := containerTrouble(pod, st, events, now); s != "" {
			out = append(out, "Init container "+s)
		}
	}
	for i := range pod.Status.ContainerStatuses {
		if s := containerTrouble(pod, &pod.Status.ContainerStatuses[i], events, now); s != "" {
			out = append(out, "Container "+s)
		}
	}
	if len(out) == 0 && pod.Status.Phase == corev1.PodPending {
		out = append(out, "It has not been started yet; no reason is given.")
	}
	return out
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
		return name + " " + waitingTrouble(pod, st, now)
	case st.State.Terminated != nil:
		t := st.State.Terminated
		if t.ExitCode == 0 && t.Signal == 0 {
			if pod.Status.Phase == corev1.PodRunning {
				return name + " has ended, with exit 0, and is not started again."
			}
			return ""
		}
		return name + " " + ended(pod, name, t, now) + "."
	case st.State.Running != nil && !st.Ready:
		text := name + " runs but is not ready."
		if why := unhealthy(events); why != "" {
			text += "\n" + why
		}
		return text
	}
	return ""
}

// waitingTrouble is about a container that is not started.
func waitingTrouble(pod *corev1.Pod, st *corev1.ContainerStatus, now time.Time) string {
	w := st.State.Waiting
	last := st.LastTerminationState.Terminated
	switch w.Reason {
	case "CrashLoopBackOff":
		text := fmt.Sprintf("keeps ending, %s so far; it is started again after growing waits.", howOften(int(st.RestartCount)))
		if last != nil {
			text += "\nThe last time it " + ended(pod, st.Name, last, now) + "."
		}
		return text + "\np shows the log of the run before."
	case "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull":
		return fmt.Sprintf("has no image: %s cannot be pulled.%s", st.Image, after(w.Message))
	case "CreateContainerConfigError", "CreateContainerError", "RunContainerError", "StartError", "ContainerCannotRun":
		return "cannot be started." + after(w.Message)
	case "Placeholder":
		return "does not run: this is a placeholder." + after(w.Message)
	case "ContainerCreating", "PodInitializing":
		return "is being made." + after(w.Message)
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
func ended(pod *corev1.Pod, name string, t *corev1.ContainerStateTerminated, now time.Time) string {
	if t.Reason == "OOMKilled" {
		limit := ""
		for _, c := range pod.Spec.Containers {
			if q, ok := c.Resources.Limits[corev1.ResourceMemory]; ok && c.Name == name {
				limit = " of " + q.String()
			}
		}
		return "was killed because it used more memory than its limit" + limit
	}
	text, _ := endText(&corev1.ContainerStateTerminated{
		ExitCode: t.ExitCode, Signal: t.Signal, Reason: t.Reason, Message: t.Message,
		StartedAt: t.StartedAt, FinishedAt: t.FinishedAt,
	}, now)
	switch t.ExitCode {
	case 126:
		text += "; 126 says that its command could not be run"
	case 127:
		text += "; 127 says that its command was not found"
	case 137:
		text += "; 137 says that it was killed"
	case 143:
		text += "; 143 says that it was asked to end"
	}
	return text
}

// unhealthy is the latest thing that a failing probe said.
func unhealthy(events []corev1.Event) string {
	for i := len(events) - 1; i >= 0; i-- {
		if events[i].Reason == "Unhealthy" {
			return events[i].Message
		}
	}
	return ""
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
