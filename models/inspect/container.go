package inspect

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"podium/models"
	"podium/themes"
)

func (p *page) containers(title string, specs []corev1.Container, statuses []corev1.ContainerStatus) {
	if len(specs) == 0 {
		return
	}
	p.head(title)
	for i := range specs {
		c := &specs[i]
		if i > 0 {
			p.blank()
		}
		var st *corev1.ContainerStatus
		for j := range statuses {
			if statuses[j].Name == c.Name {
				st = &statuses[j]
			}
		}
		name := c.Name
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			name += "  (a sidecar: it runs on beside the others)"
		}
		p.text(themes.Strong, "  ", name)
		p.state(st)
		p.spec(c, st)
	}
}

// state says what a container does now and how it ended before.
func (p *page) state(st *corev1.ContainerStatus) {
	if st == nil {
		p.field(4, "State", "not known yet", themes.Unknown)
		return
	}
	text, role := stateText(&st.State, p.now)
	p.field(4, "State", text, role)
	if st.State.Running != nil || st.State.Waiting != nil {
		ready, role := "yes", themes.OK
		if !st.Ready {
			ready, role = "no", themes.Warning
		}
		p.field(4, "Ready", ready, role)
	}
	if st.RestartCount > 0 {
		p.field(4, "Restarts", strconv.Itoa(int(st.RestartCount)), themes.Warning)
	}
	if st.LastTerminationState.Terminated != nil {
		text, role := stateText(&st.LastTerminationState, p.now)
		p.field(4, "Before that", text, role)
	}
}

// stateText puts a container's state into words.
func stateText(s *corev1.ContainerState, now time.Time) (string, themes.Role) {
	switch {
	case s.Running != nil:
		text := "running"
		if !s.Running.StartedAt.IsZero() {
			text += " for " + models.AgeSince(s.Running.StartedAt.Time, now)
		}
		return text, themes.OK
	case s.Terminated != nil:
		return endText(s.Terminated, now)
	case s.Waiting != nil:
		text := "waiting"
		if s.Waiting.Reason != "" {
			text += ": " + s.Waiting.Reason
		}
		if s.Waiting.Message != "" {
			text += "\n" + s.Waiting.Message
		}
		return text, themes.Pending
	}
	return "not known yet", themes.Unknown
}

// endText says how a run of a container ended.
func endText(t *corev1.ContainerStateTerminated, now time.Time) (string, themes.Role) {
	text, role := fmt.Sprintf("ended with exit %d", t.ExitCode), themes.Error
	if t.ExitCode == 0 {
		role = themes.Completed
	}
	if t.Signal != 0 {
		text += fmt.Sprintf(", signal %d", t.Signal)
	}
	if t.Reason != "" {
		text += " (" + t.Reason + ")"
	}
	if !t.FinishedAt.IsZero() {
		text += ", " + models.AgeSince(t.FinishedAt.Time, now) + " ago"
		if !t.StartedAt.IsZero() {
			text += " after " + models.Age(t.FinishedAt.Sub(t.StartedAt.Time))
		}
	}
	if t.Message != "" {
		text += "\n" + t.Message
	}
	return text, role
}

func (p *page) spec(c *corev1.Container, st *corev1.ContainerStatus) {
	image := c.Image
	if p := c.ImagePullPolicy; p == corev1.PullAlways || p == corev1.PullNever {
		image += ", pulled " + pulled(c.ImagePullPolicy)
	}
	p.field(4, "Image", image, themes.Text)
	if st != nil && st.ImageID != "" && st.ImageID != c.Image {
		p.field(4, "Image ID", st.ImageID, themes.Muted)
	}
	if st != nil {
		p.field(4, "Container ID", st.ContainerID, themes.Muted)
	}
	p.field(4, "Command", quoted(c.Command), themes.Text)
	p.field(4, "Arguments", quoted(c.Args), themes.Text)
	p.field(4, "Folder", c.WorkingDir, themes.Text)
	p.field(4, "Ports", ports(c.Ports), themes.Text)
	p.field(4, "Requests", resources(c.Resources.Requests), themes.Text)
	p.field(4, "Limits", resources(c.Resources.Limits), themes.Text)
	p.field(4, "Liveness", probe(c.LivenessProbe), themes.Text)
	p.field(4, "Readiness", probe(c.ReadinessProbe), themes.Text)
	p.field(4, "Startup", probe(c.StartupProbe), themes.Text)
	if l := c.Lifecycle; l != nil {
		p.field(4, "After its start", hook(l.PostStart), themes.Text)
		p.field(4, "Before its end", hook(l.PreStop), themes.Text)
	}
	p.field(4, "Security", security(c.SecurityContext), themes.Text)
	switch {
	case c.TTY && c.Stdin:
		p.field(4, "Terminal", "yes, with standard input", themes.Text)
	case c.TTY:
		p.field(4, "Terminal", "yes", themes.Text)
	case c.Stdin:
		p.field(4, "Standard input", "yes", themes.Text)
	}
	for i := range c.EnvFrom {
		p.field(4, nameOnce("Environment", i), envFrom(&c.EnvFrom[i]), themes.Text)
	}
	for i := range c.Env {
		p.field(4, nameOnce("Environment", i+len(c.EnvFrom)), p.env(&c.Env[i]), themes.Text)
	}
	for i, v := range c.VolumeMounts {
		text := v.MountPath + " from " + v.Name
		if v.SubPath != "" {
			text += "/" + v.SubPath
		}
		if v.ReadOnly {
			text += ", read-only"
		}
		p.field(4, nameOnce("Mounts", i), text, themes.Text)
	}
	for i, v := range c.VolumeDevices {
		p.field(4, nameOnce("Devices", i), v.DevicePath+" from "+v.Name, themes.Text)
	}
}

