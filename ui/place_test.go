package ui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"podium/api"
	"podium/models"
	"podium/models/modelstest"
)

// cluster is a context of a Kubernetes cluster with two namespaces.
func cluster(id, name string) models.Context {
	return models.Context{ID: id, Name: name, Engine: "kube", Address: "https://" + name + ".example:6443", Identity: "alice", Source: "kubeconfig"}
}

// clusterClient lists pods of the namespaces shop and kube-system.
func clusterClient() *modelstest.Client {
	shop, system := pod("cart-1"), pod("dns-1")
	shop.Namespace, system.Namespace = "shop", "kube-system"
	c := modelstest.NewClient(shop, system)
	c.InfoAnswer = api.Info{api.InfoEngine: "kube", api.InfoIdentity: "alice"}.With(api.CapWatch, api.CapLog, api.CapEvents, api.CapNamespaces)
	c.OnNamespaces = func() ([]string, error) { return []string{"default", "kube-system", "shop"}, nil }
	return c
}

// sitAt opens the program in the first of the contexts.
func sitAt(t *testing.T, all *modelstest.Contexts, first string, cols, rows int, change ...func(*Options)) *user {
	t.Helper()
	opened, err := all.Open(first)
	if err != nil {
		t.Fatal(err)
	}
	change = append(change, func(o *Options) { o.First, o.Env.Contexts = opened, all })
	return sit(t, all.Clients[first], cols, rows, change...)
}

func prod(t *testing.T, unlocked bool, cols, rows int, change ...func(*Options)) (*user, *modelstest.Contexts) {
	t.Helper()
	c := cluster("kube:prod", "prod")
	c.Unlocked = unlocked
	other := cluster("kube:staging", "staging")
	all := modelstest.NewContexts(c, other)
	all.Clients["kube:prod"], all.Clients["kube:staging"] = clusterClient(), clusterClient()
	all.Namespaces["kube:prod"], all.Recent["kube:prod"] = "shop", []string{"shop", "kube-system"}
	return sitAt(t, all, "kube:prod", cols, rows, change...), all
}

func TestNamespaces(t *testing.T) {
	u, all := prod(t, true, 100, 24)
	u.Sees("live", "cart-1", "shop").Misses("dns-1")
	u.Press("0").Sees("all namespaces", "dns-1", "cart-1", "NAMESPACE")
	u.Press("2").Sees("dns-1").Misses("cart-1", "NAMESPACE")
	u.Press("7").Sees("No namespace has the key 7 yet")
	u.Press(":").Type("ns").Press("enter").Sees("ns:", "all namespaces", "default")
	u.Type("def").Press("enter").Sees("There is no pod in namespace default")
	u.Until("the visit", func() bool { return all.Called("visit kube:prod default") == 1 })
	u.Press("1").Sees("cart-1").Press("3").Sees("There is no pod in namespace default")
	// One that is not listed, and one that cannot be.
	u.Press(":").Type("ns hidden").Press("enter").Sees("namespace hidden")
	u.Press(":").Type("ns Not_one").Press("enter").Sees("cannot be a namespace")
	u.Press(":").Type("ns all").Press("enter").Sees("NAMESPACE", "dns-1")
}

func TestNamespacesThatMayNotBeListed(t *testing.T) {
	u, all := prod(t, true, 100, 24)
	all.Clients["kube:prod"].OnNamespaces = func() ([]string, error) {
		return nil, errors.New(`namespaces is forbidden: User "alice" cannot list resource "namespaces"`)
	}
	u.Sees("live").Press(":").Type("ns").Press("enter").Sees("others can be typed only", "cannot list resource")
	u.Type("secret").Sees("as typed; it is not listed").Press("enter").Sees("There is no pod in namespace secret")
}

func TestWhereThereAreNoNamespaces(t *testing.T) {
	u := sit(t, client("api-1"), 80, 24)
	u.Sees("live").Press("0").Sees("serves no namespaces").Press("?").Misses("all namespaces", "recent namespace")
	u.Press("esc : ").Misses("another namespace")
}

