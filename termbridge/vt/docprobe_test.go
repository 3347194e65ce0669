//go:build unix

package vt

import (
	"fmt"
	"slices"
	"strings"
)

// What the emulator understands is asked of the emulator: every sequence that
// could be is written to a fresh terminal, and those that it does not count as
// unknown are the ones that the document lists.

// probe writes s to a fresh terminal.
func probe(s string) *Terminal {
	v := New(Options{
		Cols: 10, Rows: 4, Width: WidthGrapheme, AllowClipboard: true,
		Foreground: RGBColor(1, 2, 3), Background: RGBColor(4, 5, 6), Cursor: RGBColor(7, 8, 9),
	})
	_, _ = v.Write([]byte(s))
	return v
}

func understood(s string) bool { return probe(s).refused.Unknown == 0 }

// spell names the bytes of a sequence for people: "CSI ? h", "ESC # 8".
func spell(parts ...string) string {
	var out []string
	for _, p := range parts {
		switch p {
		case "":
		case " ":
			out = append(out, "SP")
		default:
			out = append(out, p)
		}
	}
	return strings.Join(out, " ")
}

const intermediates = " !\"#$%&'()*+,-./"

// probeCSI returns the control sequences by prefix, intermediate and final
// byte.
func probeCSI() []string {
	var out []string
	for _, prefix := range []string{"", "?", ">", "=", "<"} {
		for _, inter := range append([]string{""}, strings.Split(intermediates, "")...) {
			for final := byte('@'); final <= '~'; final++ {
				if understood("\x1b[" + prefix + inter + string(final)) {
					out = append(out, spell("CSI", prefix, inter, string(final)))
				}
			}
		}
	}
	return out
}

// probeESC returns the escape sequences. Where every final byte is taken, as
// when a character set is designated, F stands for it.
func probeESC() []string {
	var out []string
	for final := byte('0'); final <= '~'; final++ {
		if understood("\x1b" + string(final)) {
			out = append(out, spell("ESC", string(final)))
		}
	}
	for _, inter := range strings.Split(intermediates, "") {
		var finals []string
		for final := byte('0'); final <= '~'; final++ {
			if understood("\x1b" + inter + string(final)) {
				finals = append(finals, spell("ESC", inter, string(final)))
			}
		}
		if len(finals) == '~'-'0'+1 {
			finals = []string{spell("ESC", inter, "F")}
		}
		out = append(out, finals...)
	}
	return out
}

// probeModes returns the modes that DECRQM knows.
func probeModes() []string {
	var out []string
	for n := range 100 {
		if s := probe(fmt.Sprintf("\x1b[%d$p", n)); !strings.Contains(string(s.replies), ";0$y") {
			out = append(out, fmt.Sprintf("mode %d", n))
		}
	}
	for n := range 3000 {
		if s := probe(fmt.Sprintf("\x1b[?%d$p", n)); !strings.Contains(string(s.replies), ";0$y") {
			out = append(out, fmt.Sprintf("mode ?%d", n))
		}
	}
	return out
}

// probeOSC returns the numbers of operating system commands.
func probeOSC() []string {
	var out []string
	for n := range 3000 {
		if understood(fmt.Sprintf("\x1b]%d;x\x1b\\", n)) {
			out = append(out, fmt.Sprintf("OSC %d", n))
		}
	}
	return out
}

// probeSGR returns the parameters that change the pen, be it plain or not.
func probeSGR() []string {
	var out []string
	all := "\x1b[1;2;3;4;5;6;7;8;9;53;31;41;58;5;1m"
	for n := range 200 {
		args := ""
		if n == 38 || n == 48 || n == 58 {
			args = ";5;200"
		}
		sgr := fmt.Sprintf("\x1b[%d%sm", n, args)
		if probe(sgr).pen != probe("").pen || probe(all+sgr).pen != probe(all).pen {
			out = append(out, fmt.Sprintf("SGR %d", n))
		}
	}
	return out
}

// probeNumbers returns the numbers for which a sequence is answered, or keeps
// or takes back a title after the sequence before; how is its spelling with %d.
func probeNumbers(name, before, how string, limit int) []string {
	var out []string
	kept := len(probe(before).titles)
	for n := range limit {
		v := probe(before + fmt.Sprintf(how, n))
		if len(v.replies) > 0 || len(v.titles) != kept {
			out = append(out, fmt.Sprintf("%s %d", name, n))
		}
	}
	return out
}

// probeSettings returns what DECRQSS answers.
func probeSettings() []string {
	var out []string
	for _, inter := range append([]string{""}, strings.Split(intermediates, "")...) {
		for final := byte('@'); final <= '~'; final++ {
			if strings.HasPrefix(string(probe("\x1bP$q"+inter+string(final)+"\x1b\\").replies), "\x1bP1$r") {
				out = append(out, spell("DECRQSS", inter, string(final)))
			}
		}
	}
	return out
}

// probeC0 returns the controls that make a difference: to text, to the cursor,
// to character sets, inside a sequence, or outside.
func probeC0() []string {
	var out []string
	see := func(s string) string {
		v := probe(s)
		return fmt.Sprint(v.Text(), v.Cursor(), v.TakeEvents())
	}
	for b := range byte(0x20) {
		for _, before := range []string{"ab\x1b[2;3Hab", "\x1b)0", "\x1b)0\x0e", "ab\x1b["} {
			if b != 0x1b && see(before+string(rune(b))+"q") != see(before+"q") {
				out = append(out, fmt.Sprintf("C0 %02x", b))
				break
			}
		}
	}
	return out
}

// probeAll is everything, group by group.
func probeAll() map[string][]string {
	caps := make([]string, 0, len(termcap))
	for _, c := range termcap {
		caps = append(caps, "XTGETTCAP "+c.name)
	}
	slices.Sort(caps)
	return map[string][]string{
		"C0": probeC0(), "ESC": probeESC(), "CSI": probeCSI(), "mode": probeModes(), "SGR": probeSGR(), "OSC": probeOSC(),
		"DSR":      append(probeNumbers("DSR", "", "\x1b[%dn", 1000), probeNumbers("DSR ?", "", "\x1b[?%d;1n", 1000)...),
		"XTWINOPS": probeNumbers("XTWINOPS", "\x1b]2;x\x1b\\\x1b[22t", "\x1b[%dt", 100),
		"DECRQSS":  probeSettings(), "XTGETTCAP": caps,
	}
}
