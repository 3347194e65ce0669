package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/internal/safetext"
	"podium/models"
	"podium/models/contexts"
	"podium/models/pods"
)

// place is the context that is open, and the way to another.
type place struct {
	context models.Context
	close   func() // lets it go; nil when nothing is open
	opening int    // counts the openings; answers of earlier ones are let go
	waiting string // what is being opened, for the header
	agreed  bool   // the user has agreed that what is open ends with it

	locked bool // it was made read-only while it was open

	names namespaces
	found []models.Context // those that there are, as the palette found them last
}

// The messages of places: what the root's own questions do on yes, and answers.
type (
	unlockedMsg struct{} // changes are wanted
	switchMsg   struct{ id string }
	openedMsg   struct {
		opening int
		opened  *models.Opened
		err     error
	}
	recentMsg struct {
		id    string
		names []string
		err   error
	}
	rememberedMsg struct{ err error }
	foundMsg      struct{ found []models.Context }
)

// grantPlace grants the wishes about contexts, namespaces and changes; false
// when it is none of them.
func (r *root) grantPlace(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case models.ContextsMsg:
		r.grantContexts()
	case models.ResizeMsg:
		if i := r.layerOf(msg.From); i >= 0 {
			r.place(r.layers[i])
		}
	case models.EndpointMsg:
		if _, can := r.env.Contexts.(models.Endpoints); can {
			r.show(&layer{screen: contexts.NewDialog(r.env, msg.ID)})
		}
	case models.EndpointSavedMsg:
		r.drop(msg.From)
		r.broadcast(msg)
	case models.NamespaceMsg:
		r.grantNamespace(msg)
	case models.UnlockMsg:
		r.grantUnlock(msg)
	case models.OpenContextMsg:
		r.grantOpen(msg.ID)
	case unlockedMsg:
		r.setReadOnly(false)
	case switchMsg:
		r.openContext(msg.id, true)
	case openedMsg:
		r.opened(msg)
	case recentMsg:
		r.gotRecent(msg)
	case foundMsg:
		r.here.found = msg.found
		r.narrowPickers()
	case namespacesMsg:
		r.gotNamespaces(msg)
	case rememberedMsg:
		if msg.err != nil {
			r.notify(models.NoticeMsg{Level: models.LevelWarning, Text: "It could not be remembered: " + msg.err.Error()})
		}
	default:
		return false
	}
	return true
}

// at is what people call the context that is open.
func (r *root) at() string { return r.env.Endpoint }

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

// grantUnlock asks before changes are allowed. Taking that back needs no question.
func (r *root) grantUnlock(msg models.UnlockMsg) {
	switch {
	case r.env.Client == nil: // nothing is open that could be changed
	case msg.Lock && r.env.ReadOnly, !msg.Lock && !r.env.ReadOnly:
	case msg.Lock:
		r.setReadOnly(true)
	case r.opts.Sealed:
		r.notify(models.NoticeMsg{Level: models.LevelWarning, Text: "podium was started with --read-only: nothing can be changed until it is started without"})
	case r.sealed():
		r.notify(models.NoticeMsg{Level: models.LevelWarning, Text: r.at() + " is read-only by contexts.read-only in the configuration (:config says where): nothing can be changed until that says otherwise"})
	default:
		r.ask(nil, models.ConfirmMsg{
			Title: "Allow changes here?", Question: r.whatUnlocks(), Yes: "Allow changes", Do: unlockedMsg{},
		})
	}
}

// whatUnlocks says where changes are about to be allowed.
func (r *root) whatUnlocks() string {
	why, remembered := ", as every context is at first", "This is remembered; "
	if r.here.locked {
		why = ", as you made it"
	}
	if e := r.here.context.Engine; e == "host" || e == "fake" { // these begin unlocked every time
		remembered = ""
	}
	lines := []string{fmt.Sprintf("%s is open read-only%s.", r.at(), why), ""}
	add := func(what, text string) {
		if text != "" {
			lines = append(lines, fmt.Sprintf("  %-9s %s", what, safetext.Line(text, 60)))
		}
	}
	add("engine", r.engine())
	add("address", r.here.context.Address)
	add("identity", r.identity())
	return strings.Join(append(lines, "", "Shall pods be created and deleted here, and shells opened in them? "+remembered+r.lockName()+" locks it again."), "\n")
}

