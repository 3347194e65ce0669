package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"podium/api"
	"podium/internal/fanout"
	"podium/internal/safetext"
	"podium/models"
	"podium/termbridge/frame"
)

// many runs the command in all pods that the selector finds.
func (e *execFlags) many(ctx context.Context, v *verb, command []string) error {
	targets, err := e.targets(ctx, v)
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return fmt.Errorf("the selector %q finds no running pod in namespace %s", e.selector, v.namespace)
	}
	o := e.options(v, command)
	progress := &progressLine{w: v.err, all: len(targets), on: !e.quiet && !e.prefix && isTerminal(v.err)}
	var live *prefixer
	if e.prefix {
		live = &prefixer{out: v.out, err: v.err, pods: map[fanout.Target]*splitter{}}
		o.Live, o.Temp = live.print, nil
	}
	o.Ended = func(o *fanout.Outcome) {
		if live != nil {
			live.end(o)
		}
		progress.ended(o)
	}
	fan := fanout.Start(targets, o)
	defer fan.Close()
	outcomes := finish(ctx, fan)
	progress.clear()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if err := e.print(v, outcomes); err != nil {
		return err
	}
	return manyStatus(outcomes)
}

func (e *execFlags) options(v *verb, command []string) fanout.Options {
	return fanout.Options{
		Client:   v.client,
		Config:   api.ExecConfig{AttachStdout: true, AttachStderr: true, Cmd: command},
		Parallel: e.parallel,
		Temp:     v.temp,
	}
}

// finish waits for the end of all, or ends them all with ctx.
func finish(ctx context.Context, fan *fanout.Fan) []*fanout.Outcome {
	select {
	case <-fan.Done():
	case <-ctx.Done():
		fan.Cancel()
		<-fan.Done()
	}
	return fan.Progress().Outcomes
}

// targets are the pods to run in, without those that have ended.
func (e *execFlags) targets(ctx context.Context, v *verb) ([]fanout.Target, error) {
	rows, err := v.selected(ctx, v.namespace, e.selector)
	if err != nil {
		return nil, err
	}
	var out []fanout.Target
	ended := 0
	for _, row := range rows {
		if row.Finished() {
			ended++
			continue
		}
		container := e.container
		if container == "" && len(row.Containers) > 0 {
			container = row.Containers[0]
		}
		out = append(out, fanout.Target{Ref: row.Ref(), Container: container})
	}
	if ended > 0 && !e.quiet {
		v.warn("Left out, having ended already: %s", models.Count(ended, "pod"))
	}
	return out, nil
}

// oneAsJSON runs the command in one pod and tells everything about it.
func (e *execFlags) oneAsJSON(ctx context.Context, v *verb, name string, command []string) error {
	ref := api.PodRef{Namespace: v.namespace, Name: name}
	container, err := e.place(ctx, v, ref)
	if err != nil {
		return err
	}
	if e.stdin {
		return usage("-i and -o json cannot be given together")
	}
	o := e.options(v, command)
	o.Keep, o.Budget = 32<<20, 32<<20
	fan := fanout.Start([]fanout.Target{{Ref: ref, Container: container}}, o)
	defer fan.Close()
	outcomes := finish(ctx, fan)
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if err := writeJSON(v.out, resultOf(outcomes[0])); err != nil {
		return err
	}
	return endStatus(outcomes[0].End)
}

func resultOf(o *fanout.Outcome) execResult {
	r := execResult{
		Namespace: o.Ref.Namespace, Pod: o.Ref.Name, Container: o.Container,
		OK: o.End.OK, End: o.End.Line, Reason: o.End.More, Seconds: o.Took.Seconds(),
		Stdout: string(o.Text.Bytes(frame.Stdout)), Stderr: string(o.Text.Bytes(frame.Stderr)),
		Truncated: o.Text != nil && o.Text.Cut,
	}
	if o.End.Known {
		r.ExitCode = &o.End.ExitCode
	}
	return r
}

// manyStatus is the status of all together, with a sentence on those that did
// not do well.
func manyStatus(outcomes []*fanout.Outcome) error {
	var failed, idle, unknown int
	for _, o := range outcomes {
		switch {
		case o.End.OK:
		case o.End.Known && !o.End.Partial:
			failed++
		case !o.Started:
			idle++
		default:
			unknown++
		}
	}
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{failed, "failed in %d"}, {idle, "did not run in %d"}, {unknown, "has an end that is not known in %d"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf(p.what, p.n))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	status := exitError
	if idle+unknown > 0 {
		status = exitUnknown
	}
	return &statusError{status: status, err: fmt.Errorf("the command %s of %s", strings.Join(parts, ", "), models.Count(len(outcomes), "pod"))}
}

// print writes the outcomes as the flags ask for.
func (e *execFlags) print(v *verb, outcomes []*fanout.Outcome) error {
	groups := fanout.Groups(outcomes)
	switch {
	case e.output == outputJSON:
		results := make([]execResult, 0, len(outcomes))
		for _, g := range groups {
			for _, o := range g.Outcomes {
				results = append(results, resultOf(o))
			}
		}
		return writeJSON(v.out, results)
	case e.prefix:
	case e.diff:
		if err := printDiffs(v.out, groups); err != nil {
			return err
		}
	default:
		for i := range groups {
			if err := printGroup(v.out, &groups[i], true); err != nil {
				return err
			}
		}
	}
	if !e.quiet {
		fmt.Fprintln(v.err, fanout.Summary(groups))
	}
	return nil
}

