package ui

import (
	"strings"

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

// endpointName is a context's name with what people should know of its safety.
func endpointName(o *models.Opened) string {
	name := safetext.Line(o.Context.Name, 200)
	if o.Note != "" {
		name += " (" + safetext.Line(o.Note, 60) + ")"
	}
	return name
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
