package manifest

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"podium/internal/spelling"
)

// downwardFields are the fields of its own pod that a variable can be taken
// from, besides single labels and annotations.
var downwardFields = []string{
	"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
	"status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
}

// env checks the environment of a container.
func (c *checker) env(at string, ct *corev1.Container) {
	seen := make(map[string]bool, len(ct.Env))
	for i := range ct.Env {
		e, p := &ct.Env[i], indexPath(at+".env", i)
		switch {
		case e.Name == "":
			c.missing(p+".name", "a variable needs a name")
		case len(validation.IsEnvVarName(e.Name)) > 0:
			is := c.fail(CodeName, p+".name", "A variable cannot have the name %s: letters, digits, _, - and . are possible, with no digit at the beginning.", quote(e.Name))
			if fixed := strings.ReplaceAll(strings.TrimSpace(e.Name), " ", "_"); len(validation.IsEnvVarName(fixed)) == 0 {
				is.suggestion = fixed
			}
		case seen[e.Name]:
			c.add(Warning, CodeDuplicate, p+".name", "The variable %s is set more than once; the last one counts.", quote(e.Name))
		}
		seen[e.Name] = true
		if e.ValueFrom != nil {
			c.valueFrom(p, e)
		}
	}
	for i := range ct.EnvFrom {
		c.envFrom(indexPath(at+".envFrom", i), &ct.EnvFrom[i])
	}
}

func (c *checker) valueFrom(at string, e *corev1.EnvVar) {
	from, p := e.ValueFrom, at+".valueFrom"
	if e.Value != "" {
		c.fail(CodeConflict, p, "value and valueFrom exclude one another.").key = true
	}
	c.oneSource(p, []string{"fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"},
		from.FieldRef != nil, from.ResourceFieldRef != nil, from.ConfigMapKeyRef != nil, from.SecretKeyRef != nil, from.FileKeyRef != nil)
	if r := from.FieldRef; r != nil {
		c.fieldRef(p+".fieldRef.fieldPath", r.FieldPath)
	}
	if r := from.ResourceFieldRef; r != nil && r.Resource == "" {
		c.missing(p+".resourceFieldRef.resource", "")
	}
	if r := from.ConfigMapKeyRef; r != nil {
		c.keyRef(p+".configMapKeyRef", r.Name, r.Key)
	}
	if r := from.SecretKeyRef; r != nil {
		c.keyRef(p+".secretKeyRef", r.Name, r.Key)
	}
}

func (c *checker) keyRef(at, name, key string) {
	if name == "" {
		c.missing(at+".name", "")
	}
	if key == "" {
		c.missing(at+".key", "")
	}
}

func (c *checker) fieldRef(path, field string) {
	switch {
	case field == "":
		c.missing(path, "")
	case slices.Contains(downwardFields, field):
	case strings.HasPrefix(field, "metadata.labels['") && strings.HasSuffix(field, "']"),
		strings.HasPrefix(field, "metadata.annotations['") && strings.HasSuffix(field, "']"):
	default:
		is := c.fail(CodeEnum, path, "A variable cannot be taken from %s; it can be taken from %s, or a label or annotation as in metadata.labels['app'].", quote(field), listWords(downwardFields))
		is.suggestion = spelling.Closest(field, downwardFields)
	}
}

func (c *checker) envFrom(at string, e *corev1.EnvFromSource) {
	c.oneSource(at, []string{"configMapRef", "secretRef"}, e.ConfigMapRef != nil, e.SecretRef != nil)
	if e.ConfigMapRef != nil && e.ConfigMapRef.Name == "" {
		c.missing(at+".configMapRef.name", "")
	}
	if e.SecretRef != nil && e.SecretRef.Name == "" {
		c.missing(at+".secretRef.name", "")
	}
	if e.Prefix != "" && len(validation.IsEnvVarName(e.Prefix)) > 0 {
		c.fail(CodeName, at+".prefix", "A variable cannot begin with %s.", quote(e.Prefix))
	}
}

// oneSource checks that exactly one of several sources is given.
func (c *checker) oneSource(at string, names []string, set ...bool) {
	c.exactlyOne(at, names, set, "names no source: give it "+listWords(names), "can have one source")
}