// pulled is when an image is fetched.
func pulled(p corev1.PullPolicy) string {
	switch p {
	case corev1.PullAlways:
		return "always"
	case corev1.PullNever:
		return "never"
	}
	return string(p)
}

// nameOnce is the name for the first of several values.
func nameOnce(name string, i int) string {
	if i > 0 {
		return ""
	}
	return name
}

// quoted is a command as one would type it.
func quoted(args []string) string {
	out := make([]string, len(args))
	for i, a := range args {
		if a == "" || strings.ContainsAny(a, " \t\n\"'\\$`|&;<>()*?[]#~") {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		out[i] = a
	}
	return strings.Join(out, " ")
}

func ports(list []corev1.ContainerPort) string {
	var out []string
	for _, c := range list {
		proto := string(c.Protocol)
		if proto == "" {
			proto = "TCP"
		}
		text := fmt.Sprintf("%d/%s", c.ContainerPort, proto)
		if c.Name != "" {
			text = c.Name + " " + text
		}
		if c.HostPort != 0 {
			text += fmt.Sprintf(" on host port %d", c.HostPort)
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

func resources(list corev1.ResourceList) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(list)) {
		q := list[name]
		out = append(out, string(name)+" "+q.String())
	}
	return strings.Join(out, ", ")
}

// probe says what a probe does and how often.
func probe(b *corev1.Probe) string {
	if b == nil {
		return ""
	}
	var what string
	switch {
	case b.Exec != nil:
		what = "runs " + quoted(b.Exec.Command)
	case b.HTTPGet != nil:
		what = "gets " + b.HTTPGet.Path + " on port " + b.HTTPGet.Port.String()
		if b.HTTPGet.Scheme == corev1.URISchemeHTTPS {
			what += " with TLS"
		}
	case b.TCPSocket != nil:
		what = "connects to port " + b.TCPSocket.Port.String()
	case b.GRPC != nil:
		what = fmt.Sprintf("asks gRPC on port %d", b.GRPC.Port)
	default:
		what = "does nothing known"
	}
	if b.InitialDelaySeconds > 0 {
		what += fmt.Sprintf(", after %d s", b.InitialDelaySeconds)
	}
	if b.PeriodSeconds > 0 {
		what += fmt.Sprintf(", every %d s", b.PeriodSeconds)
	}
	if b.TimeoutSeconds > 1 {
		what += fmt.Sprintf(", within %d s", b.TimeoutSeconds)
	}
	if b.FailureThreshold > 0 {
		what += fmt.Sprintf(", fails after %d", b.FailureThreshold)
	}
	return what
}

// secretWords in the name of a variable make its value one to hide.
var secretWords = []string{"PASS", "SECRET", "TOKEN", "KEY", "CRED", "PWD", "AUTH", "PRIVATE", "CERT"}

// env is a variable; a value that looks secret is hidden until it is asked for.
func (p *page) env(e *corev1.EnvVar) string {
	if f := e.ValueFrom; f != nil {
		return e.Name + " from " + valueFrom(f)
	}
	upper := strings.ToUpper(e.Name)
	secret := slices.ContainsFunc(secretWords, func(w string) bool { return strings.Contains(upper, w) }) || holdsPassword(e.Value)
	if secret && !p.reveal && e.Value != "" {
		if p.plain {
			return e.Name + "=•••••• (--reveal shows it)"
		}
		return e.Name + "=•••••• (v shows it)"
	}
	return e.Name + "=" + e.Value
}

// holdsPassword tells whether a value is, or has in it, an address with a password,
// or a key in PEM form.
func holdsPassword(value string) bool {
	if strings.Contains(value, "PRIVATE KEY-----") {
		return true
	}
	for rest := value; ; {
		_, after, ok := strings.Cut(rest, "://")
		if !ok {
			return false
		}
		authority, _, _ := strings.Cut(after, "/")
		if user, _, at := strings.Cut(authority, "@"); at && strings.Contains(user, ":") {
			return true
		}
		rest = after
	}
}

func valueFrom(f *corev1.EnvVarSource) string {
	switch {
	case f.SecretKeyRef != nil:
		return "the secret " + f.SecretKeyRef.Name + "/" + f.SecretKeyRef.Key
	case f.ConfigMapKeyRef != nil:
		return "the config map " + f.ConfigMapKeyRef.Name + "/" + f.ConfigMapKeyRef.Key
	case f.FieldRef != nil:
		return "the field " + f.FieldRef.FieldPath
	case f.ResourceFieldRef != nil:
		return "the resource " + f.ResourceFieldRef.Resource
	}
	return "elsewhere"
}

func envFrom(e *corev1.EnvFromSource) string {
	switch {
	case e.SecretRef != nil:
		return "all of the secret " + e.SecretRef.Name
	case e.ConfigMapRef != nil:
		return "all of the config map " + e.ConfigMapRef.Name
	}
	return "elsewhere"
}
