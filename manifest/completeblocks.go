package manifest

import (
	"strconv"
	"strings"
)

// block is several lines that belong together. Lines hang on the indentation of
// the cursor; "‸" is where it is to be.
type block struct {
	label, doc string
	// needs is the field that must not be there yet, "" for none.
	needs string
	lines string
}

// blocksAt are the blocks of each mapping, by its path with wildcards.
var blocksAt = map[string][]block{
	"spec.containers[]": {
		{
			"readinessProbe over HTTP", "Asks a path of the container, and keeps traffic away until it answers well.", "readinessProbe",
			"readinessProbe:\n  httpGet:\n    path: /‸\n    port: $port\n  periodSeconds: 5",
		},
		{
			"livenessProbe over HTTP", "Asks a path of the container, and restarts it when it no longer answers well.", "livenessProbe",
			"livenessProbe:\n  httpGet:\n    path: /‸\n    port: $port\n  initialDelaySeconds: 10\n  periodSeconds: 10",
		},
		{
			"livenessProbe over TCP", "Restarts the container when nothing listens on its port any more.", "livenessProbe",
			"livenessProbe:\n  tcpSocket:\n    port: $port‸\n  initialDelaySeconds: 10\n  periodSeconds: 10",
		},
		{
			"livenessProbe by a command", "Restarts the container when a command in it fails.", "livenessProbe",
			"livenessProbe:\n  exec:\n    command: [\"sh\", \"-c\", \"true‸\"]\n  periodSeconds: 10",
		},
		{
			"resources: requests and limits", "What the container gets at least, and at most.", "resources",
			"resources:\n  requests:\n    cpu: 100m‸\n    memory: 64Mi\n  limits:\n    cpu: 500m\n    memory: 128Mi",
		},
		{
			"env: a variable", "A variable of the container's environment.", "env",
			"env:\n- name: NAME‸\n  value: \"\"",
		},
		{
			"ports: a named port", "A port that the container listens on; probes can use its name.", "ports",
			"ports:\n- name: http‸\n  containerPort: 8080",
		},
		{
			"command: a shell line", "A line for a POSIX shell.", "command",
			"command: [\"sh\", \"-c\", \"‸\"]",
		},
	},
	"spec.volumes[]": {
		{"emptyDir volume", "A folder that lives as long as the pod.", "name", "name: data‸\nemptyDir: {}"},
		{"flexVolume", "A volume of the service, by its name.", "name", "name: data‸\nflexVolume:\n  options:\n    volumeID: my-volume"},
		{"secret volume", "The keys of a secret as files.", "name", "name: secret‸\nsecret:\n  secretName: my-secret"},
	},
	"spec.containers[].env[]": {
		{"variable with a value", "", "name", "name: NAME‸\nvalue: \"\""},
		{"variable from a secret", "", "name", "name: NAME‸\nvalueFrom:\n  secretKeyRef:\n    name: my-secret\n    key: key"},
		{"variable from the pod's own fields", "", "name", "name: POD_NAME‸\nvalueFrom:\n  fieldRef:\n    fieldPath: metadata.name"},
	},
	"spec.containers[].ports[]": {
		{"named port", "", "containerPort", "name: http‸\ncontainerPort: 8080"},
	},
	"spec": {
		{
			"volumes: an emptyDir", "A folder that lives as long as the pod, to be mounted by its containers.", "volumes",
			"volumes:\n- name: data‸\n  emptyDir: {}",
		},
		{
			"initContainers: one before the others", "A container that must end well before the others start.", "initContainers",
			"initContainers:\n- name: prepare‸\n  image: busybox\n  command: [\"sh\", \"-c\", \"echo ready\"]",
		},
		{"containers: the first one", "", "containers", "containers:\n- name: main‸\n  image: busybox"},
	},
	"": {
		{
			"pod: a whole one", "apiVersion, kind, metadata and spec with one container.", "kind",
			"apiVersion: v1\nkind: Pod\nmetadata:\n  name: ‸\n  labels:\n    app: web\nspec:\n  containers:\n  - name: main\n    image: busybox",
		},
	},
}

// containerBlock is a container, in a list of them.
var containerBlock = block{
	"container: a whole one", "name, image and command.", "name",
	"name: $container‸\nimage: busybox\ncommand: [\"sh\", \"-c\", \"while true; do date; sleep 1; done\"]",
}

// blocks offers the blocks that fit a mapping. They are in block style, so flow
// style gets none.
func (c *completer) blocks(path, lead string, has map[string]bool) {
	if c.spot.flow || c.colon || c.spot.quote != 0 {
		return
	}
	generic := strings.Replace(genericPath(path), "spec.initContainers[]", "spec.containers[]", 1)
	offers := blocksAt[generic]
	if generic == "spec.containers[]" {
		if len(has) == 0 {
			offers = []block{containerBlock}
		}
		if len(has) > 0 && lead == "" {
			c.mountBlock(path)
		}
	}
	for _, b := range offers {
		if has[b.needs] || b.needs == "name" && len(has) > 0 {
			continue
		}
		c.add(Completion{Label: b.label, Kind: CompleteBlock, Type: "block", Doc: b.doc}, lead+c.hang(b.lines, path, len(lead)))
	}
}

// hang writes the lines of a block under the cursor's column.
func (c *completer) hang(lines, path string, lead int) string {
	port := "8080"
	if names := c.under(path+".ports", "name"); len(names) > 0 {
		port = names[0]
	} else if numbers := c.under(path+".ports", "containerPort"); len(numbers) > 0 {
		port = numbers[0]
	}
	lines = strings.NewReplacer("$port", port, "$container", c.free("main", append(c.named("spec.containers[].name"), c.named("spec.initContainers[].name")...))).Replace(lines)
	return strings.ReplaceAll(lines, "\n", "\n"+strings.Repeat(" ", c.spot.col+lead))
}

// free is a name that is not taken.
func (c *completer) free(name string, taken []string) string {
	for n := 1; ; n++ {
		try := name
		if n > 1 {
			try += "-" + strconv.Itoa(n)
		}
		found := false
		for _, t := range taken {
			found = found || t == try
		}
		if !found {
			return try
		}
	}
}

// mountBlock offers a volume with its mount in the cursor's container.
func (c *completer) mountBlock(container string) {
	name := c.free("data", c.named("spec.volumes[].name"))
	volume, ok := c.outline.addElement(c.spot.doc, "spec.volumes", [][2]string{{"name", name}, {"emptyDir", "{}"}})
	if !ok {
		return
	}
	item := Completion{
		Label: "volumeMounts: a volume with its mount", Kind: CompleteBlock, Type: "block",
		Doc: "An emptyDir volume " + name + " in spec.volumes, mounted in this container.",
	}
	mount := [][2]string{{"name", name}, {"mountPath", "/" + name}}
	if c.outline.find(c.spot.doc, container+".volumeMounts") != nil {
		if more, ok := c.outline.addElement(c.spot.doc, container+".volumeMounts", mount); ok && more.Start != volume.Start && (more.Start < c.from || more.Start > c.to) {
			c.add(item, "‸", more, volume)
		}
		return
	}
	c.add(item, c.hang("volumeMounts:\n- name: "+name+"\n  mountPath: /"+name+"‸", container, 0), volume)
}
