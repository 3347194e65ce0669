//go:build unix

package keys

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"podium/internal/doctest"
	"podium/termbridge/vt"
)

var update = flag.Bool("update", false, "write docs/terminal.md anew")

// encodings are the columns of the document.
var encodings = []struct {
	title string
	modes vt.Modes
}{
	{"nothing set", vt.Modes{}},
	{"DECCKM and DECKPAM", vt.Modes{AppCursor: true, AppKeypad: true}},
	{"modifyOtherKeys 1", vt.Modes{ModifyOtherKeys: 1}},
	{"modifyOtherKeys 2", vt.Modes{ModifyOtherKeys: 2}},
	{"kitty, flag 1", vt.Modes{KittyFlags: 1}},
	{"kitty, all flags", vt.Modes{KittyFlags: 31}},
}

// TestDocument: the keys of docs/terminal.md are what the encoder sends, and
// what it sends is what the tables of the tests demand.
func TestDocument(t *testing.T) {
	var doc strings.Builder
	doc.WriteString("## Keys\n\nBy what the program has asked for; a dash sends nothing. In the kitty protocol releases and\n" +
		"repeats are told apart and reported as the flags say.\n\n| key |")
	for _, e := range encodings {
		fmt.Fprintf(&doc, " %s |", e.title)
	}
	doc.WriteString("\n|---|" + strings.Repeat("---|", len(encodings)) + "\n")
	for _, r := range legacyKeys {
		fmt.Fprintf(&doc, "| %s |", plain.Replace(r.name))
		for _, e := range encodings {
			fmt.Fprintf(&doc, " %s |", sent(Encode(nil, r.key, e.modes)))
		}
		doc.WriteString("\n")
	}

	// A key that is nowhere in the table is a key that nobody would find.
	for code, s := range specials {
		if !slices.ContainsFunc(legacyKeys, func(r row) bool { return r.key.Code == code }) && s.form != formNone {
			t.Errorf("no test presses the key that is encoded as %+v", s)
		}
	}

	doc.WriteString("\n## Pastes\n\n| paste | text | plain | bracketed (mode ?2004) |\n|---|---|---|---|\n")
	for _, c := range pasteCases {
		fmt.Fprintf(&doc, "| %s | %s | %s | %s |\n", c.name, sent([]byte(c.text)), sent([]byte(c.plain)), sent([]byte(c.bracketed)))
	}
	on := vt.Modes{FocusEvents: true}
	fmt.Fprintf(&doc, "\nWith mode ?1004 the pane's focus sends %s when it comes and %s when it goes.\n",
		sent(Focus(nil, true, on)), sent(Focus(nil, false, on)))

	doc.WriteString("\n## Mouse\n\nA mouse event is sent only if the program asked for its kind; everything else selects text.\n" +
		"On the alternate screen the wheel sends cursor keys (mode ?1007).\n\n| event | tracking | encoding | sends |\n|---|---|---|---|\n")
	tracking := map[vt.MouseMode]string{vt.MouseNone: "–", vt.MouseX10: "?9", vt.MouseNormal: "?1000", vt.MouseButton: "?1002", vt.MouseAny: "?1003"}
	encoding := map[vt.MouseEncoding]string{
		vt.MouseEncodingDefault: "default", vt.MouseEncodingUTF8: "?1005", vt.MouseEncodingSGR: "?1006",
		vt.MouseEncodingURXVT: "?1015", vt.MouseEncodingSGRPixels: "?1016",
	}
	for _, c := range mouseCases {
		fmt.Fprintf(&doc, "| %s | %s | %s | %s |\n", c.name, tracking[c.mode], encoding[c.enc], sent([]byte(c.want)))
	}
	doctest.Section(t, "../../docs/terminal.md", "keys", doc.String(), *update)
}

// plain keeps Markdown from reading anything into a name.
var plain = strings.NewReplacer("|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`, `\`, `\\`)

// sent spells bytes for a cell of a table.
func sent(b []byte) string {
	if len(b) == 0 {
		return "–"
	}
	var out strings.Builder
	for s := string(b); s != ""; {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&out, `\x%02x`, s[0])
		case r == 0x1b:
			out.WriteString(`\e`)
		case r == '|':
			out.WriteString(`\|`)
		case unicode.IsControl(r) || unicode.IsMark(r) || r == 0x200d:
			q := strconv.QuoteRuneToASCII(r)
			out.WriteString(q[1 : len(q)-1])
		default:
			out.WriteString(s[:n])
		}
		s = s[n:]
	}
	text, fence := out.String(), "`"
	if strings.Contains(text, "`") {
		fence = "``"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	if strings.TrimSpace(text) == "" {
		text = strings.ReplaceAll(text, " ", `\x20`)
	}
	return fence + text + fence
}
