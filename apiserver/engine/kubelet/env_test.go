package kubelet

import "testing"

func TestExpand(t *testing.T) {
	lookup := func(name string) (string, bool) {
		v, ok := map[string]string{"A": "1", "B": "$(A)", "EMPTY": ""}[name]
		return v, ok
	}
	for in, want := range map[string]string{
		"": "", "plain": "plain", "$(A)": "1", "x$(A)y$(A)": "x1y1", "$(B)": "$(A)", "$(EMPTY)": "",
		"$(NO)": "$(NO)", "$$(A)": "$(A)", "$$$(A)": "$1", "$$": "$", "$": "$", "$A": "$A", "$(A": "$(A", "a$": "a$", "$()": "$()", "$(A)$(A": "1$(A",
	} {
		if got := Expand(in, lookup); got != want {
			t.Errorf("Expand(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzExpand(f *testing.F) {
	f.Add("$(A)$$($")
	f.Fuzz(func(t *testing.T, s string) {
		none := func(string) (string, bool) { return "", false }
		if got := Expand(s, none); len(got) > len(s) {
			t.Errorf("%q grew to %q", s, got)
		}
	})
}
