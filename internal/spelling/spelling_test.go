package spelling

import (
	"strings"
	"testing"
)

func TestClosest(t *testing.T) {
	names := []string{"image", "imagePullPolicy", "env", "envFrom", "name", "ports", "command"}
	for word, want := range map[string]string{
		"imag": "image", "Image": "image", "iamge": "image", "enf": "env", "port": "ports", "comand": "command", "xyz": "", "": "", "nam": "name",
		"imagepullpolicy": "imagePullPolicy", strings.Repeat("a", 500): "",
	} {
		if got := Closest(word, names); got != want {
			t.Errorf("%s is %q, want %q", word, got, want)
		}
	}
	for _, c := range []struct {
		a, b string
		d    int
	}{{"", "", 0}, {"a", "", 1}, {"ab", "ba", 1}, {"kitten", "sitting", 3}, {"é", "e", 1}} {
		if got := Distance(c.a, c.b); got != c.d {
			t.Errorf("%q to %q is %d", c.a, c.b, got)
		}
	}
}
