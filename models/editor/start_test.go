package editor

import (
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/manifest"
	"podium/models"
	mt "podium/models/modelstest"
)

// from opens the choice of what to start from, and goes to a row of it.
func from(t *testing.T, b *mt.Bench, label string) (*mt.Driver, *Model) {
	t.Helper()
	m := New(b.Env, models.EditMsg{}, nil)
	t.Cleanup(m.Close)
	d := mt.Drive(t, m, 100, 30)
	d.Sees(strings.TrimSuffix(label, ".yaml"))
	for range 40 {
		if id := m.menu.items[m.menu.chosen].id; id == label || id == label+":" || strings.HasSuffix(id, ":"+label) {
			return d, m
		}
		d.Press("down")
	}
	t.Fatalf("there is no %q to start from:\n%s", label, mt.Strip(d.View()))
	return nil, nil
}

func TestEveryTemplateIsFreeOfProblems(t *testing.T) {
	names := map[string]bool{}
	for _, tmpl := range manifest.Templates() {
		names[tmpl.Name] = true
		found := manifest.Inspect([]byte(tmpl.YAML), manifest.Options{}, manifest.PageRules())
		if len(found.Problems) > 0 || len(found.Docs) != 1 || found.Docs[0].Pod == nil {
			t.Errorf("%s: %v", tmpl.Name, found.Problems)
		}
	}
	for _, want := range []string{"minimal", "web", "init", "shared", "once", "resources", "flexvolume", "shell"} {
		if !names[want] {
			t.Errorf("there is no template %q among %v", want, names)
		}
	}
}

func TestOwnTemplates(t *testing.T) {
	b := mt.NewBench(mt.NewClient())
	b.Store.SetTemplate("mine.yaml", good)
	d, m := from(t, b, "mine.yaml")
	d.Press("enter").Until("the text", func() bool { return !m.choosing() && m.buf.Text() == good })

	b.Store.SetTemplate("bin.yaml", "\x7fELF\x00")
	d, m = from(t, b, "bin.yaml")
	d.Press("enter").Sees("cannot be used", "zero byte", "minimal")
	if !m.choosing() {
		t.Error("a binary file was opened")
	}
}

func TestACopyOfAPod(t *testing.T) {
	b := mt.NewBench(mt.NewClient())
	serve(b)
	b.Client.SetRows(
		api.PodRow{Namespace: "default", Name: "db", Images: "postgres"},
		api.PodRow{Namespace: "default", Name: "web", Images: "nginx:1", Status: "Running"},
	)
	d, m := from(t, b, "pod")
	d.Press("enter").Sees("db", "postgres", "web", "2 of 2")
	if !m.Typing() {
		t.Error("the filter takes letters, and the screen does not say so")
	}
	d.Type("ngi").Sees("1 of 2").Misses("postgres").Press("enter")
	d.Until("the copy", func() bool { return m.picker == nil && strings.Contains(m.buf.Text(), "image: nginx:1") })
	if text := m.buf.Text(); strings.Contains(text, "uid") || strings.Contains(text, "status") || m.buf.Before() != "  name: web" {
		t.Errorf("behind %q the copy is\n%s", m.buf.Before(), text)
	}
	d.Sees("another name")
	if m.base != nil {
		t.Error("a copy is to replace the pod")
	}

	d, m = from(t, b, "pod")
	d.Press("enter").Sees("2 of 2").Press("esc").Sees("minimal")
	b.Client.OnGet = func(string, string) (api.PodObject, error) { return api.PodObject{}, errors.New("no route") }
	d.Press("enter").Sees("2 of 2").Press("enter").Sees("The pod cannot be used", "no route", "minimal")
}

func TestAFile(t *testing.T) {
	b := mt.NewBench(mt.NewClient())
	for name, text := range map[string]string{"pod.yaml": "\ufeff" + strings.ReplaceAll(good, "\n", "\r\n"), "bin": "\x00\x01", "latin": "name: caf\xe9"} {
		if _, err := b.Store.Save(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	d, m := from(t, b, "file")
	d.Press("enter").Sees("path")
	d.Type("none").Press("enter").Sees("The file cannot be used", "none")
	for _, c := range [][2]string{{"bin", "zero byte"}, {"latin", "not valid UTF-8"}} {
		d.Press("ctrl+u").Type(c[0]).Press("enter").Sees(c[1])
	}
	d.Press("ctrl+u").Type("pod.yaml").Press("enter")
	d.Until("the file", func() bool { return !m.choosing() && m.buf.Text() == good })

	d, _ = from(t, b, "file")
	d.Press("enter").Sees("path").Press("esc").Sees("minimal")
}

func TestTheClipboard(t *testing.T) {
	b := mt.NewBench(mt.NewClient())
	d, m := from(t, b, "clipboard")
	d.Press("enter")
	asked := wished[models.ClipboardMsg](b)
	if !asked() {
		t.Fatal("the clipboard is not asked for")
	}
	d.Send(models.ClipboardTextMsg{Asker: m, Text: "  "}).Sees("nothing was copied")
	d.Send(models.ClipboardTextMsg{Asker: nil, Text: "not mine"}, models.ClipboardTextMsg{Asker: m, Text: good})
	if m.buf.Text() != good {
		t.Fatalf("the text is %q", m.buf.Text())
	}
	b.Wishes = nil
	d.Press("ctrl+v")
	if !asked() {
		t.Fatal("with nothing copied here, the clipboard is not asked for")
	}
	d.Send(models.ClipboardTextMsg{Asker: m, Text: "# pasted\n"})
	if !strings.HasPrefix(m.buf.Text(), "# pasted\n") {
		t.Errorf("the text is %q", m.buf.Text())
	}
	d.Send(models.ClipboardTextMsg{Asker: m, Err: errors.New("the terminal's own paste key")}).Sees("own paste key")
}

func TestStartingFitsAnySize(t *testing.T) {
	b := mt.NewBench(mt.NewClient())
	b.Client.SetRows(api.PodRow{Namespace: "default", Name: "we\x1b[2Jb", Images: "日本語"})
	d, m := from(t, b, "pod")
	d.Press("enter").Sees("1 of 1")
	for _, size := range [][2]int{{200, 50}, {80, 24}, {40, 12}, {9, 3}, {3, 2}, {1, 1}, {0, 0}} {
		m.SetSize(size[0], size[1])
		view := m.View()
		if view != m.View() || size[1] > 0 && strings.Count(view, "\n")+1 != size[1] || strings.Contains(view, "\x1b[2J") {
			t.Errorf("at %v: %q", size, view)
		}
		_ = m.Cursor()
	}
	d.Send(tea.MouseWheelMsg{Button: tea.MouseWheelDown}, tea.PasteMsg{Content: "zzz"})
	m.SetSize(80, 24)
	d.Sees("No pod fits")
}
