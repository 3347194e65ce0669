package apiclient

import (
	"bytes"
	"encoding/json"
	"html"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes a text from outside fit for an error: control characters out,
// the token out, white space in single blanks but for line ends, and no longer
// than limit bytes.
func (c *Client) clean(s string, limit int) string {
	if token := c.token.known(); token != "" {
		s = strings.ReplaceAll(s, token, "(token)")
	}
	return cleanText(s, limit)
}

// cleanLine is cleanText of one short line.
func cleanLine(s string) string {
	return strings.ReplaceAll(cleanText(s, 256), "\n", " ")
}

// cleanText takes out what would act on a terminal or mislead in a text:
// control sequences whole, control characters, bidirectional overrides, what is
// no UTF-8.
func cleanText(s string, limit int) string {
	var b strings.Builder
	var seq sequence
	blank := false
	for _, r := range s {
		switch {
		case seq.takes(r):
			continue
		case r == '\n':
			b.WriteByte('\n')
			blank = true
			continue
		case r == ' ', r == '\t', r == '\r':
			if !blank && b.Len() > 0 {
				b.WriteByte(' ')
			}
			blank = true
			continue
		case r == utf8.RuneError:
			r = '?'
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			continue
		}
		blank = false
		if b.Len()+utf8.RuneLen(r) > limit {
			b.WriteString("…")
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// A sequence follows a terminal's control sequence (ECMA-48 §5.4: ESC [ or CSI,
// parameters, intermediates, a final byte), lest its parameters stay behind as
// text.
type sequence struct{ escape, inside bool }

// takes tells whether r belongs to a control sequence.
func (q *sequence) takes(r rune) bool {
	begins := r == 0x9b || (q.escape && r == '[')
	q.escape = r == 0x1b
	switch {
	case begins:
		q.inside = true
		return true
	case !q.inside:
		return false
	case r >= ' ' && r <= '?':
		return true
	}
	q.inside = false
	return r >= '@' && r <= '~'
}

// wordsOf finds what a body that is no Status wants to say: the message of some
// other JSON, the title of a web page, or the text itself.
func wordsOf(header http.Header, body []byte) string {
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return ""
	case looksLikeHTML(header, body):
		return strings.TrimSuffix("a web page: "+htmlWords(body), ": ")
	case body[0] == '{':
		if words := jsonWords(body); words != "" {
			return words
		}
	case binary(body):
		return "an answer that is no text"
	}
	return string(body)
}

// jsonWords is the text under the keys that APIs use for messages.
func jsonWords(body []byte) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return ""
	}
	for _, key := range []string{"message", "error", "detail", "msg", "title", "error_description"} {
		var text string
		if json.Unmarshal(fields[key], &text) == nil && text != "" {
			return text
		}
		var inner struct{ Message string }
		if json.Unmarshal(fields[key], &inner) == nil && inner.Message != "" {
			return inner.Message
		}
	}
	return ""
}

func looksLikeHTML(header http.Header, body []byte) bool {
	if strings.HasPrefix(header.Get("Content-Type"), "text/html") {
		return true
	}
	head := bytes.ToLower(body[:min(len(body), 64)])
	return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html"))
}

// htmlWords is a web page's title, or the beginning of its text.
func htmlWords(body []byte) string {
	lower := bytes.ToLower(body)
	if at := bytes.Index(lower, []byte("<title")); at >= 0 && len(lower) == len(body) {
		if open := bytes.IndexByte(body[at:], '>'); open >= 0 {
			title := body[at+open+1:]
			if end := bytes.IndexByte(title, '<'); end >= 0 {
				title = title[:end]
			}
			if text := strings.TrimSpace(html.UnescapeString(string(title))); text != "" {
				return text
			}
		}
	}
	var text strings.Builder
	inTag := false
	for _, r := range string(body) {
		switch {
		case r == '<':
			inTag = true
		case r == '>' && inTag:
			inTag = false
			text.WriteByte(' ')
		case !inTag && text.Len() < 512:
			if r == '\n' {
				r = ' '
			}
			text.WriteRune(r)
		}
	}
	return html.UnescapeString(text.String())
}

// binary tells whether a body is no text at all.
func binary(body []byte) bool {
	head := body[:min(len(body), 512)]
	odd := 0
	for _, b := range head {
		if b == 0 {
			return true
		}
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != 0x1b {
			odd++
		}
	}
	return odd*10 > len(head)
}
