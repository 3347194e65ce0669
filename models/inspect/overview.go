package inspect

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/textview"
	"podium/themes"
)

// page collects the lines of the overview.
type page struct {
	lines  []textview.Line
	now    time.Time
	cols   int // width of the view, at which text is broken between words
	reveal bool
}

// label is the width of the column of names.
const label = 18

func (p *page) blank() { p.lines = append(p.lines, textview.Line{}) }

// head begins a section.
func (p *page) head(text string) {
	if len(p.lines) > 0 {
		p.blank()
	}
	p.lines = append(p.lines, textview.Line{Text: text, Role: themes.Title})
}

// text adds a text after an indent, broken between words.
func (p *page) text(role themes.Role, indent, text string) {
	hang := strings.Repeat(" ", safetext.Width(indent))
	for i, part := range safetext.Wrap(text, max(p.cols-len(hang), minText)) {
		if i > 0 {
			indent = hang
		}
		p.lines = append(p.lines, textview.Line{Text: indent + part, Role: role})
	}
}

// minText is the least width at which text is broken between words; narrower
// views wrap it themselves.
const minText = 16

// field adds a name and its value; an empty value adds nothing. A value of
// several lines is indented below its first.
func (p *page) field(indent int, name, value string, role themes.Role) {
	if value == "" {
		return
	}
	pad := strings.Repeat(" ", indent)
	first := pad + name + strings.Repeat(" ", max(label-indent-len(name), 1))
	var parts []string
	for part := range strings.SplitSeq(strings.TrimRight(value, "\n"), "\n") {
		parts = append(parts, safetext.Wrap(part, max(p.cols-max(label, len(first)), minText))...)
	}
	for i, part := range parts {
		before := first
		if i > 0 {
			before = strings.Repeat(" ", max(label, len(first)))
		}
		p.lines = append(p.lines, textview.Line{
			Text: before + part,
			Spans: []themes.Span{
				{Start: 0, End: len(before), Role: themes.Muted},
				{Start: len(before), End: len(before) + len(part), Role: role},
			},
		})
	}
}

// overview is the whole overview.
func (m *Model) overview() []textview.Line {
	pod := m.object.Pod
	p := &page{now: m.env.Now(), cols: m.cols, reveal: m.reveal}
	p.health(pod, m.events)
	p.summary(pod)
	p.containers("Containers", pod.Spec.Containers, pod.Status.ContainerStatuses)
	p.containers("Init containers", pod.Spec.InitContainers, pod.Status.InitContainerStatuses)
	p.conditions(pod.Status.Conditions)
	p.pairs("Labels", pod.Labels)
	p.pairs("Annotations", pod.Annotations)
	p.volumes(pod.Spec.Volumes)
	p.recent(m.events)
	return p.lines
}

func (p *page) summary(pod *corev1.Pod) {
	row := rowOf(pod)
	p.head("Pod")
	p.field(2, "Name", pod.Name, themes.Strong)
	p.field(2, "Namespace", pod.Namespace, themes.Text)
	role := themes.OK
	if !row.Healthy() {
		role = themes.Warning
	}
	p.field(2, "Status", row.Status, role)
	p.field(2, "Ready", fmt.Sprintf("%d of %d", row.Ready, row.Total), themes.Text)
	if row.Restarts > 0 {
		p.field(2, "Restarts", strconv.Itoa(row.Restarts), themes.Warning)
	}
	if !row.Created.IsZero() {
		p.field(2, "Created", row.Created.Local().Format("2006-01-02 15:04:05")+", "+models.AgeSince(row.Created, p.now)+" ago", themes.Text)
	}
	p.field(2, "Node", pod.Spec.NodeName, themes.Text)
	p.field(2, "IP", pod.Status.PodIP, themes.Text)
	if host := pod.Status.HostIP; host != "" && host != pod.Status.PodIP {
		p.field(2, "Host IP", host, themes.Text)
	}
	p.field(2, "Owner", row.Owner, themes.Text)
	p.field(2, "QoS", qos(pod), themes.Text)
	p.field(2, "Restart policy", string(pod.Spec.RestartPolicy), themes.Text)
	p.field(2, "Service account", pod.Spec.ServiceAccountName, themes.Text)
	if g := pod.Spec.TerminationGracePeriodSeconds; g != nil {
		p.field(2, "Grace", fmt.Sprintf("%d s", *g), themes.Text)
	}
	if d := pod.Spec.ActiveDeadlineSeconds; d != nil {
		p.field(2, "Deadline", fmt.Sprintf("%d s after the start", *d), themes.Text)
	}
	p.field(2, "Node selector", joined(pod.Spec.NodeSelector), themes.Text)
	p.field(2, "UID", string(pod.UID), themes.Muted)
}

