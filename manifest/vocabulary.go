package manifest

// Facts about the types of k8s.io/api that their Go declarations do not carry.

// enums are the values of the string types that have a fixed set of them.
var enums = map[string][]string{
	"PullPolicy":               {"Always", "IfNotPresent", "Never"},
	"RestartPolicy":            {"Always", "OnFailure", "Never"},
	"ContainerRestartPolicy":   {"Always", "OnFailure", "Never"},
	"Protocol":                 {"TCP", "UDP", "SCTP"},
	"URIScheme":                {"HTTP", "HTTPS"},
	"TerminationMessagePolicy": {"File", "FallbackToLogsOnError"},
	"DNSPolicy":                {"ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"},
	"PreemptionPolicy":         {"PreemptLowerPriority", "Never"},
	"TaintEffect":              {"NoSchedule", "PreferNoSchedule", "NoExecute"},
	"TolerationOperator":       {"Exists", "Equal", "Lt", "Gt"},
	"NodeSelectorOperator":     {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"},
	"LabelSelectorOperator":    {"In", "NotIn", "Exists", "DoesNotExist"},
	"MountPropagationMode":     {"None", "HostToContainer", "Bidirectional"},
	"RecursiveReadOnlyMode":    {"Disabled", "IfPossible", "Enabled"},
	"ProcMountType":            {"Default", "Unmasked"},
	"SeccompProfileType":       {"Unconfined", "RuntimeDefault", "Localhost"},
	"AppArmorProfileType":      {"Unconfined", "RuntimeDefault", "Localhost"},
	"PodFSGroupChangePolicy":   {"OnRootMismatch", "Always"},
	"SupplementalGroupsPolicy": {"Merge", "Strict"},
	"HostPathType":             {"", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"},
	"ResourceResizeRestartPolicy": {
		"NotRequired", "RestartContainer",
	},
	"UnsatisfiableConstraintAction": {"DoNotSchedule", "ScheduleAnyway"},
	"NodeInclusionPolicy":           {"Ignore", "Honor"},
	"OSName":                        {"linux", "windows"},
	"PersistentVolumeAccessMode":    {"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"},
	"PersistentVolumeMode":          {"Block", "Filesystem"},
}

// required are the fields that an object of a type must have to mean anything.
var required = map[string][]string{
	"Pod":                   {"apiVersion", "kind", "metadata", "spec"},
	"ObjectMeta":            {"name"},
	"PodSpec":               {"containers"},
	"Container":             {"name", "image"},
	"ContainerPort":         {"containerPort"},
	"EnvVar":                {"name"},
	"VolumeMount":           {"name", "mountPath"},
	"VolumeDevice":          {"name", "devicePath"},
	"Volume":                {"name"},
	"HTTPGetAction":         {"port"},
	"TCPSocketAction":       {"port"},
	"GRPCAction":            {"port"},
	"HTTPHeader":            {"name", "value"},
	"SleepAction":           {"seconds"},
	"ObjectFieldSelector":   {"fieldPath"},
	"ResourceFieldSelector": {"resource"},
	"ConfigMapKeySelector":  {"key"},
	"SecretKeySelector":     {"key"},
	"KeyToPath":             {"key", "path"},
	"HostAlias":             {"ip"},
	"HostPathVolumeSource":  {"path"},
	"GitRepoVolumeSource":   {"repository"},
	"PersistentVolumeClaimVolumeSource": {
		"claimName",
	},
	"Toleration": {},
	"Sysctl":     {"name", "value"},
}

// common is the order in which people write the fields of a type; fields that
// are not named come behind, in the order of their names.
var common = map[string][]string{
	"Pod":         {"apiVersion", "kind", "metadata", "spec", "status"},
	"ObjectMeta":  {"name", "namespace", "labels", "annotations", "generateName"},
	"PodSpec":     {"containers", "initContainers", "restartPolicy", "volumes", "terminationGracePeriodSeconds", "activeDeadlineSeconds", "securityContext", "nodeSelector", "imagePullSecrets", "hostname", "subdomain", "hostAliases", "affinity"},
	"Container":   {"name", "image", "command", "args", "env", "ports", "resources", "volumeMounts", "workingDir", "readinessProbe", "livenessProbe", "lifecycle", "envFrom", "imagePullPolicy", "securityContext", "stdin", "stdinOnce", "tty", "terminationMessagePath", "terminationMessagePolicy"},
	"EnvVar":      {"name", "value", "valueFrom"},
	"VolumeMount": {"name", "mountPath", "readOnly", "subPath"},
	"Volume":      {"name", "emptyDir", "flexVolume", "secret", "configMap", "gitRepo", "persistentVolumeClaim", "projected", "downwardAPI"},
	"Probe":       {"httpGet", "tcpSocket", "exec", "initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold", "successThreshold"},
	"ContainerPort": {
		"containerPort", "name", "protocol", "hostPort", "hostIP",
	},
	"ResourceRequirements": {"limits", "requests"},
	"HTTPGetAction":        {"path", "port", "scheme", "host", "httpHeaders"},
}

// fieldNotes replace or complete the documentation of k8s.io/api where it says
// nothing.
var fieldNotes = map[string]string{
	"apiVersion": "The version of the API this object is written for: v1.",
	"kind":       "What this object is: Pod.",
}
