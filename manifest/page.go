package manifest

import "slices"

// PageField is one row of the tables of the pod API page.
type PageField struct {
	// Path has [] for list elements. Rows of Container are under
	// spec.containers[]; they hold for spec.initContainers[] as well.
	Path      string
	Supported bool
	// Type is as the page spells it: "string array", "PodSecurityContext".
	Type string
}

// pageFields are the tables PodSpec, PodSecurityContext, Container,
// SecurityContext, VolumeMount and FlexVolumeSource of the page, in its order.
// The page's Go types are not consulted: this is what the page says.
var pageFields = []PageField{
	{"spec.activeDeadlineSeconds", true, "integer"},
	{"spec.affinity", true, "Affinity"},
	{"spec.containers", true, "Container array"},
	{"spec.hostAliases", true, "HostAlias array"},
	{"spec.hostname", true, "string"},
	{"spec.imagePullSecrets", true, "LocalObjectReference array"},
	{"spec.initContainers", true, "Container array"},
	{"spec.nodeSelector", true, "object"},
	{"spec.restartPolicy", true, "string"},
	{"spec.securityContext", true, "PodSecurityContext"},
	{"spec.securityContext.runAsUser", true, "integer"},
	{"spec.securityContext.supplementalGroups", true, "integer array"},
	{"spec.securityContext.seLinuxOptions", false, "SELinuxOptions"},
	{"spec.securityContext.fsGroup", false, "integer"},
	{"spec.securityContext.runAsNonRoot", false, "boolean"},
	{"spec.subdomain", true, "string"},
	{"spec.terminationGracePeriodSeconds", true, "integer"},
	{"spec.volumes", true, "Volume array"},

	{"spec.automountServiceAccountToken", false, "boolean"},
	{"spec.deprecatedServiceAccount", false, "string"},
	{"spec.dnsPolicy", false, "string"},
	{"spec.dnsConfig", false, "PodDNSConfig"},
	{"spec.hostNetwork", false, "boolean"},
	{"spec.hostPID", false, "boolean"},
	{"spec.hostIPC", false, "boolean"},
	{"spec.nodeName", false, "string"},
	{"spec.priorityClassName", false, "string"},
	{"spec.priority", false, "integer"},
	{"spec.schedulerName", false, "string"},
	{"spec.serviceAccountName", false, "string"},
	{"spec.tolerations", false, "Toleration array"},

	{"spec.containers[].args", true, "string array"},
	{"spec.containers[].command", true, "string array"},
	{"spec.containers[].env", true, "EnvVar array"},
	{"spec.containers[].envFrom", true, "EnvFromSource array"},
	{"spec.containers[].image", true, "string"},
	{"spec.containers[].imagePullPolicy", true, "string"},
	{"spec.containers[].lifecycle", true, "Lifecycle"},
	{"spec.containers[].livenessProbe", true, "Probe"},
	{"spec.containers[].name", true, "string"},
	{"spec.containers[].ports", true, "ContainerPort array"},
	{"spec.containers[].readinessProbe", true, "Probe"},
	{"spec.containers[].resources", true, "ResourceRequirements"},
	{"spec.containers[].securityContext", true, "SecurityContext"},
	{"spec.containers[].securityContext.allowPrivilegeEscalation", true, "boolean"},
	{"spec.containers[].securityContext.readOnlyRootFilesystem", true, "boolean"},
	{"spec.containers[].securityContext.runAsNonRoot", true, "boolean"},
	{"spec.containers[].securityContext.capabilities", false, "Capabilities"},
	{"spec.containers[].securityContext.privileged", false, "boolean"},
	{"spec.containers[].securityContext.runAsUser", false, "integer"},
	{"spec.containers[].securityContext.seLinuxOptions", false, "SELinuxOptions"},
	{"spec.containers[].stdin", true, "boolean"},
	{"spec.containers[].stdinOnce", true, "boolean"},
	{"spec.containers[].terminationMessagePath", true, "string"},
	{"spec.containers[].terminationMessagePolicy", true, "string"},
	{"spec.containers[].tty", true, "boolean"},
	{"spec.containers[].volumeMounts", true, "VolumeMount array"},
	{"spec.containers[].volumeMounts[].name", true, "string"},
	{"spec.containers[].volumeMounts[].readOnly", true, "boolean"},
	{"spec.containers[].volumeMounts[].mountPath", true, "string"},
	{"spec.containers[].volumeMounts[].subPath", true, "string"},
	{"spec.containers[].volumeMounts[].mountPropagation", false, "MountPropagationMode"},
	{"spec.containers[].workingDir", true, "string"},

	{"spec.volumes[].flexVolume.options", true, "object"},
	{"spec.volumes[].flexVolume.options.volumeID", true, "string"},
	{"spec.volumes[].flexVolume.readOnly", true, "boolean"},
	{"spec.volumes[].flexVolume.secretRef", true, "LocalObjectReference"},
	{"spec.volumes[].flexVolume.driver", false, "string"},
	{"spec.volumes[].flexVolume.fsType", false, "string"},
}

