package copyas

import (
	"podium/api"
	"podium/models"
)

// podium are podium's own commands about the pod, at the same endpoint, where they
// can reach it.
func podium(env *models.Env) []Form {
	reach, ok := podiumFlags(env)
	if !ok {
		return nil
	}
	form := func(verb, what string, words func(t target) []string) Form {
		return Form{Name: "podium " + verb, What: what, text: func(t target) (string, error) {
			head := append([]string{"podium", verb}, reach...)
			if t.ref.Namespace != "" && t.ref.Namespace != api.DefaultNamespace {
				head = append(head, "-n", t.ref.Namespace)
			}
			return command(append(head, words(t)...))
		}}
	}
	forms := []Form{
		form("exec", "a shell in it", func(t target) []string {
			words := []string{"-it", t.ref.Name}
			if t.container != "" {
				words = append(words, "-c", t.container)
			}
			return append(words, "--", "sh")
		}),
		form("describe", "in words", func(t target) []string { return []string{"pod", t.ref.Name} }),
	}
	if env.Info.Has(api.CapLog) {
		forms = append(forms, form("logs", "follow the log", func(t target) []string {
			words := []string{"-f", t.ref.Name}
			if t.container != "" {
				words = append(words, t.container)
			}
			return words
		}))
	}
	return forms
}

// podiumFlags lead to the endpoint; false where none do.
func podiumFlags(env *models.Env) ([]string, bool) {
	switch env.Info.Engine() {
	case "kube":
		flags := []string{"--engine", "kube"}
		if context := env.Info[api.InfoContext]; context != "" {
			flags = append(flags, "--context", context)
		}
		return flags, true
	case "docker":
		if server := env.Info[api.InfoServer]; server != "" {
			return []string{"--engine", "docker", "--server", server}, true
		}
	}
	reach, ok := env.Client.(models.Addressed)
	if !ok {
		return nil, false
	}
	a := reach.Address()
	if a.Server == "" {
		return nil, false
	}
	flags := []string{"--server", a.Server}
	for _, f := range []struct{ flag, value string }{
		{"--token-file", a.TokenFile}, {"--ca-file", a.CAFile}, {"--cert-file", a.CertFile}, {"--key-file", a.KeyFile}, {"--fingerprint", a.Fingerprint},
	} {
		if f.value != "" {
			flags = append(flags, f.flag, f.value)
		}
	}
	if a.Insecure {
		flags = append(flags, "--insecure-skip-tls-verify")
	}
	return flags, true
}
