package manifest

import (
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"podium/internal/spelling"
)

// volumes checks the volumes of a pod and returns their names.
func (c *checker) volumes(volumes []corev1.Volume) []string {
	names := make([]string, 0, len(volumes))
	for i := range volumes {
		v, at := &volumes[i], indexPath("spec.volumes", i)
		switch {
		case v.Name == "":
			c.missing(at+".name", "a volume needs a name that volumeMounts can refer to")
		case slices.Contains(names, v.Name):
			c.fail(CodeDuplicate, at+".name", "There is already a volume with the name %s.", quote(v.Name))
		default:
			c.label(at+".name", v.Name)
			names = append(names, v.Name)
		}
		sources := volumeSources(&v.VolumeSource)
		switch {
		case len(sources) > 1:
			c.fail(CodeConflict, at+"."+sources[1], "A volume has one source; this one has %s.", strings.Join(sources, " and ")).key = true
		case len(sources) == 0:
			c.add(Hint, CodeRequired, at, "The volume says nothing of its source, so it is an emptyDir.")
		}
		c.volumeSource(at, &v.VolumeSource)
	}
	return names
}

// volumeSources returns the names of the sources that are set.
func volumeSources(src *corev1.VolumeSource) []string {
	var names []string
	v := reflect.ValueOf(src).Elem()
	for i := range v.NumField() {
		if !v.Field(i).IsNil() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			names = append(names, name)
		}
	}
	return names
}

// volumeSource checks what each kind of source needs.
func (c *checker) volumeSource(at string, src *corev1.VolumeSource) {
	need := func(field, value string) {
		if value == "" {
			c.missing(at+"."+field, "")
		}
	}
	switch {
	case src.HostPath != nil:
		need("hostPath.path", src.HostPath.Path)
	case src.Secret != nil:
		need("secret.secretName", src.Secret.SecretName)
		c.mode(at+".secret.defaultMode", src.Secret.DefaultMode)
		c.keyItems(at+".secret.items", src.Secret.Items)
	case src.ConfigMap != nil:
		need("configMap.name", src.ConfigMap.Name)
		c.mode(at+".configMap.defaultMode", src.ConfigMap.DefaultMode)
		c.keyItems(at+".configMap.items", src.ConfigMap.Items)
	case src.PersistentVolumeClaim != nil:
		need("persistentVolumeClaim.claimName", src.PersistentVolumeClaim.ClaimName)
	case src.GitRepo != nil:
		need("gitRepo.repository", src.GitRepo.Repository)
		if src.GitRepo.Directory != "" {
			c.relative(at+".gitRepo.directory", src.GitRepo.Directory)
		}
	case src.EmptyDir != nil:
		if l := src.EmptyDir.SizeLimit; l != nil && l.Sign() < 0 {
			c.fail(CodeQuantity, at+".emptyDir.sizeLimit", "sizeLimit cannot be negative.")
		}
		if m := src.EmptyDir.Medium; m != "" && m != corev1.StorageMediumMemory && !strings.HasPrefix(string(m), "HugePages") {
			is := c.fail(CodeEnum, at+".emptyDir.medium", "medium cannot be %s; it must be empty or Memory.", quote(string(m)))
			is.suggestion = spelling.Closest(string(m), []string{"Memory"})
		}
	case src.DownwardAPI != nil:
		c.mode(at+".downwardAPI.defaultMode", src.DownwardAPI.DefaultMode)
	case src.Projected != nil:
		c.mode(at+".projected.defaultMode", src.Projected.DefaultMode)
	}
}

func (c *checker) keyItems(at string, items []corev1.KeyToPath) {
	for i := range items {
		p := indexPath(at, i)
		if items[i].Key == "" {
			c.missing(p+".key", "")
		}
		if items[i].Path == "" {
			c.missing(p+".path", "")
		} else {
			c.relative(p+".path", items[i].Path)
		}
		c.mode(p+".mode", items[i].Mode)
	}
}

// mode checks the permission bits of files; YAML writes them in octal.
func (c *checker) mode(path string, mode *int32) {
	if mode != nil && (*mode < 0 || *mode > 0o777) {
		is := c.fail(CodeValue, path, "%s must be between 0 and 0777, which is 511; write it with a leading zero.", last(path))
		if *mode >= 600 && *mode <= 777 && *mode%10 < 8 && *mode/10%10 < 8 {
			is.suggestion = "0" + itoa(int(*mode))
		}
	}
}

// relative checks a path that must stay below where it is used.
func (c *checker) relative(at, value string) {
	switch {
	case path.IsAbs(value):
		is := c.fail(CodeValue, at, "%s must be a relative path, not %s.", last(at), quote(value))
		is.suggestion = strings.TrimLeft(value, "/")
	case slices.Contains(strings.Split(value, "/"), ".."):
		c.fail(CodeValue, at, "%s cannot lead upwards with .., as %s does.", last(at), quote(value))
	}
}

// mounts checks what a container mounts.
func (c *checker) mounts(at string, mounts []corev1.VolumeMount, volumes []string) {
	seen := make(map[string]bool, len(mounts))
	for i := range mounts {
		m, p := &mounts[i], indexPath(at, i)
		switch {
		case m.Name == "":
			c.missing(p+".name", "it says which volume is mounted")
		case !slices.Contains(volumes, m.Name):
			is := c.fail(CodeNotFound, p+".name", "There is no volume with the name %s in spec.volumes.", quote(m.Name))
			if is.suggestion = spelling.Closest(m.Name, volumes); is.suggestion != "" {
				is.message = strings.TrimSuffix(is.message, ".") + "; did you mean " + is.suggestion + "?"
			}
		}
		switch {
		case m.MountPath == "":
			c.missing(p+".mountPath", "it says where the volume is mounted")
		case !path.IsAbs(m.MountPath):
			is := c.fail(CodeValue, p+".mountPath", "mountPath must be an absolute path, not %s.", quote(m.MountPath))
			is.suggestion = path.Clean("/" + m.MountPath)
		case strings.Contains(m.MountPath, ":"):
			c.fail(CodeValue, p+".mountPath", "mountPath cannot hold a colon.")
		case seen[path.Clean(m.MountPath)]:
			c.fail(CodeDuplicate, p+".mountPath", "Something else is already mounted at %s in this container.", quote(m.MountPath))
		}
		seen[path.Clean(m.MountPath)] = true
		if m.SubPath != "" {
			c.relative(p+".subPath", m.SubPath)
			if m.SubPathExpr != "" {
				c.fail(CodeConflict, p+".subPathExpr", "subPath and subPathExpr exclude one another.").key = true
			}
		}
	}
}

// sortedKeys returns the keys of a map in order, so that problems come in the
// same order each time.
func sortedKeys[K ~string, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}
