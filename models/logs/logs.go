// Package logs is the screen with a container's log: followed, or that of the
// run before, with search, marks, times, and plain words about every break in
// it. It keeps the last lines only; a file has the rest.
package logs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/textview"
	"podium/themes"
)

// Model is the log of one container. It is a models.Screen.
type Model struct {
	env   *models.Env
	theme themes.Theme
	keys  KeyMap
	view  *textview.View

	ref        api.PodRef
	container  string
	containers []string
	previous   bool
	since      time.Duration // 0 for all
	times      bool

	ctx     context.Context // of what runs
	cancel  context.CancelFunc
	queue   *queue
	run     int
	reading bool
	entries []entry   // what is kept
	last    time.Time // of the latest line, where to go on
	broken  int       // breaks in a row
	due     time.Time // when to ask again, zero for not at all
	over    string    // why nothing more comes, "" while it may
	restart int       // of the container when the stream ended, -1 for unknown

	cols, rows int
	drawn      string
}

var (
	_ models.Screen   = (*Model)(nil)
	_ models.Titled   = (*Model)(nil)
	_ models.Typing   = (*Model)(nil)
	_ models.Pointing = (*Model)(nil)
	_ models.Themed   = (*Model)(nil)
)

// New makes the screen for the wish.
func New(env *models.Env, wish models.LogMsg) *Model {
	m := &Model{
		env: env, theme: env.Theme, keys: DefaultKeyMap(), view: textview.New(env.Theme, keepLines),
		ref: wish.Ref, container: wish.Container, previous: wish.Previous, restart: -1,
	}
	m.view.SetWrap(true)
	m.view.SetFollow(!wish.Previous)
	m.view.OnCopy = func(text string) tea.Cmd {
		env.Wish(models.CopyMsg{Text: text, What: "the log"})
		return nil
	}
	m.view.OnSave = m.save
	m.ctx, m.cancel = context.WithCancel(context.Background())
	m.say()
	return m
}

// Init asks for the pod, to know its containers, and then for the log.
func (m *Model) Init() tea.Cmd { return m.askPod(false) }

// Close ends what reads the log.
func (m *Model) Close() { m.stop() }

// Title names the pod and the container.
func (m *Model) Title() string {
	what := "log"
	if m.previous {
		what = "previous log"
	}
	name := safetext.Line(m.ref.Name, 60)
	if m.container != "" {
		name += "/" + safetext.Line(m.container, 40)
	}
	return name + " " + what
}

// Typing tells whether a search is typed.
func (m *Model) Typing() bool { return m.view.Typing() }

// SetTheme changes the look.
func (m *Model) SetTheme(th themes.Theme) {
	m.theme = th
	m.view.SetTheme(th)
	m.draw()
}

// SetSize sets the rectangle.
func (m *Model) SetSize(cols, rows int) {
	m.cols, m.rows = max(cols, 0), max(rows, 0)
	m.draw()
}

// Update takes keys, ticks and the log's lines.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		cmd = m.press(msg)
	case tea.PasteMsg, tea.MouseWheelMsg, tea.MouseClickMsg:
		cmd, _ = m.view.Handle(msg)
	case linesMsg:
		if msg.owner != m || msg.run != m.run {
			return nil
		}
		cmd = m.got(msg)
	case podMsg:
		if msg.owner != m || msg.run != m.run {
			return nil
		}
		cmd = m.gotPod(msg)
	case models.TickMsg:
		if m.reading || m.due.IsZero() || time.Time(msg).Before(m.due) {
			return nil
		}
		m.due = time.Time{}
		cmd = m.askPod(true)
	case savedMsg:
		if msg.owner == m {
			m.saved(msg)
		}
	default:
		return nil
	}
	m.draw()
	return cmd
}

func (m *Model) press(k tea.KeyPressMsg) tea.Cmd {
	if m.view.Typing() {
		cmd, _ := m.view.Handle(k)
		return cmd
	}
	for i, b := range m.keys.Since {
		if key.Matches(k, b) {
			return m.setSince(sinces[i])
		}
	}
	switch {
	case key.Matches(k, m.keys.Times):
		m.times = !m.times
		m.rebuild()
	case key.Matches(k, m.keys.Previous):
		m.previous = !m.previous
		m.view.SetFollow(!m.previous)
		return m.anew()
	case key.Matches(k, m.keys.Container):
		return m.nextContainer()
	case key.Matches(k, m.keys.Mark):
		m.note("mark " + m.env.Now().Format("15:04:05"))
	case key.Matches(k, m.keys.Refresh):
		return m.anew()
	case key.Matches(k, m.keys.Back):
		if _, handled := m.view.Handle(k); !handled {
			m.env.Wish(models.BackMsg{})
		}
	default:
		cmd, _ := m.view.Handle(k)
		return cmd
	}
	return nil
}

// anew forgets what was read and reads again.
func (m *Model) anew() tea.Cmd {
	m.entries, m.last, m.over, m.broken, m.due = nil, time.Time{}, "", 0, time.Time{}
	m.view.SetLines(nil)
	m.say()
	if len(m.containers) == 0 {
		m.stop()
		m.ctx, m.cancel = context.WithCancel(context.Background())
		m.run++
		return m.askPod(false)
	}
	return m.read()
}