// lockKey is the key that allows changes or forbids them, as it works right now.
func (r *root) lockKey() key.Binding {
	b := r.keys.Lock
	if !r.env.ReadOnly {
		b.SetHelp(b.Help().Key, "lock: read-only")
	}
	b.SetEnabled(r.env.Client != nil && !r.sealed())
	return b
}

// lockName is the key of that as people write it.
func (r *root) lockName() string { return r.keys.Lock.Help().Key }

// sealed tells whether no change may be allowed here.
func (r *root) sealed() bool { return r.opts.Sealed || r.env.Settings.Seals(r.here.context) }

// forbid allows no change from now on.
func (r *root) forbid() {
	r.env.ReadOnly = true
	for _, d := range slices.Clone(r.deletions) {
		cmd, _ := d.Cancel()
		r.do(cmd)
	}
}

// setReadOnly allows changes or forbids them, from now on and the next time.
func (r *root) setReadOnly(on bool) {
	if r.env.ReadOnly = on; on {
		r.forbid()
	}
	r.here.context.Unlocked, r.here.locked = !on, on
	text := "Changes are allowed in " + r.at() + "; " + r.lockName() + " locks it again"
	if on {
		text = r.at() + " is read-only now; " + r.lockName() + " unlocks it"
	}
	if n := len(r.endings()); on && n > 0 {
		text += fmt.Sprintf(". What is open goes on (%s)", models.Count(n, "session"))
	}
	r.notify(models.NoticeMsg{Text: text})
	action := "unlock"
	if on {
		action = "lock"
	}
	r.journal(models.Entry{Action: action, Target: r.at()})
	if all, here := r.env.Contexts, r.here.context; all != nil && here.ID != "" {
		r.do(func() tea.Msg { return rememberedMsg{all.SetUnlocked(here, !on)} })
	}
	r.broadcast(models.EnvMsg{})
}

// engine is what runs the pods, as the endpoint says, else as was found.
func (r *root) engine() string {
	if e := r.env.Info.Engine(); e != "" {
		return safetext.Line(e, 20)
	}
	if e := r.here.context.Engine; e != "api" {
		return safetext.Line(e, 20)
	}
	return ""
}

// identity is who one is here.
func (r *root) identity() string {
	if who := r.env.Info[api.InfoIdentity]; who != "" {
		return safetext.Line(who, 60)
	}
	return safetext.Line(r.here.context.Identity, 60)
}

// grantContexts shows the places that there are.
func (r *root) grantContexts() {
	if _, shown := r.top().(*contexts.Model); !shown && r.env.Contexts != nil {
		r.push(contexts.New(r.env, r.here.context.ID))
	}
}

// grantOpen opens another context, asking first when something would end.
func (r *root) grantOpen(id string) {
	switch {
	case r.env.Contexts == nil:
		return
	case id == r.here.context.ID && r.env.Client != nil:
		r.home()
		return
	}
	ends, coming := r.endings(), r.coming()
	if len(ends)+len(coming) == 0 {
		r.openContext(id, false)
		return
	}
	r.ask(nil, models.ConfirmMsg{
		Title: "Leave " + r.at() + "?", Question: strings.TrimSpace(endingLines(ends) + "\n" + comingLine(coming)), Yes: "Leave", Do: switchMsg{id},
	})
}

// openContext opens a context. What is open stays until the other one is; agreed
// says that the user knows what ends then.
func (r *root) openContext(id string, agreed bool) {
	r.here.opening++
	r.here.agreed = agreed
	n, all := r.here.opening, r.env.Contexts
	r.here.waiting = id
	r.do(func() tea.Msg {
		opened, err := all.Open(id)
		return openedMsg{opening: n, opened: opened, err: err}
	})
}

