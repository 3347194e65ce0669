package vt

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"
)

// osc executes an operating system command.
func (t *Terminal) osc(text []byte) {
	number, rest, _ := bytes.Cut(text, []byte{';'})
	n, ok := oscNumber(number)
	if !ok {
		t.refused.Unknown++
		return
	}
	switch n {
	case 0, 1, 2:
		t.oscTitle(n, string(rest))
	case 4:
		t.oscPalette(string(rest))
	case 104:
		t.resetPalette(string(rest))
	case 10, 11, 12, 13, 14, 15, 16, 17, 18, 19:
		t.oscDynamic(n, string(rest))
	case 110, 111, 112, 113, 114, 115, 116, 117, 118, 119:
		t.setDynamic(n-100, 0)
	case 7:
		t.event(Event{Kind: EventCwd, Text: sanitise(string(rest), maxLink)})
	case 8:
		t.oscLink(string(rest))
	case 9:
		t.oscNotify(string(rest))
	case 777:
		t.oscNotify(strings.TrimPrefix(string(rest), "notify;"))
	case 52:
		t.oscClipboard(rest)
	case 133:
		t.oscPrompt(string(rest))
	case 1337:
		if bytes.HasPrefix(rest, []byte("File=")) || bytes.HasPrefix(rest, []byte("MultipartFile")) {
			t.refused.Image++
		}
	case 3, 5, 6, 22, 50, 51, 60, 61, 105, 106: // X properties, special colours, fonts
	default:
		t.refused.Unknown++
	}
}

// oscNumber reads the number of a command. Only small numbers exist.
func oscNumber(b []byte) (int, bool) {
	if len(b) == 0 || len(b) > 5 {
		return 0, false
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

func (t *Terminal) oscTitle(n int, s string) {
	s = sanitise(s, maxTitle)
	if n != 1 {
		t.setTitle(s)
	}
	if n != 2 && s != t.icon {
		t.icon = s
		if n == 1 {
			t.event(Event{Kind: EventIcon, Text: s})
		}
	}
}

func (t *Terminal) oscNotify(s string) {
	if strings.HasPrefix(s, "4;") {
		return // ConEmu's progress report, which is not a text
	}
	t.event(Event{Kind: EventNotify, Text: sanitise(s, maxTitle)})
}

// oscLink begins a hyperlink, or ends it when the URI is empty.
func (t *Terminal) oscLink(s string) {
	params, uri, ok := strings.Cut(s, ";")
	if !ok {
		return
	}
	l := link{uri: printableASCII(uri)}
	for _, p := range strings.Split(params, ":") {
		if id, ok := strings.CutPrefix(p, "id="); ok {
			l.id = printableASCII(id)
		}
	}
	t.penStale = true
	// The pen must not hold the old link's number while a sweep may renumber.
	t.pen.link = 0
	t.pen.link = t.internLink(l)
}

// printableASCII returns s, or "" if it holds anything else: URIs are encoded,
// and what is not is either a mistake or meant to escape.
func printableASCII(s string) string {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return ""
		}
	}
	return s
}

// oscClipboard is OSC 52: writing becomes an event if it is allowed, reading is
// refused.
func (t *Terminal) oscClipboard(b []byte) {
	selection, data, ok := bytes.Cut(b, []byte{';'})
	switch {
	case !ok:
	case string(data) == "?":
		t.refused.ClipboardRead++
	case !t.opts.AllowClipboard:
		t.refused.ClipboardWrite++
	default:
		text := make([]byte, base64.StdEncoding.DecodedLen(len(data)))
		n, err := base64.StdEncoding.Decode(text, data)
		if err != nil {
			t.refused.ClipboardWrite++
			return
		}
		t.event(Event{Kind: EventClipboard, Data: text[:n], Text: sanitise(string(selection), 16)})
	}
}

// oscPrompt is OSC 133, the marks by which a shell tells prompt, command and
// output apart.
func (t *Terminal) oscPrompt(s string) {
	kind, args, _ := strings.Cut(s, ";")
	switch kind {
	case "A":
		t.line.mark.Mark |= MarkPrompt
		t.event(Event{Kind: EventPrompt})
	case "B":
		t.line.mark.Mark |= MarkCommand
		t.event(Event{Kind: EventCommand})
	case "C":
		t.line.mark.Mark |= MarkOutput
		t.event(Event{Kind: EventOutput})
	case "D":
		t.line.mark.Mark |= MarkDone
		t.line.mark.done = uint16(t.x)
		if t.wrapNext {
			t.line.mark.done++
		}
		e := Event{Kind: EventCommandDone, N: -1}
		status, _, _ := strings.Cut(args, ";")
		if n, err := strconv.ParseUint(status, 10, 16); err == nil {
			e.N = int(n)
		}
		t.event(e)
	}
}