func TestUnlocking(t *testing.T) {
	u, all := prod(t, false, 100, 24)
	u.Sees("live", "READ-ONLY", "is open read-only, as every context is at first")
	u.later(10 * time.Second)
	u.Sees("L allow changes").Press("n").Sees("nothing can be created")
	// It takes a question, whose focus is on Cancel.
	u.Press("L").Sees("Allow changes here?", "prod.example:6443", "alice")
	golden.RequireEqual(t, []byte(modelstest.Strip(u.View())))
	u.later(time.Second).Press("enter").Misses("Allow changes here?").Sees("READ-ONLY")
	u.Press("L")
	u.later(time.Second).Press("y").Misses("READ-ONLY").Sees("Changes are allowed in prod")
	u.Until("it to be remembered", func() bool { return all.Called("unlock kube:prod true") == 1 })
	u.Press("n").Sees("Start the new pod from").Press("esc").Sees("cart-1")
	// And back, without a question.
	u.Press("L").Sees("READ-ONLY", "prod is read-only now")
	u.Until("that to be remembered", func() bool { return all.Called("unlock kube:prod false") == 1 })
	u.Press(":").Type("unlock").Press("enter").Sees("Allow changes here?")
}

func TestReadOnlyOfTheCommandLineAlwaysWins(t *testing.T) {
	u, _ := prod(t, true, 100, 24, func(o *Options) { o.Sealed = true })
	u.Sees("live", "READ-ONLY").Misses("L allow changes")
	u.Press("L").Sees("started with --read-only").Press(":").Sees("command").Misses("unlock")
}

func TestReadOnlyOfTheConfigurationAlwaysWins(t *testing.T) {
	settings := models.DefaultSettings()
	settings.ReadOnly = []string{"kube:prod"}
	u, _ := prod(t, true, 100, 24, func(o *Options) { o.Configured = &Configured{Settings: settings} })
	u.Sees("live", "READ-ONLY")
	u.Press("L").Sees("read-only by contexts.read-only")
	// It counts as soon as it is written, and opens nothing when it goes.
	u, _ = prod(t, true, 100, 24)
	u.Sees("live").Misses("READ-ONLY")
	u.deletes().Sees("cart-1 goes in")
	u.Send(changedMsg{now: &Configured{Settings: settings}})
	u.Sees("READ-ONLY", "Undone")
	u.Send(changedMsg{now: &Configured{Settings: models.DefaultSettings()}})
	u.Sees("READ-ONLY").Press("L").Sees("Allow changes here?")
}

func TestHeaderSaysWhereOneIs(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {40, 12}, {200, 50}} {
		u, _ := prod(t, false, size[0], size[1])
		u.Sees("live"[:0], "cart-1", "READ-ONLY")
		line := strings.SplitN(modelstest.Strip(u.View()), "\n", 2)[0]
		want := []string{"prod", "shop", "READ-ONLY"}
		if size[0] >= 80 {
			want = append(want, "kube", "alice", "pods")
		}
		for _, w := range want {
			if !strings.Contains(line, w) {
				t.Errorf("at %d columns the header has no %q: %s", size[0], w, line)
			}
		}
	}
}

func TestTheTitleStaysInANarrowHeader(t *testing.T) {
	u, _ := two(t, 40, 12)
	u.Sees("api-1").Press(":").Type("ctx").Press("enter").Sees("ENGINE")
	if line := strings.SplitN(modelstest.Strip(u.View()), "\n", 2)[0]; !strings.Contains(line, "this machine") || !strings.Contains(line, "contexts") {
		t.Errorf("the header is %q", line)
	}
}

