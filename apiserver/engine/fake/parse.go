package fake

import (
	"errors"
	"fmt"
	"strings"
)

// The tiny shell's language: lists of and-or pipelines, simple commands with
// quotes, variables and redirections, while, until, for and if. It is what
// tests and demonstrations of the dashboard need of a shell, no more.

// node is a command of a script.
type node interface{}

// sequence runs its parts one after another.
type sequence []node

// andOr runs right only if left's success is what and says.
type andOr struct {
	left, right node
	and         bool
}

// pipeline connects the output of each to the input of the next.
type pipeline []node

// loop repeats body while cond succeeds, or fails for until.
type loop struct {
	cond, body node
	until      bool
}

// each runs body with the variable set to every word.
type each struct {
	name  string
	words []word
	body  node
}

// branch runs yes or no, which may be nil, by cond's success.
type branch struct {
	cond, yes, no node
}

// simple is one command with its arguments.
type simple struct {
	assigns []assign
	words   []word
	redirs  []redir
}

type assign struct {
	name  string
	value word
}

// redir sends a stream elsewhere: to another stream, or to /dev/null.
type redir struct {
	from int // 0, 1 or 2
	to   int // 1, 2, or toNull
}

const toNull = -1

// word is text with variables in it.
type word []piece

type piece struct {
	text     string
	variable bool
	quoted   bool
}

// token is a word or an operator.
type token struct {
	op   string // "" for a word
	word word
	raw  string // a word of plain, unquoted text: a reserved word maybe
}

var errUnfinished = errors.New("unexpected end of the script")

// parse reads a whole script. errUnfinished means that more lines may complete
// it.
func parse(src string) (node, error) {
	toks, err := tokens(src)
	if err != nil {
		return nil, err
	}
	p := &parser{toks: toks}
	n, err := p.list()
	if err != nil {
		return nil, err
	}
	if t, ok := p.peek(); ok {
		return nil, fmt.Errorf("unexpected %q", t.text())
	}
	return n, nil
}

func (t token) text() string {
	if t.op != "" {
		return strings.ReplaceAll(t.op, "\n", "newline")
	}
	return t.raw
}

type parser struct {
	toks []token
	pos  int
}

func (p *parser) peek() (token, bool) {
	if p.pos < len(p.toks) {
		return p.toks[p.pos], true
	}
	return token{}, false
}

// take consumes the next token if it is this operator or reserved word.
func (p *parser) take(what string) bool {
	t, ok := p.peek()
	if ok && (t.op == what || t.op == "" && t.raw == what) {
		p.pos++
		return true
	}
	return false
}

func (p *parser) need(what string) error {
	if p.take(what) {
		return nil
	}
	t, ok := p.peek()
	if !ok {
		return errUnfinished
	}
	return fmt.Errorf("unexpected %q: %q is missing", t.text(), what)
}

// closers end a list: they belong to what encloses it.
func closer(t token) bool {
	if t.op == ")" {
		return true
	}
	switch t.raw {
	case "do", "done", "then", "else", "elif", "fi", "}":
		return t.op == ""
	}
	return false
}

func (p *parser) list() (node, error) {
	var out sequence
	for {
		for p.take(";") || p.take("\n") {
		}
		t, ok := p.peek()
		if !ok || closer(t) {
			return out, nil
		}
		n, err := p.andOr()
		if err != nil {
			return nil, err
		}
		out = append(out, n)
		if t, ok := p.peek(); ok && !closer(t) && t.op != ";" && t.op != "\n" {
			return nil, fmt.Errorf("unexpected %q", t.text())
		}
	}
}

func (p *parser) andOr() (node, error) {
	left, err := p.pipeline()
	for err == nil {
		and := p.take("&&")
		if !and && !p.take("||") {
			return left, nil
		}
		for p.take("\n") {
		}
		var right node
		right, err = p.pipeline()
		left = andOr{left: left, right: right, and: and}
	}
	return nil, err
}

