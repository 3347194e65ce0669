package logs

import (
	"context"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/internal/safetext"
	"podium/models"
	"podium/themes"
)

const (
	// maxSources is how many containers are read at the same time.
	maxSources = 50
	// settle is how long the lines of several containers are put in order anew
	// after the reading began.
	settle = 3 * time.Second
)

// source is the log of one container, and how far it is read.
type source struct {
	ref       api.PodRef
	container string // "" until the pod is known
	role      themes.Role

	cancel  context.CancelFunc // of what reads it, nil while nothing does
	run     int                // counts the readings, so that late ends are known
	last    time.Time          // of the latest line, where to go on
	broken  int                // breaks in a row
	due     time.Time          // when to ask again, zero for not at all
	over    string             // why nothing more comes, "" while it may
	restart int                // of the container when the stream ended, -1 for unknown
}

// sourceRoles tell the sources apart, beside their names.
var sourceRoles = [...]themes.Role{
	themes.Accent, themes.SyntaxString, themes.SyntaxNumber, themes.SyntaxKey,
	themes.Pending, themes.SyntaxBool, themes.Completed, themes.SyntaxAnchor,
}

// add makes a source of a pod's container.
func (m *Model) add(ref api.PodRef, container string) *source {
	s := &source{ref: ref, container: container, restart: -1, role: sourceRoles[len(m.sources)%len(sourceRoles)]}
	m.sources = append(m.sources, s)
	return s
}

// anew forgets what was read and reads again, from the question for the pods on.
func (m *Model) anew() tea.Cmd {
	m.stop()
	m.gen++
	m.ctx, m.cancel = context.WithCancel(context.Background())
	m.queue, m.sources, m.left = newQueue(), nil, 0
	m.entries, m.bytes, m.gone, m.newest = nil, 0, 0, time.Time{}
	m.settling = m.env.Now().Add(settle)
	m.view.SetLines(nil)
	m.say()
	cmds := []tea.Cmd{m.wait(0)}
	for _, ref := range m.refs {
		if len(m.sources) == maxSources {
			m.left++
			continue
		}
		cmds = append(cmds, m.askPod(m.add(ref, ""), false))
	}
	return tea.Batch(cmds...)
}

// stop ends what reads.
func (m *Model) stop() {
	if m.cancel != nil {
		m.cancel()
	}
	for _, s := range m.sources {
		s.stop()
	}
}

func (s *source) stop() {
	if s.cancel != nil {
		s.cancel()
		s.cancel = nil
	}
}

// tick asks again for what is due.
func (m *Model) tick(now time.Time) tea.Cmd {
	var cmds []tea.Cmd
	for _, s := range m.sources {
		if s.cancel == nil && !s.due.IsZero() && !now.Before(s.due) {
			s.due = time.Time{}
			cmds = append(cmds, m.askPod(s, s.container != ""))
		}
	}
	return tea.Batch(cmds...)
}

// podMsg is what the server says of a source's pod, asked before its stream and
// after its end.
type podMsg struct {
	models.Answer
	gen    int
	source *source
	pod    *corev1.Pod
	err    error
	after  bool // asked after the stream ended
}

// askPod asks for the pod of a source in a command.
func (m *Model) askPod(s *source, after bool) tea.Cmd {
	ctx, client, gen := m.ctx, m.env.Client, m.gen
	return func() tea.Msg {
		limited, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		o, err := client.Get(limited, s.ref.Namespace, s.ref.Name)
		return podMsg{Answer: models.To(m), gen: gen, source: s, pod: o.Pod, err: err, after: after}
	}
}

// gotPod knows the pod: its containers at the start, and after the end of a
// stream whether the container goes on.
func (m *Model) gotPod(msg podMsg) tea.Cmd {
	switch {
	case msg.after && apierrors.IsNotFound(msg.err):
		msg.source.over = "The pod is gone."
		m.note(msg.source, "the pod is gone")
		m.say()
		return nil
	case msg.err != nil:
		return m.broke(msg.source, msg.err)
	case msg.pod == nil:
		return nil
	case msg.source.container == "":
		return m.know(msg.source, msg.pod)
	}
	return m.goOn(msg.source, msg.pod)
}

// know takes over the names of a pod's containers, chooses among them and reads.
func (m *Model) know(s *source, pod *corev1.Pod) tea.Cmd {
	var names []string
	for i := range pod.Spec.Containers {
		names = append(names, pod.Spec.Containers[i].Name)
	}
	for i := range pod.Spec.InitContainers {
		names = append(names, pod.Spec.InitContainers[i].Name)
	}
	m.containers[s.ref] = names
	if len(names) == 0 {
		s.over = "The pod has no container."
		m.say()
		return nil
	}
	chosen := names
	if !m.all {
		chosen = []string{m.choose(pod, names)}
	}
	s.container = chosen[0]
	if len(m.refs) == 1 && !m.all {
		m.container = s.container
	}
	m.read(s)
	for _, name := range chosen[1:] {
		if len(m.sources) == maxSources {
			m.left += len(chosen) - slices.Index(chosen, name)
			break
		}
		m.read(m.add(s.ref, name))
	}
	if len(m.sources) > 1 && len(m.entries) > 0 {
		m.rebuild() // names may stand before the lines from now on
	}
	return nil
}

