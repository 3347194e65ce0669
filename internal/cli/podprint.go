package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"podium/api"
	"podium/internal/safetext"
	"podium/manifest"
)

// podPrinter prints pods one after the other. What was given may be held back
// until flush.
type podPrinter interface {
	pod(row api.PodRow, raw []byte) error
	flush() error
}

type nameList struct{ w io.Writer }

func (l nameList) pod(row api.PodRow, _ []byte) error {
	_, err := fmt.Fprintln(l.w, "pod/"+safetext.Clean(row.Name))
	return err
}

func (nameList) flush() error { return nil }

// jsonList prints one pod as it is, or a list, without holding more than one.
type jsonList struct {
	w      io.Writer
	single bool
	n      int
	closed bool
}

func (l *jsonList) pod(_ api.PodRow, raw []byte) error {
	var b bytes.Buffer
	prefix := ""
	if !l.single {
		prefix = "        "
		if l.n == 0 {
			b.WriteString("{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n" + prefix)
		} else {
			b.WriteString(",\n" + prefix)
		}
	}
	l.n++
	if err := json.Indent(&b, bytes.TrimSpace(raw), prefix, "    "); err != nil {
		return fmt.Errorf("write a pod as JSON: %w", err)
	}
	if l.single {
		b.WriteByte('\n')
	}
	_, err := l.w.Write(escapeControls(b.Bytes()))
	return err
}

// escapeControls spells the control characters that JSON lets stand for
// themselves (DEL, and C1, which some terminals obey) as their escapes, which
// mean the same to whoever reads JSON.
func escapeControls(text []byte) []byte {
	isControl := func(r rune) bool { return r >= 0x7f && r < 0xa0 }
	if !bytes.ContainsFunc(text, isControl) {
		return text
	}
	out := make([]byte, 0, len(text)+64)
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if isControl(r) {
			out = fmt.Appendf(out, `\u%04x`, r)
		} else {
			out = append(out, text[:n]...)
		}
		text = text[n:]
	}
	return out
}

func (l *jsonList) flush() error {
	if l.single || l.closed {
		return nil
	}
	l.closed = true
	head := "\n    ],\n"
	if l.n == 0 {
		head = "{\n    \"apiVersion\": \"v1\",\n    \"items\": [],\n"
	}
	_, err := io.WriteString(l.w, head+"    \"kind\": \"List\",\n    \"metadata\": {\n        \"resourceVersion\": \"\"\n    }\n}\n")
	return err
}

// yamlList is jsonList in YAML.
type yamlList struct {
	w      io.Writer
	single bool
	n      int
	closed bool
}

func (l *yamlList) pod(_ api.PodRow, raw []byte) error {
	text, err := manifest.ToYAML(raw)
	if err != nil {
		return fmt.Errorf("write a pod as YAML: %w", err)
	}
	var b bytes.Buffer
	switch {
	case l.single && l.n > 0:
		b.WriteString("---\n")
	case !l.single && l.n == 0:
		b.WriteString("apiVersion: v1\nitems:\n")
	}
	l.n++
	if l.single {
		b.Write(text)
	} else {
		for i, line := range bytes.SplitAfter(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) {
			switch {
			case i == 0:
				b.WriteString("- ")
			case len(bytes.TrimSpace(line)) > 0:
				b.WriteString("  ")
			}
			b.Write(line)
		}
		b.WriteByte('\n')
	}
	_, err = l.w.Write(b.Bytes())
	return err
}

func (l *yamlList) flush() error {
	if l.single || l.closed {
		return nil
	}
	l.closed = true
	head := ""
	if l.n == 0 {
		head = "apiVersion: v1\nitems: []\n"
	}
	_, err := io.WriteString(l.w, head+"kind: List\nmetadata:\n  resourceVersion: \"\"\n")
	return err
}
