package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"charm.land/bubbles/v2/key"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/models"
	"podium/models/command"
	"podium/models/editor"
	"podium/models/modelstest"
	"podium/models/terminal"
)

// views are the ways to every screen that a read-only place has.
var views = map[string]func(u *user){
	"list":     func(*user) {},
	"marked":   func(u *user) { u.Press("space space") },
	"overview": func(u *user) { u.Press("enter").Sees("overview") },
	"yaml":     func(u *user) { u.Press("y").Sees("YAML") },
	"events":   func(u *user) { u.Press("E").Sees("LAST SEEN") },
	"logs":     func(u *user) { u.Press("l").Sees("log") },
	"copy as":  func(u *user) { u.Press("Y").Sees("copy") },
}

// readOnly opens a place that is read-only and goes to one of its screens.
func readOnly(t *testing.T, view func(u *user)) (*user, *modelstest.Client) {
	c := client("api-1", "web-1")
	for _, n := range []string{"api-1", "web-1"} {
		c.SetObject(`{"metadata":{"name":"`+n+`"}}`, &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: n, Namespace: "default", UID: "uid-" + "x"},
			Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main"}, {Name: "side"}}},
		})
	}
	u := sit(t, c, 120, 40, func(o *Options) { o.Env.ReadOnly, o.Sealed = true, true })
	u.Sees("live")
	view(u)
	u.later(time.Second)
	return u, c
}

// changed says what was changed, or offered to be, "" for nothing.
func (u *user) changed(c *modelstest.Client) string {
	for _, call := range c.Calls() {
		for _, verb := range []string{"create", "patch", "delete", "exec"} {
			if strings.HasPrefix(call, verb) {
				return "called " + call
			}
		}
	}
	for _, s := range u.root.open() {
		switch s.(type) {
		case *terminal.Model, *command.Model, *editor.Model:
			return fmt.Sprintf("opened a %T", s)
		}
	}
	if view := modelstest.Strip(u.View()); strings.Contains(view, "open read-only:") {
		return "was refused only when it was asked for"
	}
	return ""
}

// TestReadOnlyPlacesOfferNoChange presses every key that any screen of a read-only
// place says works.
func TestReadOnlyPlacesOfferNoChange(t *testing.T) {
	for name, view := range views {
		t.Run(name, func(t *testing.T) {
			u, _ := readOnly(t, view)
			var all []key.Binding
			for _, group := range u.root.active().Keys().FullHelp() {
				all = append(all, group...)
			}
			all = append(all, u.root.active().Keys().ShortHelp()...)
			if len(all) == 0 {
				t.Fatal("no key works there")
			}
			pressed := map[string]bool{}
			for _, b := range all {
				if !b.Enabled() {
					continue
				}
				for _, stroke := range b.Keys() {
					if pressed[stroke] {
						continue
					}
					pressed[stroke] = true
					u, c := readOnly(t, view)
					if k, ok := pressOf(stroke); ok {
						u.Send(k)
					}
					if what := u.changed(c); what != "" {
						t.Errorf("%s (%s) %s", stroke, b.Help().Desc, what)
					}
				}
			}
			if len(pressed) < 3 {
				t.Errorf("only %d keys were tried", len(pressed))
			}
		})
	}
}

// TestReadOnlyPlacesHideWhatUndoes looks into the help.
func TestReadOnlyPlacesHideWhatUndoes(t *testing.T) {
	u, _ := readOnly(t, views["list"])
	u.Press("?")
	for _, c := range u.root.layers[0].screen.(*picker).all() {
		switch c.detail {
		case "undo the last delete", "reopen the last draft", "shell", "delete", "new pod":
			t.Errorf("%s %s is offered", c.name, c.detail)
		}
	}
}

// TestReadOnlyPlacesGrantNoChange wishes for every change whatever is offered.
func TestReadOnlyPlacesGrantNoChange(t *testing.T) {
	ref := pod("api-1").Ref()
	for _, wish := range []any{
		models.ExecMsg{Ref: ref},
		models.CommandMsg{Refs: []api.PodRef{ref}, Line: "true"},
		models.EditMsg{},
		models.EditMsg{Text: "kind: Pod"},
		models.EditMsg{Ref: ref},
		models.DeleteMsg{Rows: []api.PodRow{pod("api-1")}},
	} {
		u, c := readOnly(t, views["list"])
		u.Send(wish)
		u.Sees("open read-only:")
		if len(u.root.layers) > 0 || len(u.root.stack) > 1 || len(u.root.sessions) > 0 || c.Called("create")+c.Called("delete")+c.Called("exec") > 0 {
			t.Errorf("%T was granted", wish)
		}
	}
}
