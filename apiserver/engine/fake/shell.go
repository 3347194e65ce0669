package fake

import (
	"bufio"
	"context"
	"errors"
	"io"
	"maps"
	"strconv"
	"strings"
	"sync"
)

// shell runs scripts. One shell is used by one goroutine; a pipeline's parts
// run in copies of it.
type shell struct {
	proc *process
	vars map[string]string
	in   io.Reader
	out  io.Writer
	err  io.Writer
	last int // $?
}

// exitError unwinds a script that says exit.
type exitError int

func (e exitError) Error() string { return "exit " + strconv.Itoa(int(e)) }

// errStop unwinds what a signal interrupts.
var errStop = errors.New("interrupted")

// script runs source text to its end and returns the exit code.
func (sh *shell) script(ctx context.Context, src string) int {
	n, err := parse(src)
	if err != nil {
		sh.complain("syntax error: " + err.Error())
		return 2
	}
	err = sh.run(ctx, n)
	var exit exitError
	if errors.As(err, &exit) {
		return int(exit)
	}
	return sh.last
}

func (sh *shell) complain(text string) {
	_, _ = io.WriteString(sh.err, "sh: "+text+"\n") // a closed stderr silences it, as everywhere
}

// run runs a node and leaves its exit code in sh.last. Only exit and
// interruption are errors.
func (sh *shell) run(ctx context.Context, n node) error {
	if ctx.Err() != nil {
		return errStop
	}
	switch n := n.(type) {
	case sequence:
		for _, part := range n {
			if err := sh.run(ctx, part); err != nil {
				return err
			}
		}
	case andOr:
		if err := sh.run(ctx, n.left); err != nil {
			return err
		}
		if (sh.last == 0) == n.and {
			return sh.run(ctx, n.right)
		}
	case pipeline:
		return sh.pipeline(ctx, n)
	case loop:
		return sh.loop(ctx, n)
	case each:
		for _, v := range sh.expandAll(n.words) {
			sh.vars[n.name] = v
			if err := sh.run(ctx, n.body); err != nil {
				return err
			}
		}
	case branch:
		if err := sh.run(ctx, n.cond); err != nil {
			return err
		}
		switch {
		case sh.last == 0:
			return sh.run(ctx, n.yes)
		case n.no != nil:
			return sh.run(ctx, n.no)
		}
		sh.last = 0
	case simple:
		return sh.simple(ctx, n)
	}
	return nil
}

func (sh *shell) loop(ctx context.Context, n loop) error {
	code := 0
	for {
		if err := sh.run(ctx, n.cond); err != nil {
			return err
		}
		if (sh.last == 0) == n.until {
			sh.last = code
			return nil
		}
		if err := sh.run(ctx, n.body); err != nil {
			return err
		}
		code = sh.last
	}
}

// pipeline runs the parts side by side; the last one's code is the whole's.
func (sh *shell) pipeline(ctx context.Context, parts pipeline) error {
	var wg sync.WaitGroup
	in := sh.in
	var lastErr error
	for i, part := range parts {
		sub := sh.clone()
		sub.in = in
		var w *io.PipeWriter
		r, isPipe := in.(*io.PipeReader)
		own := i > 0 && isPipe
		if i < len(parts)-1 {
			var next *io.PipeReader
			next, w = io.Pipe()
			sub.out, in = w, next
		}
		last := i == len(parts)-1
		wg.Go(func() {
			err := sub.run(ctx, part)
			if w != nil {
				_ = w.Close() // never fails
			}
			if own {
				_ = r.Close() // what still writes there is told so
			}
			if last {
				lastErr = err
				sh.last = sub.last
			}
		})
	}
	wg.Wait()
	var exit exitError
	if errors.As(lastErr, &exit) { // exit in a pipeline ends its part only
		sh.last, lastErr = int(exit), nil
	}
	return lastErr
}

