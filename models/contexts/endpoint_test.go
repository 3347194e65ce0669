package contexts

import (
	"context"
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"podium/models"
	"podium/models/modelstest"
)

const trusted = "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99"

func dialog(t *testing.T, id string, change func(*modelstest.Endpoints)) (*Dialog, *modelstest.Driver, *modelstest.Bench, *modelstest.Endpoints) {
	t.Helper()
	all := modelstest.NewEndpoints()
	if change != nil {
		change(all)
	}
	b := modelstest.NewBench(modelstest.NewClient())
	b.Env.Contexts = all
	d := NewDialog(b.Env, id)
	return d, modelstest.Drive(t, d, 76, 14), b, all
}

// saved is the ID that a wish says was saved, "" when there is none.
func saved(b *modelstest.Bench) string {
	for _, w := range b.Wishes {
		if m, ok := w.(models.EndpointSavedMsg); ok {
			return m.ID
		}
	}
	return ""
}

func fill(d *modelstest.Driver, name, server, token string) {
	d.Type(name).Press("tab").Type(server).Press("tab").Type(token)
}

func TestAddingAnEndpoint(t *testing.T) {
	d, drive, b, all := dialog(t, "", nil)
	fill(drive, "lab", "https://lab.example", "hush-hush")
	if strings.Contains(d.View(), "hush-hush") {
		t.Error("the token is shown")
	}
	golden.RequireEqual(t, []byte(modelstest.Strip(d.View())))
	drive.Press("tab tab enter enter")
	drive.Until("it to be saved", func() bool { return saved(b) == "api:lab" })
	if e := all.Kept["api:lab"]; e.Server != "https://lab.example" || e.Token != "hush-hush" {
		t.Errorf("kept %+v", e)
	}
}

func TestWhatIsWrongIsSaidAtTheField(t *testing.T) {
	_, drive, b, all := dialog(t, "", nil)
	fill(drive, "lab", "lab.example", "")
	drive.Press("tab tab enter enter").Sees("A URL begins with http://")
	if all.Called("try lab.example") != 0 || saved(b) != "" {
		t.Error("it is tried all the same")
	}
}

func TestTheServersWordsAreShown(t *testing.T) {
	_, drive, b, _ := dialog(t, "", func(all *modelstest.Endpoints) {
		all.OnTry = func(context.Context, string, models.Endpoint) (string, error) {
			return "", errors.New("GET /info: the bearer token is missing or wrong (401 Unauthorized)")
		}
	})
	fill(drive, "lab", "https://lab.example", "wrong")
	drive.Press("tab tab enter enter").Sees("bearer token is missing or wrong", "Save all the same", "lab.example")
	if saved(b) != "" {
		t.Fatal("what does not work is kept unasked")
	}
	drive.Press("tab enter").Until("it to be saved", func() bool { return saved(b) == "api:lab" })
}

func TestTrustingACertificate(t *testing.T) {
	_, drive, b, all := dialog(t, "", func(all *modelstest.Endpoints) {
		all.OnTry = func(_ context.Context, _ string, e models.Endpoint) (string, error) {
			if e.Fingerprint != trusted {
				return "", &models.UntrustedError{Fingerprint: trusted, Reason: "Nobody vouches for the server's certificate.", Err: errors.New("not trusted")}
			}
			return "it answers", nil
		}
	})
	fill(drive, "lab", "https://lab.example", "hush-hush")
	drive.Press("tab tab enter enter").Sees("Nobody vouches", trusted[:40], "Trust this certificate")
	golden.RequireEqual(t, []byte(modelstest.Strip(drive.View())))
	drive.Press("tab enter").Until("it to be saved", func() bool { return saved(b) == "api:lab" })
	if e := all.Kept["api:lab"]; e.Fingerprint != trusted || e.Token != "hush-hush" {
		t.Errorf("kept %+v", e)
	}
}

func TestEditingKeepsTheToken(t *testing.T) {
	d, drive, b, all := dialog(t, "api:lab", func(all *modelstest.Endpoints) {
		all.Kept["api:lab"] = models.Endpoint{Name: "lab", Server: "https://lab.example", Token: "hush-hush"}
	})
	drive.Sees("https://lab.example", "kept as it is")
	if strings.Contains(d.View(), "hush") {
		t.Error("the token is shown")
	}
	drive.Press("tab tab").Type("-").Press("tab tab enter enter")
	drive.Until("it to be saved", func() bool { return saved(b) == "api:lab" })
	if e := all.Kept["api:lab"]; !e.RemoveToken || e.Token != "" {
		t.Errorf("kept %+v", e)
	}
}

