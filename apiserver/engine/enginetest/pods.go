package enginetest

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
)

// pods are the scenarios of create, get and list.
func pods() []scenario {
	return []scenario{
		{"info", func(e *env) {
			if e.info.Engine() == "" || !e.info.Has(api.CapExecInspect) || !e.info.Has(api.CapExecKill) {
				e.Errorf("info says %v", e.info)
			}
		}},
		{"create", createPod},
		{"create taken", func(e *env) {
			e.create("taken", forever(), nil)
			_, _, err := e.client.Create(e.ctx, api.DefaultNamespace, e.podSpec("taken", forever(), nil))
			if !apierrors.IsAlreadyExists(err) {
				e.Errorf("a second pod of the name: %v, want already exists", err)
			}
		}},
		{"create invalid", func(e *env) {
			_, _, err := e.client.Create(e.ctx, api.DefaultNamespace, e.podSpec("Not_A_Name", forever(), nil))
			if !apierrors.IsInvalid(err) {
				e.Errorf("a pod of a bad name: %v, want invalid", err)
			}
		}},
		{"create elsewhere", func(e *env) {
			if e.info.Has(api.CapNamespaces) {
				e.Skip("the engine has other namespaces")
			}
			_, _, err := e.client.Create(e.ctx, "elsewhere", e.podSpec("x", forever(), nil))
			if !apierrors.IsNotFound(err) {
				e.Errorf("a pod in a namespace that is not: %v, want not found", err)
			}
		}},
		{"get unknown", func(e *env) {
			if _, err := e.client.Get(e.ctx, api.DefaultNamespace, "unknown"); !apierrors.IsNotFound(err) {
				e.Errorf("get: %v, want not found", err)
			}
			if _, err := e.client.Get(e.ctx, "elsewhere", "unknown"); !apierrors.IsNotFound(err) {
				e.Errorf("get in another namespace: %v, want not found", err)
			}
		}},
		{"list", listPods},
		{"list by selectors", selectPods},
		{"list by pages", pagePods},
		{"list of a bad selector", func(e *env) {
			_, err := e.client.List(e.ctx, api.DefaultNamespace, api.ListOptions{LabelSelector: "a==b==c"}, func(api.PodRow) error { return nil })
			if !apierrors.IsBadRequest(err) {
				e.Errorf("list: %v, want bad request", err)
			}
		}},
	}
}

func createPod(e *env) {
	made := e.create("made", forever(), func(p *corev1.Pod) {
		p.Annotations = map[string]string{"note": "kept"}
		p.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "COLOUR", Value: "blue"}}
	})
	if made.Name != "made" || made.Namespace != api.DefaultNamespace || made.UID == "" || made.CreationTimestamp.IsZero() || made.Status.Phase == "" {
		e.Errorf("created: %+v, phase %q", made.ObjectMeta, made.Status.Phase)
	}
	p := e.reach("made", "it runs", func(p *corev1.Pod) bool { return p.Status.Phase == corev1.PodRunning })
	s := state(p, "main")
	if p.UID != made.UID || p.Annotations["note"] != "kept" || p.Labels["name"] != "made" || p.Status.StartTime == nil {
		e.Errorf("got: %+v, status %+v", p.ObjectMeta, p.Status)
	}
	if s.State.Running == nil || s.State.Running.StartedAt.IsZero() || s.Image != e.h.Image {
		e.Errorf("its container: %+v", s)
	}
	p = e.reach("made", "it is ready", func(p *corev1.Pod) bool { return state(p, "main").Ready })
	ready := slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
	if !ready {
		e.Errorf("its container is ready and the pod is not: %+v", p.Status.Conditions)
	}
	if out := e.run("made", "sh", "-c", "echo $COLOUR").out; out != "blue\n" {
		e.Errorf("COLOUR in an exec is %q", out)
	}
}

func listPods(e *env) {
	for _, name := range []string{"list-b", "list-a", "list-c"} {
		e.create(name, forever(), nil)
	}
	all, _ := e.rows(api.ListOptions{})
	var mine []string
	names := make([]string, len(all))
	for i, r := range all {
		names[i] = r.Name
		if strings.HasPrefix(r.Name, "list-") {
			mine = append(mine, r.Name)
			if r.UID == "" || r.Total != 1 || r.Namespace != api.DefaultNamespace || r.Created.IsZero() {
				e.Errorf("row: %+v", r)
			}
		}
	}
	if !slices.Equal(mine, []string{"list-a", "list-b", "list-c"}) || !slices.IsSorted(names) {
		e.Errorf("listed %v", names)
	}
}

func selectPods(e *env) {
	label := func(colour, size string) func(*corev1.Pod) {
		return func(p *corev1.Pod) {
			p.Labels["set"] = "select"
			p.Labels["colour"] = colour
			if size != "" {
				p.Labels["size"] = size
			}
		}
	}
	e.create("sel-1", forever(), label("red", "big"))
	e.create("sel-2", forever(), label("blue", ""))
	e.create("sel-3", forever(), label("green", "small"))
	for selector, want := range map[string][]string{
		"set=select":                             {"sel-1", "sel-2", "sel-3"},
		"set=select,colour==red":                 {"sel-1"},
		"set=select,colour!=red":                 {"sel-2", "sel-3"},
		"set=select,colour in (red, blue)":       {"sel-1", "sel-2"},
		"set=select,colour notin (red,blue)":     {"sel-3"},
		"set=select,size":                        {"sel-1", "sel-3"},
		"set=select,!size":                       {"sel-2"},
		"set=select,size notin (big),colour=red": nil,
	} {
		rows, _ := e.rows(api.ListOptions{LabelSelector: selector})
		var got []string
		for _, r := range rows {
			got = append(got, r.Name)
		}
		if !slices.Equal(got, want) {
			e.Errorf("%s: %v, want %v", selector, got, want)
		}
	}
	rows, _ := e.rows(api.ListOptions{FieldSelector: "metadata.name=sel-2"})
	if len(rows) != 1 || rows[0].Name != "sel-2" {
		e.Errorf("by name: %v", rows)
	}
}

func pagePods(e *env) {
	e.needs(api.CapLimit)
	for _, name := range []string{"page-1", "page-2", "page-3", "page-4", "page-5"} {
		e.create(name, forever(), func(p *corev1.Pod) { p.Labels["set"] = "page" })
	}
	opts := api.ListOptions{LabelSelector: "set=page", Limit: 2}
	var got []string
	sizes := []int{}
	for {
		rows, meta := e.rows(opts)
		sizes = append(sizes, len(rows))
		for _, r := range rows {
			got = append(got, r.Name)
		}
		if opts.Continue = meta.Continue; opts.Continue == "" {
			break
		}
	}
	if !slices.Equal(got, []string{"page-1", "page-2", "page-3", "page-4", "page-5"}) || !slices.Equal(sizes, []int{2, 2, 1}) {
		e.Errorf("pages of %v: %v", sizes, got)
	}
}
