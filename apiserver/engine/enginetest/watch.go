package enginetest

import (
	"context"
	"errors"
	"io"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
)

// watches are the scenarios of watch.
func watches() []scenario {
	return []scenario{
		{"watch", watchPods},
		{"watch resumed", resumeWatch},
		{"watch from the beginning", func(e *env) {
			e.needs(api.CapWatch)
			e.running("watch-old", forever(), func(p *corev1.Pod) { p.Labels["set"] = "watch-old" })
			w := e.watch(api.ListOptions{LabelSelector: "set=watch-old"})
			if ev := e.next(w); ev.Type != api.EventAdded || ev.Row.Name != "watch-old" {
				e.Errorf("the first event is %s of %s", ev.Type, ev.Row.Name)
			}
		}},
		{"watch from what never was", func(e *env) { // such as before the engine was started anew
			e.needs(api.CapWatch)
			w, err := e.client.Watch(e.ctx, api.DefaultNamespace, api.ListOptions{ResourceVersion: "9000000000000000000"})
			if err == nil {
				_, err = w.Next(e.ctx)
				e.ok("close the watch", w.Close())
			}
			if !apierrors.IsResourceExpired(err) && !apierrors.IsGone(err) {
				e.Errorf("it is %v, want expired", err)
			}
		}},
		{"watch ends in order", func(e *env) {
			e.needs(api.CapWatch)
			w := e.watch(api.ListOptions{LabelSelector: "set=none", Timeout: time.Second})
			for {
				_, err := w.Next(e.ctx)
				if err == nil {
					continue // a bookmark
				}
				if !errors.Is(err, io.EOF) {
					e.Errorf("it ended with %v", err)
				}
				return
			}
		}},
	}
}

// watch begins a watch that the end of the test closes.
func (e *env) watch(opts api.ListOptions) api.RowWatch {
	e.Helper()
	w, err := e.client.Watch(e.ctx, api.DefaultNamespace, opts)
	e.ok("watch", err)
	e.Cleanup(func() {
		if err := w.Close(); err != nil {
			e.Errorf("close a watch: %v", err)
		}
	})
	return w
}

// next is the watch's next event that is no bookmark.
func (e *env) next(w api.RowWatch) api.RowEvent {
	e.Helper()
	ctx, cancel := context.WithTimeout(e.ctx, e.h.Patience)
	defer cancel()
	for {
		ev, err := w.Next(ctx)
		e.ok("wait for an event", err)
		if ev.Type != api.EventBookmark {
			return ev
		}
	}
}

func watchPods(e *env) {
	e.needs(api.CapWatch)
	_, meta := e.rows(api.ListOptions{LabelSelector: "set=watch"})
	w := e.watch(api.ListOptions{LabelSelector: "set=watch", ResourceVersion: meta.ResourceVersion})
	e.create("watched", forever(), func(p *corev1.Pod) { p.Labels["set"] = "watch" })
	if ev := e.next(w); ev.Type != api.EventAdded || ev.Row.Name != "watched" || ev.ResourceVersion == "" {
		e.Fatalf("the first event is %s of %q at %q", ev.Type, ev.Row.Name, ev.ResourceVersion)
	}
	for {
		ev := e.next(w)
		if ev.Type != api.EventModified {
			e.Fatalf("while it starts: %s", ev.Type)
		}
		if ev.Row.Phase == string(corev1.PodRunning) && ev.Row.Ready == 1 {
			break
		}
	}
	e.ok("delete", e.client.Delete(e.ctx, api.DefaultNamespace, "watched", api.DeleteOptions{}))
	terminating := false
	for {
		ev := e.next(w)
		if ev.Type == api.EventDeleted {
			break
		}
		if ev.Type != api.EventModified {
			e.Fatalf("while it ends: %s", ev.Type)
		}
		terminating = terminating || ev.Row.Deleting
	}
	if !terminating {
		e.Error("it was never seen Terminating")
	}
}

func resumeWatch(e *env) {
	e.needs(api.CapWatch)
	opts := api.ListOptions{LabelSelector: "set=resume"}
	_, meta := e.rows(opts)
	e.create("resume-1", forever(), func(p *corev1.Pod) { p.Labels["set"] = "resume" })
	opts.ResourceVersion = meta.ResourceVersion
	w := e.watch(opts)
	first := e.next(w)
	if first.Type != api.EventAdded || first.Row.Name != "resume-1" {
		e.Fatalf("from the list on: %s of %q", first.Type, first.Row.Name)
	}
	e.ok("close", w.Close())
	e.create("resume-2", forever(), func(p *corev1.Pod) { p.Labels["set"] = "resume" })
	opts.ResourceVersion = first.ResourceVersion
	again := e.watch(opts)
	for {
		ev := e.next(again)
		if ev.Type == api.EventAdded {
			if ev.Row.Name != "resume-2" {
				e.Errorf("resumed, and %q is added again", ev.Row.Name)
			}
			return
		}
	}
}
