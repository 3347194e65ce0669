package pods

import (
	"context"
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"podium/api"
	"podium/models"
	"podium/models/modelstest"
)

func forbidden(verb string) error {
	return apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "", errors.New(`User "eve" cannot `+verb+` resource "pods"`))
}

func TestAWatchThatIsForbiddenBecomesPolling(t *testing.T) {
	c := modelstest.NewClient(row("web", "Running"))
	c.InfoAnswer = api.Info{}.With(api.CapWatch)
	c.OnWatch = func(context.Context, api.ListOptions) (api.RowWatch, error) { return nil, forbidden("watch") }
	m, b, d := open(t, c, 80, 24)
	b.Env.Info = c.InfoAnswer
	d.Send(models.InfoMsg{Info: c.InfoAnswer}).Sees("web")
	d.Until("polling", func() bool { return m.feed.noWatch && m.feed.source == idle && !m.feed.due.IsZero() })
	if m.feed.lost != nil || m.Listing().Lost {
		t.Error("a watch that one may not have counts as a loss")
	}
	said := ""
	for _, w := range b.Wishes {
		if n, ok := w.(models.NoticeMsg); ok {
			said += n.Text
		}
	}
	if !strings.Contains(said, "may not watch") || !strings.Contains(said, "cannot watch resource") {
		t.Errorf("it says %q", said)
	}
}

func TestAListThatIsRefused(t *testing.T) {
	c := modelstest.NewClient()
	c.InfoAnswer = api.Info{}.With(api.CapNamespaces)
	c.OnList = func(context.Context, api.ListOptions, func(api.PodRow) error) (api.ListMeta, error) {
		return api.ListMeta{}, forbidden("list")
	}
	m, b, d := open(t, c, 100, 24)
	b.Env.Info = c.InfoAnswer
	d.Send(models.InfoMsg{Info: c.InfoAnswer}).Sees("cannot be listed", `cannot list resource "pods"`, "other namespaces all the same", "Refused for")
	if s := m.Listing(); !s.Refused || !s.Lost {
		t.Errorf("the list says %+v", s)
	}
	// A gateway that cannot reach its cluster answers too, but refuses nothing.
	c.OnList = func(context.Context, api.ListOptions, func(api.PodRow) error) (api.ListMeta, error) {
		return api.ListMeta{}, apierrors.NewServiceUnavailable("cannot reach the cluster")
	}
	d.Press("ctrl+r").Sees("cannot reach the cluster", "No answer for")
	if m.Listing().Refused {
		t.Error("silence counts as a refusal")
	}
}

func TestAnotherNamespaceIsListedAnew(t *testing.T) {
	one, two := row("web", "Running"), row("dns", "Running")
	two.Namespace = "kube-system"
	c := modelstest.NewClient(one, two)
	c.InfoAnswer = api.Info{}.With(api.CapNamespaces)
	m, b, d := open(t, c, 100, 24)
	b.Env.Info, b.Env.Recent = c.InfoAnswer, []string{"default", "kube-system"}
	d.Sees("web").Misses("dns").Press("space")
	b.Wishes = nil
	d.Press("0 2 5")
	if b.Wishes[0] != tea.Msg(models.NamespaceMsg{}) || b.Wishes[1] != tea.Msg(models.NamespaceMsg{Namespace: "kube-system"}) {
		t.Errorf("the keys wish for %v", b.Wishes)
	}
	if n, ok := b.Wishes[2].(models.NoticeMsg); !ok || !strings.Contains(n.Text, "key 5") {
		t.Errorf("a key without a namespace wishes for %v", b.Wishes[2])
	}
	run := m.feed.run
	b.Env.Namespace = "kube-system"
	d.Send(models.EnvMsg{}).Sees("dns").Misses("web")
	// A late batch of the old list changes nothing.
	d.Send(feedMsg{Answer: models.To(m), run: run, changes: []change{{kind: api.EventAdded, row: one}}}).Misses("web")
	if m.table.Marks() != 0 {
		t.Error("marks of pods that are not listed stay")
	}
	b.Env.Namespace = ""
	d.Send(models.EnvMsg{}).Sees("NAMESPACE", "dns", "web")
}
