package docker

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"podium/apiserver/engine/kubelet"
)

// variables builds a container's environment as the daemon takes it, and the
// lookup by which $(NAME) in its command and args is expanded.
func variables(pod *corev1.Pod, c *corev1.Container, facts kubelet.Facts) ([]string, func(string) (string, bool), error) {
	values := map[string]string{}
	var names []string
	lookup := func(name string) (string, bool) {
		v, ok := values[name]
		return v, ok
	}
	for i := range c.Env {
		v := &c.Env[i]
		value := kubelet.Expand(v.Value, lookup)
		if v.ValueFrom != nil {
			var found bool
			var err error
			if value, found, err = kubelet.Value(pod, c, v.ValueFrom, facts); err != nil {
				return nil, nil, fmt.Errorf("variable %s: %w", v.Name, err)
			} else if !found {
				continue
			}
		}
		if _, again := values[v.Name]; !again {
			names = append(names, v.Name)
		}
		values[v.Name] = value
	}
	out := make([]string, 0, len(names))
	for _, name := range names {
		out = append(out, name+"="+values[name])
	}
	return out, lookup, nil
}