func (p *parser) pipeline() (node, error) {
	var out pipeline
	for {
		c, err := p.command()
		if err != nil {
			return nil, err
		}
		out = append(out, c)
		if !p.take("|") {
			break
		}
		for p.take("\n") {
		}
	}
	if len(out) == 1 {
		return out[0], nil
	}
	return out, nil
}

func (p *parser) command() (node, error) {
	switch {
	case p.take("while"):
		return p.loop(false)
	case p.take("until"):
		return p.loop(true)
	case p.take("for"):
		return p.each()
	case p.take("if"):
		return p.branch()
	case p.take("{"):
		return p.enclosed("}")
	case p.take("("):
		return p.enclosed(")")
	}
	return p.simple()
}

func (p *parser) enclosed(end string) (node, error) {
	n, err := p.list()
	if err != nil {
		return nil, err
	}
	return n, p.need(end)
}

func (p *parser) loop(until bool) (node, error) {
	cond, err := p.enclosed("do")
	if err != nil {
		return nil, err
	}
	body, err := p.enclosed("done")
	return loop{cond: cond, body: body, until: until}, err
}

func (p *parser) each() (node, error) {
	t, ok := p.peek()
	if !ok {
		return nil, errUnfinished
	}
	p.pos++
	e := each{name: t.raw}
	if err := p.need("in"); err != nil {
		return nil, err
	}
	for {
		t, ok := p.peek()
		if !ok {
			return nil, errUnfinished
		}
		p.pos++
		if t.op != "" {
			break
		}
		e.words = append(e.words, t.word)
	}
	for p.take("\n") || p.take(";") {
	}
	if err := p.need("do"); err != nil {
		return nil, err
	}
	var err error
	e.body, err = p.enclosed("done")
	return e, err
}

func (p *parser) branch() (node, error) {
	cond, err := p.enclosed("then")
	if err != nil {
		return nil, err
	}
	b := branch{cond: cond}
	if b.yes, err = p.list(); err != nil {
		return nil, err
	}
	switch {
	case p.take("elif"):
		b.no, err = p.branch()
		return b, err
	case p.take("else"):
		b.no, err = p.list()
		if err != nil {
			return nil, err
		}
	}
	return b, p.need("fi")
}

func (p *parser) simple() (node, error) {
	var c simple
	for {
		t, ok := p.peek()
		if !ok {
			break
		}
		if t.op == "" {
			if a, ok := assignment(t); ok && len(c.words) == 0 {
				c.assigns = append(c.assigns, a)
			} else {
				c.words = append(c.words, t.word)
			}
			p.pos++
			continue
		}
		r, ok := redirection(t.op)
		if !ok {
			break
		}
		c.redirs = append(c.redirs, r)
		p.pos++
	}
	if len(c.words) == 0 && len(c.assigns) == 0 {
		if t, ok := p.peek(); ok {
			return nil, fmt.Errorf("unexpected %q", t.text())
		}
		return nil, errUnfinished
	}
	return c, nil
}

func redirection(op string) (redir, bool) {
	switch op {
	case ">&2", "1>&2":
		return redir{from: 1, to: 2}, true
	case "2>&1":
		return redir{from: 2, to: 1}, true
	case ">&1":
		return redir{from: 1, to: 1}, true
	case ">/dev/null", "1>/dev/null":
		return redir{from: 1, to: toNull}, true
	case "2>/dev/null":
		return redir{from: 2, to: toNull}, true
	case "</dev/null":
		return redir{from: 0, to: toNull}, true
	}
	return redir{}, false
}

// assignment reads NAME=value.
func assignment(t token) (assign, bool) {
	if len(t.word) == 0 || t.word[0].variable || t.word[0].quoted {
		return assign{}, false
	}
	name, rest, ok := strings.Cut(t.word[0].text, "=")
	if !ok || name == "" {
		return assign{}, false
	}
	for i := range len(name) {
		if !nameByte(name[i], i > 0) {
			return assign{}, false
		}
	}
	value := word{{text: rest, quoted: true}}
	return assign{name: name, value: append(value, t.word[1:]...)}, true
}
