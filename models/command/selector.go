package command

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/internal/fanout"
	"podium/models"
)

// selectedMsg are the pods that a selector finds.
type selectedMsg struct {
	models.Answer
	spec    spec
	targets []fanout.Target
	err     error
}

// selectPods finds the pods that a line's selector means.
func (m *Model) selectPods(s spec) tea.Cmd {
	client, namespace := m.env.Client, m.env.Namespace
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
		defer cancel()
		msg := selectedMsg{Answer: models.To(m), spec: s}
		_, msg.err = client.List(ctx, namespace, api.ListOptions{LabelSelector: s.on}, func(row api.PodRow) error {
			if !row.Finished() {
				t := fanout.Target{Ref: row.Ref()}
				if len(row.Containers) > 0 {
					t.Container = row.Containers[0]
				}
				msg.targets = append(msg.targets, t)
			}
			return nil
		})
		return msg
	}
}

// selected runs the line in the pods, or asks again where there are none.
func (m *Model) selected(msg selectedMsg) tea.Cmd {
	switch {
	case msg.err != nil:
		m.ask(msg.spec)
		m.wrong = "The pods could not be listed: " + msg.err.Error()
	case len(msg.targets) == 0:
		m.ask(msg.spec)
		m.wrong = "No pod that runs has the labels " + msg.spec.on
	default:
		return m.start(&card{spec: msg.spec, targets: msg.targets})
	}
	m.layout()
	return nil
}