// printGroup writes the names of a group's pods, how they ended, and their
// output. Lines of standard error are told by the sign before them.
func printGroup(w io.Writer, g *fanout.Group, output bool) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "── %s: %s\n", g.First().End.Line, names(g))
	if more := g.First().End.More; more != "" && g.Failed {
		fmt.Fprintf(&b, "   %s\n", safetext.Clean(more))
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return err
	}
	if t := g.First().Text; output && t != nil {
		if err := printText(w, t); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// printText writes an output line by line, those of standard error with a sign
// before them.
func printText(w io.Writer, t *fanout.Text) error {
	bw := bufio.NewWriterSize(w, 64<<10)
	if t.Partial() {
		fmt.Fprintln(bw, "… (of a long output a part is left out)")
	}
	s := splitter{line: func(stream int, line []byte) error {
		if stream == 1 {
			if _, err := bw.WriteString("! "); err != nil {
				return err
			}
		}
		_, err := bw.Write(append(line, '\n'))
		return err
	}}
	err := t.Each(s.add)
	return errors.Join(err, s.end(), bw.Flush())
}

// splitter makes whole lines of two streams. A line that does not end soon goes
// out in parts.
type splitter struct {
	line func(stream int, line []byte) error // stream 0 is standard output
	rest [2][]byte                           // what has no line feed yet
}

func (s *splitter) add(stream frame.Stream, p []byte) error {
	i := 0
	if stream == frame.Stderr {
		i = 1
	}
	for len(p) > 0 {
		line, after, whole := bytes.Cut(p, []byte("\n"))
		s.rest[i] = append(s.rest[i], line...)
		p = after
		if !whole && len(s.rest[i]) < 64<<10 {
			return nil
		}
		if err := s.line(i, s.rest[i]); err != nil {
			return err
		}
		s.rest[i] = s.rest[i][:0]
	}
	return nil
}

// end gives out what has no line feed.
func (s *splitter) end() error {
	for i, rest := range s.rest {
		if len(rest) > 0 {
			if err := s.line(i, rest); err != nil {
				return err
			}
			s.rest[i] = nil
		}
	}
	return nil
}

// namesShown is how many names a group's heading has.
const namesShown = 20

func names(g *fanout.Group) string {
	var all []string
	for _, o := range g.Outcomes[:min(len(g.Outcomes), namesShown)] {
		all = append(all, safetext.Clean(o.Ref.Name))
	}
	text := strings.Join(all, " ")
	if more := len(g.Outcomes) - namesShown; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	if n := len(g.Outcomes); n > 1 {
		return fmt.Sprintf("%d pods: %s", n, text)
	}
	return text
}

// printDiffs writes what most have, and of the others what differs.
func printDiffs(w io.Writer, groups []fanout.Group) error {
	most := fanout.Largest(groups)
	for i := range groups {
		if i == most {
			continue
		}
		if err := printGroup(w, &groups[i], false); err != nil {
			return err
		}
		diff := fanout.Diff(&groups[most], &groups[i])
		for line := range strings.Lines(diff) {
			if _, err := io.WriteString(w, safetext.CleanSGR(strings.TrimSuffix(line, "\n"))+"\n"); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
	}
	return printGroup(w, &groups[most], true)
}

// prefixer prints lines of several pods as they come, whole.
type prefixer struct {
	mu       sync.Mutex
	out, err io.Writer
	pods     map[fanout.Target]*splitter
}

func (p *prefixer) print(t fanout.Target, stream frame.Stream, text []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.pods[t]
	if s == nil {
		s = &splitter{line: func(stream int, line []byte) error { return p.line(t, stream, line) }}
		p.pods[t] = s
	}
	// Whoever reads our output may be gone, which ends the program by itself.
	_ = s.add(stream, text)
}

func (p *prefixer) line(t fanout.Target, stream int, line []byte) error {
	w := p.out
	if stream == 1 {
		w = p.err
	}
	_, err := fmt.Fprintf(w, "[%s] %s\n", safetext.Clean(t.Ref.Name), line)
	return err
}

// end prints what a pod left without a line feed, and how it ended if not well.
func (p *prefixer) end(o *fanout.Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.pods[o.Target]; s != nil {
		_ = s.end() // as in print
		delete(p.pods, o.Target)
	}
	if !o.End.OK {
		_ = p.line(o.Target, 1, []byte(safetext.Clean(endSentence(o.End))))
	}
}

// progressLine tells people at a terminal how far it is.
type progressLine struct {
	w              io.Writer
	all, n, failed int
	on             bool
}

func (p *progressLine) ended(o *fanout.Outcome) {
	p.n++
	if !o.End.OK {
		p.failed++
	}
	if p.on {
		fmt.Fprintf(p.w, "\r%d of %d, %d failed ", p.n, p.all, p.failed)
	}
}

func (p *progressLine) clear() {
	if p.on {
		_, _ = io.WriteString(p.w, "\r\x1b[K")
	}
}
