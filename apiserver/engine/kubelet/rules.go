package kubelet

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"podium/manifest"
)

// common is what engines without a cluster do alike with the fields of a pod.
var common = []manifest.FieldRule{
	{Path: "spec.containers"},
	{Path: "spec.initContainers"},
	{Path: "spec.initContainers[].restartPolicy", Treatment: manifest.Refused, Note: "a sidecar would hold up the containers for ever; make it one of spec.containers"},
	{Path: "spec.securityContext"},
	{Path: "spec.securityContext.seLinuxOptions", Treatment: manifest.Warned},
	{Path: "spec.subdomain", Treatment: manifest.Warned, Note: "there is no cluster DNS"},
	{Path: "spec.volumes"},
	{Path: "spec.volumes[].name"},
	{Path: "spec.volumes[].flexVolume.driver", Treatment: manifest.Warned},
	{Path: "spec.volumes[].flexVolume.fsType", Treatment: manifest.Warned},
	{Path: "spec.automountServiceAccountToken", Treatment: manifest.Warned},
	{Path: "spec.deprecatedServiceAccount", Treatment: manifest.Warned},
	{Path: "spec.serviceAccount", Treatment: manifest.Warned},
	{Path: "spec.serviceAccountName", Treatment: manifest.Warned},
	{Path: "spec.hostIPC", Treatment: manifest.Warned},
	{Path: "spec.priorityClassName", Treatment: manifest.Warned},
	{Path: "spec.priority", Treatment: manifest.Warned},
	{Path: "spec.schedulerName", Treatment: manifest.Warned},
	{Path: "spec.tolerations", Treatment: manifest.Warned},
	{Path: "spec.containers[].args", Note: "with $(NAME) expanded"},
	{Path: "spec.containers[].env", Note: "value, fieldRef and resourceFieldRef; a reference to a configMap or secret is refused unless optional, since there are none"},
	{Path: "spec.containers[].envFrom", Treatment: manifest.Warned, Note: "there are no configMaps and secrets here; refused unless optional"},
	{Path: "spec.containers[].lifecycle", Note: "exec, httpGet, tcpSocket and sleep; stopSignal too"},
	{Path: "spec.containers[].name"},
	{Path: "spec.containers[].securityContext"},
	{Path: "spec.containers[].securityContext.seLinuxOptions", Treatment: manifest.Warned},
	{Path: "spec.containers[].terminationMessagePolicy"},
	{Path: "spec.containers[].tty"},
	{Path: "spec.containers[].volumeMounts"},
	{Path: "spec.containers[].volumeMounts[].name"},
	{Path: "spec.containers[].volumeMounts[].mountPropagation", Treatment: manifest.Warned},
}

// volumesHere are the kinds of volume that there are without a cluster.
var volumesHere = []string{"name", "emptyDir", "flexVolume"}

// Rules is the table of an engine without a cluster: its own rows over those
// that all of them have. The other kinds of volume are refused, and so are
// probes by gRPC.
func Rules(engine string, own []manifest.FieldRule) manifest.RuleSet {
	table := slices.Clone(common)
	for _, f := range manifest.Fields("spec.volumes[]") {
		if !slices.Contains(volumesHere, f.Name) {
			table = append(table, manifest.FieldRule{Path: "spec.volumes[]." + f.Name, Treatment: manifest.Refused, Note: "use emptyDir or flexVolume"})
		}
	}
	// A row for one child closes its parent: the others need rows, too.
	for _, probe := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		at := "spec.containers[]." + probe
		for _, f := range manifest.Fields(at) {
			row := manifest.FieldRule{Path: at + "." + f.Name}
			if f.Name == "grpc" {
				row.Treatment, row.Note = manifest.Refused, "use exec, httpGet or tcpSocket"
			}
			table = append(table, row)
		}
	}
	return manifest.NewRuleSet(engine, append(table, own...), manifest.Limits{})
}

// Judge holds a pod against an engine's rules. What the API page itself does
// not support is the server's to warn of.
func Judge(pod *corev1.Pod, rules manifest.RuleSet) (warnings []string, errs field.ErrorList) {
	problems := manifest.ValidateObject(pod, rules)
	page := manifest.PageRules()
	var told []manifest.Problem
	for _, p := range problems {
		if rule, listed := page.Rule(p.Field); p.Code == manifest.CodeUnsupported && listed && rule.Treatment != manifest.Warned {
			told = append(told, p)
		}
	}
	return manifest.Warnings(told), manifest.FieldErrors(problems)
}

// JudgeContainers gathers what is wrong with the pod's containers: what judge
// says of each, and references in their variables that lead nowhere.
func JudgeContainers(pod *corev1.Pod, judge func(c *corev1.Container, at *field.Path) field.ErrorList) (errs field.ErrorList) {
	spec := field.NewPath("spec")
	each := func(c *corev1.Container, at *field.Path) {
		for i, from := range c.EnvFrom {
			if from.ConfigMapRef != nil && !True(from.ConfigMapRef.Optional) || from.SecretRef != nil && !True(from.SecretRef.Optional) {
				errs = append(errs, field.Forbidden(at.Child("envFrom").Index(i), "there are no configMaps and secrets here: give the values as env"))
			}
		}
		for i := range c.Env {
			if from := c.Env[i].ValueFrom; from != nil {
				if _, _, err := Value(pod, c, from, Facts{}); err != nil {
					errs = append(errs, field.Forbidden(at.Child("env").Index(i).Child("valueFrom"), err.Error()))
				}
			}
		}
		errs = append(errs, judge(c, at)...)
	}
	for i := range pod.Spec.InitContainers {
		each(&pod.Spec.InitContainers[i], spec.Child("initContainers").Index(i))
	}
	for i := range pod.Spec.Containers {
		each(&pod.Spec.Containers[i], spec.Child("containers").Index(i))
	}
	return errs
}

// Invalid is the error for a pod with something wrong, nil without.
func Invalid(pod *corev1.Pod, errs field.ErrorList) error {
	if len(errs) == 0 {
		return nil
	}
	name := pod.Name
	if name == "" {
		name = pod.GenerateName
	}
	return apierrors.NewInvalid(corev1.SchemeGroupVersion.WithKind("Pod").GroupKind(), name, errs)
}
