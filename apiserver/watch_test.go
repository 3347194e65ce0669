package apiserver

import (
	"context"
	"testing"
	"time"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/fake"
)

// slowToWatch takes longer to open a watch than the watch is to last, as an
// engine does whose daemon has not answered yet.
type slowToWatch struct{ engine.Engine }

func (s slowToWatch) Watch(ctx context.Context, namespace string, opts api.ListOptions) (engine.Watch, error) {
	timer := time.NewTimer(opts.Timeout * 11 / 10)
	defer timer.Stop()
	select {
	case <-timer.C:
		return s.Engine.Watch(ctx, namespace, opts)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// The time of a watch counts from when it is there.
func TestSlowlyOpenedWatchEndsInOrder(t *testing.T) {
	e, err := fake.New(fake.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	s := serve(t, slowToWatch{e}, nil)
	if r := s.call("GET", api.PodsPath("default")+"?watch=1&labelSelector=none&timeoutSeconds=1", ""); r.code != 200 {
		t.Errorf("it is answered with %d: %s", r.code, r.body)
	}
}
