package ui

import (
	"fmt"
	"testing"

	"podium/api"
	"podium/models/modelstest"
)

// What a key costs the whole program at 10,000 pods: Update and View.
func BenchmarkKey(b *testing.B) {
	rows := make([]api.PodRow, 10_000)
	for i := range rows {
		rows[i] = pod(fmt.Sprintf("service-%d-%05x", i%50, i*7919))
	}
	c := modelstest.NewClient(rows...)
	c.InfoAnswer = able()
	for _, colours := range []string{"NO_COLOR=1", "NO_COLOR="} {
		b.Run(colours, func(b *testing.B) {
			u := sit(b, c, 200, 50, func(o *Options) { o.Environ = []string{colours} })
			u.Until("a live list", func() bool { return u.root.list.Listing().Live })
			k := modelstest.Key("j")
			for b.Loop() {
				u.root.Update(k)
				u.root.View()
			}
		})
	}
}
