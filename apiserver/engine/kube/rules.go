package kube

import "podium/manifest"

// special is the table of what a cluster does otherwise than the documentation
// of a field says, and of what people should know. All other fields, and so
// every other row of the API page, are honoured; Rules adds these.
var special = []manifest.FieldRule{
	{Path: "spec.hostname", Note: "and the pod's name where there is none"},
	{Path: "spec.imagePullSecrets", Note: "names of secrets that are in the pod's namespace already"},
	{Path: "spec.nodeName", Note: "the pod is put on that node without asking the scheduler"},
	{Path: "spec.priority", Treatment: manifest.Mapped, Note: "worked out of priorityClassName; the cluster refuses another number"},
	{Path: "spec.deprecatedServiceAccount", Treatment: manifest.Warned, Note: "clusters know it as serviceAccount"},
	{Path: "spec.serviceAccount", Treatment: manifest.Mapped, Note: "the old name of serviceAccountName, and always made equal to it"},
	{Path: "spec.serviceAccountName", Note: "it must exist; default without one"},
	{Path: "spec.ephemeralContainers", Treatment: manifest.Refused, Note: "they can only be added to a pod that runs"},
	{Path: "spec.overhead", Treatment: manifest.Refused, Note: "it comes from runtimeClassName"},
	{Path: "spec.securityContext", Note: "as far as the namespace's pod security and the node's system allow"},
	{Path: "spec.containers[].securityContext", Note: "as far as the namespace's pod security and the node's system allow"},
	{Path: "spec.containers[].ports", Note: "for people and services; only hostPort opens anything"},
	{Path: "spec.containers[].imagePullPolicy", Note: "without one Always for the tag latest, else IfNotPresent"},
	{Path: "spec.containers[].resources", Note: "requests decide on the node, limits are enforced"},
	{Path: "spec.initContainers[].lifecycle", Note: "refused unless the init container's restartPolicy is Always"},
	{Path: "spec.initContainers[].livenessProbe", Note: "refused unless the init container's restartPolicy is Always"},
	{Path: "spec.initContainers[].readinessProbe", Note: "refused unless the init container's restartPolicy is Always"},
	{Path: "spec.initContainers[].startupProbe", Note: "refused unless the init container's restartPolicy is Always"},
	{Path: "spec.volumes[].gitRepo", Note: "nodes from Kubernetes 1.33 on do not start a pod with it"},
	{Path: "spec.volumes[].hostPath", Note: "as far as the namespace's pod security allows"},
	{Path: "spec.volumes[].flexVolume.driver", Note: "it must be named, and be installed on the node"},
	{Path: "spec.volumes[].flexVolume.options", Note: "handed to the driver"},
	{Path: "spec.volumes[].flexVolume.options.volumeID", Treatment: manifest.Mapped, Note: "handed to the driver, whose business its meaning is"},
	{Path: "spec.volumes[].flexVolume.options.{}", Note: "handed to the driver"},
}

// parents are the objects of which special and the API page treat a child
// apart. A row for one child takes the others out of the API, so all of them
// get one.
var parents = []string{
	"spec", "spec.securityContext", "spec.containers[]", "spec.containers[].securityContext", "spec.containers[].volumeMounts[]",
	"spec.initContainers[]", "spec.volumes[]", "spec.volumes[].flexVolume",
}

// Rules is what a cluster does with the fields of a pod: with nearly all of
// them what Kubernetes' documentation says. A pod is judged by the cluster
// itself, whatever this says; it serves editors. There are no limits.
func Rules() manifest.RuleSet {
	var table []manifest.FieldRule
	for _, parent := range parents {
		for _, f := range manifest.Fields(parent) {
			table = append(table, manifest.FieldRule{Path: parent + "." + f.Name})
		}
	}
	for _, f := range manifest.PageFields() {
		table = append(table, manifest.FieldRule{Path: f.Path})
	}
	return manifest.NewRuleSet("kube", append(table, special...), manifest.Limits{})
}
