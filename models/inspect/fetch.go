package inspect

import (
	"bytes"
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/models"
)

// answerMsg is the pod, and its events, as the server sent them.
type answerMsg struct {
	models.Answer
	run    int
	object api.PodObject
	err    error
	events []corev1.Event
	evErr  error
}

// ask asks for the pod and its events in a command.
func (m *Model) ask() tea.Cmd {
	m.asking = true
	m.run++
	ctx, client, ref, run := m.ctx, m.env.Client, m.ref, m.run
	withEvents := m.env.Info.Has(api.CapEvents)
	return func() tea.Msg {
		limited, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		a := answerMsg{Answer: models.To(m), run: run}
		a.object, a.err = client.Get(limited, ref.Namespace, ref.Name)
		if a.err == nil && a.object.Pod == nil {
			a.err = fmt.Errorf("get %s: the answer holds no pod", ref)
		}
		if withEvents && a.err == nil {
			a.events, a.evErr = client.Events(limited, ref.Namespace, selectorOf(ref, a.object.Pod))
		}
		return a
	}
}

// selectorOf asks for the events of this pod, not of an earlier one of its name.
func selectorOf(ref api.PodRef, pod *corev1.Pod) string {
	s := "involvedObject.name=" + ref.Name + ",involvedObject.namespace=" + ref.Namespace
	if pod.UID != "" {
		s += ",involvedObject.uid=" + string(pod.UID)
	}
	return s
}

// got takes an answer in.
func (m *Model) got(a answerMsg) {
	m.asking = false
	now := m.env.Now()
	m.due = now.Add(every)
	switch {
	case apierrors.IsNotFound(a.err):
		m.err, m.gone = a.err, true
		m.say(a.err)
		return
	case a.err != nil:
		m.err = a.err
		m.due = now.Add(min(every<<min(m.tries, 4), backoffMax))
		m.tries++
		m.say(a.err)
		return
	}
	m.err, m.tries, m.gone, m.at = nil, 0, false, now
	if !bytes.Equal(a.object.Raw, m.object.Raw) || m.object.Pod == nil {
		m.made = [3]bool{}
	}
	m.object, m.events, m.evErr = a.object, a.events, a.evErr
	m.made[overview] = false
	m.sayEvents()
	m.list.Reload()
	m.show()
}

// say explains in place of the pod why it is not there.
func (m *Model) say(err error) {
	if m.object.Pod != nil {
		return
	}
	text := err.Error()
	for _, v := range m.texts {
		v.SetEmpty(text + "\n\n" + m.keys.Refresh.Help().Key + " asks again, " + m.keys.Back.Help().Key + " goes back.")
	}
	m.list.SetEmpty("\n" + text)
}

func (m *Model) sayEvents() {
	switch {
	case !m.env.Info.Has(api.CapEvents):
		m.list.SetEmpty("\n" + m.env.Endpoint + " serves no events.")
	case m.evErr != nil:
		m.list.SetEmpty("\nThe events could not be had: " + m.evErr.Error())
	default:
		m.list.SetEmpty("\nNothing has been said about this pod lately.")
	}
}

// tick asks again when it is time to, and lets ages pass.
func (m *Model) tick(now time.Time) tea.Cmd {
	if !m.focused || m.blurred {
		return nil
	}
	if m.tab == overview {
		m.made[overview] = false
		m.show()
	}
	if m.tab == events {
		m.list.Reload()
	}
	if m.asking || m.gone || now.Before(m.due) {
		return nil
	}
	return m.ask()
}