func joined(m map[string]string) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, k+"="+m[k])
	}
	return strings.Join(out, ", ")
}

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
		p.text(themes.Strong, "  ", c.Name)
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
	p.field(4, "Image", c.Image, themes.Text)
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
	secret := slices.ContainsFunc(secretWords, func(w string) bool { return strings.Contains(upper, w) })
	if secret && !p.reveal && e.Value != "" {
		return e.Name + "=•••••• (v shows it)"
	}
	return e.Name + "=" + e.Value
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

func (p *page) conditions(list []corev1.PodCondition) {
	if len(list) == 0 {
		return
	}
	p.head("Conditions")
	for _, c := range list {
		role, text := themes.OK, "yes"
		switch c.Status {
		case corev1.ConditionTrue:
		case corev1.ConditionFalse:
			role, text = themes.Warning, "no"
		default:
			role, text = themes.Unknown, "unknown"
		}
		if !c.LastTransitionTime.IsZero() {
			text += " for " + models.AgeSince(c.LastTransitionTime.Time, p.now)
		}
		if c.Reason != "" {
			text += ", " + c.Reason
		}
		if c.Message != "" {
			text += ": " + c.Message
		}
		p.field(2, string(c.Type), text, role)
	}
}

// pairs lists labels or annotations.
func (p *page) pairs(title string, pairs map[string]string) {
	if len(pairs) == 0 {
		return
	}
	p.head(title)
	for _, k := range slices.Sorted(maps.Keys(pairs)) {
		line := "  " + k + "=" + pairs[k]
		first, rest, more := strings.Cut(line, "\n")
		if more {
			first += fmt.Sprintf(" … (%d more lines, see the YAML)", strings.Count(rest, "\n")+1)
		}
		p.lines = append(p.lines, textview.Line{
			Text:  first,
			Spans: []themes.Span{{Start: 0, End: min(3+len(k), len(first)), Role: themes.Muted}},
		})
	}
}

func (p *page) volumes(list []corev1.Volume) {
	if len(list) == 0 {
		return
	}
	p.head("Volumes")
	for i := range list {
		p.field(2, list[i].Name, volume(&list[i]), themes.Text)
	}
}

// volume says where a volume comes from.
func volume(v *corev1.Volume) string {
	switch {
	case v.EmptyDir != nil:
		if v.EmptyDir.Medium == corev1.StorageMediumMemory {
			return "an empty folder in memory"
		}
		return "an empty folder"
	case v.HostPath != nil:
		return "the host's " + v.HostPath.Path
	case v.ConfigMap != nil:
		return "the config map " + v.ConfigMap.Name
	case v.Secret != nil:
		return "the secret " + v.Secret.SecretName
	case v.PersistentVolumeClaim != nil:
		return "the claim " + v.PersistentVolumeClaim.ClaimName
	case v.FlexVolume != nil:
		return "flexVolume " + v.FlexVolume.Driver + " " + joined(v.FlexVolume.Options)
	case v.Projected != nil:
		return fmt.Sprintf("%d sources put together", len(v.Projected.Sources))
	case v.NFS != nil:
		return "NFS " + v.NFS.Server + ":" + v.NFS.Path
	case v.DownwardAPI != nil:
		return "fields of the pod"
	case v.CSI != nil:
		return "CSI " + v.CSI.Driver
	}
	return "another kind, see the YAML"
}

// recentEvents is how many events the overview shows; the tab has all.
const recentEvents = 10

func (p *page) recent(list []corev1.Event) {
	if len(list) == 0 {
		return
	}
	p.head("Events")
	for i := len(list) - 1; i >= max(len(list)-recentEvents, 0); i-- {
		e := &list[i]
		role := themes.Text
		if e.Type == corev1.EventTypeWarning {
			role = themes.Warning
		}
		p.field(2, models.AgeSince(lastSeen(e), p.now)+" ago", e.Reason+": "+strings.ReplaceAll(e.Message, "\n", " "), role)
	}
	if more := len(list) - recentEvents; more > 0 {
		p.text(themes.Muted, "  ", fmt.Sprintf("… %d older ones under E", more))
	}
}

// qos is the quality of service that the server states, or that follows from
// the resources.
func qos(pod *corev1.Pod) string {
	if q := pod.Status.QOSClass; q != "" {
		return string(q)
	}
	some, all := false, true
	for _, c := range pod.Spec.Containers {
		for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
			limit, hasLimit := c.Resources.Limits[name]
			request, hasRequest := c.Resources.Requests[name]
			some = some || hasLimit || hasRequest
			all = all && hasLimit && (!hasRequest || request.Cmp(limit) == 0)
		}
	}
	switch {
	case !some:
		return string(corev1.PodQOSBestEffort)
	case all:
		return string(corev1.PodQOSGuaranteed)
	}
	return string(corev1.PodQOSBurstable)
}
