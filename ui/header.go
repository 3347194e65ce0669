package ui

import (
	"slices"
	"strings"

	"podium/internal/safetext"
	"podium/models"
	"podium/themes"
)

// span is a piece of a bar. rank says what gives way first where there is
// little room: the highest.
type span struct {
	text string
	role themes.Role
	rank int
	min  int           // cells to which it may be cut before anything is left out, 0 for not at all
	do   func(r *root) // what a click on it does, nil for nothing
}

// header is the bar above the screens: where one is, and how fresh it is.
func (r *root) header(cols int) string {
	left, right := r.headerSpans()
	return bar(r.env.Theme, left, right, cols)
}

// headerSpans are the parts of the header at its two ends.
func (r *root) headerSpans() (left, right []span) {
	if r.env.Client == nil {
		return []span{{text: "podium", role: themes.Accent, rank: 1}, {text: titleOf(r.top()), role: themes.Title}}, r.waiting()
	}
	left = []span{{text: r.env.Endpoint, role: themes.Accent, rank: 2, min: 16, do: wishes(models.ContextsMsg{})}}
	if engine := r.engine(); engine != "" && engine != r.env.Endpoint {
		left = append(left, span{text: engine, role: themes.Bar, rank: 6})
	}
	left = append(left, span{text: r.namespace(), role: themes.Bar, rank: 3, min: 14, do: wishes(models.NamespaceMsg{Ask: true})})
	if t, ok := r.top().(models.Titled); ok && t.Title() != "" {
		left = append(left, span{text: t.Title(), role: themes.Title, rank: 0})
	}
	right = r.deletionSpans()
	if who := r.identity(); who != "" {
		right = append(right, span{text: who, role: themes.BarMuted, rank: 7, min: 10})
	}
	right = append(right, r.waiting()...)
	if n := r.countSessions(); n > 0 {
		right = append(right, span{text: models.Count(n, "session") + r.calling(), role: themes.Accent, rank: 4, do: (*root).openSessions})
	}
	right = append(right, r.freshness()...)
	if r.env.ReadOnly {
		right = append(right, span{text: " READ-ONLY ", role: themes.ReadOnly, rank: 1, do: wishes(models.UnlockMsg{})})
	}
	return left, right
}

// wishes is what makes a wish of the root's own.
func wishes(what any) func(r *root) { return func(r *root) { r.wish(what) } }

// clickHeader does what a click on a part of the header means.
func (r *root) clickHeader(x int) {
	left, right := r.headerSpans()
	left, right, gap := fitSpans(left, right, r.cols)
	at := edge
	for i, s := range append(append([]span(nil), left...), right...) {
		if i == len(left) {
			at += gap
		} else if i > 0 {
			at += safetext.Width(between)
		}
		w := safetext.Width(s.text)
		if x >= at && x < at+w && s.do != nil {
			s.do(r)
			return
		}
		at += w
	}
}

// waiting says which context is being opened.
func (r *root) waiting() []span {
	if r.here.waiting == "" {
		return nil
	}
	return []span{{text: "opening " + safetext.Line(r.here.waiting, 30) + "…", role: themes.BarMuted, rank: 2}}
}

func (r *root) namespace() string {
	if r.env.Namespace == "" {
		return "all namespaces"
	}
	return safetext.Line(r.env.Namespace, 40)
}

const (
	between = " · " // between the parts of a bar
	edge    = 1     // cells left free at both ends of a bar
)

// bar lays spans out at both ends of a line: where they do not fit, those that
// may be are cut, then those of the highest rank left out; the last one left is
// cut in any case.
func bar(th themes.Theme, left, right []span, cols int) string {
	left, right, gap := fitSpans(left, right, cols)
	if cols-2*edge < 1 {
		return th.Paint(themes.Bar, strings.Repeat(" ", max(cols, 0)))
	}
	var b strings.Builder
	b.WriteString(th.Paint(themes.Bar, " "))
	paintSpans(&b, th, left)
	b.WriteString(th.Paint(themes.Bar, strings.Repeat(" ", gap)))
	paintSpans(&b, th, right)
	b.WriteString(th.Paint(themes.Bar, " "))
	return b.String()
}

// fitSpans are the spans for which there is room, and the cells between the two
// sides.
func fitSpans(left, right []span, cols int) ([]span, []span, int) {
	excess := func() int { return width(left) + width(right) + 2*edge + 1 - cols }
	for excess()-spare(left)-spare(right) > 0 && len(left)+len(right) > 1 {
		left, right = dropLeast(left, right)
	}
	squeeze(excess(), left, right)
	room := max(cols-2*edge, 0)
	if w := width(left) + width(right); w > room {
		for _, side := range [][]span{left, right} {
			for i := range side {
				side[i].text = safetext.Truncate(side[i].text, room)
			}
		}
	}
	return left, right, max(room-width(left)-width(right), 0)
}

// spare is how many cells the spans can be cut by.
func spare(spans []span) int {
	n := 0
	for _, s := range spans {
		if s.min > 0 {
			n += max(safetext.Width(s.text)-s.min, 0)
		}
	}
	return n
}

// squeeze cuts the longest of the spans that may be cut until excess cells are
// gained or nothing is left to cut.
func squeeze(excess int, sides ...[]span) {
	for excess > 0 {
		var longest *span
		for _, side := range sides {
			for i := range side {
				s := &side[i]
				if s.min > 0 && safetext.Width(s.text) > s.min && (longest == nil || safetext.Width(s.text) > safetext.Width(longest.text)) {
					longest = s
				}
			}
		}
		if longest == nil {
			return
		}
		before := safetext.Width(longest.text)
		// In steps, so that two long ones are cut alike.
		longest.text = middle(longest.text, max(before-min(excess, 4), longest.min))
		excess -= before - safetext.Width(longest.text)
	}
}

// middle cuts a text to w cells, out of its middle: what tells long names apart
// is mostly at their ends.
func middle(text string, w int) string {
	all := safetext.Width(text)
	if all <= w || w < 4 {
		return safetext.Truncate(text, w)
	}
	head := w / 3
	return safetext.Truncate(text, head) + safetext.Cut(text, all-(w-head), w-head)
}

func paintSpans(b *strings.Builder, th themes.Theme, spans []span) {
	for i, s := range spans {
		if i > 0 {
			b.WriteString(th.PaintOn(themes.BarMuted, themes.Bar, between))
		}
		b.WriteString(th.PaintOn(s.role, themes.Bar, s.text))
	}
}

func width(spans []span) int {
	w := 0
	for i, s := range spans {
		if i > 0 {
			w += safetext.Width(between)
		}
		w += safetext.Width(s.text)
	}
	return w
}

// dropLeast leaves out the span that matters least.
func dropLeast(left, right []span) ([]span, []span) {
	worst := -1
	for _, s := range left {
		worst = max(worst, s.rank)
	}
	for _, s := range right {
		worst = max(worst, s.rank)
	}
	for _, side := range []*[]span{&right, &left} {
		for i, sp := range slices.Backward(*side) {
			if sp.rank == worst {
				*side = slices.Delete(slices.Clone(*side), i, i+1)
				return left, right
			}
		}
	}
	return left, right
}
