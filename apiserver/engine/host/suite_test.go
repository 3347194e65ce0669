package host

import (
	"testing"
	"time"

	"podium/apiserver/engine"
	"podium/apiserver/engine/enginetest"
)

func TestSuite(t *testing.T) {
	enginetest.Run(t, enginetest.Harness{
		Open: func(t *testing.T) engine.Engine {
			e, err := Open(Options{Dir: t.TempDir(), BackOff: 200 * time.Millisecond, Log: testLog{t}})
			if err != nil {
				t.Fatal(err)
			}
			return e
		},
	})
}
