package inspect

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	corev1 "k8s.io/api/core/v1"

	"podium/api"
	"podium/models"
	"podium/themes"
)

const (
	// lastLines is how much of the log of a container that failed the overview
	// shows, in lines, and lastBytes how much of it is read at most.
	lastLines = 5
	lastBytes = 16 << 10
	// wordsPatience is how long they may take.
	wordsPatience = 10 * time.Second
)

// lastWords are the last lines of the log of a container that failed.
type lastWords struct {
	of    string // which end of which container, "" for none
	name  string // of the container
	lines []string
}

// wordsMsg is the answer to the question for them.
type wordsMsg struct {
	models.Answer
	words lastWords
}

// failed is the container whose last words tell most: of which one, whether they
// are in the log of the run before, and which of its ends it is.
func failed(pod *corev1.Pod) (name string, previous bool, end string) {
	for _, list := range [][]corev1.ContainerStatus{pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses} {
		for i := range list {
			st := &list[i]
			t, previous := st.State.Terminated, false
			if t == nil {
				t, previous = st.LastTerminationState.Terminated, true
			}
			if t == nil || t.ExitCode == 0 && t.Signal == 0 || previous && st.State.Running != nil && st.Ready {
				continue
			}
			return st.Name, previous, fmt.Sprintf("%s/%s/%d/%v", pod.UID, st.Name, st.RestartCount, t.FinishedAt.Unix())
		}
	}
	return "", false, ""
}

// askWords asks for the last words of a container that failed, once for each end.
func (m *Model) askWords() tea.Cmd {
	if m.object.Pod == nil || !m.env.Info.Has(api.CapLog) {
		return nil
	}
	name, previous, end := failed(m.object.Pod)
	if end == m.words.of {
		return nil
	}
	m.words = lastWords{of: end, name: name}
	if end == "" {
		return nil
	}
	ctx, client, ref, words := m.ctx, m.env.Client, m.ref, m.words
	n, bytes := int64(lastLines), int64(lastBytes)
	opts := &corev1.PodLogOptions{Container: name, Previous: previous, TailLines: &n, LimitBytes: &bytes}
	return func() tea.Msg {
		limited, cancel := context.WithTimeout(ctx, wordsPatience)
		defer cancel()
		body, err := client.Log(limited, ref.Namespace, ref.Name, opts)
		if err != nil {
			return nil // the log itself, a key away, says why
		}
		defer body.Close()
		stop := context.AfterFunc(limited, func() { body.Close() })
		defer stop()
		lines := bufio.NewScanner(io.LimitReader(body, lastBytes))
		for lines.Scan() {
			if text := strings.TrimRight(ansi.Strip(lines.Text()), " \t\r"); text != "" {
				words.lines = append(words.lines, text)
			}
		}
		words.lines = words.lines[max(len(words.lines)-lastLines, 0):]
		return wordsMsg{Answer: models.To(m), words: words}
	}
}

func (m *Model) gotWords(msg wordsMsg) {
	if msg.words.of == m.words.of {
		m.words = msg.words
		m.made[overview] = false
		m.show()
	}
}

// lastWords adds them below what is wrong.
func (p *page) lastWords(w lastWords) {
	if len(w.lines) == 0 {
		return
	}
	p.text(themes.Muted, "    ", "The last that "+w.name+" printed:")
	for _, line := range w.lines {
		p.text(themes.Text, "      ", line)
	}
}