// TestATokenStaysWithItsServer: a kept token goes to no other address unasked.
func TestATokenStaysWithItsServer(t *testing.T) {
	_, drive, b, all := dialog(t, "api:lab", func(all *modelstest.Endpoints) {
		all.Kept["api:lab"] = models.Endpoint{Name: "lab", Server: "https://lab.example", Token: "hush-hush"}
	})
	drive.Sees("https://lab.example").Press("tab end").Type(".evil").Press("tab tab tab enter").Sees("was given for https://lab.example")
	if all.Called("try https://lab.example.evil") != 0 || saved(b) != "" {
		t.Fatal("the token went to another server")
	}
	drive.Type("other").Press("tab tab enter enter").Until("it to be saved", func() bool { return saved(b) == "api:lab" })
	if e := all.Kept["api:lab"]; e.Server != "https://lab.example.evil" || e.Token != "other" {
		t.Errorf("kept %+v", e)
	}
}

func TestGivingUp(t *testing.T) {
	asked := make(chan struct{})
	d, drive, b, _ := dialog(t, "", func(all *modelstest.Endpoints) {
		all.OnTry = func(ctx context.Context, _ string, _ models.Endpoint) (string, error) {
			close(asked)
			<-ctx.Done()
			return "", ctx.Err()
		}
	})
	fill(drive, "lab", "https://lab.example", "")
	drive.Press("tab tab enter enter").Sees("Asking the server")
	<-asked
	drive.Press("x esc").Sees("lab.example").Misses("Asking the server")
	d.Update(triedMsg{Answer: models.To(d), asked: d.asked - 1, words: "late"})
	drive.Press("esc")
	if saved(b) != "" || b.Wishes[len(b.Wishes)-1] != tea.Msg(models.BackMsg{From: d}) {
		t.Errorf("wishes %v", b.Wishes)
	}
}

func TestDialogEverySize(t *testing.T) {
	d, drive, _, _ := dialog(t, "", func(all *modelstest.Endpoints) {
		all.OnTry = func(context.Context, string, models.Endpoint) (string, error) {
			return "", errors.New(strings.Join(modelstest.Hostile, " "))
		}
	})
	fill(drive, "lab", "https://lab.example", "\u202e")
	drive.Press("tab tab enter enter").Sees("Save all the same")
	modelstest.CheckViews(t, d)
}

func TestChangingEndpointsInTheList(t *testing.T) {
	all := modelstest.NewEndpoints(
		models.Context{ID: "api:lab", Name: "lab", Engine: "api", Address: "https://lab.example", Source: "added here", Added: true},
		models.Context{ID: "kube:prod", Name: "prod", Engine: "kube", Source: "kubeconfig"},
	)
	b := modelstest.NewBench(modelstest.NewClient())
	b.Env.Contexts = all
	m := New(b.Env, "kube:prod")
	d := modelstest.Drive(t, m, 100, 24)
	d.Sees("lab").Press("e")
	if n, ok := b.Wishes[0].(models.NoticeMsg); !ok || !strings.Contains(n.Text, "kubeconfig") {
		t.Errorf("editing a cluster wishes for %v", b.Wishes)
	}
	b.Wishes = nil
	d.Press("a k e ctrl+d")
	if b.Wishes[0] != tea.Msg(models.EndpointMsg{}) || b.Wishes[1] != tea.Msg(models.EndpointMsg{ID: "api:lab"}) {
		t.Errorf("wishes %v", b.Wishes)
	}
	ask := b.Wishes[2].(models.ConfirmMsg)
	d.Send(ask.Do).Misses("lab.example")
	if all.Called("remove api:lab") != 1 {
		t.Errorf("calls %v", all.Calls())
	}
	// One that was added elsewhere in the program is selected once it is there.
	id, err := all.Save("", models.Endpoint{Name: "new", Server: "unix:///x"})
	if err != nil {
		t.Fatal(err)
	}
	d.Send(models.EndpointSavedMsg{ID: id}).Until("it to be selected", func() bool { c, _ := m.current(); return c.ID == id })
}
