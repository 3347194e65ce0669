package copyas

import (
	"errors"
	"net/url"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"podium/api"
	"podium/models"
)

// kubectl are the commands against the same context of the same kubeconfig.
func kubectl(context string) []Form {
	form := func(verb, what string, words func(t target) []string) Form {
		return Form{Name: "kubectl " + verb, What: what, text: func(t target) (string, error) {
			head := []string{"kubectl"}
			if context != "" {
				head = append(head, "--context", context)
			}
			if t.ref.Namespace != "" {
				head = append(head, "-n", t.ref.Namespace)
			}
			return command(append(head, words(t)...))
		}}
	}
	in := func(t target) []string {
		if t.container == "" {
			return nil
		}
		return []string{"-c", t.container}
	}
	return []Form{
		form("get", "as YAML", func(t target) []string { return []string{"get", "pod", t.ref.Name, "-o", "yaml"} }),
		form("describe", "in words", func(t target) []string { return []string{"describe", "pod", t.ref.Name} }),
		form("logs", "follow the log", func(t target) []string { return append([]string{"logs", "-f", t.ref.Name}, in(t)...) }),
		form("exec", "a shell in it", func(t target) []string {
			return append(append([]string{"exec", "-it", t.ref.Name}, in(t)...), "--", "sh")
		}),
		form("delete", "deletes it", func(t target) []string { return []string{"delete", "pod", t.ref.Name} }),
	}
}

// docker are the commands of the daemon's own tool, docker or podman, about the
// pod's container.
func docker(info api.Info) []Form {
	tool, at := "docker", "-H"
	if strings.Contains(strings.ToLower(info[api.InfoDetail]), "podman") {
		tool, at = "podman", "--url"
	}
	head := []string{tool}
	if server := info[api.InfoServer]; server != "" && server != "unix:///var/run/docker.sock" {
		head = append(head, at, server)
	}
	form := func(verb, what string, words func(id string) []string) Form {
		return Form{Name: tool + " " + verb, What: what, pod: true, text: func(t target) (string, error) {
			id, err := containerID(t)
			if err != nil {
				return "", err
			}
			return command(append(append([]string(nil), head...), words(id)...))
		}}
	}
	return []Form{
		form("exec", "a shell in its container", func(id string) []string { return []string{"exec", "-it", id, "sh"} }),
		form("logs", "follow its container's log", func(id string) []string { return []string{"logs", "-f", id} }),
		form("inspect", "its container as the daemon has it", func(id string) []string { return []string{"inspect", id} }),
	}
}

var errNoContainer = errors.New("its container does not exist yet, or not any more")

// containerID is the daemon's name of the target's container.
func containerID(t target) (string, error) {
	if t.object.Pod == nil {
		return "", errNoContainer
	}
	status := &t.object.Pod.Status
	for _, list := range [][]corev1.ContainerStatus{status.ContainerStatuses, status.InitContainerStatuses} {
		for i := range list {
			if t.container != "" && list[i].Name != t.container {
				continue
			}
			if _, id, ok := strings.Cut(list[i].ContainerID, "://"); ok && id != "" {
				return id[:min(len(id), 12)], nil
			}
		}
	}
	return "", errNoContainer
}

// curl are the requests to the API itself, where it can be reached from outside.
func curl(env *models.Env) []Form {
	head, base, ok := curlHead(env)
	if !ok {
		return nil
	}
	form := func(name, what string, flags []string, path func(t target) string) Form {
		if head.pinned {
			what += "; of a server with the pinned key only"
		}
		return Form{Name: name, What: what, text: func(t target) (string, error) {
			if head.pinned && head.key == "" {
				return "", errUnseen
			}
			return command(raw("curl"), raw("-sS"), flags, head.flags, raw(head.token), base+path(t))
		}}
	}
	forms := []Form{form("curl", "asks for the pod", nil, func(t target) string { return api.PodPath(t.ref.Namespace, t.ref.Name) })}
	if env.Info.Has(api.CapLog) {
		forms = append(forms, form("curl log", "follows the log", []string{"-N"}, func(t target) string {
			path := api.LogPath(t.ref.Namespace, t.ref.Name) + "?follow=true"
			if t.container != "" {
				path += "&container=" + url.QueryEscape(t.container)
			}
			return path
		}))
	}
	return append(forms, form("curl delete", "deletes the pod", []string{"-X", "DELETE"}, func(t target) string {
		return api.PodPath(t.ref.Namespace, t.ref.Name)
	}))
}

// curlWords are what every request to an endpoint has.
type curlWords struct {
	flags []string
	token string // the header with the token, which the shell fills in

	pinned bool   // only one certificate is trusted,
	key    string // which has this public key, as api.Address has it
}

// errUnseen is a pinned certificate that no server has shown yet: what curl needs
// of it is not known.
var errUnseen = errors.New("its server has not shown the pinned certificate yet, whose key curl needs")

// curlHead says how the endpoint is asked; false where it cannot be from outside
// this process.
func curlHead(env *models.Env) (head curlWords, base string, ok bool) {
	if server := env.Info[api.InfoServer]; env.Info.Engine() == "kube" && isHTTP(server) {
		return curlWords{token: `-H "Authorization: Bearer $TOKEN"`}, strings.TrimRight(withoutUser(server), "/"), true
	}
	reach, is := env.Client.(models.Addressed)
	if !is {
		return head, "", false
	}
	a := reach.Address()
	switch path, unix := strings.CutPrefix(a.Server, "unix://"); {
	case unix:
		head.flags, base = []string{"--unix-socket", path}, "http://localhost"
	case isHTTP(a.Server):
		base = strings.TrimRight(withoutUser(a.Server), "/")
	default:
		return head, "", false
	}
	for _, f := range []struct{ flag, file string }{{"--cacert", a.CAFile}, {"--cert", a.CertFile}, {"--key", a.KeyFile}} {
		if f.file != "" {
			head.flags = append(head.flags, f.flag, f.file)
		}
	}
	if a.Insecure {
		head.flags = append(head.flags, "-k")
	}
	if a.Fingerprint != "" {
		// Who signed the certificate, and for which name, has no say: the key
		// alone is checked, as podium does with the certificate.
		head.pinned, head.key = true, a.PublicKey
		head.flags = append(head.flags, "--insecure", "--pinnedpubkey", "sha256//"+a.PublicKey)
	}
	if a.Token {
		head.token = `-H "Authorization: Bearer $PODIUM_TOKEN"`
		if file, err := quote(a.TokenFile); err == nil && a.TokenFile != "" {
			head.token = `-H "Authorization: Bearer $(cat ` + file + `)"`
		}
	}
	return head, base, true
}

func isHTTP(server string) bool {
	return strings.HasPrefix(server, "http://") || strings.HasPrefix(server, "https://")
}

// withoutUser takes a user and password out of an address.
func withoutUser(server string) string {
	u, err := url.Parse(server)
	if err != nil || u.User == nil {
		return server
	}
	u.User = nil
	return u.String()
}
