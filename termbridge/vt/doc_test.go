//go:build unix

package vt

import (
	"encoding/hex"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"podium/internal/doctest"
)

var update = flag.Bool("update", false, "write docs/terminal.md anew")

const document = "../../docs/terminal.md"

// TestDocument: docs/terminal.md lists exactly the sequences that the emulator
// understands, and shows each that does something by a test that passes.
func TestDocument(t *testing.T) {
	shown := examples()
	probed := probeAll()
	var doc strings.Builder
	for _, part := range []struct{ group, title string }{
		{"C0", "Control characters"},
		{"ESC", "Escape sequences"},
		{"CSI", "Control sequences"},
		{"mode", "Modes"},
		{"SGR", "Styles of text (SGR)"},
		{"OSC", "Operating system commands"},
		{"DSR", "Device status reports (`CSI n`)"},
		{"XTWINOPS", "Window operations (`CSI t`)"},
		{"DECRQSS", "Settings that can be asked for (DECRQSS, `DCS $ q`)"},
		{"XTGETTCAP", "Capabilities that can be asked for (XTGETTCAP, `DCS + q`)"},
	} {
		known := map[string]bool{}
		for _, key := range probed[part.group] {
			known[key] = true
		}
		fmt.Fprintf(&doc, "## %s\n\n| sequence | name | what it does | for example |\n|---|---|---|---|\n", part.title)
		for _, m := range meanings[part.group] {
			keys := expand(m.key)
			example := ""
			for _, key := range keys {
				if !known[key] {
					t.Errorf("the document has %s, and the emulator does not understand it, or it is there twice", key)
				}
				delete(known, key)
				if e := best(shown[key], m.name, part.group == "SGR"); example == "" {
					example = e
				}
			}
			if example == "" && !strings.HasPrefix(m.text, nothing) {
				t.Errorf("no test shows %s", m.key)
			}
			fmt.Fprintf(&doc, "| %s | %s | %s | %s |\n", code(m.spelled()), m.name, m.text, example)
		}
		for _, key := range slices.Sorted(maps.Keys(known)) {
			t.Errorf("the emulator understands %s, and the document says nothing of it", key)
		}
		doc.WriteString("\n")
	}
	doc.WriteString("## Refused and counted\n\n| request | for example | counted as |\n|---|---|---|\n")
	for _, c := range refusalCases {
		in := c.in
		if len(in) > 60 {
			in = in[:20] + "…"
		}
		fmt.Fprintf(&doc, "| %s | %s | %s |\n", c.name, code(visible(in)), code(strings.Trim(fmt.Sprintf("%+v", c.want), "{}")))
	}
	version, cases := readXterm(t)
	fmt.Fprintf(&doc, "\n## Other than xterm\n\nHeld against what xterm %s shows and answers for %d streams, the emulator differs in this:\n\n", version, len(cases))
	for _, d := range xtermDeviations {
		fmt.Fprintf(&doc, "- %s\n", d.why)
	}
	doctest.Section(t, document, "sequences", doc.String(), *update)
}

// spelled is the sequence with its parameters in their place.
func (m meaning) spelled() string {
	last := strings.LastIndexByte(m.key, ' ')
	switch {
	case strings.HasPrefix(m.key, "C0 "):
		return m.key[3:]
	case strings.HasPrefix(m.key, "mode "), strings.HasPrefix(m.key, "SGR "), strings.HasPrefix(m.key, "DSR "),
		strings.HasPrefix(m.key, "XTWINOPS "), strings.HasPrefix(m.key, "DECRQSS "), strings.HasPrefix(m.key, "XTGETTCAP "):
		return m.key[strings.IndexByte(m.key, ' ')+1:]
	case strings.HasPrefix(m.key, "OSC "):
		return m.key + " ; …"
	case m.args == "":
		return m.key
	}
	// Intermediate bytes stand behind the parameters, prefixes in front.
	fields := strings.Fields(m.key)
	at := 1
	if len(fields) > 2 && strings.Contains("?<=>", fields[1]) {
		at = 2
	}
	if at >= len(fields) {
		return m.key[:last]
	}
	return strings.Join(fields[:at], " ") + " " + m.args + " " + strings.Join(fields[at:], " ")
}

// expand is the keys that a key with a range stands for.
func expand(key string) []string {
	head, tail, ok := strings.Cut(key, "-")
	i := strings.LastIndexByte(head, ' ')
	from, err := strconv.Atoi(head[i+1:])
	to, err2 := strconv.Atoi(tail)
	if !ok || err != nil || err2 != nil {
		return []string{key}
	}
	var out []string
	for n := from; n <= to; n++ {
		out = append(out, head[:i+1]+strconv.Itoa(n))
	}
	return out
}

// example is a case of a test table and what comes of it.
type example struct {
	name, row string
	late      bool // shows what takes back rather than what does
}

// best is the example to show of a sequence: one that is named after it,
// otherwise the shortest or the first, and only then one that leaves nothing to see.
func best(all []example, name string, first bool) string {
	rank := func(e example) int {
		switch {
		case e.late:
			return 3
		case name != "" && e.name == name:
			return 0
		case name != "" && slices.Contains(strings.Fields(e.name), name):
			return 1
		}
		return 2
	}
	out, at := "", 4
	for _, e := range all {
		if r := rank(e); r < at || r == at && !first && len(e.row) < len(out) {
			out, at = e.row, r
		}
	}
	return out
}

