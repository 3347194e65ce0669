package ui

import (
	"slices"
	"strings"

	"podium/api"
	"podium/internal/safetext"
	"podium/models"
)

// argument is a word of the palette with what it is followed by.
type argument struct {
	word  string
	name  string // of the argument, for the help: NAMESPACE
	what  string
	offer func(r *root, typed string) []choice // what can follow, by its bare name
	with  func(r *root, typed string)          // what was typed in full
}

// offered is how many pods are offered at a time.
const offered = 50

// arguments are the words that take one and have a use right now.
func (r *root) arguments() []argument {
	return slices.DeleteFunc(r.allArguments(), func(a argument) bool { return !r.works(a.word) })
}

// allArguments are the words that there are which take one.
func (r *root) allArguments() []argument {
	return []argument{
		{"ns", "NAMESPACE", "go to a namespace", func(r *root, typed string) []choice {
			return slices.DeleteFunc(r.namespaceChoices(typed), func(c choice) bool { return c.head })
		}, (*root).goToNamespace},
		{"ctx", "CONTEXT", "open a context", func(r *root, _ string) []choice { return r.contextChoices() }, (*root).goToContext},
		{themeWord, "THEME", "take a theme", func(r *root, _ string) []choice { return r.themeChoices("") }, (*root).choose},
		onPod("pod", "inspect a pod", func(ref api.PodRef) any { return models.InspectMsg{Ref: ref} }),
		onPod("yaml", "a pod's YAML", func(ref api.PodRef) any { return models.InspectMsg{Ref: ref, View: models.ViewYAML} }),
		onPod("logs", "a pod's log", func(ref api.PodRef) any { return models.LogMsg{Ref: ref} }),
		onPod("edit", "edit a pod", func(ref api.PodRef) any { return models.EditMsg{Ref: ref} }),
		onPod("shell", "a shell in a pod", func(ref api.PodRef) any { return models.ExecMsg{Ref: ref} }),
	}
}

// onPod is a word that is followed by the name of a pod.
func onPod(word, what string, wish func(ref api.PodRef) any) argument {
	return argument{
		word, "POD", what,
		func(r *root, typed string) []choice {
			var out []choice
			for _, row := range r.list.Find(typed, offered) {
				detail := row.Status
				if r.env.Namespace == "" {
					detail = row.Namespace + "  " + detail
				}
				out = append(out, choice{
					name: safetext.Line(row.Name, 80), detail: safetext.Line(detail, 60),
					do: func(r *root) { r.wish(wish(row.Ref())) },
				})
			}
			return out
		},
		func(r *root, typed string) {
			ref := api.PodRef{Namespace: r.env.Namespace, Name: typed}
			if ref.Namespace == "" {
				ref.Namespace = api.DefaultNamespace
			}
			for _, row := range r.list.Find(typed, offered) {
				if row.Name == typed {
					ref = row.Ref()
					break
				}
			}
			r.wish(wish(ref))
		},
	}
}

// argumentOf is the word that a line begins with, and what follows it; false for
// a line without both.
func (r *root) argumentOf(line string) (a argument, rest string, ok bool) {
	word, rest, ok := strings.Cut(strings.TrimLeft(line, " "), " ")
	if !ok {
		return a, "", false
	}
	i := slices.IndexFunc(r.arguments(), func(a argument) bool { return a.word == word })
	if i < 0 {
		return a, "", false
	}
	return r.arguments()[i], strings.TrimSpace(rest), true
}

// argumentChoices are what can follow the word that a line begins with.
func (r *root) argumentChoices(line string) ([]choice, bool) {
	a, rest, ok := r.argumentOf(line)
	if !ok || a.offer == nil {
		return nil, false
	}
	out := a.offer(r, rest)
	for i := range out {
		out[i].name = a.word + " " + out[i].name
		out[i].keep = true
	}
	return out, true
}

// withArgument runs a word that is followed by what it is about, such as
// "ns kube-system"; false when it is none.
func (r *root) withArgument(line string) bool {
	a, rest, ok := r.argumentOf(line)
	if !ok || rest == "" || strings.ContainsRune(rest, ' ') {
		return false
	}
	a.with(r, rest)
	return true
}