// opened goes over to the context that was opened.
func (r *root) opened(msg openedMsg) {
	if msg.opening != r.here.opening {
		r.letGo(msg.opened)
		return
	}
	r.here.waiting = ""
	if msg.err != nil {
		r.notify(models.NoticeMsg{Level: models.LevelError, Text: "The context was not opened: " + msg.err.Error()})
		return
	}
	if !r.here.agreed && len(r.endings())+len(r.coming()) > 0 { // begun meanwhile
		r.letGo(msg.opened)
		r.grantOpen(msg.opened.Context.ID)
		return
	}
	r.leavePlace()
	r.enter(msg.opened)
}

// letGo closes a context beside the loop: that may take a while.
func (r *root) letGo(opened *models.Opened) {
	if opened != nil && opened.Close != nil {
		r.env.Go(opened.Close)
	}
}

// leavePlace closes all that belongs to the context that is open: no late answer
// finds anybody who waits for it.
func (r *root) leavePlace() {
	for _, d := range r.deletions {
		for _, e := range d.Unanswered() {
			r.journal(e)
		}
		r.env.Go(d.Forget)
	}
	for _, s := range r.open() {
		s.Close()
	}
	r.stack, r.sessions, r.recent, r.layers, r.focused = nil, nil, nil, nil, nil
	r.deletions, r.failed, r.remade = nil, nil, nil
	r.leader.end()
	if r.info.cancel != nil {
		r.info.cancel()
	}
	r.info = infoState{}
	if r.here.close != nil {
		r.env.Go(r.here.close)
	}
	r.here = place{opening: r.here.opening}
}

// enter begins with a context: an Env of its own, so that nothing of the one
// before reaches it, and the list of its pods.
func (r *root) enter(opened *models.Opened) {
	env := *r.env
	r.env = &env
	r.adopt(opened)
	r.list = pods.New(r.env)
	r.stack, r.visible = []page{r.list}, []models.Screen{r.list}
	r.sizePages()
	r.do(r.askInfo())
	r.begin(r.list)
	if r.blurred { // nobody looks: it need not poll
		r.update(r.list, tea.BlurMsg{})
	}
	r.sayLocked()
	r.draw.forget()
}

// adopt makes a context that of the Env in force.
func (r *root) adopt(opened *models.Opened) {
	e := r.env
	e.Client, e.Info = opened.Client, nil
	e.Endpoint, e.Context = endpointName(opened), opened.Context.ID
	e.Namespace, e.Recent = opened.Namespace, opened.Recent
	r.here.context, r.here.close = opened.Context, opened.Close
	e.ReadOnly = r.sealed() || !opened.Context.Unlocked
}

// sayLocked says how changes are allowed where a context was opened read-only.
func (r *root) sayLocked() {
	if r.env.ReadOnly && !r.sealed() && !r.here.context.Unlocked && r.here.context.ID != "" {
		r.notify(models.NoticeMsg{Text: r.at() + " is open read-only, as every context is at first: " + r.lockName() + " allows changes"})
	}
}

// endpointName is a context's name with what people should know of its safety.
func endpointName(o *models.Opened) string {
	name := safetext.Line(o.Context.Name, 200)
	if o.Note != "" {
		name += " (" + safetext.Line(o.Note, 60) + ")"
	}
	return name
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

// narrowPickers lists the choices of open pickers anew: there are others now.
func (r *root) narrowPickers() {
	for _, l := range r.layers {
		if p, ok := l.screen.(*picker); ok {
			p.narrow()
		}
	}
}

// findContexts looks for the contexts that the palette can offer. What cannot be
// read is told where all of them are listed.
func (r *root) findContexts() {
	if all := r.env.Contexts; all != nil {
		r.do(func() tea.Msg {
			found, _ := all.Find()
			return foundMsg{found}
		})
	}
}

// contextChoices are the contexts by their IDs.
func (r *root) contextChoices() []choice {
	var out []choice
	for _, c := range r.here.found {
		detail := safetext.Line(c.Address, 60)
		switch {
		case c.Problem != "":
			detail = "cannot be used"
		case c.ID == r.here.context.ID:
			detail = "open"
		}
		out = append(out, choice{name: safetext.Line(c.ID, 200), detail: detail, do: func(r *root) { r.goToContext(c.ID) }})
	}
	return out
}

// goToContext opens the context that was named in full.
func (r *root) goToContext(typed string) {
	r.wish(models.OpenContextMsg{ID: typed})
}
