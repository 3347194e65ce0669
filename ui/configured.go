package ui

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/models/command"
	"podium/models/confirm"
	"podium/models/contexts"
	"podium/models/editor"
	"podium/models/external"
	"podium/models/inspect"
	"podium/models/logs"
	"podium/models/pods"
	"podium/models/terminal"
	buffer "podium/models/widget/editor"
	"podium/models/widget/form"
	"podium/models/widget/input"
	"podium/models/widget/table"
	"podium/models/widget/textview"
	"podium/themes"
)

// Configured is what the user configured, already found to be right.
type Configured struct {
	Settings models.Settings
	Bindings models.Bindings // held against KeyTable
	Themes   *themes.Set     // those that can be chosen, nil for the built-in ones
	File     string          // the configuration file, for hints
	Warnings []string        // what is wrong with it without being in the way

	// Describe lists what is in force and where each value came from, nil for
	// nothing to tell. It does no I/O.
	Describe func() string

	// KeepTheme keeps a theme that was chosen for dark backgrounds, or light
	// ones, for the runs to come; nil where nothing is kept. It does I/O.
	KeepTheme func(dark bool, name string) error
}

// The scopes of the root's own keys.
const (
	globalScope = "global"
	leaderScope = "leader"
)

// KeyTable is every key that can be bound, with its default in the environment. A
// new screen or widget with keys of its own is a row here and a method KeyMaps
// there.
func KeyTable(environ []string) models.KeyTable {
	global := newKeyMap(environ)
	list, rows, columns := pods.DefaultKeyMap(), table.DefaultKeyMap(), pods.DefaultChooserKeyMap()
	overview, text := inspect.DefaultKeyMap(), textview.DefaultKeyMap()
	places := contexts.DefaultKeyMap()
	log, run := logs.DefaultKeyMap(), command.DefaultKeyMap()
	edit, buf := editor.DefaultKeyMap(), buffer.DefaultKeyMap()
	ask, fields := confirm.DefaultKeyMap(), form.DefaultKeyMap()
	outside := external.DefaultKeyMap()
	shell, copying, signals := terminal.DefaultKeyMap(), terminal.DefaultCopyKeyMap(), terminal.DefaultSignalKeyMap()
	menu, menuKeys, line := newLeaderKeyMap(), newMenuKeyMap(), input.DefaultKeyMap()
	row := func(name, doc string, m any, with ...string) models.KeyRow {
		return models.KeyRow{KeyScope: models.KeyScope{Name: name, Map: m}, Doc: doc, With: with}
	}
	return models.KeyTable{
		row(globalScope, "Everywhere but in terminals, dialogs and where one types; the leader works there too. It is ctrl-y where zellij or VS Code take ctrl-g.", &global),
		row(leaderScope, "In the menu after the leader key, where 1 to 9 go to a session.", &menu),
		row("list", "In the list of pods.", &list, globalScope, "table"),
		row("columns", "In the dialog that chooses the columns of the list.", &columns),
		row("contexts", "In the list of contexts.", &places, globalScope, "table"),
		row("inspect", "In the views of one pod.", &overview, globalScope, "text", "table"),
		row("logs", "In a log.", &log, globalScope, "text"),
		row("command", "While a command is asked for, and in what it printed.", &run, globalScope, "text"),
		row("editor", "In the editor of a pod's manifest.", &edit, globalScope, "buffer"),
		row("external", "In the pane of your own editor, when it could not be started.", &outside),
		row("terminal", "In a terminal whose program does not run, and for scrolling back.", &shell, globalScope),
		row("copy", "In a terminal's copy mode.", &copying),
		row("signals", "In the menu of signals to the program of a terminal; any other key sends none.", &signals),
		row("dialog", "In questions and in the dialog that deletes.", &ask),
		row("menu", "In lists to choose from, such as help, palette, themes and sessions; close works in the logs of errors and of what was done too.", &menuKeys, "line"),
		row("line", "Where one line is typed: the filter, searches, the palette.", &line),
		row("table", "In every table.", &rows, globalScope),
		row("text", "In every longer text: YAML, logs, output.", &text, globalScope),
		row("buffer", "In the text of the editor.", &buf),
		row("form", "In forms: the choice of a template, dialogs with fields.", &fields),
	}
}

// KeyMaps are the root's own keys.
func (r *root) KeyMaps() []models.KeyScope {
	return []models.KeyScope{{Name: globalScope, Map: &r.keys}, {Name: leaderScope, Map: &r.leaderKeys}}
}

// bind gives what has keys those that the user chose.
func (r *root) bind(of any) {
	if k, ok := of.(models.Keyed); ok {
		for _, scope := range k.KeyMaps() {
			r.table.Apply(r.bound, scope)
			if r.ascii {
				spellInASCII(scope)
			}
		}
	}
}

// keyName is how the first key of an action is written.
func (r *root) keyName(action, usual string) string {
	switch keys, own := r.bound[action]; {
	case !own:
		return usual
	case len(keys) == 0:
		return ":" + action // it has none; the palette has what it does
	default:
		return models.SpellKey(keys[0])
	}
}

// changedMsg is the configuration after a change.
type changedMsg struct {
	now *Configured
	err error
}

// warn says what is wrong with a configuration without being in its way.
func (r *root) warn(c *Configured) {
	if c == nil {
		return
	}
	for _, text := range c.Warnings {
		r.notify(models.NoticeMsg{Level: models.LevelWarning, Text: text})
	}
}

// openConfigured shows what is configured and where it came from.
func (r *root) openConfigured() {
	d := r.newTextDialog("configuration", "podium-configuration.txt", key.Binding{})
	d.view.SetEmpty("Nothing is configured.")
	if c := r.opts.Configured; c != nil && c.Describe != nil {
		var lines []textview.Line
		for line := range strings.Lines(c.Describe()) {
			role := themes.Text
			if line = strings.TrimRight(line, "\n"); strings.HasSuffix(line, " default") {
				role = themes.Muted
			}
			lines = append(lines, textview.Line{Text: line, Role: role})
		}
		d.view.SetLines(lines)
	}
	d.view.SetWrap(false)
	r.showText(d)
}

// awaitChange waits in a command, the only one of its kind under way.
func (r *root) awaitChange() tea.Cmd {
	if r.opts.Changed == nil {
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.changes = cancel
	return func() tea.Msg {
		defer cancel()
		now, err := r.opts.Changed(ctx)
		if ctx.Err() != nil { // the program ends
			return nil
		}
		return changedMsg{now: now, err: err}
	}
}

// changed puts a new configuration into force; one that is wrong is told of.
func (r *root) changed(msg changedMsg) {
	r.do(r.awaitChange())
	switch {
	case msg.err != nil:
		r.notify(models.NoticeMsg{Level: models.LevelError, Text: "Old settings kept: " + msg.err.Error()})
	case msg.now != nil:
		before := r.env.Settings
		r.rechosen(before, msg.now.Settings)
		r.env.Settings, r.bound = msg.now.Settings, msg.now.Bindings
		r.ascii = asciiDue(r.env.Settings.ASCII, r.opts.Environ)
		r.bind(r)
		r.opts.Configured = msg.now
		for _, s := range r.open() {
			r.bind(s)
		}
		r.paint()
		if r.sealed() && !r.env.ReadOnly {
			r.forbid()
			r.broadcast(models.EnvMsg{})
		}
		r.broadcast(models.SettingsMsg{Before: before})
		r.draw.forget()
		r.notify(models.NoticeMsg{Text: "The configuration was read again"})
		r.warn(msg.now)
	}
}
