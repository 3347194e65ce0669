package apiclient

import (
	"net/http"
	"strings"
)

// maxWarnings bounds the warnings that are kept of one answer.
const maxWarnings = 64

// warnings are the texts of an answer's Warning headers, each once: code, agent,
// quoted text and perhaps a date, several of them separated by commas (RFC 7234
// §5.5). What cannot be read that way is kept as it is: a warning is never lost
// to its spelling.
func (c *Client) warnings(h http.Header) []string {
	var out []string
	seen := map[string]bool{}
	for _, line := range h.Values("Warning") {
		for line != "" && len(out) < maxWarnings {
			var text string
			text, line = cutWarning(line)
			if text = c.clean(text, 1024); text != "" && !seen[text] {
				seen[text] = true
				out = append(out, text)
			}
		}
	}
	return out
}

// cutWarning takes the first warning off a header's value.
func cutWarning(line string) (text, rest string) {
	open := strings.IndexByte(line, '"')
	if open < 0 {
		return line, ""
	}
	var b strings.Builder
	for i := open + 1; i < len(line); i++ {
		switch line[i] {
		case '\\':
			if i++; i < len(line) {
				b.WriteByte(line[i])
			}
		case '"':
			return b.String(), afterWarning(line[i+1:])
		default:
			b.WriteByte(line[i])
		}
	}
	return b.String(), ""
}

// afterWarning skips a warning's date and the comma behind it.
func afterWarning(rest string) string {
	rest = strings.TrimLeft(rest, " \t")
	if strings.HasPrefix(rest, `"`) {
		if end := strings.IndexByte(rest[1:], '"'); end >= 0 {
			rest = rest[end+2:]
		}
	}
	_, rest, _ = strings.Cut(rest, ",")
	return strings.TrimLeft(rest, " \t")
}
