package inspect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"podium/api"
	"podium/models"
	"podium/models/modelstest"
)

func TestLastWordsOfWhatFailed(t *testing.T) {
	c := modelstest.NewClient()
	c.SetObject(rawWeb, crashing(1, "Error"))
	said := "one\ntwo\nthree\n\x1b[31mfour\x1b[0m\n\nfive\n\x1b[2Jsix\n"
	c.OnLog = func(_ context.Context, _, _ string, o *corev1.PodLogOptions) (io.ReadCloser, error) {
		if o.TailLines == nil || *o.TailLines != lastLines || o.Follow {
			return nil, fmt.Errorf("asked for %+v", o)
		}
		return io.NopCloser(strings.NewReader(said)), nil
	}
	b := modelstest.NewBench(c)
	b.Env.Info = api.Info{}.With(api.CapLog)
	m := New(b.Env, models.InspectMsg{Ref: api.PodRef{Namespace: "default", Name: "web"}})
	d := modelstest.Drive(t, m, 100, 30)
	t.Cleanup(m.Close)
	d.Sees("The last that main printed:", "      four", "      five", "six").Misses("one")
	modelstest.CheckView(t, m.View(), 100, 30)
	step := func() { d.Send(b.Step(3*time.Second)).Until("an answer", func() bool { return !m.asking }) }
	step()
	if n := c.Called("log default/web main follow=false previous=true"); n != 1 {
		t.Errorf("asked %d times for one end: %v", n, c.Calls())
	}
	// Another end has other words; a pod that is well again has none.
	again := crashing(1, "Error")
	again.Status.ContainerStatuses[0].RestartCount++
	c.SetObject(rawWeb+" ", again)
	said = "seven\n"
	step()
	d.Sees("seven").Misses("six")
	c.SetObject(rawWeb, webPod())
	step()
	d.Misses("seven", "The last that")
}

func TestLastWordsThatAreNotToBeHad(t *testing.T) {
	c := modelstest.NewClient()
	c.SetObject(rawWeb, crashing(1, "Error"))
	c.OnLog = func(context.Context, string, string, *corev1.PodLogOptions) (io.ReadCloser, error) {
		return nil, errors.New("no log")
	}
	b := modelstest.NewBench(c)
	b.Env.Info = api.Info{}.With(api.CapLog)
	m := New(b.Env, models.InspectMsg{Ref: api.PodRef{Namespace: "default", Name: "web"}})
	d := modelstest.Drive(t, m, 100, 30)
	t.Cleanup(m.Close)
	d.Sees("keeps ending").Until("the question", func() bool { return c.Called("log") == 1 }).Misses("The last that", "no log")
}
