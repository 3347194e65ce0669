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
	words  lastWords
	plain  bool // for Describe: there is no key to show more with
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
	p := &page{now: m.env.Now(), cols: m.cols, reveal: m.reveal}
	p.words = m.words
	return p.overview(m.object.Pod, m.events)
}

func (p *page) overview(pod *corev1.Pod, events []corev1.Event) []textview.Line {
	p.health(pod, events)
	p.summary(pod)
	p.containers("Containers", pod.Spec.Containers, pod.Status.ContainerStatuses)
	p.containers("Init containers", pod.Spec.InitContainers, pod.Status.InitContainerStatuses)
	p.containers("Ephemeral containers", ephemeral(pod), pod.Status.EphemeralContainerStatuses)
	p.conditions(pod.Status.Conditions)
	p.pairs("Labels", pod.Labels)
	p.pairs("Annotations", pod.Annotations)
	p.volumes(pod.Spec.Volumes)
	p.recent(events)
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
	p.field(2, "IP", addresses(pod), themes.Text)
	if host := pod.Status.HostIP; host != "" && host != pod.Status.PodIP {
		p.field(2, "Host IP", host, themes.Text)
	}
	p.field(2, "Owner", row.Owner, themes.Text)
	p.field(2, "QoS", qos(pod), themes.Text)
	p.field(2, "Restart policy", string(pod.Spec.RestartPolicy), themes.Text)
	p.placement(pod)
	p.field(2, "Service account", pod.Spec.ServiceAccountName, themes.Text)
	if g := pod.Spec.TerminationGracePeriodSeconds; g != nil {
		p.field(2, "Grace", fmt.Sprintf("%d s", *g), themes.Text)
	}
	if d := pod.Spec.ActiveDeadlineSeconds; d != nil {
		p.field(2, "Deadline", fmt.Sprintf("%d s after the start", *d), themes.Text)
	}
	p.field(2, "UID", string(pod.UID), themes.Muted)
}

func joined(m map[string]string) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, k+"="+m[k])
	}
	return strings.Join(out, ", ")
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
	shown := recentEvents
	if p.plain {
		shown = len(list)
	}
	for i := len(list) - 1; i >= max(len(list)-shown, 0); i-- {
		e := &list[i]
		role := themes.Text
		if e.Type == corev1.EventTypeWarning {
			role = themes.Warning
		}
		p.field(2, models.AgeSince(lastSeen(e), p.now)+" ago", e.Reason+": "+strings.ReplaceAll(e.Message, "\n", " "), role)
	}
	if more := len(list) - shown; more > 0 {
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