func TestLongNamesAreCutNotDropped(t *testing.T) {
	name := "arn:aws:eks:eu-central-1:123456789012:cluster/shop-production"
	c := cluster("kube:"+name, name)
	all := modelstest.NewContexts(c)
	all.Clients[c.ID] = clusterClient()
	all.Clients[c.ID].InfoAnswer[api.InfoIdentity] = "system:serviceaccount:observability:dashboard-reader"
	u := sitAt(t, all, c.ID, 80, 24)
	u.Sees("There is no pod", "reader") // who one is, is told apart from the list
	line := strings.SplitN(modelstest.Strip(u.View()), "\n", 2)[0]
	for _, w := range []string{"arn:", "production", "kube", "default", "reader", "READ-ONLY"} {
		if !strings.Contains(line, w) {
			t.Errorf("the header has no %q: %s", w, line)
		}
	}
}

// two are this machine, open, and a cluster.
func two(t *testing.T, cols, rows int) (*user, *modelstest.Contexts) {
	t.Helper()
	host := models.Context{ID: "host", Name: "this machine", Engine: "host", Local: true, Unlocked: true}
	all := modelstest.NewContexts(host, cluster("kube:prod", "prod"))
	all.Clients["host"] = client("api-1")
	all.Clients["kube:prod"] = clusterClient()
	all.Namespaces["kube:prod"] = "shop"
	return sitAt(t, all, "host", cols, rows), all
}

func TestSwitchingContexts(t *testing.T) {
	u, all := two(t, 100, 24)
	u.Sees("live", "api-1", "this machine")
	before := u.root.list
	u.Press(":").Type("ctx").Press("enter").Sees("contexts", "prod.example", "ENGINE")
	u.Press("j enter").Sees("cart-1", "prod", "shop", "READ-ONLY", "is open read-only").Misses("api-1", "this machine")
	u.Until("the other to be let go", func() bool { return all.Called("close host") == 1 })
	u.Until("what the new one can do", func() bool { return u.root.env.Info.Has(api.CapNamespaces) })
	u.Press("0").Sees("all namespaces", "dns-1").Press(":").Type("ns shop").Press("enter").Misses("dns-1")
	// What comes late of the old one reaches nobody.
	lists := all.Clients["host"].Called("list default ")
	u.Send(infoMsg{client: all.Clients["host"], info: api.Info{api.InfoEngine: "host"}})
	if before == u.root.list || u.root.env.Info.Engine() != "kube" {
		t.Error("the old context still has a say")
	}
	u.later(time.Hour)
	if n := all.Clients["host"].Called("list default "); n != lists {
		t.Error("the old context is still asked")
	}
	// And back by its name.
	u.Press(":").Type("ctx host").Press("enter").Sees("api-1").Misses("cart-1", "READ-ONLY")
}

func TestThePaletteOffersContexts(t *testing.T) {
	u, _ := two(t, 100, 24)
	u.Sees("live").Press(":").Type("ctx pr").Sees("ctx kube:prod").Press("enter").Sees("cart-1")
}

func TestSwitchingAsksWhatEnds(t *testing.T) {
	u, all := two(t, 100, 24)
	u.Sees("live")
	s := &session{name: "web", running: true}
	u.root.keep(s)
	u.Press("ctrl+g : ").Type("ctx prod").Press("enter").Sees("Leave this machine?", "shell in web")
	u.later(time.Second).Press("esc").Sees("inside web")
	if s.closed || all.Called("open kube:prod") != 0 {
		t.Error("esc leaves all the same")
	}
	u.Press("ctrl+g : ").Type("ctx kube:prod").Press("enter")
	u.later(time.Second).Press("y").Sees("cart-1")
	if !s.closed {
		t.Error("the session goes on")
	}
}

func TestAContextThatCannotBeOpened(t *testing.T) {
	u, all := two(t, 100, 24)
	all.OnOpen = func(string) (*models.Opened, error) { return nil, errors.New("the kubeconfig has gone") }
	u.Sees("live").Press(":").Type("ctx kube:prod").Press("enter").Sees("the kubeconfig has gone", "api-1").Misses("opening")
	u.Press("s") // what was open still is
}