// choose is the container that was chosen, else the one that the pod says, else
// the first.
func (m *Model) choose(pod *corev1.Pod, names []string) string {
	if slices.Contains(names, m.container) {
		return m.container
	}
	if c := pod.Annotations["kubectl.kubernetes.io/default-container"]; slices.Contains(names, c) {
		return c
	}
	return names[0]
}

// ended is the end of a source's stream: nil when the server ended it in order.
func (m *Model) ended(s *source, err error) tea.Cmd {
	s.stop()
	s.run++
	switch {
	case err != nil:
		return m.broke(s, err)
	case m.previous:
		s.over = "That was all of it."
		m.say()
		return nil
	}
	return m.askPod(s, true)
}

// broke says that a log broke off and when it is tried again. Where the server has
// answered with a refusal there is nothing to try again.
func (m *Model) broke(s *source, err error) tea.Cmd {
	if apierrors.IsNotFound(err) || apierrors.IsBadRequest(err) || apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) || apierrors.IsMethodNotSupported(err) {
		first := s.over == "" && s.broken == 0
		s.over = err.Error()
		if apierrors.IsBadRequest(err) && !m.previous {
			// A container that has not started yet has no log yet.
			s.over = ""
			s.due = m.env.Now().Add(2 * time.Second)
			s.broken++
		}
		if first {
			m.note(s, err.Error())
		}
		m.say()
		return nil
	}
	wait := min(time.Second<<min(s.broken, 5), 30*time.Second)
	if s.broken == 0 {
		m.note(s, fmt.Sprintf("the log broke off at %s: %v; trying again", m.env.Now().Format("15:04:05"), err))
	}
	s.broken++
	s.due = m.env.Now().Add(wait)
	m.say()
	return nil
}

// goOn decides after the end of a stream: what runs is followed on, what waits is
// asked again later, what is over is said to be.
func (m *Model) goOn(s *source, pod *corev1.Pod) tea.Cmd {
	st := statusOf(pod, s.container)
	switch {
	case st == nil:
	case st.State.Running != nil:
		if s.restart >= 0 && int(st.RestartCount) != s.restart {
			m.note(s, fmt.Sprintf("%s was started again (restart %d)", s.container, st.RestartCount))
		}
		s.restart = int(st.RestartCount)
		m.read(s)
		return nil
	case st.State.Terminated != nil && (over(pod) || isInit(pod, s.container)):
		t := st.State.Terminated
		s.over = fmt.Sprintf("%s ended: exit %d", s.container, t.ExitCode)
		if t.Reason != "" {
			s.over += " (" + t.Reason + ")"
		}
		m.note(s, s.over)
		m.say()
		return nil
	}
	if st != nil {
		if s.restart != int(st.RestartCount) || s.broken == 0 {
			m.note(s, s.container+" is not running now; following on when it starts again")
		}
		s.restart = int(st.RestartCount)
	}
	s.broken++
	s.due = m.env.Now().Add(2 * time.Second)
	m.say()
	return nil
}

// over tells whether no container of the pod is started again.
func over(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed ||
		pod.Spec.RestartPolicy == corev1.RestartPolicyNever
}

// isInit tells whether a container is one that ends before the others begin.
func isInit(pod *corev1.Pod, name string) bool {
	for i := range pod.Spec.InitContainers {
		if c := &pod.Spec.InitContainers[i]; c.Name == name {
			st := statusOf(pod, name)
			return c.RestartPolicy == nil && st != nil && st.State.Terminated != nil && st.State.Terminated.ExitCode == 0
		}
	}
	return false
}

func statusOf(pod *corev1.Pod, container string) *corev1.ContainerStatus {
	for _, list := range [][]corev1.ContainerStatus{pod.Status.ContainerStatuses, pod.Status.InitContainerStatuses} {
		for i := range list {
			if list[i].Name == container {
				return &list[i]
			}
		}
	}
	return nil
}

// name is what a source is called before its lines, "" for the only one.
func (m *Model) name(s *source) string {
	if s == nil || len(m.sources) < 2 {
		return ""
	}
	name := s.ref.Name
	switch {
	case len(m.refs) == 1:
		name = s.container
	case m.all && s.container != "":
		name += "/" + s.container
	}
	limit := 32
	if m.narrow() {
		limit = 14
	}
	name = safetext.Clean(name)
	if w := safetext.Width(name); w > limit {
		name = "…" + safetext.Cut(name, w-limit+1, limit-1) // the end tells them apart
	}
	return name
}

// narrow tells whether there is little room for names.
func (m *Model) narrow() bool { return m.cols < 90 }
