package confirm

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/internal/safetext"
	"podium/models"
)

// AsideMsg is the wish of a deletion to be taken from view, not closed: it counts
// down, and goes on by itself.
type AsideMsg struct{ From *Delete }

// FailedMsg is the wish of a deletion to be shown: pods were not deleted, and it
// can be tried again.
type FailedMsg struct{ From *Delete }

// start begins the time in which it can be undone, or deletes at once where there
// is none. A word for the next start is on disk before the pods leave the view:
// whoever sees them gone is told should it never come to that.
func (d *Delete) start() tea.Cmd {
	if d.undo <= 0 {
		return d.send()
	}
	d.phase, d.promise = keeping, newPromise(d.env)
	promise, text := d.promise, d.unsentText()
	return func() tea.Msg { return promisedMsg{Answer: models.To(d), err: promise.say(text)} }
}

// promised counts down.
func (d *Delete) promised(err error) {
	if err != nil {
		d.env.Wish(models.NoticeMsg{Level: models.LevelWarning, Quiet: true, Text: "Should podium be killed before this deletion is over, the next start will not tell: " + err.Error()})
	}
	d.phase, d.until, d.away = counting, d.env.Now().Add(d.undo), true
	d.doomed = make(map[api.PodRef]bool, len(d.targets))
	for i := range d.targets {
		d.doomed[d.targets[i].row.Ref()] = true
	}
	d.env.Wish(models.DoomedMsg{Refs: d.refs(), At: d.until})
	d.env.Wish(AsideMsg{From: d})
}

// tick sends the deletion when the time to undo it is over.
func (d *Delete) tick(now time.Time) tea.Cmd {
	if d.phase != counting || now.Before(d.until) {
		return nil
	}
	return d.send()
}

// Undo takes the deletion back while nothing of it was sent; false when it is too
// late for that, or was not begun.
func (d *Delete) Undo() bool {
	if d.phase != counting {
		return false
	}
	d.phase = over
	d.forget()
	d.env.Wish(models.DoomedMsg{Refs: d.refs()})
	d.env.Wish(models.NoticeMsg{Text: "Undone: nothing was sent, " + d.what() + " " + d.verb("stays", "stay")})
	d.env.Wish(models.BackMsg{From: d})
	return true
}

// Dooms tells whether the deletion holds the pod and can still be undone.
func (d *Delete) Dooms(ref api.PodRef) bool {
	return d.phase == counting && d.doomed[ref]
}

// Working says in a few words how far a deletion is that goes on out of view, ""
// for nothing; undo tells whether it can be undone.
func (d *Delete) Working() (text string, undo bool) {
	switch d.phase {
	case counting:
		left := (d.until.Sub(d.env.Now()) + time.Second - 1) / time.Second
		return fmt.Sprintf("%s %s in %d s", d.what(), d.verb("goes", "go"), max(left, 0)), true
	case running:
		return fmt.Sprintf("deleting %d/%d", d.count(done)+d.count(refused), len(d.targets)), false
	}
	return "", false
}

// Ends says what quitting does to the deletion.
func (d *Delete) Ends() string {
	switch d.phase {
	case counting:
		return "the deletion of " + d.what() + ", of which nothing was sent yet"
	case running:
		return fmt.Sprintf("the deletion of %s: %d of them were sent", d.what(), len(d.targets)-d.count(waiting))
	}
	return ""
}

// Unanswered are entries for the journal about pods whose deletion was sent and is
// left before the server has answered.
func (d *Delete) Unanswered() []models.Entry {
	var out []models.Entry
	for i := range d.targets {
		if t := &d.targets[i]; d.phase == running && t.state == sent {
			out = append(out, models.Entry{
				Endpoint: d.endpoint, Action: "delete", Target: t.row.Ref().String(), Failed: true,
				Result: "left unanswered: it may be deleted or not",
			})
		}
	}
	return out
}

// someNames are the names of the first few pods.
func (d *Delete) someNames() string {
	var names []string
	for i := range d.targets {
		if i == 5 {
			names = append(names, fmt.Sprintf("%d more", len(d.targets)-i))
			break
		}
		names = append(names, safetext.Line(d.targets[i].row.Name, 60))
	}
	return strings.Join(names, ", ")
}

// what are the pods in a few words.
func (d *Delete) what() string {
	if len(d.targets) == 1 {
		return safetext.Line(d.targets[0].row.Name, 60)
	}
	return fmt.Sprintf("%d pods", len(d.targets))
}

// verb is the verb for as many pods as there are.
func (d *Delete) verb(one, many string) string {
	if len(d.targets) == 1 {
		return one
	}
	return many
}

func (d *Delete) refs() []api.PodRef {
	out := make([]api.PodRef, len(d.targets))
	for i := range d.targets {
		out[i] = d.targets[i].row.Ref()
	}
	return out
}

func (d *Delete) count(s state) int { return d.counts[s] }
