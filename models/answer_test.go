package models

import "testing"

// asking is a screen that is only told apart from others.
type asking struct{ Screen }

func TestForAnother(t *testing.T) {
	type answer struct{ Answer }
	one, other := &asking{}, &asking{&asking{}}
	for _, msg := range []any{answer{To(one)}, EditedMsg{Asker: one}, ClipboardTextMsg{Asker: one}, NoticeMsg{}, nil} {
		if ForAnother(msg, one) {
			t.Errorf("%T does not reach the one that asked", msg)
		}
	}
	for _, msg := range []any{answer{To(one)}, answer{}, EditedMsg{Asker: one}, EditedMsg{}, ClipboardTextMsg{Asker: one}} {
		if !ForAnother(msg, other) {
			t.Errorf("%T reaches one that did not ask", msg)
		}
	}
}
