package pods

import (
	"errors"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/models/widget/input"
)

// typing is the filter while it is typed.
type typing struct {
	line   input.Line
	bad    *filterError // what is wrong with what is typed
	before *filter      // the filter when typing began

	past  []string // filters that were kept, the newest last
	at    int      // which of them the line shows, len(past) for none
	draft string   // what was typed before one was fetched

	menu   menu
	values values // for the place of the menu
}

// beginTyping opens the line of the filter, with the filter in force.
func (m *Model) beginTyping() tea.Cmd {
	m.typing = true
	m.edit = typing{before: m.wanted(), past: m.past, at: len(m.past)}
	m.edit.line.Keys = &m.lineKeys
	if f := m.wanted(); f != nil {
		m.edit.line.Set(f.text + " ")
	}
	return m.recall()
}

// endTyping closes it.
func (m *Model) endTyping() {
	m.typing = false
	m.edit = typing{}
}

// pressTyping handles a key while the filter is typed.
func (m *Model) pressTyping(k tea.KeyPressMsg) tea.Cmd {
	e := &m.edit
	on := &m.lineKeys
	switch {
	case key.Matches(k, on.Accept):
		return m.keep()
	case key.Matches(k, on.Cancel):
		if e.menu.open && e.menu.asked {
			e.menu = menu{}
			return nil
		}
		return m.dropTyped()
	case key.Matches(k, on.DeleteLeft) && e.line.Value() == "":
		return m.dropTyped()
	case key.Matches(k, on.Complete):
		return m.complete(1)
	case key.Matches(k, on.CompleteBack):
		return m.complete(-1)
	case key.Matches(k, on.Earlier):
		return m.fetch(-1)
	case key.Matches(k, on.Later):
		return m.fetch(1)
	case k.Text == "" && key.Matches(k, m.table.Keys.PageUp, m.table.Keys.PageDown) && !key.Matches(k, on.Left, on.Right):
		m.table.Handle(k)
	default:
		before := e.line.Value()
		if e.line.Handle(k) && e.line.Value() != before {
			return m.typed()
		}
	}
	return nil
}

// dropTyped goes back to the filter that was in force when typing began.
func (m *Model) dropTyped() tea.Cmd {
	before := m.edit.before
	m.endTyping()
	return m.setFilter(before)
}

// typed applies what is typed so far. A filter that is wrong says what is wrong
// and leaves the good part in force: what stands before its last word, as that
// is the one being typed, else the last good one.
func (m *Model) typed() tea.Cmd {
	e := &m.edit
	e.menu = menu{}
	e.at, e.draft = len(e.past), ""
	return tea.Batch(m.apply(), m.offer(false))
}

// apply puts what stands in the line in force, but for what is wrong, and for a
// requirement of the selector that is being typed: half of one has no pod.
func (m *Model) apply() tea.Cmd {
	e := &m.edit
	text := e.line.Value()
	f, err := parseFilter(text, m.answered)
	e.bad = nil
	good := m.withoutHalf(text)
	if errors.As(err, &e.bad) && good == text {
		good = text[:max(strings.LastIndexByte(strings.TrimRight(text, " "), ' '), 0)]
	}
	if good == text {
		return m.setFilter(f)
	}
	if f, err := parseFilter(good, m.answered); err == nil {
		return m.setFilter(f)
	}
	return nil
}

// withoutHalf leaves out the requirement of a selector that the cursor stands
// behind, unless its value is one that there is.
func (m *Model) withoutHalf(text string) string {
	e := &m.edit
	selector, ok := selectorPart(text)
	if !ok || e.line.Before() != text {
		return text
	}
	place, prefix := placeInSelector(selector)
	if e.values.place == place && e.values.known && strings.HasPrefix(place, labelPrefix) && slices.Contains(e.values.items, prefix) {
		return text
	}
	if i := requirementAt(selector); i > 0 {
		return text[:len(text)-len(selector)+i-1]
	}
	return strings.TrimSuffix(text[:len(text)-len(selector)], "-l ")
}

