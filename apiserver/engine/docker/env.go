package docker

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// variables builds a container's environment as the daemon takes it, and the
// lookup by which $(NAME) in its command and args is expanded. address is the
// pod's; machine has what a container may use that has no limits.
func variables(pod *corev1.Pod, c *corev1.Container, address string, machine daemon) ([]string, func(string) (string, bool), error) {
	values := map[string]string{}
	var names []string
	lookup := func(name string) (string, bool) {
		v, ok := values[name]
		return v, ok
	}
	for i := range c.Env {
		v := &c.Env[i]
		value := expand(v.Value, lookup)
		if v.ValueFrom != nil {
			var found bool
			var err error
			if value, found, err = valueFrom(pod, c, v.ValueFrom, address, machine); err != nil {
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

// references finds what expand looks at: $$, or $( with a name.
var references = regexp.MustCompile(`\$\$|\$\([^)]*\)`)

// expand puts in the value for $(NAME) and $ for $$, as Kubernetes documents
// for command, args and env; what has no value stays as it is.
func expand(s string, lookup func(string) (string, bool)) string {
	return references.ReplaceAllStringFunc(s, func(ref string) string {
		if ref == "$$" {
			return "$"
		}
		if v, ok := lookup(ref[2 : len(ref)-1]); ok {
			return v
		}
		return ref
	})
}

func expandAll(list []string, lookup func(string) (string, bool)) []string {
	var out []string
	for _, s := range list {
		out = append(out, expand(s, lookup))
	}
	return out
}

// metadataKey is a fieldPath like metadata.labels['app'].
var metadataKey = regexp.MustCompile(`^metadata\.(labels|annotations)\['([^']*)'\]$`)

// valueFrom finds a value that is a reference; not found is an optional one to
// what there is not here.
func valueFrom(pod *corev1.Pod, c *corev1.Container, from *corev1.EnvVarSource, address string, machine daemon) (string, bool, error) {
	switch {
	case from.FieldRef != nil:
		v, err := fieldValue(pod, from.FieldRef.FieldPath, address, machine)
		return v, err == nil, err
	case from.ResourceFieldRef != nil:
		of := c
		if name := from.ResourceFieldRef.ContainerName; name != "" {
			if of = containerOf(pod, name); of == nil {
				return "", false, fmt.Errorf("resourceFieldRef: there is no container %q", name)
			}
		}
		v, err := resourceValue(of, from.ResourceFieldRef, machine)
		return v, err == nil, err
	case from.ConfigMapKeyRef != nil && isTrue(from.ConfigMapKeyRef.Optional), from.SecretKeyRef != nil && isTrue(from.SecretKeyRef.Optional):
		return "", false, nil
	}
	return "", false, fmt.Errorf("it refers to something that this engine does not have: give the value itself")
}

func isTrue(b *bool) bool { return b != nil && *b }

// fieldValue is a field of the pod as fieldRef names it.
func fieldValue(pod *corev1.Pod, path, address string, machine daemon) (string, error) {
	if m := metadataKey.FindStringSubmatch(path); m != nil {
		if m[1] == "labels" {
			return pod.Labels[m[2]], nil
		}
		return pod.Annotations[m[2]], nil
	}
	switch path {
	case "metadata.name":
		return pod.Name, nil
	case "metadata.namespace":
		return pod.Namespace, nil
	case "metadata.uid":
		return string(pod.UID), nil
	case "spec.nodeName":
		return machine.name, nil
	case "spec.serviceAccountName":
		return pod.Spec.ServiceAccountName, nil
	case "status.podIP", "status.podIPs":
		return address, nil
	}
	return "", fmt.Errorf("fieldRef: %q is no field that a variable can have here", path)
}

// resourceValue is a limit or request in units of the divisor, rounded up;
// without one, what the machine has.
func resourceValue(c *corev1.Container, ref *corev1.ResourceFieldSelector, machine daemon) (string, error) {
	kind, name, _ := strings.Cut(ref.Resource, ".")
	if kind != "limits" && kind != "requests" || !slices.Contains([]string{"cpu", "memory"}, name) {
		return "", fmt.Errorf("resourceFieldRef: %q is no resource that a variable can have here", ref.Resource)
	}
	list := c.Resources.Limits
	if kind == "requests" {
		list = c.Resources.Requests
	}
	amount, set := list[corev1.ResourceName(name)]
	if !set && kind == "limits" {
		amount = *resource.NewQuantity(int64(machine.cpus), resource.DecimalSI)
		if name == "memory" {
			amount = *resource.NewQuantity(machine.memory, resource.BinarySI)
		}
	}
	divisor := ref.Divisor
	if divisor.IsZero() {
		divisor = resource.MustParse("1")
	}
	a, d := amount.Value(), divisor.Value()
	if name == "cpu" {
		a, d = amount.MilliValue(), divisor.MilliValue()
	}
	return strconv.FormatInt(int64(math.Ceil(float64(a)/float64(max(d, 1)))), 10), nil
}
