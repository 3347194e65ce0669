package contexts

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"
	"go.uber.org/goleak"

	"podium/models"
	"podium/models/modelstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// places are a machine with something of everything.
func places() *modelstest.Contexts {
	noon := modelstest.Noon()
	all := modelstest.NewContexts(
		models.Context{ID: "host", Name: "this machine", Engine: "host", Source: "processes of this machine", Local: true, Unlocked: true, Identity: "ada", Used: noon.Add(-time.Hour)},
		models.Context{ID: "docker:podman", Name: "podman", Engine: "docker", Address: "unix:///run/user/1000/podman/podman.sock", Source: "socket /run/user/1000/podman/podman.sock", Local: true},
		models.Context{ID: "docker:far", Name: "far", Engine: "docker", Address: "ssh://far", Source: "docker context far", Problem: "podium does not speak to a daemon by ssh: forward its socket"},
		models.Context{ID: "kube:prod", Name: "prod", Engine: "kube", Address: "https://prod.example:6443", Identity: "alice", Namespace: "shop", Source: "kubeconfig", Current: true, Used: noon.Add(-time.Minute)},
		models.Context{ID: "kube:staging", Name: "staging", Engine: "kube", Address: "https://staging.example:6443", Identity: "alice", Source: "kubeconfig", Unlocked: true},
	)
	all.OnAsk = func(_ context.Context, id string) (string, error) {
		if id == "host" {
			return "runs", nil
		}
		return "", errors.New("the daemon does not answer: connection refused")
	}
	return all
}

func open(t *testing.T, at string, all *modelstest.Contexts, cols, rows int) (*Model, *modelstest.Driver, *modelstest.Bench) {
	t.Helper()
	b := modelstest.NewBench(modelstest.NewClient())
	b.Env.Contexts = all
	m := New(b.Env, at)
	return m, modelstest.Drive(t, m, cols, rows), b
}

func TestViews(t *testing.T) {
	for name, size := range map[string][2]int{"80x24": {80, 24}, "200x50": {200, 50}, "40x12": {40, 12}} {
		t.Run(name, func(t *testing.T) {
			m, d, _ := open(t, "", places(), size[0], size[1])
			d.Until("both answers", func() bool { return len(m.health) == 2 })
			golden.RequireEqual(t, []byte(modelstest.Strip(m.View())))
			modelstest.CheckView(t, m.View(), size[0], size[1])
		})
	}
}

func TestEverySize(t *testing.T) {
	m, d, _ := open(t, "", places(), 80, 24)
	d.Sees("prod")
	for _, s := range modelstest.Sizes {
		m.SetSize(s[0], s[1])
		modelstest.CheckView(t, m.View(), s[0], s[1])
		d.Press("/")
		modelstest.CheckView(t, m.View(), s[0], s[1])
		d.Press("esc")
	}
}

func TestHostileNames(t *testing.T) {
	for _, text := range modelstest.Hostile {
		all := modelstest.NewContexts(models.Context{ID: "x", Name: text, Engine: text, Address: text, Identity: text, Source: text, Problem: text})
		all.Problem = errors.New(text)
		m, d, _ := open(t, "", all, 80, 24)
		d.Until("the row", func() bool { return m.found })
		modelstest.CheckView(t, m.View(), 80, 24)
	}
}

func TestOnlySocketsOfThisMachineAreAsked(t *testing.T) {
	all := places()
	m, d, _ := open(t, "kube:prod", all, 100, 24)
	d.Until("both answers", func() bool { return len(m.health) == 2 })
	for _, call := range all.Calls() {
		if call != "find" && call != "ask host" && call != "ask docker:podman" {
			t.Errorf("it calls %s", call)
		}
	}
}

func TestOpening(t *testing.T) {
	m, d, b := open(t, "kube:prod", places(), 100, 24)
	d.Until("the one that is open to be selected", func() bool { c, _ := m.current(); return c.ID == "kube:prod" })
	d.Press("j enter")
	if len(b.Wishes) != 1 || b.Wishes[0] != tea.Msg(models.OpenContextMsg{ID: "kube:staging"}) {
		t.Errorf("it wishes for %v", b.Wishes)
	}
	// One that cannot be used says why instead.
	b.Wishes = nil
	d.Press("k k enter")
	if n, ok := b.Wishes[0].(models.NoticeMsg); !ok || !strings.Contains(n.Text, "by ssh") {
		t.Errorf("it wishes for %v", b.Wishes)
	}
}

func TestTheOneUsedLastIsSelectedFirst(t *testing.T) {
	m, d, _ := open(t, "", places(), 100, 24)
	d.Until("it to be selected", func() bool { c, _ := m.current(); return c.ID == "kube:prod" })
}

func TestFilter(t *testing.T) {
	_, d, b := open(t, "", places(), 100, 24)
	d.Sees("podman").Press("/").Type("kube stag").Misses("podman").Sees("staging")
	d.Press("enter")
	if len(b.Wishes) != 1 || b.Wishes[0] != tea.Msg(models.OpenContextMsg{ID: "kube:staging"}) {
		t.Errorf("enter with one left wishes for %v", b.Wishes)
	}
	d.Press("esc").Sees("podman").Press("/").Type("nowhere").Sees("Nothing matches").Press("esc").Sees("podman")
}

func TestItLooksAgain(t *testing.T) {
	all := places()
	m, d, b := open(t, "", all, 100, 24)
	d.Until("the answers", func() bool { return len(m.health) == 2 })
	all.Set(models.Context{ID: "docker:new", Name: "newcomer", Engine: "docker"})
	d.Send(b.Step(time.Second)).Sees("podman").Send(b.Step(lookEvery)).Sees("newcomer").Misses("podman")
}

func TestLateAnswersAreDropped(t *testing.T) {
	m, d, _ := open(t, "", places(), 100, 24)
	d.Sees("podman")
	m.Update(foundMsg{Answer: models.To(m), asked: m.asked - 1})
	m.Update(foundMsg{Answer: models.To(&Model{}), asked: m.asked})
	m.Update(healthMsg{Answer: models.To(&Model{}), id: "kube:prod", words: "late"})
	d.Sees("podman").Misses("late")
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	all := places()
	all.Problem = errors.New("read the kubeconfig /home/ada/.kube/config: yaml: line 3")
	_, d, _ := open(t, "", all, 100, 24)
	d.Sees("line 3", "podman")
}

func TestOnlyThisMachineCouldBeRead(t *testing.T) {
	all := modelstest.NewContexts(models.Context{ID: "host", Name: "this machine", Engine: "host"})
	all.Problem = errors.New("read the kubeconfig: yaml: line 3")
	_, d, _ := open(t, "", all, 100, 24)
	d.Sees("could not be read", "line 3").Misses("more than one")
}
