package fanout

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"podium/models"
	"podium/termbridge/frame"
)

// Group is the outcomes that are alike: the same end and the same output.
type Group struct {
	Outcomes []*Outcome // by namespace and name
	Failed   bool       // it did not end with exit 0 and all of its output
}

// First stands for the group.
func (g *Group) First() *Outcome { return g.Outcomes[0] }

// key is what must be the same.
type key struct {
	kind    models.EndKind
	known   bool
	code    int
	partial bool
	why     string // of those that never ran
	sum     Sum
}

// Groups puts outcomes together that are alike: the failed ones first, then the
// larger groups before the smaller.
func Groups(outcomes []*Outcome) []Group {
	by := map[key]*Group{}
	for _, o := range outcomes {
		k := key{kind: o.End.Kind, known: o.End.Known, code: o.End.ExitCode, partial: o.End.Partial, sum: o.Sum}
		if !o.Started {
			// The reason names the place: without it the same reason is the same.
			k.why = placeless(o)
		}
		g := by[k]
		if g == nil {
			g = &Group{Failed: !o.End.OK}
			by[k] = g
		}
		g.Outcomes = append(g.Outcomes, o)
	}
	out := make([]Group, 0, len(by))
	for _, g := range by {
		slices.SortFunc(g.Outcomes, compare)
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b Group) int {
		if a.Failed != b.Failed {
			if a.Failed {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(len(b.Outcomes), len(a.Outcomes)), compare(a.First(), b.First()))
	})
	return out
}

// placeless is why a command never ran, without the names of pod and container.
func placeless(o *Outcome) string {
	why := strings.ReplaceAll(o.End.More, strconv.Quote(o.Ref.Name), "…")
	if o.Container != "" {
		why = strings.ReplaceAll(why, strconv.Quote(o.Container), "…")
	}
	return strings.ReplaceAll(why, o.Ref.Name, "…")
}

func compare(a, b *Outcome) int {
	return cmp.Or(cmp.Compare(a.Ref.Namespace, b.Ref.Namespace), cmp.Compare(a.Ref.Name, b.Ref.Name), cmp.Compare(a.Container, b.Container))
}

// Summary says in words how alike the groups are: "17 of 18 alike, 1 differs".
func Summary(groups []Group) string {
	all, most := 0, 0
	for _, g := range groups {
		all += len(g.Outcomes)
		most = max(most, len(g.Outcomes))
	}
	switch rest := all - most; {
	case all == 0:
		return "nothing has ended yet"
	case all == 1:
		return "1 ended"
	case rest == 0:
		return fmt.Sprintf("all %d alike", all)
	case most == 1:
		return fmt.Sprintf("all %d differ", all)
	case rest == 1:
		return fmt.Sprintf("%d of %d alike, 1 differs", most, all)
	case len(groups) == 2:
		return fmt.Sprintf("%d of %d alike, %d differ", most, all, rest)
	default:
		return fmt.Sprintf("%d of %d alike, %d differ in %d ways", most, all, rest, len(groups)-1)
	}
}

// Largest is the index of the group that most are in, -1 without groups.
func Largest(groups []Group) int {
	at := -1
	for i, g := range groups {
		if at < 0 || len(g.Outcomes) > len(groups[at].Outcomes) {
			at = i
		}
	}
	return at
}

// diffLimit bounds what is compared of each side, in bytes.
const diffLimit = 512 << 10

// Diff tells what group b has other than a, in the unified form, "" where their
// output shows alike: standard output is compared, then standard error. The
// lines are as a terminal would leave them, but not yet safe to draw.
func Diff(a, b *Group) string {
	var out strings.Builder
	for _, stream := range []frame.Stream{frame.Stdout, frame.Stderr} {
		before, beforeCut := shown(a.First().Text, stream)
		now, nowCut := shown(b.First().Text, stream)
		if before == now {
			continue
		}
		out.WriteString(udiff.Unified(title(a, stream), title(b, stream), before, now))
		if beforeCut || nowCut {
			out.WriteString("(The outputs are longer: only what is kept of them was compared.)\n")
		}
	}
	return out.String()
}

func title(g *Group, stream frame.Stream) string {
	where := g.First().Ref.Name
	if n := len(g.Outcomes); n > 1 {
		where = fmt.Sprintf("%s and %d more", where, n-1)
	}
	return where + " (" + stream.String() + ")"
}

// shown is a stream's text as it is compared.
func shown(t *Text, stream frame.Stream) (text string, cut bool) {
	if t == nil {
		return "", false
	}
	var b strings.Builder
	for _, l := range t.Lines {
		if l.Stream != stream {
			continue
		}
		if b.Len()+len(l.Raw) > diffLimit {
			return b.String(), true
		}
		b.WriteString(l.Shown())
		b.WriteByte('\n')
	}
	return b.String(), t.Cut
}
