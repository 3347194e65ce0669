package docker

import (
	"fmt"
	"net/netip"
	"path"
	"regexp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"podium/apiserver/engine/kubelet"
)

// volumeNames are the names that Docker and Podman give volumes.
var volumeNames = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$`)

// Validate implements engine.Validator: it refuses what a daemon cannot do and
// where doing without would be dangerous or pointless, and warns of the rest
// that is not done. What the API page does not support is the server's to warn
// of.
func (e *Engine) Validate(pod *corev1.Pod) ([]string, error) {
	warnings, errs := kubelet.Judge(pod, Rules())
	spec := field.NewPath("spec")
	for i := range pod.Spec.Volumes {
		v := &pod.Spec.Volumes[i]
		if id := volumeID(v); id != "" && !volumeNames.MatchString(id) {
			errs = append(errs, field.Invalid(spec.Child("volumes").Index(i).Child("flexVolume", "options").Key("volumeID"), id,
				"the name of a volume has letters, digits, '_', '.' and '-', begins with a letter or digit, and is 2 to 128 long"))
		}
	}
	for i, a := range pod.Spec.HostAliases {
		if _, err := netip.ParseAddr(a.IP); err != nil {
			errs = append(errs, field.Invalid(spec.Child("hostAliases").Index(i).Child("ip"), a.IP, "it is no IP address"))
		}
	}
	errs = append(errs, kubelet.JudgeContainers(pod, func(c *corev1.Container, at *field.Path) field.ErrorList {
		return validateContainer(pod, c, at)
	})...)
	return warnings, kubelet.Invalid(pod, errs)
}

func validateContainer(pod *corev1.Pod, c *corev1.Container, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, p := range c.Ports {
		if p.HostIP == "" {
			continue
		}
		if _, err := netip.ParseAddr(p.HostIP); err != nil {
			errs = append(errs, field.Invalid(at.Child("ports").Index(i).Child("hostIP"), p.HostIP, "it is no IP address"))
		}
	}
	for i, m := range c.VolumeMounts {
		mounts := at.Child("volumeMounts").Index(i)
		if !path.IsAbs(m.MountPath) || path.Clean(m.MountPath) == "/" {
			errs = append(errs, field.Invalid(mounts.Child("mountPath"), m.MountPath, "it must be an absolute path other than /"))
		}
	}
	if l := c.Lifecycle; l != nil && l.StopSignal != nil {
		name := string(*l.StopSignal)
		if len(name) < 4 || name[:3] != "SIG" || !slices.Contains(signalNames, name[3:]) && name != "SIGRTMIN+3" {
			errs = append(errs, field.Invalid(at.Child("lifecycle", "stopSignal"), name, "it is no signal that can be sent"))
		}
	}
	if user := userOf(pod, c); user != "" {
		if err := checkUser(pod, c, user, ""); err != nil {
			errs = append(errs, field.Forbidden(at.Child("securityContext", "runAsNonRoot"), fmt.Sprint(err)))
		}
	}
	return errs
}
