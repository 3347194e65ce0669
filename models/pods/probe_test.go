package pods

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"podium/api"
	"podium/models/modelstest"
)

// A watch that has been quiet is called live only while its server answers.
func TestAQuietWatchIsLiveOnlyWhileItsServerAnswers(t *testing.T) {
	for _, silence := range []error{
		context.DeadlineExceeded,
		fmt.Errorf("the link is down: %w", api.ErrUnreachable),
	} {
		c := modelstest.NewClient(sample()...)
		c.InfoAnswer = everything()
		m, b, d := open(t, c, 80, 24)
		d.Until("a watch", func() bool { return m.feed.live })
		began, asked := m.feed.at, c.Called("info")

		d.Send(b.Step(quiet - time.Second))
		if c.Called("info") != asked {
			t.Fatal("the server was asked although the watch had hardly been quiet")
		}
		d.Send(b.Step(time.Second))
		d.Until("an answer", func() bool { return c.Called("info") == asked+1 && !m.feed.probing })
		if s := m.Listing(); !s.Live || !s.At.Equal(began.Add(quiet)) {
			t.Errorf("with an answer Listing is %+v", s)
		}
		d.Send(b.Step(quiet - time.Second))
		if c.Called("info") != asked+1 {
			t.Error("it was asked again at once")
		}

		c.OnInfo = func(context.Context) (api.Info, error) { return nil, silence }
		c.OnList = func(context.Context, api.ListOptions, func(api.PodRow) error) (api.ListMeta, error) {
			return api.ListMeta{}, silence
		}
		d.Send(b.Step(time.Second))
		d.Until("the loss", func() bool { return m.Listing().Lost })
		if s := m.Listing(); s.Live || s.All != len(sample()) || !s.At.Equal(began.Add(quiet)) {
			t.Errorf("without an answer Listing is %+v", s)
		}
		c.OnList = nil
		d.Send(b.Step(2 * time.Second))
		d.Until("another watch", func() bool { return m.feed.live && len(c.Watches()) == 2 })
	}
}

// Any answer shows that the server is there, a refusal too.
func TestARefusedProbeIsAnAnswer(t *testing.T) {
	c := modelstest.NewClient(sample()...)
	c.InfoAnswer = everything()
	m, b, d := open(t, c, 80, 24)
	d.Until("a watch", func() bool { return m.feed.live })
	c.OnInfo = func(context.Context) (api.Info, error) { return nil, errors.New("too many requests") }
	asked := c.Called("info")
	d.Send(b.Step(quiet))
	d.Until("an answer", func() bool { return c.Called("info") == asked+1 && !m.feed.probing })
	if s := m.Listing(); !s.Live || s.Lost {
		t.Errorf("Listing is %+v", s)
	}
}