// PageFields returns every row of the page's tables of PodSpec,
// PodSecurityContext, Container, SecurityContext, VolumeMount and
// FlexVolumeSource, in the order of the page.
func PageFields() []PageField { return append([]PageField(nil), pageFields...) }

// volumes of the v1.9 API which the page builds on. The page lists volumes as
// a whole, so all of them are part of it; hostPath is its example of one that
// is refused.
var pageVolumes = []string{
	"name", "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "configMap", "downwardAPI",
	"emptyDir", "fc", "flexVolume", "flocker", "gcePersistentDisk", "gitRepo", "glusterfs", "iscsi", "nfs",
	"persistentVolumeClaim", "photonPersistentDisk", "portworxVolume", "projected", "quobyte", "rbd", "scaleIO",
	"secret", "storageos", "vsphereVolume",
}

// laterFields came into k8s.io/api after the version the page builds on (v1.9),
// below fields that the page does support.
var laterFields = []string{
	"spec.containers[].livenessProbe.grpc",
	"spec.containers[].livenessProbe.terminationGracePeriodSeconds",
	"spec.containers[].readinessProbe.grpc",
	"spec.containers[].readinessProbe.terminationGracePeriodSeconds",
	"spec.containers[].lifecycle.stopSignal",
	"spec.containers[].lifecycle.postStart.sleep",
	"spec.containers[].lifecycle.preStop.sleep",
	"spec.containers[].resources.claims",
	"spec.containers[].env[].valueFrom.fileKeyRef",
}

const (
	notOfThisAPI = "is not part of this API"

	// Limits of the page's service, from its documentation.
	pageContainers  = 32
	pageFlexVolumes = 4
	pagePodBytes    = 128 << 10
	pageMemoryBytes = 16 << 30 // of its largest size that is chosen automatically
)

// PageRules returns the rules of the pod API page and of the limits that go
// with it: 32 containers, 4 flexVolumes, 128 KB of pod JSON, 16 GiB of memory
// without a size chosen, no hostPath.
func PageRules() RuleSet {
	table := make([]FieldRule, 0, len(pageFields)+len(pageVolumes)+2*len(laterFields))
	for _, f := range pageFields {
		rule := FieldRule{Path: f.Path}
		if !f.Supported {
			rule.Treatment = Warned
		}
		table = append(table, rule)
	}
	// The Go type spells the page's deprecatedServiceAccount in JSON as
	// serviceAccount.
	table = append(table, FieldRule{Path: "spec.serviceAccount", Treatment: Warned})
	for _, name := range pageVolumes {
		table = append(table, FieldRule{Path: "spec.volumes[]." + name})
	}
	table = append(table, FieldRule{
		Path: "spec.volumes[].hostPath", Treatment: Refused, Note: "use emptyDir or flexVolume instead",
	})
	return NewRuleSet("page", append(table, laterRules()...), Limits{
		Containers: pageContainers, FlexVolumes: pageFlexVolumes, PodBytes: pagePodBytes, MemoryBytes: pageMemoryBytes,
	})
}

// laterRules are honoured rows for everything around the fields that came
// later, which would not be part of the API otherwise: a row for one child
// closes its parent.
func laterRules() []FieldRule {
	var rules []FieldRule
	for _, later := range laterFields {
		s, path := podSchema(), ""
		for i, st := range splitPath(later) {
			if s.shape == shapeObject && i > 3 { // below spec.containers[].field
				for _, name := range s.names() {
					if sibling := fieldPath(path, name); !slices.Contains(laterFields, sibling) {
						rules = append(rules, FieldRule{Path: sibling})
					}
				}
			}
			if st.index == stepWild {
				path += "[]"
			} else {
				path = fieldPath(path, st.name)
			}
			s = s.child(st)
		}
	}
	return rules
}
