package ui

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"k8s.io/apimachinery/pkg/util/validation"

	"podium/api"
	"podium/internal/safetext"
	"podium/models"
)

// openNamespaces opens the choice of namespaces: all of them, the recent ones by
// their keys, those that exist, and whatever is typed.
func (r *root) openNamespaces() {
	r.askNamespaces()
	p := &picker{root: r, title: "namespace", typed: true, prompt: "ns: ", exact: true}
	p.all = func() []choice { return r.namespaceChoices(strings.TrimSpace(p.line.Value())) }
	p.match = func(c choice, typed string) bool {
		return strings.Contains(strings.ToLower(c.name), strings.ToLower(typed))
	}
	p.unknown = func(r *root, typed string) {
		r.notify(models.NoticeMsg{Level: models.LevelWarning, Text: namespaceProblem(strings.TrimSpace(typed))})
	}
	r.show(&layer{screen: p})
}

func (r *root) namespaceChoices(typed string) []choice {
	known := &r.here.names
	goTo := func(name string) func(*root) {
		return func(r *root) { r.wish(models.NamespaceMsg{Namespace: name}) }
	}
	mark := func(name, detail string) string {
		if name == r.env.Namespace {
			detail = strings.TrimSpace(detail + "  shown")
		}
		return detail
	}
	out := []choice{{name: "all namespaces", detail: mark("", "0"), do: goTo("")}}
	listed := slices.Clone(r.env.Recent)
	for i, name := range r.env.Recent {
		out = append(out, choice{name: safetext.Line(name, 63), detail: mark(name, strconv.Itoa(i+1)), do: goTo(name)})
	}
	for _, name := range known.names {
		if !slices.Contains(listed, name) {
			listed = append(listed, name)
			out = append(out, choice{name: safetext.Line(name, 63), detail: mark(name, ""), do: goTo(name)})
		}
	}
	if r.env.Namespace != "" && !slices.Contains(listed, r.env.Namespace) {
		listed = append(listed, r.env.Namespace)
		out = append(out, choice{name: safetext.Line(r.env.Namespace, 63), detail: "shown", do: goTo(r.env.Namespace)})
	}
	if typed != "" && !slices.Contains(listed, typed) && len(validation.IsDNS1123Label(typed)) == 0 {
		detail := "as typed; it is not listed"
		if !known.done {
			detail = "as typed"
		}
		out = append(out, choice{name: typed, detail: detail, do: goTo(typed), last: true})
	}
	switch {
	case !known.done:
		out = append(out, choice{name: "asking for the others…", head: true})
	case known.err != nil:
		out = append(out, choice{name: "others can be typed only", head: true})
	}
	return out
}

// goToNamespace shows a namespace that was typed; "all", as kubectl's flag has it,
// and "*" are all of them.
func (r *root) goToNamespace(typed string) {
	switch {
	case typed == "all" || typed == "*":
		r.wish(models.NamespaceMsg{})
	case len(validation.IsDNS1123Label(typed)) > 0:
		r.notify(models.NoticeMsg{Level: models.LevelWarning, Text: namespaceProblem(typed)})
	default:
		r.wish(models.NamespaceMsg{Namespace: typed})
	}
}

// namespaceProblem says why a text is no namespace.
func namespaceProblem(typed string) string {
	text := safetext.Line(strconv.Quote(typed), 80) + " cannot be a namespace"
	if problems := validation.IsDNS1123Label(typed); len(problems) > 0 {
		text += ": " + problems[0]
	}
	return text
}

// grantNamespace shows another namespace, or the choice of them.
func (r *root) grantNamespace(msg models.NamespaceMsg) {
	switch {
	case !r.env.Info.Has(api.CapNamespaces):
		r.notify(models.NoticeMsg{Text: r.at() + " has no namespaces"})
	case msg.Ask:
		r.openNamespaces()
	case msg.Namespace == r.env.Namespace:
		r.home()
	default:
		r.env.Namespace = msg.Namespace
		r.home()
		r.visit(msg.Namespace)
		r.broadcast(models.EnvMsg{})
	}
}

// visit has it remembered that a namespace is shown.
func (r *root) visit(namespace string) {
	all, id := r.env.Contexts, r.here.context.ID
	if all == nil || id == "" {
		return
	}
	r.do(func() tea.Msg {
		names, err := all.Visit(id, namespace)
		return recentMsg{id: id, names: names, err: err}
	})
}

func (r *root) gotRecent(msg recentMsg) {
	switch {
	case msg.err != nil:
		r.grantPlace(rememberedMsg{msg.err})
	case msg.id == r.here.context.ID:
		r.env.Recent = msg.names
		r.broadcast(models.EnvMsg{})
	}
}

// namespaces are the names of those that exist, as far as they are known.
type namespaces struct {
	asked int // counts the questions
	names []string
	err   error
	done  bool
}

// namespacesMsg is the answer to the question for namespaces.
type namespacesMsg struct {
	client models.Client
	asked  int
	names  []string
	err    error
}

// namesLimit is how long the names of namespaces may take.
const namesLimit = 20 * time.Second

// askNamespaces asks for the names.
func (r *root) askNamespaces() {
	n := &r.here.names
	n.asked++
	n.done = false
	client, asked := r.env.Client, n.asked
	r.do(func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), namesLimit)
		defer cancel()
		names, err := client.Namespaces(ctx)
		return namespacesMsg{client: client, asked: asked, names: names, err: err}
	})
}

func (r *root) gotNamespaces(msg namespacesMsg) {
	n := &r.here.names
	if msg.client != r.env.Client || msg.asked != n.asked {
		return
	}
	n.done, n.err = true, msg.err
	if msg.err == nil {
		n.names = msg.names
	} else {
		r.notify(models.NoticeMsg{Level: models.LevelWarning, Text: msg.err.Error()})
	}
	r.narrowPickers()
}