func (m *Model) setSince(d time.Duration) tea.Cmd {
	m.since = d
	return m.anew()
}

func (m *Model) nextContainer() tea.Cmd {
	if len(m.containers) < 2 {
		m.env.Wish(models.NoticeMsg{Text: "The pod has one container only"})
		return nil
	}
	i := slices.Index(m.containers, m.container)
	m.container = m.containers[(i+1)%len(m.containers)]
	return m.anew()
}

// got takes a batch of lines in.
func (m *Model) got(msg linesMsg) tea.Cmd {
	if len(msg.lines) > 0 {
		if m.broken > 0 {
			m.note("connected again at " + m.env.Now().Format("15:04:05"))
		}
		m.broken = 0
		m.append(msg.lines...)
	}
	if !msg.ended {
		return m.wait(pace)
	}
	m.stop()
	m.ctx, m.cancel = context.WithCancel(context.Background())
	m.run++
	switch {
	case msg.err != nil:
		return m.broke(msg.err)
	case m.previous:
		m.over = "That was all of it."
		m.say()
		return nil
	}
	return m.askPod(true)
}

// broke says that the log broke off and when it is tried again. Where the
// server has answered with a refusal there is nothing to try again.
func (m *Model) broke(err error) tea.Cmd {
	if apierrors.IsNotFound(err) || apierrors.IsBadRequest(err) || apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) || apierrors.IsMethodNotSupported(err) {
		m.over = err.Error()
		m.note(err.Error())
		m.say()
		if apierrors.IsBadRequest(err) && !m.previous {
			// A container that has not started yet has no log yet.
			m.over = ""
			m.due = m.env.Now().Add(2 * time.Second)
		}
		return nil
	}
	wait := min(time.Second<<min(m.broken, 5), 30*time.Second)
	if m.broken == 0 {
		m.note(fmt.Sprintf("the log broke off at %s: %v; trying again", m.env.Now().Format("15:04:05"), err))
	}
	m.broken++
	m.due = m.env.Now().Add(wait)
	m.say()
	return nil
}

// gotPod knows the pod: its containers at the start, and after the end of a
// stream whether the container goes on.
func (m *Model) gotPod(msg podMsg) tea.Cmd {
	switch {
	case msg.after && apierrors.IsNotFound(msg.err):
		m.over = "The pod is gone."
		m.note("the pod is gone")
		m.say()
		return nil
	case msg.err != nil:
		return m.broke(msg.err)
	case msg.pod == nil:
		return nil
	}
	if !msg.after || len(m.containers) == 0 {
		m.know(msg.pod)
		return m.read()
	}
	return m.goOn(msg.pod)
}

// know takes over the names of the containers, and chooses one.
func (m *Model) know(pod *corev1.Pod) {
	m.containers = nil
	for _, c := range pod.Spec.Containers {
		m.containers = append(m.containers, c.Name)
	}
	for _, c := range pod.Spec.InitContainers {
		m.containers = append(m.containers, c.Name)
	}
	if slices.Contains(m.containers, m.container) || len(m.containers) == 0 {
		return
	}
	m.container = m.containers[0]
	if c := pod.Annotations["kubectl.kubernetes.io/default-container"]; slices.Contains(m.containers, c) {
		m.container = c
	}
}

// goOn decides after the end of a stream: what runs is followed on, what waits
// is asked again later, what is over is said to be.
func (m *Model) goOn(pod *corev1.Pod) tea.Cmd {
	st := m.status(pod)
	switch {
	case st == nil:
	case st.State.Running != nil:
		if m.restart >= 0 && int(st.RestartCount) != m.restart {
			m.note(fmt.Sprintf("%s was started again (restart %d)", m.container, st.RestartCount))
		}
		m.restart = int(st.RestartCount)
		return m.read()
	case st.State.Terminated != nil && over(pod):
		t := st.State.Terminated
		m.over = fmt.Sprintf("%s ended: exit %d", m.container, t.ExitCode)
		if t.Reason != "" {
			m.over += " (" + t.Reason + ")"
		}
		m.note(m.over)
		m.say()
		return nil
	}
	if st != nil {
		if m.restart != int(st.RestartCount) || m.broken == 0 {
			m.note(m.container + " is not running now; following on when it starts again")
		}
		m.restart = int(st.RestartCount)
	}
	m.broken++
	m.due = m.env.Now().Add(2 * time.Second)
	m.say()
	return nil
}

// over tells whether no container of the pod is started again.
func over(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed ||
		pod.Spec.RestartPolicy == corev1.RestartPolicyNever
}

func (m *Model) status(pod *corev1.Pod) *corev1.ContainerStatus {
	for _, list := range [][]corev1.ContainerStatus{pod.Status.ContainerStatuses, pod.Status.InitContainerStatuses} {
		for i := range list {
			if list[i].Name == m.container {
				return &list[i]
			}
		}
	}
	return nil
}

// Keys are what works right now.
func (m *Model) Keys() help.KeyMap { return keysNow{m} }
