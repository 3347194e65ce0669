package docker

import (
	"podium/apiserver/engine/kubelet"
	"podium/manifest"
)

// rules is the table of what the docker engine does with the fields of a pod.
// It covers every row of the API page, and what else of a pod it goes by.
var rules = []manifest.FieldRule{
	{Path: "spec.activeDeadlineSeconds", Treatment: manifest.Honoured, Note: "counted from the pod's creation; kept while a podium looks at the daemon"},
	{Path: "spec.affinity", Treatment: manifest.Warned, Note: "there is one daemon"},
	{Path: "spec.hostAliases", Treatment: manifest.Honoured},
	{Path: "spec.hostname", Treatment: manifest.Honoured},
	{Path: "spec.imagePullSecrets", Treatment: manifest.Warned, Note: "images are pulled with what docker login left in Docker's configuration file"},
	{Path: "spec.nodeSelector", Treatment: manifest.Warned, Note: "there is one daemon"},
	{Path: "spec.restartPolicy", Treatment: manifest.Honoured, Note: "with Kubernetes' back-off of 10 s to 5 min, while a podium looks at the daemon"},
	{Path: "spec.securityContext.runAsUser", Treatment: manifest.Honoured},
	{Path: "spec.securityContext.runAsGroup", Treatment: manifest.Honoured},
	{Path: "spec.securityContext.runAsNonRoot", Treatment: manifest.Honoured, Note: "a container that would run as root is not made"},
	{Path: "spec.securityContext.supplementalGroups", Treatment: manifest.Honoured},
	{Path: "spec.securityContext.fsGroup", Treatment: manifest.Warned, Note: "everybody may write to an emptyDir"},
	{Path: "spec.terminationGracePeriodSeconds", Treatment: manifest.Honoured, Note: "the image's stop signal or TERM, and when the time is over KILL"},
	{Path: "spec.volumes[].emptyDir", Treatment: manifest.Mapped, Note: "a volume of the daemon that is removed with the pod; in memory with medium Memory, where Docker, not Podman, keeps to sizeLimit"},
	{Path: "spec.volumes[].flexVolume.options.volumeID", Treatment: manifest.Mapped, Note: "the daemon's volume of this name, made where it is missing and kept when the pod goes"},
	{Path: "spec.volumes[].flexVolume.readOnly", Treatment: manifest.Honoured},
	{Path: "spec.volumes[].flexVolume.secretRef", Treatment: manifest.Warned, Note: "the daemon's volume needs no credentials"},

	{Path: "spec.dnsPolicy", Treatment: manifest.Warned, Note: "the daemon's resolver is used"},
	{Path: "spec.dnsConfig", Treatment: manifest.Warned, Note: "the daemon's resolver is used"},
	{Path: "spec.hostNetwork", Treatment: manifest.Warned, Note: "a pod has a network of its own"},
	{Path: "spec.hostPID", Treatment: manifest.Warned, Note: "a pod has processes of its own, which its containers share"},
	{Path: "spec.nodeName", Treatment: manifest.Warned, Note: "it becomes the name of the daemon's machine"},

	{Path: "spec.containers[].command", Treatment: manifest.Honoured, Note: "with $(NAME) expanded"},
	{Path: "spec.containers[].image", Treatment: manifest.Honoured},
	{Path: "spec.containers[].imagePullPolicy", Treatment: manifest.Mapped, Note: "without one it is IfNotPresent, for :latest too, so that images built here are found"},
	{Path: "spec.containers[].livenessProbe", Treatment: manifest.Honoured, Note: "while a podium looks at the daemon; httpGet and tcpSocket from there if the pod's network can be reached, else from within the container by curl, wget or nc"},
	{Path: "spec.containers[].ports", Treatment: manifest.Mapped, Note: "published on loopback at a port that the annotation podium.ports tells; on hostPort and hostIP where given"},
	{Path: "spec.containers[].readinessProbe", Treatment: manifest.Honoured, Note: "as livenessProbe"},
	{Path: "spec.containers[].startupProbe", Treatment: manifest.Honoured, Note: "as livenessProbe"},
	{Path: "spec.containers[].resources", Treatment: manifest.Mapped, Note: "limits of cpu and memory; requests as shares and reservation; no other resource"},
	{Path: "spec.containers[].securityContext.allowPrivilegeEscalation", Treatment: manifest.Honoured},
	{Path: "spec.containers[].securityContext.readOnlyRootFilesystem", Treatment: manifest.Honoured},
	{Path: "spec.containers[].securityContext.runAsNonRoot", Treatment: manifest.Honoured, Note: "a container that would run as root is not made"},
	{Path: "spec.containers[].securityContext.runAsUser", Treatment: manifest.Honoured},
	{Path: "spec.containers[].securityContext.runAsGroup", Treatment: manifest.Honoured},
	{Path: "spec.containers[].securityContext.capabilities", Treatment: manifest.Warned, Note: "containers have the daemon's default capabilities"},
	{Path: "spec.containers[].securityContext.privileged", Treatment: manifest.Warned, Note: "containers have the daemon's default rights"},
	{Path: "spec.containers[].stdin", Treatment: manifest.Mapped, Note: "stdin stays open and nothing comes, since nothing is attached"},
	{Path: "spec.containers[].stdinOnce", Treatment: manifest.Mapped, Note: "given to the daemon; nothing is attached"},
	{Path: "spec.containers[].terminationMessagePath", Treatment: manifest.Mapped, Note: "read when the container has ended; a file in /dev, as Kubernetes' default is, does not last so long"},
	{Path: "spec.containers[].volumeMounts[].readOnly", Treatment: manifest.Honoured},
	{Path: "spec.containers[].volumeMounts[].mountPath", Treatment: manifest.Honoured},
	{Path: "spec.containers[].volumeMounts[].subPath", Treatment: manifest.Honoured, Note: "made where it is missing; one that is a symbolic link is refused"},
	{Path: "spec.containers[].workingDir", Treatment: manifest.Honoured},
}

// Rules is what a daemon does with the fields of a pod, for editors and for
// Validate.
func Rules() manifest.RuleSet { return kubelet.Rules("docker", rules) }
