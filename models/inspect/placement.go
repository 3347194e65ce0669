package inspect

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"podium/themes"
)

// placement is where a pod may run, and what it shares with its node.
func (p *page) placement(pod *corev1.Pod) {
	spec := &pod.Spec
	priority := spec.PriorityClassName
	if spec.Priority != nil && *spec.Priority != 0 {
		priority = strings.TrimSpace(fmt.Sprintf("%s (%d)", priority, *spec.Priority))
	}
	p.field(2, "Priority", priority, themes.Text)
	p.field(2, "Node selector", joined(spec.NodeSelector), themes.Text)
	if spec.Affinity != nil {
		p.field(2, "Affinity", "some, see the YAML", themes.Text)
	}
	var tolerated []string
	for i := range spec.Tolerations {
		if t := &spec.Tolerations[i]; t.TolerationSeconds != nil && *t.TolerationSeconds == 300 {
			continue // one of the two that every pod of a cluster is given
		}
		tolerated = append(tolerated, toleration(&spec.Tolerations[i]))
	}
	p.field(2, "Tolerates", strings.Join(tolerated, "\n"), themes.Text)
	if s := spec.SchedulerName; s != "" && s != corev1.DefaultSchedulerName {
		p.field(2, "Scheduler", s, themes.Text)
	}
	if spec.RuntimeClassName != nil {
		p.field(2, "Runtime class", *spec.RuntimeClassName, themes.Text)
	}
	var shared []string
	for _, s := range []struct {
		on   bool
		what string
	}{{spec.HostNetwork, "network"}, {spec.HostPID, "processes"}, {spec.HostIPC, "IPC"}} {
		if s.on {
			shared = append(shared, s.what)
		}
	}
	p.field(2, "Shares", shares(shared), themes.Warning)
	if c := spec.SecurityContext; c != nil {
		p.field(2, "Security", podSecurity(c), themes.Text)
	}
	var secrets []string
	for _, s := range spec.ImagePullSecrets {
		secrets = append(secrets, s.Name)
	}
	p.field(2, "Pull secrets", strings.Join(secrets, ", "), themes.Text)
}

// shares says what of its node the pod uses.
func shares(what []string) string {
	if len(what) == 0 {
		return ""
	}
	return "the node's " + strings.Join(what, ", ")
}

// toleration is a taint that the pod bears, as kubectl writes it.
func toleration(t *corev1.Toleration) string {
	text := t.Key
	if text == "" {
		text = "everything"
	}
	if t.Value != "" {
		text += "=" + t.Value
	}
	if t.Effect != "" {
		text += ":" + string(t.Effect)
	}
	if t.TolerationSeconds != nil {
		text += fmt.Sprintf(" for %d s", *t.TolerationSeconds)
	}
	return text
}

// addresses are all addresses of a pod.
func addresses(pod *corev1.Pod) string {
	out := []string{}
	if pod.Status.PodIP != "" {
		out = append(out, pod.Status.PodIP)
	}
	for _, ip := range pod.Status.PodIPs {
		if ip.IP != "" && ip.IP != pod.Status.PodIP {
			out = append(out, ip.IP)
		}
	}
	return strings.Join(out, ", ")
}

// ephemeral are the containers that were added to the running pod, as others are.
func ephemeral(pod *corev1.Pod) []corev1.Container {
	var out []corev1.Container
	for i := range pod.Spec.EphemeralContainers {
		out = append(out, corev1.Container(pod.Spec.EphemeralContainers[i].EphemeralContainerCommon))
	}
	return out
}

func podSecurity(c *corev1.PodSecurityContext) string {
	var out []string
	if c.RunAsUser != nil {
		out = append(out, fmt.Sprintf("user %d", *c.RunAsUser))
	}
	if c.RunAsGroup != nil {
		out = append(out, fmt.Sprintf("group %d", *c.RunAsGroup))
	}
	if c.RunAsNonRoot != nil && *c.RunAsNonRoot {
		out = append(out, "never root")
	}
	if c.FSGroup != nil {
		out = append(out, fmt.Sprintf("volumes of group %d", *c.FSGroup))
	}
	return strings.Join(out, ", ")
}

// security is what a container may do beyond, or short of, the usual.
func security(c *corev1.SecurityContext) string {
	if c == nil {
		return ""
	}
	is := func(b *bool, want bool) bool { return b != nil && *b == want }
	var out []string
	if is(c.Privileged, true) {
		out = append(out, "privileged")
	}
	if c.RunAsUser != nil {
		out = append(out, fmt.Sprintf("user %d", *c.RunAsUser))
	}
	if c.RunAsGroup != nil {
		out = append(out, fmt.Sprintf("group %d", *c.RunAsGroup))
	}
	if is(c.RunAsNonRoot, true) {
		out = append(out, "never root")
	}
	if is(c.ReadOnlyRootFilesystem, true) {
		out = append(out, "root folder read-only")
	}
	if is(c.AllowPrivilegeEscalation, false) {
		out = append(out, "no new privileges")
	}
	if c.Capabilities != nil {
		for _, add := range c.Capabilities.Add {
			out = append(out, "+"+string(add))
		}
		for _, drop := range c.Capabilities.Drop {
			out = append(out, "-"+string(drop))
		}
	}
	return strings.Join(out, ", ")
}

// hook says what runs after the start of a container, or before its end.
func hook(h *corev1.LifecycleHandler) string {
	switch {
	case h == nil:
		return ""
	case h.Exec != nil:
		return "runs " + quoted(h.Exec.Command)
	case h.HTTPGet != nil:
		return "gets " + h.HTTPGet.Path + " on port " + h.HTTPGet.Port.String()
	case h.TCPSocket != nil:
		return "connects to port " + h.TCPSocket.Port.String()
	case h.Sleep != nil:
		return fmt.Sprintf("sleeps %d s", h.Sleep.Seconds)
	}
	return "does nothing known"
}
