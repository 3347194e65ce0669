package host

import (
	"strings"

	"podium/apiserver/engine/kubelet"
	"podium/manifest"
)

// rules is the table of what the host engine does with the fields of a pod. It
// covers every row of the API page, and what else of a pod it goes by;
// docs/fields.md is made of it.
var rules = []manifest.FieldRule{
	{Path: "spec.activeDeadlineSeconds", Treatment: manifest.Honoured},
	{Path: "spec.affinity", Treatment: manifest.Warned, Note: "there is one machine, this one"},
	{Path: "spec.hostAliases", Treatment: manifest.Warned, Note: "containers use the machine's own /etc/hosts"},
	{Path: "spec.hostname", Treatment: manifest.Mapped, Note: "set as $HOSTNAME, and as the name that the commands' kernel tells where this machine allows UTS namespaces"},
	{Path: "spec.imagePullSecrets", Treatment: manifest.Warned, Note: "no image is pulled"},
	{Path: "spec.nodeSelector", Treatment: manifest.Warned, Note: "there is one machine, this one"},
	{Path: "spec.restartPolicy", Treatment: manifest.Honoured, Note: "with Kubernetes' back-off of 10 s to 5 min; a Never pod whose server ended has Failed"},
	{Path: "spec.securityContext.runAsUser", Treatment: manifest.Honoured, Note: "another user than podium's own is refused unless podium runs as root"},
	{Path: "spec.securityContext.runAsGroup", Treatment: manifest.Honoured, Note: "another group than podium's own is refused unless podium runs as root"},
	{Path: "spec.securityContext.runAsNonRoot", Treatment: manifest.Honoured, Note: "refused if the containers would run as root"},
	{Path: "spec.securityContext.supplementalGroups", Treatment: manifest.Honoured, Note: "groups that podium's user is not in are refused unless podium runs as root"},
	{Path: "spec.securityContext.fsGroup", Treatment: manifest.Warned, Note: "volumes belong to the user that the pod runs as"},
	{Path: "spec.terminationGracePeriodSeconds", Treatment: manifest.Honoured, Note: "TERM to the command, and when the time is over KILL to its whole process tree"},
	{Path: "spec.volumes[].hostPath", Treatment: manifest.Refused, Note: "containers see the machine's files as they are"},
	{Path: "spec.volumes[].emptyDir", Treatment: manifest.Mapped, Note: "a folder of the pod, removed with it; medium and sizeLimit are not kept"},
	{Path: "spec.volumes[].flexVolume.options.volumeID", Treatment: manifest.Mapped, Note: "a named folder in the state folder, kept when the pod goes, in one pod at a time"},
	{Path: "spec.volumes[].flexVolume.readOnly", Treatment: manifest.Mapped, Note: "kept where the mount is mapped (see mountPath)"},
	{Path: "spec.volumes[].flexVolume.secretRef", Treatment: manifest.Warned, Note: "the folder needs no credentials"},

	{Path: "spec.dnsPolicy", Treatment: manifest.Warned, Note: "containers use the machine's own resolver"},
	{Path: "spec.dnsConfig", Treatment: manifest.Warned, Note: "containers use the machine's own resolver"},
	{Path: "spec.hostNetwork", Treatment: manifest.Warned, Note: "containers always use the machine's network"},
	{Path: "spec.hostPID", Treatment: manifest.Warned, Note: "containers always see the machine's processes"},
	{Path: "spec.nodeName", Treatment: manifest.Warned, Note: "it becomes the name of this machine"},

	{Path: "spec.containers[].command", Treatment: manifest.Honoured, Note: "with $(NAME) expanded; without one the container is a placeholder, never ready, in which a shell can be opened"},
	{Path: "spec.containers[].env", Treatment: manifest.Honoured, Note: "value, fieldRef and resourceFieldRef; a reference to a configMap or secret is refused unless optional, since there are none; of the server's own environment only " + strings.Join(inherited[:9], ", ") + " and LC_* are passed on"},
	{Path: "spec.containers[].image", Treatment: manifest.Mapped, Note: "shown and not used: commands are programs of this machine"},
	{Path: "spec.containers[].imagePullPolicy", Treatment: manifest.Warned, Note: "no image is pulled"},
	{Path: "spec.containers[].livenessProbe", Treatment: manifest.Honoured},
	{Path: "spec.containers[].ports", Treatment: manifest.Mapped, Note: "names for probes; the command listens on the machine's network by itself"},
	{Path: "spec.containers[].ports[].name", Treatment: manifest.Honoured},
	{Path: "spec.containers[].ports[].containerPort", Treatment: manifest.Honoured, Note: "for people and probes; nothing is opened or closed"},
	{Path: "spec.containers[].ports[].protocol", Treatment: manifest.Honoured, Note: "for people"},
	{Path: "spec.containers[].ports[].hostPort", Treatment: manifest.Warned, Note: "the command is on the machine's network: it is reached at the port it listens on"},
	{Path: "spec.containers[].ports[].hostIP", Treatment: manifest.Warned, Note: "the command is on the machine's network: it is reached at the address it listens on"},
	{Path: "spec.containers[].readinessProbe", Treatment: manifest.Honoured},
	{Path: "spec.containers[].startupProbe", Treatment: manifest.Honoured},
	{Path: "spec.containers[].resources", Treatment: manifest.Warned, Note: "limits and requests are shown, decide the qosClass and can be read by resourceFieldRef; they are not enforced"},
	{Path: "spec.containers[].securityContext.allowPrivilegeEscalation", Treatment: manifest.Honoured, Note: "false sets no_new_privs; refused where there is none (macOS)"},
	{Path: "spec.containers[].securityContext.readOnlyRootFilesystem", Treatment: manifest.Honoured, Note: "everything but the pod's folder and its volumes becomes read-only; refused where the kernel allows no mount namespace"},
	{Path: "spec.containers[].securityContext.runAsNonRoot", Treatment: manifest.Honoured, Note: "refused if the container would run as root"},
	{Path: "spec.containers[].securityContext.runAsUser", Treatment: manifest.Honoured, Note: "another user than podium's own is refused unless podium runs as root"},
	{Path: "spec.containers[].securityContext.runAsGroup", Treatment: manifest.Honoured, Note: "another group than podium's own is refused unless podium runs as root"},
	{Path: "spec.containers[].securityContext.capabilities", Treatment: manifest.Warned, Note: "containers have those of podium's user"},
	{Path: "spec.containers[].securityContext.privileged", Treatment: manifest.Warned, Note: "containers have the rights of podium's user"},
	{Path: "spec.containers[].stdin", Treatment: manifest.Mapped, Note: "stdin stays open and nothing comes, since nothing can be attached; without it, it is /dev/null"},
	{Path: "spec.containers[].stdinOnce", Treatment: manifest.Warned, Note: "nothing can be attached to a container's stdin"},
	{Path: "spec.containers[].terminationMessagePath", Treatment: manifest.Mapped, Note: "the message is read from the file that $" + envTermination + " names"},
	{Path: "spec.containers[].volumeMounts[].readOnly", Treatment: manifest.Mapped, Note: "kept where the mount is mapped (see mountPath)"},
	{Path: "spec.containers[].volumeMounts[].mountPath", Treatment: manifest.Mapped, Note: "the volume is shown there if that is a folder of the machine and the kernel allows a mount namespace, else warned about; $" + envVolumes + " (a line NAME=FOLDER per mount) and $" + envVolume + "NAME tell its folder in any case"},
	{Path: "spec.containers[].volumeMounts[].subPath", Treatment: manifest.Honoured},
	{Path: "spec.containers[].workingDir", Treatment: manifest.Mapped, Note: "an absolute one must exist on this machine; a relative one, or none, is in the container's own folder, $" + envDir},
}

// Rules is what the host engine does with the fields of a pod.
func Rules() manifest.RuleSet { return kubelet.Rules("host", rules) }

// Environment lists the variables that a container of this engine has beyond
// those of its manifest, each with what it says, for documents.
func Environment() [][2]string {
	return [][2]string{
		{envPod, "the pod's name"},
		{envNamespace, "the pod's namespace"},
		{envContainer, "the container's name"},
		{envDir, "the container's own folder, where its commands begin unless workingDir says otherwise"},
		{envVolumes, "a line `NAME=FOLDER` for each volume mount, in the order of the manifest; FOLDER is the one of the subPath where there is one"},
		{envVolume + "NAME", "FOLDER of the first mount of the volume NAME, in capitals, with `_` for everything but letters and digits"},
		{envTermination, "the file whose content becomes the termination message"},
		{envExe, "podium itself"},
		{envRun, "a mark by which podium knows the processes of one command"},
	}
}
