package modelstest

import (
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"podium/models"
)

// keyCodes are the keys whose names are no single character.
var keyCodes = map[string]rune{
	"enter": tea.KeyEnter, "tab": tea.KeyTab, "esc": tea.KeyEscape, "space": tea.KeySpace,
	"backspace": tea.KeyBackspace, "delete": tea.KeyDelete, "insert": tea.KeyInsert,
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
	"home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
	"f1": tea.KeyF1, "f2": tea.KeyF2, "f3": tea.KeyF3, "f8": tea.KeyF8,
}

// Key is the press of a key as bindings spell it: "j", "G", "ctrl+d", "enter",
// "shift+tab".
func Key(name string) tea.KeyPressMsg {
	var k tea.KeyPressMsg
	rest := name
	for {
		mod, after, ok := strings.Cut(rest, "+")
		m, known := map[string]tea.KeyMod{"ctrl": tea.ModCtrl, "alt": tea.ModAlt, "shift": tea.ModShift}[mod]
		if !ok || !known || after == "" {
			break
		}
		k.Mod |= m
		rest = after
	}
	if code, ok := keyCodes[rest]; ok {
		k.Code = code
		if code == tea.KeySpace && k.Mod == 0 {
			k.Text = " "
		}
		return k
	}
	r, _ := utf8.DecodeRuneInString(rest)
	k.Code = r
	if k.Mod&^tea.ModShift == 0 {
		k.Text = rest
	}
	return k
}

// Updater is a screen, or anything else that takes messages.
type Updater interface{ Update(msg tea.Msg) tea.Cmd }

// Driver uses a screen as Bubble Tea would: keys and answers reach Update one
// after the other in the test's goroutine, commands run beside it. Waiting is
// for what the test names, never for a time.
type Driver struct {
	T       testing.TB
	Screen  Updater
	View    func() string
	answers chan tea.Msg
}

// limit is how long the driver waits for what a test says will happen.
//
// It is generous: it only ever runs out where something is wrong, and a machine
// may be busy with other things.
const limit = time.Minute

// Drive opens the screen at the size and runs its first command.
func Drive(t testing.TB, s models.Screen, cols, rows int) *Driver {
	t.Helper()
	d := &Driver{T: t, Screen: s, View: s.View, answers: make(chan tea.Msg, 1000)}
	s.SetSize(cols, rows)
	d.Run(s.Init())
	return d
}

// NewDriver makes a driver of something that is no Screen.
func NewDriver(t testing.TB, u Updater, view func() string) *Driver {
	return &Driver{T: t, Screen: u, View: view, answers: make(chan tea.Msg, 1000)}
}

// Run starts a command; its answer reaches the screen while the driver waits.
func (d *Driver) Run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go d.deliver(cmd)
}

// deliver runs the command and hands its messages over; the commands of a batch
// or a sequence each run on their own, so that one that waits holds no other.
func (d *Driver) deliver(cmd tea.Cmd) {
	msg := cmd()
	if msg == nil {
		return
	}
	cmds := reflect.TypeFor[[]tea.Cmd]()
	v := reflect.ValueOf(msg)
	if v.Kind() != reflect.Slice || !v.CanConvert(cmds) {
		d.answers <- msg
		return
	}
	for _, c := range v.Convert(cmds).Interface().([]tea.Cmd) {
		d.Run(c)
	}
}

// Send gives the screen messages.
func (d *Driver) Send(msgs ...tea.Msg) *Driver {
	for _, msg := range msgs {
		d.Run(d.Screen.Update(msg))
	}
	return d
}

// Press presses keys, separated by blanks: "j j ctrl+d".
func (d *Driver) Press(keys string) *Driver {
	for _, k := range strings.Fields(keys) {
		d.Send(Key(k))
	}
	return d
}

// Type types a text, one key per character.
func (d *Driver) Type(text string) *Driver {
	for _, r := range text {
		if r == ' ' {
			d.Send(Key("space"))
			continue
		}
		d.Send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	return d
}

// Until lets answers in until cond holds; the test fails with what, and with
// the screen, when it does not.
func (d *Driver) Until(what string, cond func() bool) *Driver {
	d.T.Helper()
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	poll := time.NewTicker(5 * time.Millisecond) // for conditions that no message announces
	defer poll.Stop()
	for !cond() {
		select {
		case msg := <-d.answers:
			d.Send(msg)
		case <-poll.C:
		case <-deadline.C:
			d.T.Fatalf("waited in vain for %s; the screen is:\n%s", what, Strip(d.View()))
		}
	}
	return d
}

// Sees waits until every text is on the screen.
func (d *Driver) Sees(texts ...string) *Driver {
	d.T.Helper()
	for _, text := range texts {
		d.Until(strconv.Quote(text)+" on the screen", func() bool { return strings.Contains(Strip(d.View()), text) })
	}
	return d
}

// Misses waits until none of the texts is on the screen.
func (d *Driver) Misses(texts ...string) *Driver {
	d.T.Helper()
	for _, text := range texts {
		d.Until(strconv.Quote(text)+" gone from the screen", func() bool { return !strings.Contains(Strip(d.View()), text) })
	}
	return d
}

// Strip removes the colours of a view.
func Strip(view string) string { return ansi.Strip(view) }
