package models

import (
	"testing"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// TestKeysOfOtherLayouts: what terminals tell of a key with its place on the
// standard layout.
func TestKeysOfOtherLayouts(t *testing.T) {
	for _, c := range []struct {
		name, sent, bound string
		shifted, base     rune
	}{
		{"ctrl-с, Russian", "\x1b[1089::99;5u", "ctrl+c", 'С', 'c'},
		{"ctrl-shift-С, Russian", "\x1b[1089:1057:99;6u", "ctrl+shift+c", 'С', 'c'},
		{"ctrl-z, German", "\x1b[122::121;5u", "ctrl+z", 'Z', 'y'},
		{"ctrl-shift-z, German", "\x1b[122:90:121;6u", "ctrl+shift+z", 'Z', 'y'},
		{"ctrl-g, Dvorak", "\x1b[103::117;5u", "ctrl+g", 'G', 'u'},
		{"ctrl-shift-+, German", "\x1b[43:42:93;6u", "ctrl+shift++", 0, ']'},
		{"ctrl-shift-a, United States", "\x1b[97:65;6u", "ctrl+shift+a", 'A', 0},
		{"ctrl-a, United States", "\x1b[97;5u", "ctrl+a", 0, 0},
		{"up", "\x1b[1;5A", "ctrl+up", 0, 0},
	} {
		_, event := new(uv.EventDecoder).Decode([]byte(c.sent))
		press, ok := event.(uv.KeyPressEvent)
		if !ok {
			t.Fatalf("%s is %#v", c.name, event)
		}
		k := DecodedKey(tea.Key(press))
		if k.ShiftedCode != c.shifted || k.BaseCode != c.base {
			t.Errorf("%s is %q with shift and in the place of %q", c.name, k.ShiftedCode, k.BaseCode)
		}
		if got := BoundKey(tea.KeyPressMsg(k)).String(); got != c.bound {
			t.Errorf("%s is bound as %q", c.name, got)
		}
	}
}