// examples has the cases of the test tables for each sequence that they use.
func examples() map[string][]example {
	out := map[string][]example{}
	put := func(name, in, result string, late bool) {
		if len(in) > 60 {
			return
		}
		for _, key := range sequencesIn(in) {
			out[key] = append(out[key], example{name, code(visible(in)) + " " + result, late})
		}
	}
	add := func(name, in, result string) { put(name, in, result, false) }
	for _, cases := range screenCases {
		for _, c := range cases {
			result := "leaves " + code(c.want)
			if c.want == "" {
				result = "leaves a blank screen"
			}
			if c.cursor != "" {
				result += ", cursor at " + c.cursor
			}
			add(c.name, c.in, result)
		}
	}
	for _, c := range replyCases {
		if c.want != "" {
			add(c.name, c.in, "answers "+code(visible(c.want)))
		}
	}
	for _, c := range modeCases {
		add(c.name, c.set, "sets, "+code(visible(c.reset))+" resets")
		put(c.name, c.reset, "takes "+code(visible(c.set))+" back", true)
	}
	for _, c := range linkCases {
		if c.want != "" {
			add("", c.in, "links x to "+code(c.want))
		}
	}
	for _, c := range cursorCases {
		add("", c.in, fmt.Sprintf("leaves %s", code(strings.Trim(fmt.Sprintf("%+v", c.want), "{}"))))
	}
	for _, c := range attributeCases {
		add(c.name, "abcd"+c.in, "leaves "+code(c.want))
	}
	for _, c := range sgrCases {
		put("", "\x1b["+c.in+"m", "leaves "+code(sgrName(c.want)), c.want == Style{})
	}
	for _, c := range refusalCases {
		add(c.name, c.in, "is refused")
	}
	for _, c := range eventCases {
		add("", c.in, "tells "+code(strings.Trim(fmt.Sprintf("%q", c.tells), "[]")))
	}
	return out
}

// sgrName is a style as the sequence that sets it.
func sgrName(s Style) string { return visible(string(appendSGR(nil, s))) }

// sequencesIn is the keys of the sequences in s, as the probes spell them.
func sequencesIn(s string) []string {
	var out []string
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' && s[i] != 0x1b {
			out = append(out, fmt.Sprintf("C0 %02x", s[i]))
		}
		if s[i] != 0x1b || i+1 == len(s) {
			continue
		}
		j := i + 1
		for j < len(s)-1 && s[j] >= ' ' && s[j] <= '/' {
			j++
		}
		inter, final := s[i+1:j], s[j:j+1]
		switch {
		case inter == "" && final == "[":
			out = append(out, "ESC [")
			out = append(out, controlsIn(s[j+1:])...)
		case inter == "" && (final == "]" || final == "P"):
			out = append(out, "ESC "+final)
			out = append(out, stringIn(final, s[j+1:])...)
			if end := strings.IndexAny(s[j+1:], "\x1b\x07"); end >= 0 {
				j += end
				if s[j+1] == 0x07 {
					j++
				}
			}
		default:
			out = append(out, spell("ESC", inter, final), spell("ESC", inter, "F"))
		}
		i = j
	}
	return out
}

// controlsIn is the keys of the control sequence that s begins with.
func controlsIn(s string) []string {
	prefix := ""
	if s != "" && strings.Contains("?<=>", s[:1]) {
		prefix, s = s[:1], s[1:]
	}
	n := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > ';' })
	if n < 0 {
		return nil
	}
	params := strings.Split(s[:n], ";")
	inter := ""
	for ; n < len(s)-1 && s[n] >= ' ' && s[n] <= '/'; n++ {
		inter += s[n : n+1]
	}
	final := s[n : n+1]
	out := []string{spell("CSI", prefix, inter, final)}
	skip := 0 // arguments of a colour
	for i, p := range params {
		if skip > 0 {
			skip--
			continue
		}
		if final == "m" && (p == "38" || p == "48" || p == "58") && i+1 < len(params) {
			skip = map[string]int{"5": 2, "2": 4}[params[i+1]]
		}
		p, _, _ = strings.Cut(p, ":")
		switch {
		case inter == "" && (final == "h" || final == "l"), inter == "$" && final == "p":
			out = append(out, "mode "+prefix+p)
		case inter == "" && prefix == "" && final == "m":
			out = append(out, "SGR "+p)
		case inter == "" && final == "n":
			out = append(out, spell("DSR", prefix, p))
		case inter == "" && prefix == "" && final == "t":
			out = append(out, "XTWINOPS "+p)
		}
	}
	return out
}

// stringIn is the keys of the string that s begins with.
func stringIn(kind, s string) []string {
	if end := strings.IndexAny(s, "\x1b\x07"); end >= 0 {
		s = s[:end]
	}
	if kind == "]" {
		number, _, _ := strings.Cut(s, ";")
		return []string{"OSC " + number}
	}
	if what, ok := strings.CutPrefix(s, "$q"); ok && what != "" {
		return []string{spell("DECRQSS", what[:len(what)-1], what[len(what)-1:])}
	}
	var out []string
	if names, ok := strings.CutPrefix(s, "+q"); ok {
		for _, name := range strings.Split(names, ";") {
			plain, err := hex.DecodeString(name)
			if err == nil {
				out = append(out, "XTGETTCAP "+string(plain))
			}
		}
	}
	return out
}

// visible spells control characters.
func visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == 0x1b:
			b.WriteString(`\e`)
		case r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x2028 && r <= 0x202e || r >= 0x300 && r < 0x370:
			q := strconv.QuoteRuneToASCII(r)
			b.WriteString(q[1 : len(q)-1])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// code is s as code in a cell of a table.
func code(s string) string {
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + strings.ReplaceAll(s, "|", `\|`) + fence
}
