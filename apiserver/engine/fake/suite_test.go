package fake

import (
	"testing"

	"podium/apiserver/engine"
	"podium/apiserver/engine/enginetest"
)

func TestEngine(t *testing.T) {
	enginetest.Run(t, enginetest.Harness{
		Open: func(t *testing.T) engine.Engine {
			e, err := New(Options{Pods: 40, Churn: 20, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			return e
		},
	})
}
