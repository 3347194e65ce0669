package pods

import (
	"slices"
	"strings"
	"testing"
)

func FuzzPlaces(f *testing.F) {
	for _, s := range []string{"", "web -l a in (b,c", "-l !x", "status=", "-f a -l b", "-l a,b)=(,", "日本 -l é=ü"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		place, prefix, _ := placeOf(text)
		if !strings.HasSuffix(text, prefix) || place == "" {
			t.Fatalf("%q: place %q, prefix %q", text, place, prefix)
		}
		valuesOf(place, []*known{{row: row(text, "Running")}})
		m := &Model{}
		m.edit.line.Set(text)
		if cut := m.withoutHalf(m.edit.line.Value()); !strings.HasPrefix(m.edit.line.Value(), cut) {
			t.Fatalf("%q becomes %q", text, cut)
		}
	})
}

func FuzzLayout(f *testing.F) {
	f.Add("name,age:wide,label:app")
	f.Add("label::wide,name,label:")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := parseLayout(strings.Split(text, ","))
		if err != nil {
			return
		}
		again, err := parseLayout(strings.Split(l.String(), ","))
		if err != nil || !slices.Equal(l, again) {
			t.Fatalf("%q: %v, then %v, %v", text, l, again, err)
		}
		l.shown(true, true, colName)
	})
}
