package ui

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/models/confirm"
	"podium/models/contexts"
	"podium/models/pods"
)

// root is the program's tea.Model. Everything in it changes in Update only, so
// it needs no lock; View returns what Update has drawn.
type root struct {
	opts       Options
	env        *models.Env
	crashes    *crashes
	keys       keyMap
	leaderKeys leaderKeyMap
	table      models.KeyTable    // the defaults of every key
	bound      models.Bindings    // what the user made of them
	changes    context.CancelFunc // ends the waiting for the configuration to change

	cols, rows int
	list       *pods.Model
	stack      []page            // the visible one last; the list is the first
	sessions   []*tab            // terminals in the order they were opened, visible or not
	recent     *tab              // the one shown last
	layers     []*layer          // dialogs over the screen, the one with the keys last
	deletions  []*confirm.Delete // those that go on out of view
	failed     []*confirm.Delete // those of them that wait to be shown again
	lately     []string          // what was run from the palette, the latest first
	remade     []string          // deletions of which z has made a manifest
	focused    models.Screen     // whom SetFocus(true) was told
	visible    []models.Screen   // whom SetShown(true) was told
	updating   models.Screen     // whose Update runs: the one that wishes
	wishes     []wish
	cmds       []tea.Cmd // what the current message asks for

	leader   leader
	notices  notices
	log      errorLog
	info     infoState
	here     place
	down     []rune // keys whose press a screen got that is told of releases
	copied   string // the text copied last, to paste into terminals
	paste    paste  // a question to the terminal for its clipboard
	blurred  bool   // the terminal's window has not the focus
	colours  colours
	ascii    bool // nothing else may be drawn
	quitting bool
	dialogAt time.Time // when the last dialog closed
	draw     frame
}

// wish is a wish with the screen that made it, nil for a command's answer.
type wish struct {
	from models.Screen
	what tea.Msg
}

func newRoot(opts Options, c *crashes) *root {
	r := &root{opts: opts, env: opts.Env, crashes: c, keys: newKeyMap(opts.Environ), leaderKeys: newLeaderKeyMap(), table: KeyTable(opts.Environ)}
	r.colours = colours{none: getenv(opts.Environ, "NO_COLOR") != "", dark: true}
	e := r.env
	switch {
	case opts.Configured != nil:
		e.Settings, r.bound = opts.Configured.Settings, opts.Configured.Bindings
	case reflect.ValueOf(e.Settings).IsZero():
		e.Settings = models.DefaultSettings()
	}
	r.ascii = asciiDue(e.Settings.ASCII, opts.Environ)
	r.bind(r)
	e.Theme = r.theme()
	if e.Now == nil {
		e.Now = time.Now
	}
	if e.Go == nil {
		e.Go = c.run
	}
	e.Bind = func(k models.Keyed) { r.bind(k) }
	e.Key = r.keyName
	e.Wish = func(what tea.Msg) {
		r.wishes = append(r.wishes, wish{from: r.updating, what: what})
	}
	e.ReadOnly = e.ReadOnly || opts.Sealed
	if opts.First != nil {
		r.adopt(opts.First)
	}
	r.list = pods.New(e)
	r.stack, r.visible = []page{r.list}, []models.Screen{r.list}
	if e.Client == nil && e.Contexts != nil {
		chooser := contexts.New(e, "")
		r.stack, r.visible = []page{chooser}, []models.Screen{chooser}
	}
	r.focus()
	return r
}

// Init asks for the background colour and for the endpoint's Info, starts the
// ticks and the list.
func (r *root) Init() tea.Cmd {
	defer r.crashes.catch()
	cmds := []tea.Cmd{r.followColours(), tick(r.env.Now), r.askInfo(), r.takeWords(), r.readLately()}
	cmds = append(cmds, r.awaitChange())
	cmds = append(cmds, r.start(r.top())...)
	if host := leaderTaken(r.opts.Environ); host != "" && len(r.bound[models.LeaderAction]) == 0 {
		r.notify(models.NoticeMsg{Text: fmt.Sprintf("%s is the leader key here, as %s takes ctrl-g", r.keys.Leader.Help().Key, host)})
	}
	r.sayLocked()
	for _, n := range r.opts.Notices {
		r.notify(n)
	}
	r.warn(r.opts.Configured)
	r.refresh()
	for i, cmd := range cmds {
		cmds[i] = r.crashes.guard(cmd)
	}
	return tea.Batch(cmds...)
}

// start runs a screen's Init and grants what it wished.
func (r *root) start(s models.Screen) []tea.Cmd {
	r.bind(s)
	before := r.cmds
	r.cmds = nil
	r.updating = s
	r.do(s.Init())
	r.updating = nil
	r.grantWishes()
	cmds := r.cmds
	r.cmds = before
	return cmds
}

