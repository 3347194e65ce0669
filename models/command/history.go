package command

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/models"
)

// Lines that were run are kept for the pod's container, for its image, and for
// all: what was run here comes first, then what was run in the same image.
const historyName = "exec"

func (m *Model) historyNames() []string {
	names := []string{historyName}
	if m.image != "" {
		names = append(names, historyName+" image "+m.image)
	}
	if len(m.refs) == 1 {
		names = append(names, historyName+" pod "+m.refs[0].String()+"/"+m.container)
	}
	return names
}

// containerName is the history that remembers a pod's container.
func (m *Model) containerName() string { return historyName + " container " + m.refs[0].String() }

// lookTimeout bounds the look at the pod.
const lookTimeout = 10 * time.Second

// placeMsg is what there is to know of the one pod before anything runs in it.
type placeMsg struct {
	models.Answer
	containers []string
	images     map[string]string
	last       string // the container used last
}

type historyMsg struct {
	models.Answer
	lines []string
}

// look asks for the containers of the one pod and for the one that was used last.
func (m *Model) look() tea.Cmd {
	if len(m.refs) != 1 {
		return m.recallLines()
	}
	client, store, ref, name := m.env.Client, m.env.Store, m.refs[0], m.containerName()
	return func() tea.Msg {
		msg := placeMsg{Answer: models.To(m), images: map[string]string{}}
		ctx, cancel := context.WithTimeout(context.Background(), lookTimeout)
		defer cancel()
		// Where the pod cannot be had, the command itself will say so.
		if o, err := client.Get(ctx, ref.Namespace, ref.Name); err == nil && o.Pod != nil {
			for _, c := range o.Pod.Spec.Containers {
				msg.containers = append(msg.containers, c.Name)
				msg.images[c.Name] = c.Image
			}
		}
		if kept, err := store.History(name); err == nil && len(kept) > 0 {
			msg.last = kept[len(kept)-1]
		}
		return msg
	}
}

func (m *Model) gotPlace(msg placeMsg) tea.Cmd {
	m.containers, m.images = msg.containers, msg.images
	if m.container == "" && len(m.cards) == 0 {
		switch {
		case slices.Contains(m.containers, msg.last):
			m.container = msg.last
		case len(m.containers) > 0:
			m.container = m.containers[0]
		}
	}
	m.image = m.images[m.container]
	return m.recallLines()
}

// recallLines fetches what was run before; the nearest comes last.
func (m *Model) recallLines() tea.Cmd {
	store, names := m.env.Store, m.historyNames()
	return func() tea.Msg {
		msg := historyMsg{Answer: models.To(m)}
		for _, name := range names {
			// A history that cannot be read is none; running a line says why.
			if lines, err := store.History(name); err == nil {
				msg.lines = append(msg.lines, lines...)
			}
		}
		// Of equal lines the last counts.
		seen := map[string]bool{}
		var out []string
		for _, line := range slices.Backward(msg.lines) {
			if !seen[line] {
				seen[line] = true
				out = append(out, line)
			}
		}
		slices.Reverse(out)
		msg.lines = out
		return msg
	}
}

func (m *Model) gotHistory(msg historyMsg) {
	m.history = append(msg.lines, m.fresh...)
	m.recall = len(m.history)
}

// remember keeps a line that is run, and where.
func (m *Model) remember(s spec) tea.Cmd {
	text := s.text()
	m.fresh = append(m.fresh, text)
	m.history = append(slices.DeleteFunc(m.history, func(l string) bool { return l == text }), text)
	m.recall = len(m.history)
	store, names, container, place := m.env.Store, m.historyNames(), m.container, ""
	if len(m.refs) == 1 && container != "" {
		place = m.containerName()
	}
	return func() tea.Msg {
		var err error
		for _, name := range names {
			if e := store.AppendHistory(name, text); e != nil {
				err = e
			}
		}
		if place != "" {
			if e := store.AppendHistory(place, container); e != nil {
				err = e
			}
		}
		if err != nil {
			return models.NoticeMsg{Level: models.LevelWarning, Text: "The line could not be added to the history: " + err.Error()}
		}
		return nil
	}
}

// recallLine puts an earlier or later line into the prompt, of those that begin
// with what was typed.
func (m *Model) recallLine(step int) {
	if m.recall >= len(m.history) {
		m.typed = m.line.Value()
	}
	for to := m.recall + step; to >= 0 && to <= len(m.history); to += step {
		if to == len(m.history) {
			m.recall = to
			m.line.Set(m.typed)
			return
		}
		s := parseSpec(m.history[to])
		if strings.HasPrefix(s.typed(), m.typed) {
			m.recall, m.argv = to, s.argv
			m.line.Set(s.typed())
			return
		}
	}
}

// nextSnippet puts the next of the user's snippets into the prompt.
func (m *Model) nextSnippet() {
	all := m.env.Settings.Snippets
	if len(all) == 0 {
		return
	}
	m.snippet = m.snippet % len(all)
	s := parseSpec(all[m.snippet].Line)
	m.argv = s.argv
	m.line.Set(s.typed())
	m.snippet++
}
