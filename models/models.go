// Package models is the contract between podium's screens and the root program
// that shows them: what a screen is (Screen and the small abilities beside it),
// what it is given (Env, Client, Store), and what it can wish for (the messages
// in wishes.go).
//
// A screen fills the rectangle it is given and knows nothing outside it; the
// root, package ui, owns everything outside the rectangles. Screens never open
// one another: they return wishes and the root grants them. The screens
// themselves live in the folders beside this file.
package models

import (
	"cmp"
	"time"

	"charm.land/bubbles/v2/help"
	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/themes"
)

// Screen is one rectangle of the program, a pointer that changes in Update and
// nowhere else. All methods are called by the root in Bubble Tea's loop, so a
// screen needs no lock for its own fields.
//
// Update gets every key that is the screen's, mouse events in the screen's own
// coordinates, and every answer to a command that any screen started: an
// answer carries the identity of its screen (Answer) and request, and a screen
// drops what is not its own (ForAnother) or comes late. Update never waits and does
// no I/O.
type Screen interface {
	// Init returns the screen's first command, called once after SetSize.
	Init() tea.Cmd

	// Update handles a message and returns what is to be done, or nil.
	Update(msg tea.Msg) tea.Cmd

	// View draws exactly the rows and columns of SetSize, lines joined by
	// "\n" without a last one. It is pure and cheap: called often, it gives
	// the same string while nothing has changed.
	View() string

	// SetSize gives the rectangle in cells, both at least 0. It may be
	// followed by View at once.
	SetSize(cols, rows int)

	// Keys are the bindings that work right now, for the footer and for help.
	Keys() help.KeyMap

	// Close ends what the screen holds: connections, goroutines. It does not
	// wait, and Update is not called afterwards.
	Close()
}

// Titled screens have a title for the header: a few words, already harmless to
// draw.
type Titled interface{ Title() string }

// Typing screens say when plain letters are text for them: then the root takes
// no global key but the leader and ctrl-c.
type Typing interface{ Typing() bool }

// Grabbing screens take every key, ctrl-c too: terminals. Only the leader
// stays the root's.
type Grabbing interface{ Grabbing() bool }

// Pointing screens have a text cursor, in the screen's coordinates; nil hides it.
type Pointing interface{ Cursor() *tea.Cursor }

// Mousing screens want another mouse mode than the default of clicks and wheel.
type Mousing interface{ MouseMode() tea.MouseMode }

// Keyboarding screens want more told of keys than that they are pressed, such as
// their release. Only terminals whose program asked for that do.
type Keyboarding interface {
	Keyboard() tea.KeyboardEnhancements
}

// Themed screens take a new theme while they run.
type Themed interface{ SetTheme(theme themes.Theme) }

// Focusing screens want to know whether keys go to them.
type Focusing interface{ SetFocus(focused bool) }

// Ending screens hold something that ends when they are closed, such as a
// shell. Ends says it in words for the question before quitting ("shell in
// web/main"), or "" when nothing ends.
type Ending interface{ Ends() string }

// Holding screens go on in the background when the user leaves them, such as
// terminals: the root keeps them instead of closing them. When Holds turns
// false, leaving closes.
type Holding interface{ Holds() bool }

// Env is what the root gives every screen, one for each context that is opened:
// the screens of the one before keep theirs until they close. Its fields are set
// once, before the first screen, but for those that say otherwise.
type Env struct {
	Client   Client
	Store    Store
	Theme    themes.Theme // the one in force; changes reach screens by SetTheme
	Info     api.Info     // filled in when the endpoint has answered; InfoMsg tells
	Endpoint string       // what people call the endpoint, harmless to draw
	Settings Settings     // as configured; SettingsMsg tells of changes

	// Context is the ID of the context, "" where it has none: two may be called
	// the same.
	Context string

	// Changed by the root while screens run; EnvMsg tells.
	Namespace string   // the namespace that lists show, "" for all
	Recent    []string // namespaces shown lately by their keys, that of 1 first
	ReadOnly  bool     // no change may be offered

	// Contexts are the other places where pods may be; nil where there is no
	// choice.
	Contexts Contexts

	// Graphemes says that the terminal measures text by grapheme clusters (mode
	// 2027), and the renderer with it. When that turns out, screens get the
	// terminal's tea.ModeReportMsg.
	Graphemes bool

	// Now is the time for everything that ages; tests step it.
	Now func() time.Time

	// Go starts f in a goroutine whose panic restores the terminal and is
	// reported. Every goroutine of a screen starts here.
	Go func(f func())

	// Bind binds the keys of a widget that a screen makes after its Init as the
	// user has them; those that are there before, the root binds by itself.
	Bind func(k Keyed)

	// Key is how the first key of an action is written that is another screen's or
	// the root's ("global.help"), for texts; usual where it has its usual keys.
	Key func(action, usual string) string

	// Wish hands a wish (see wishes.go) to the root while a screen's Update or
	// Init runs. The root grants it as soon as that returns and before the next
	// key, so that what is typed ahead reaches the screen it is meant for; a
	// wish that a command returns has no such place in the order of keys. Only
	// to be called in Bubble Tea's loop.
	Wish func(wish tea.Msg)
}

// Place tells the endpoint from all others in what is kept.
func (e *Env) Place() string { return cmp.Or(e.Context, e.Endpoint) }

// InfoMsg tells every screen that Env.Info is known now.
type InfoMsg struct{ Info api.Info }

// TickMsg comes once a second to every screen, for ages and countdowns. No
// screen keeps a ticker of its own for these.
type TickMsg time.Time