// tick asks for the next whole second, so that ages change together.
func tick(now func() time.Time) tea.Cmd {
	return tea.Every(time.Second, func(time.Time) tea.Msg { return models.TickMsg(now()) })
}

// Update routes the message and redraws what changed.
func (r *root) Update(msg tea.Msg) (_ tea.Model, cmd tea.Cmd) {
	defer r.crashes.catch()
	if r.crashes.first() != nil {
		return r, nil
	}
	r.cmds = r.cmds[:0]
	r.route(msg)
	r.grantWishes()
	r.showFailed()
	r.focus()
	r.refresh()
	switch len(r.cmds) {
	case 0:
		return r, nil
	case 1:
		return r, r.crashes.guard(r.cmds[0])
	}
	return r, r.crashes.guard(tea.Batch(slices.Clone(r.cmds)...))
}

// do keeps a command for the end of Update.
func (r *root) do(cmd tea.Cmd) {
	if cmd != nil {
		r.cmds = append(r.cmds, cmd)
	}
}

// update gives one screen a message.
func (r *root) update(s models.Screen, msg tea.Msg) {
	before := r.updating
	r.updating = s
	r.do(s.Update(msg))
	r.updating = before
}

// open are all screens that live, each once.
func (r *root) open() []models.Screen {
	all := make([]models.Screen, 0, len(r.stack)+len(r.sessions)+len(r.layers))
	for _, p := range r.stack {
		if s, ok := p.(models.Screen); ok {
			all = append(all, s)
		}
	}
	for _, t := range r.sessions { // those in the stack are among them
		for _, p := range t.panes {
			all = append(all, p.screen)
		}
	}
	for _, l := range r.layers {
		all = append(all, l.screen)
	}
	for _, d := range r.deletions {
		all = append(all, d)
	}
	return all
}

// broadcast gives every screen a message: an answer carries its own identity,
// and who it is not for drops it.
func (r *root) broadcast(msg tea.Msg) {
	for _, s := range r.open() {
		r.update(s, msg)
	}
}

// page is what fills the body: a screen, or a tab of terminals.
type page interface {
	View() string
	SetSize(cols, rows int)
}

// page is the visible one.
func (r *root) page() page { return r.stack[len(r.stack)-1] }

// tab is the visible tab of terminals, nil while something else is shown.
func (r *root) tab() *tab {
	t, _ := r.page().(*tab)
	return t
}

// top is the visible screen, dialogs aside: of a tab the pane with the keys.
func (r *root) top() models.Screen {
	if t := r.tab(); t != nil {
		return t.at.screen
	}
	return r.page().(models.Screen)
}

// active is who gets the keys: the dialog, or the visible screen.
func (r *root) active() models.Screen {
	if n := len(r.layers); n > 0 {
		return r.layers[n-1].screen
	}
	return r.top()
}

// focus tells the screens who is in view and who gets the keys from now on.
func (r *root) focus() {
	r.tellShown()
	now := r.active()
	if now == r.focused {
		return
	}
	if f, ok := r.focused.(models.Focusing); ok {
		f.SetFocus(false)
	}
	r.focused = now
	if f, ok := now.(models.Focusing); ok {
		f.SetFocus(true)
	}
}

// tellShown tells the screens whether they are in view.
func (r *root) tellShown() {
	if t := r.tab(); t != nil {
		r.recent = t
	}
	before := r.visible
	if r.isShown(before) {
		return
	}
	r.visible = r.inView()
	tell := func(screens, but []models.Screen, shown bool) {
		for _, s := range screens {
			if o, ok := s.(models.Showing); ok && !slices.Contains(but, s) {
				o.SetShown(shown)
			}
		}
	}
	tell(before, r.visible, false)
	tell(r.visible, before, true)
}

// inView are the screens of the visible page that have a place on it.
func (r *root) inView() []models.Screen {
	t := r.tab()
	if t == nil {
		return []models.Screen{r.top()}
	}
	var out []models.Screen
	for _, p := range t.panes {
		if t.shows(p) {
			out = append(out, p.screen)
		}
	}
	return out
}

// isShown tells whether exactly these screens are in view.
func (r *root) isShown(screens []models.Screen) bool {
	t := r.tab()
	if t == nil {
		return len(screens) == 1 && screens[0] == r.top()
	}
	n := 0
	for _, p := range t.panes {
		if t.shows(p) {
			if n >= len(screens) || screens[n] != p.screen {
				return false
			}
			n++
		}
	}
	return n == len(screens)
}

// closeAll closes every screen; the program's loop has ended.
func (r *root) closeAll() {
	for _, s := range r.open() {
		func() {
			defer r.crashes.catch() // one that broke may break again; the others still close
			s.Close()
		}()
	}
	r.stack, r.sessions, r.layers, r.deletions = nil, nil, nil, nil
	if r.info.cancel != nil {
		r.info.cancel()
	}
	if r.changes != nil {
		r.changes()
	}
}