func (sh *shell) clone() *shell {
	c := *sh
	c.vars = maps.Clone(sh.vars)
	return &c
}

func (sh *shell) simple(ctx context.Context, c simple) error {
	args := sh.expandAll(c.words)
	if len(args) == 0 {
		for _, a := range c.assigns {
			sh.vars[a.name] = sh.expand(a.value)
		}
		sh.last = 0
		return nil
	}
	sub := sh
	if len(c.redirs) > 0 || len(c.assigns) > 0 {
		sub = sh.clone()
		for _, a := range c.assigns {
			sub.vars[a.name] = sh.expand(a.value)
		}
		sub.redirect(c.redirs)
	}
	err := sub.call(ctx, args)
	sh.last = sub.last
	return err
}

func (sh *shell) redirect(rs []redir) {
	for _, r := range rs {
		to := io.Discard
		switch r.to {
		case 1:
			to = sh.out
		case 2:
			to = sh.err
		}
		switch r.from {
		case 0:
			sh.in = strings.NewReader("")
		case 1:
			sh.out = to
		case 2:
			sh.err = to
		}
	}
}

func (sh *shell) expandAll(ws []word) []string {
	var out []string
	for _, w := range ws {
		text := sh.expand(w)
		bare := len(w) > 0
		for _, p := range w {
			bare = bare && p.variable && !p.quoted
		}
		if bare { // an unquoted variable is as many words as it holds
			out = append(out, strings.Fields(text)...)
			continue
		}
		out = append(out, text)
	}
	return out
}

func (sh *shell) expand(w word) string {
	var b strings.Builder
	for _, p := range w {
		if !p.variable {
			b.WriteString(p.text)
			continue
		}
		switch p.text {
		case "?":
			b.WriteString(strconv.Itoa(sh.last))
		case "$":
			b.WriteString(strconv.Itoa(sh.proc.pid))
		default:
			b.WriteString(sh.vars[p.text])
		}
	}
	return b.String()
}

// interactive reads commands from in and runs them, with a prompt on a
// terminal, until its end or exit.
func (sh *shell) interactive(ctx context.Context) int {
	term := sh.proc.term
	lines := bufio.NewReader(oneByte{sh.in}) // a command may read the lines behind it
	pending := ""
	for ctx.Err() == nil {
		if term != nil {
			prompt, set := sh.vars["PS1"]
			switch {
			case pending != "":
				prompt = "> "
			case !set:
				prompt = "$ "
			}
			_, _ = io.WriteString(sh.out, prompt) // the next read tells of a closed terminal
		}
		line, err := lines.ReadString('\n')
		if err != nil && line == "" {
			if errors.Is(err, errInterrupt) {
				pending = ""
				continue
			}
			if term != nil {
				_, _ = io.WriteString(sh.out, "\n") // as above
			}
			return sh.last
		}
		pending += line
		n, perr := parse(pending)
		if errors.Is(perr, errUnfinished) && err == nil {
			continue
		}
		pending = ""
		if perr != nil {
			sh.complain("syntax error: " + perr.Error())
			sh.last = 2
			continue
		}
		var exit exitError
		if err := sh.foreground(ctx, n); errors.As(err, &exit) {
			return int(exit)
		}
	}
	return sh.last
}

// foreground runs a command that ^C ends without ending the shell.
func (sh *shell) foreground(ctx context.Context, n node) error {
	fg, stop := context.WithCancel(ctx)
	defer stop()
	sh.proc.setForeground(stop)
	defer sh.proc.setForeground(nil)
	err := sh.run(fg, n)
	if fg.Err() != nil && ctx.Err() == nil {
		sh.last = 130
		_, _ = io.WriteString(sh.out, "\n") // the prompt begins a line of its own
	}
	return err
}

// oneByte keeps a buffered reader from taking more than is asked for.
type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) {
	if len(p) > 1 {
		p = p[:1]
	}
	return o.r.Read(p)
}
