package manifest

import (
	"net"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// maxAnnotations is the number of bytes that the annotations of an object may
// have in all, Kubernetes' own limit.
const maxAnnotations = 256 << 10

// checkPod checks the values of a pod that any backend needs to be right. What
// the schema knows (types, enums, amounts) the walker has checked before.
func checkPod(pod *corev1.Pod) []issue {
	c := &checker{}
	c.metadata(&pod.ObjectMeta)
	spec := &pod.Spec
	volumes := c.volumes(spec.Volumes)
	c.containers(spec, volumes)
	c.podSpec(spec)
	return c.issues
}

func (c *checker) metadata(meta *metav1.ObjectMeta) {
	switch {
	case meta.Name != "":
		c.subdomain("metadata.name", meta.Name)
	case meta.GenerateName != "":
		c.subdomain("metadata.generateName", strings.TrimRight(meta.GenerateName, "-")+"x")
	default:
		c.missing("metadata.name", "a pod needs a name")
	}
	if meta.Namespace != "" {
		c.label("metadata.namespace", meta.Namespace)
	}
	c.labels("metadata.labels", meta.Labels)
	size := 0
	for _, key := range sortedKeys(meta.Annotations) {
		size += len(key) + len(meta.Annotations[key])
		c.qualified(keyPath("metadata.annotations", key), strings.ToLower(key))
	}
	if size > maxAnnotations {
		c.fail(CodeLabel, "metadata.annotations", "The annotations have %d bytes; at most %d are possible.", size, maxAnnotations)
	}
}

// subdomain checks a name of the kind that pods have.
func (c *checker) subdomain(path, value string) {
	c.name(path, value, validation.IsDNS1123Subdomain(value),
		"lower-case letters, digits, - and . are possible, with a letter or digit at both ends and at most 253 characters")
}

// label checks a name of the kind that containers, volumes and namespaces have.
func (c *checker) label(path, value string) {
	c.name(path, value, validation.IsDNS1123Label(value),
		"lower-case letters, digits and - are possible, with a letter or digit at both ends and at most 63 characters")
}

func (c *checker) name(path, value string, faults []string, rule string) {
	if len(faults) == 0 {
		return
	}
	is := c.fail(CodeName, path, "%s cannot be %s: %s.", last(path), quote(value), rule)
	fixed := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '.' && strings.Contains(rule, "and ."):
			return r
		case r == '_', r == ' ', r == '.', r == '\n':
			return '-'
		}
		return -1
	}, value), "-.")
	if validation.IsDNS1123Label(strings.ReplaceAll(fixed, ".", "-")) == nil && fixed != value && !literalWord(fixed) {
		is.suggestion = fixed
	}
}

func (c *checker) labels(path string, labels map[string]string) {
	for _, key := range sortedKeys(labels) {
		c.qualified(keyPath(path, key), key)
		if faults := validation.IsValidLabelValue(labels[key]); len(faults) > 0 {
			c.fail(CodeLabel, keyPath(path, key),
				"The value of the label %s cannot be %s: at most 63 letters, digits, -, _ and . are possible, with a letter or digit at both ends.",
				quote(key), quote(labels[key]))
		}
	}
}

func (c *checker) qualified(path, key string) {
	if len(validation.IsQualifiedName(key)) > 0 {
		c.fail(CodeLabel, path, "%s is no valid key: it is a name of at most 63 letters, digits, -, _ and ., with an optional domain and / before it.", quote(key)).key = true
	}
}

// podSpec checks the fields of the pod itself.
func (c *checker) podSpec(spec *corev1.PodSpec) {
	const p = "spec."
	if v := spec.ActiveDeadlineSeconds; v != nil && (*v < 1 || *v > 1<<31-1) {
		c.fail(CodeValue, p+"activeDeadlineSeconds", "activeDeadlineSeconds must be at least 1, not %d.", *v)
	}
	if v := spec.TerminationGracePeriodSeconds; v != nil && *v < 0 {
		c.fail(CodeValue, p+"terminationGracePeriodSeconds", "terminationGracePeriodSeconds cannot be negative.")
	}
	if spec.Hostname != "" {
		c.label(p+"hostname", spec.Hostname)
	}
	if spec.Subdomain != "" {
		c.label(p+"subdomain", spec.Subdomain)
	}
	c.labels(p+"nodeSelector", spec.NodeSelector)
	for i, s := range spec.ImagePullSecrets {
		if s.Name == "" {
			c.missing(indexPath(p+"imagePullSecrets", i)+".name", "")
		}
	}
	c.hostAliases(spec.HostAliases)
	c.podSecurity(spec)
}

func (c *checker) hostAliases(aliases []corev1.HostAlias) {
	for i := range aliases {
		path := indexPath("spec.hostAliases", i)
		if net.ParseIP(aliases[i].IP) == nil {
			c.fail(CodeValue, path+".ip", "ip must be an IP address, not %s.", quote(aliases[i].IP))
		}
		for j, name := range aliases[i].Hostnames {
			c.subdomain(indexPath(path+".hostnames", j), name)
		}
	}
}

func (c *checker) podSecurity(spec *corev1.PodSpec) {
	const p = "spec.securityContext."
	sc := spec.SecurityContext
	if sc == nil {
		return
	}
	c.id(p+"runAsUser", sc.RunAsUser)
	c.id(p+"runAsGroup", sc.RunAsGroup)
	c.id(p+"fsGroup", sc.FSGroup)
	for i := range sc.SupplementalGroups {
		c.id(indexPath(p+"supplementalGroups", i), &sc.SupplementalGroups[i])
	}
	c.nonRoot(p+"runAsUser", sc.RunAsNonRoot, sc.RunAsUser)
}

// id checks the number of a user or a group.
func (c *checker) id(path string, v *int64) {
	if v != nil && (*v < 0 || *v > 1<<31-1) {
		c.fail(CodeValue, path, "%s must be between 0 and 2147483647, not %d.", last(path), *v)
	}
}

func (c *checker) nonRoot(path string, nonRoot *bool, user *int64) {
	if nonRoot != nil && *nonRoot && user != nil && *user == 0 {
		c.fail(CodeConflict, path, "runAsUser is root, which runAsNonRoot forbids.")
	}
}