func TestTheLastOpeningWins(t *testing.T) {
	u, all := two(t, 100, 24)
	u.Sees("live")
	first, err := all.Open("kube:prod")
	if err != nil {
		t.Fatal(err)
	}
	u.root.here.opening = 7
	u.Send(openedMsg{opening: 6, opened: first}).Sees("api-1")
	u.Until("the late one to be let go", func() bool { return all.Called("close kube:prod") == 1 })
}

func TestWhatBeginsWhileAContextIsOpenedIsAskedFor(t *testing.T) {
	u, all := two(t, 100, 24)
	u.Sees("live")
	late, err := all.Open("kube:prod")
	if err != nil {
		t.Fatal(err)
	}
	u.root.here.opening++
	u.deletes().Sees("goes in")
	u.Send(openedMsg{opening: u.root.here.opening, opened: late}).Sees("Leave this machine?", "of which nothing was sent yet")
	u.later(time.Second).Press("esc").Sees("goes in").Misses("Leave")
	u.Until("it to be let go", func() bool { return all.Called("close kube:prod") == 1 })
	u.Press(":").Type("ctx kube:prod").Press("enter").Sees("Leave this machine?")
	u.later(time.Second).Press("y").Sees("cart-1")
}

func TestChooser(t *testing.T) {
	host := models.Context{ID: "host", Name: "this machine", Engine: "host", Source: "processes of this machine", Local: true, Unlocked: true}
	all := modelstest.NewContexts(host, cluster("kube:prod", "prod"))
	all.Clients["host"] = client("api-1")
	u := sit(t, nil, 80, 24, func(o *Options) { o.Env.Client, o.Env.Contexts = nil, all })
	u.Sees("where are the pods?", "There is more than one place", "prod", "answers")
	golden.RequireEqual(t, []byte(modelstest.Strip(u.View())))
	// Nothing that needs a pod works, and nothing breaks.
	u.Press("z Z L 0 n s").Press(":").Sees("command").Misses("a new pod", "allow changes").Press("esc").Press("?").Sees("keys that work here").Press("esc")
	u.later(time.Minute)
	if n := all.Called("open host") + all.Called("open kube:prod"); n != 0 {
		t.Errorf("%d contexts are open before anything was chosen", n)
	}
	u.Press("enter").Sees("api-1", "this machine")
	u.Press(":").Type("ctx").Press("enter").Sees("contexts").Press("esc").Sees("api-1")
}

func TestLeavingTheChooserQuits(t *testing.T) {
	all := modelstest.NewContexts(models.Context{ID: "host", Name: "this machine"}, cluster("kube:prod", "prod"))
	for _, keys := range []string{"q", "esc"} {
		u := sit(t, nil, 80, 24, func(o *Options) { o.Env.Client, o.Env.Contexts = nil, all })
		u.Sees("prod").Press(keys)
		if !u.root.quitting {
			t.Errorf("%s does not quit", keys)
		}
	}
}

func TestAddingAnEndpointFromTheList(t *testing.T) {
	all := modelstest.NewEndpoints(models.Context{ID: "host", Name: "this machine", Unlocked: true})
	all.Clients["host"] = client("api-1")
	opened, err := all.Open("host")
	if err != nil {
		t.Fatal(err)
	}
	u := sit(t, all.Clients["host"], 100, 24, func(o *Options) { o.First, o.Env.Contexts = opened, all })
	u.Sees("live").Press(":").Type("ctx").Press("enter").Sees("contexts", "this machine", "a add")
	u.Press("a").Sees("new endpoint", "The token is kept").Type("lab").Press("tab").Type("https://lab.example").Press("enter enter enter enter")
	u.Sees("lab.example", "pod API").Misses("new endpoint")
	u.Press("ctrl+d").Sees("Remove the endpoint?", "lab")
	u.later(time.Second).Press("y").Misses("lab.example")
}
