package command

import (
	"fmt"
	"strings"
	"time"

	"podium/internal/fanout"
	"podium/internal/safetext"
	"podium/models"
)

// state is where a card, or a run, stands.
type state int

const (
	starting state = iota
	running
	done
)

// card is a command line that was run, in one place or in many.
type card struct {
	spec    spec
	targets []fanout.Target
	state   state
	began   time.Time
	took    time.Duration
	end     models.End

	run   *run   // of one place
	watch *watch // of one place, nil where it is not watched

	fan    *fanout.Fan // of many places
	groups []fanout.Group
	done   fanout.Progress
}

// busy tells whether something of the card goes on.
func (c *card) busy() bool { return c.state != done || c.watch != nil }

// where is the place, or how many there are.
func (c *card) where() string {
	if len(c.targets) != 1 {
		return models.Count(len(c.targets), "pod")
	}
	t := c.targets[0]
	if t.Container == "" {
		return safetext.Line(t.Ref.Name, 60)
	}
	return safetext.Line(t.Ref.Name+"/"+t.Container, 60)
}

// failed is how many places of a card of many did not end well.
func (c *card) failed() int {
	n := 0
	for _, g := range c.groups {
		if g.Failed {
			n += len(g.Outcomes)
		}
	}
	return n
}

// standing is how the card stands, in a few words.
func (c *card) standing(now time.Time) string {
	took := c.took
	if c.state != done {
		took = max(now.Sub(c.began), 0)
	}
	unit := time.Millisecond
	if c.state != done || took >= 10*time.Second {
		unit = time.Second
	}
	word := c.end.Line
	switch c.state {
	case starting:
		word = "starting"
	case running:
		word = "running"
	case done:
	}
	if c.fan != nil {
		word = c.progress()
	}
	return word + " · " + took.Round(unit).String()
}

// progress is how far a card of many is.
func (c *card) progress() string {
	p := c.done
	parts := []string{fmt.Sprintf("%d of %d", len(p.Outcomes), p.Targets)}
	if p.Running > 0 {
		parts = append(parts, fmt.Sprintf("%d running", p.Running))
	}
	if n := c.failed(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", n))
	}
	if len(c.groups) > 0 && len(p.Outcomes) > 1 {
		parts = append(parts, fanout.Summary(c.groups))
	}
	return strings.Join(parts, " · ")
}
