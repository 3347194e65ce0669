package kubelet

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Facts are what references in a manifest can name beside the manifest itself.
type Facts struct {
	Node          string // name of the machine that the pod is on
	PodIP, HostIP string
	CPUs          int   // of the machine
	Memory        int64 // of the machine, in bytes
}

// Expand puts in the value for $(NAME) and $ for $$, as Kubernetes documents
// for command, args and env; what lookup does not know stays as it is.
func Expand(s string, lookup func(name string) (string, bool)) string {
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

// references are what Expand looks at: $$, or $( with a name.
var references = regexp.MustCompile(`\$\$|\$\([^)]*\)`)

// ExpandAll is Expand of each.
func ExpandAll(list []string, lookup func(name string) (string, bool)) []string {
	var out []string
	for _, s := range list {
		out = append(out, Expand(s, lookup))
	}
	return out
}

// Value finds a variable's value that is a reference. found is false for an
// optional one to a configMap or secret, of which there are none without a
// cluster; one that is not optional is an error.
func Value(pod *corev1.Pod, c *corev1.Container, from *corev1.EnvVarSource, facts Facts) (value string, found bool, err error) {
	switch {
	case from.FieldRef != nil:
		value, err = fieldValue(pod, from.FieldRef.FieldPath, facts)
		return value, err == nil, err
	case from.ResourceFieldRef != nil:
		of := c
		if name := from.ResourceFieldRef.ContainerName; name != "" {
			if of = Container(pod, name); of == nil {
				return "", false, fmt.Errorf("resourceFieldRef: there is no container %q", name)
			}
		}
		value, err = resourceValue(of, from.ResourceFieldRef, facts)
		return value, err == nil, err
	case from.ConfigMapKeyRef != nil && True(from.ConfigMapKeyRef.Optional), from.SecretKeyRef != nil && True(from.SecretKeyRef.Optional):
		return "", false, nil
	}
	return "", false, errors.New("it refers to something that does not exist here: give the value itself")
}

// keyedField is a fieldPath like metadata.labels['app'].
var keyedField = regexp.MustCompile(`^metadata\.(labels|annotations)\['([^']*)'\]$`)

// fieldValue is a field of the pod as fieldRef names it.
func fieldValue(pod *corev1.Pod, path string, facts Facts) (string, error) {
	if m := keyedField.FindStringSubmatch(path); m != nil {
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
		return facts.Node, nil
	case "spec.serviceAccountName":
		return pod.Spec.ServiceAccountName, nil
	case "status.podIP", "status.podIPs":
		return facts.PodIP, nil
	case "status.hostIP", "status.hostIPs":
		return facts.HostIP, nil
	}
	return "", fmt.Errorf("fieldRef: %q is no field that a variable can have here", path)
}

// resourceValue is a limit or request in units of the divisor, rounded up. A
// container without a limit has the machine's; a request that is not made is 0.
func resourceValue(c *corev1.Container, ref *corev1.ResourceFieldSelector, facts Facts) (string, error) {
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
		amount = *resource.NewQuantity(int64(facts.CPUs), resource.DecimalSI)
		if name == "memory" {
			amount = *resource.NewQuantity(facts.Memory, resource.BinarySI)
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