// keep ends the typing and asks the server where the filter has a selector.
func (m *Model) keep() tea.Cmd {
	if m.edit.bad != nil {
		m.say("The filter is not valid: %s", m.edit.bad.Error())
		return nil
	}
	text := strings.TrimSpace(m.edit.line.Value())
	m.endTyping()
	f, err := parseFilter(text, m.answered)
	if err != nil { // of what was no mistake a moment ago
		m.env.Wish(warning(err))
		return nil
	}
	return tea.Batch(m.setFilter(f), m.remember(text), m.reselect())
}

// reselect lists anew when the server is to be asked for other pods. Those that
// are known stay until it has answered.
func (m *Model) reselect() tea.Cmd {
	selector := ""
	if f := m.wanted(); f != nil {
		selector = f.selector
	}
	if selector == m.selector {
		return nil
	}
	m.selector = selector
	m.feed.memo = nil
	return m.feed.list()
}

// believe stops holding labels against the pods of a list that the server chose
// by them.
func (m *Model) believe() tea.Cmd {
	m.answered = m.selector
	f := m.wanted()
	if f == nil || f.selector == "" || f.selector != m.answered {
		return nil
	}
	if f, err := parseFilter(f.text, m.answered); err == nil {
		return m.setFilter(f)
	}
	return nil
}

// faults is the term of a filter that leaves what wants attention.
const faults = "healthy=no"

// OnlyFaults leaves what wants attention, or all again, as its key does.
func (m *Model) OnlyFaults() tea.Cmd {
	cmd := m.toggleFaults()
	m.refresh()
	return cmd
}

// toggleFaults puts that term before the filter in force, or takes it away.
func (m *Model) toggleFaults() tea.Cmd {
	text := ""
	if f := m.wanted(); f != nil {
		text = f.text
	}
	if rest, on := strings.CutPrefix(text, faults); on {
		text = strings.TrimSpace(rest)
	} else {
		text = strings.TrimSpace(faults + " " + text)
	}
	f, err := parseFilter(text, m.answered)
	if err != nil {
		m.env.Wish(warning(err))
		return nil
	}
	return m.setFilter(f)
}

// pastLimit is how many filters the history gives.
const pastLimit = 200

// pastMsg are the filters that were kept before.
type pastMsg struct {
	models.Answer
	past []string
}

// pastName is the history of the endpoint's filters.
func (m *Model) pastName() string { return "filter " + m.env.Endpoint }

// recall reads the history, once.
func (m *Model) recall() tea.Cmd {
	store := m.env.Store
	if store == nil || m.recalled {
		return nil
	}
	m.recalled = true
	name := m.pastName()
	return func() tea.Msg {
		past, err := store.History(name)
		if err != nil {
			return warning(err)
		}
		return pastMsg{Answer: models.To(m), past: past[max(len(past)-pastLimit, 0):]}
	}
}

// recalledPast takes the history in, before what was kept meanwhile.
func (m *Model) recalledPast(past []string) {
	m.past = append(past, m.past...)
	var once []string
	seen := map[string]bool{} // each once, where it was kept last
	for _, text := range slices.Backward(m.past) {
		if !seen[text] {
			seen[text] = true
			once = append(once, text)
		}
	}
	slices.Reverse(once)
	m.past = once
	if m.typing && m.edit.at == len(m.edit.past) {
		m.edit.past, m.edit.at = m.past, len(m.past)
	}
}

// remember keeps a filter in the history.
func (m *Model) remember(text string) tea.Cmd {
	if text == "" || len(m.past) > 0 && m.past[len(m.past)-1] == text {
		return nil
	}
	m.past = append(m.past, text)
	store, name := m.env.Store, m.pastName()
	if store == nil {
		return nil
	}
	return m.write(func() error { return store.AppendHistory(name, text) })
}

// fetch puts the filter before or after in the history into the line; while a
// choice of completions is shown it moves in that.
func (m *Model) fetch(step int) tea.Cmd {
	e := &m.edit
	if e.menu.open && e.menu.asked {
		return m.choose(step)
	}
	at := e.at + step
	if at < 0 || at > len(e.past) {
		return nil
	}
	if e.at == len(e.past) {
		e.draft = e.line.Value()
	}
	e.at = at
	if at == len(e.past) {
		e.line.Set(e.draft)
	} else {
		e.line.Set(e.past[at])
	}
	return m.apply()
}
