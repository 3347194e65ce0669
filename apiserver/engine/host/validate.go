package host

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"podium/apiserver/engine/kubelet"
)

// Validate implements engine.Validator: it refuses what this machine cannot do
// and where doing without would be dangerous or pointless, and warns of the
// rest that it does not do. What the API page does not support is the server's
// to warn of.
func (e *Engine) Validate(pod *corev1.Pod) ([]string, error) {
	warnings, errs := kubelet.Judge(pod, Rules())
	spec := field.NewPath("spec")
	for i := range pod.Spec.Volumes {
		if id := volumeID(&pod.Spec.Volumes[i]); id != "" {
			for _, problem := range volumeIDProblems(id) {
				errs = append(errs, field.Invalid(spec.Child("volumes").Index(i).Child("flexVolume", "options").Key("volumeID"), id, problem))
			}
		}
	}
	errs = append(errs, kubelet.JudgeContainers(pod, func(c *corev1.Container, at *field.Path) field.ErrorList {
		return e.validateContainer(pod, c, at)
	})...)
	if _, err := e.userOf(pod, nil); err != nil {
		errs = append(errs, field.Forbidden(spec.Child("securityContext"), err.Error()))
	}
	if name := pod.Spec.Hostname; name != "" && !e.mapping {
		warnings = append(warnings, fmt.Sprintf("spec.hostname: %s is only in $HOSTNAME: this machine allows no namespaces to podium", name))
	}
	return warnings, kubelet.Invalid(pod, errs)
}

func (e *Engine) validateContainer(pod *corev1.Pod, c *corev1.Container, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	if l := c.Lifecycle; l != nil && l.StopSignal != nil {
		if _, ok := signalNamed(string(*l.StopSignal)); !ok {
			errs = append(errs, field.Invalid(at.Child("lifecycle", "stopSignal"), *l.StopSignal, "this system has no such signal"))
		}
	}
	return append(errs, e.validateSecurity(pod, c, at.Child("securityContext"))...)
}

// validateSecurity refuses what would otherwise give a container more rights
// than its manifest allows.
func (e *Engine) validateSecurity(pod *corev1.Pod, c *corev1.Container, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	who, err := e.userOf(pod, c)
	if err != nil && c.SecurityContext != nil && c.SecurityContext.RunAsUser != nil {
		errs = append(errs, field.Forbidden(at.Child("runAsUser"), err.Error()))
	}
	nonRoot := pod.Spec.SecurityContext != nil && kubelet.True(pod.Spec.SecurityContext.RunAsNonRoot)
	if c.SecurityContext != nil && c.SecurityContext.RunAsNonRoot != nil {
		nonRoot = *c.SecurityContext.RunAsNonRoot
	}
	root := os.Geteuid() == 0
	if who != nil {
		root = who.UID == 0
	}
	if nonRoot && root {
		errs = append(errs, field.Forbidden(at.Child("runAsNonRoot"), "the container would run as root, like podium: choose another user with spec.securityContext.runAsUser"))
	}
	sc := c.SecurityContext
	if sc == nil {
		return errs
	}
	if kubelet.True(sc.ReadOnlyRootFilesystem) && !e.mapping {
		errs = append(errs, field.Forbidden(at.Child("readOnlyRootFilesystem"), "this machine allows podium no mount namespace to keep it in"))
	}
	if sc.AllowPrivilegeEscalation != nil && !*sc.AllowPrivilegeEscalation && runtime.GOOS != "linux" {
		errs = append(errs, field.Forbidden(at.Child("allowPrivilegeEscalation"), "it cannot be kept on this system"))
	}
	return errs
}

// machineWarnings tell what depends on the present state of this machine.
func (e *Engine) machineWarnings(pod *corev1.Pod) []string {
	p := e.runOf(pod.UID)
	if p == nil {
		return nil
	}
	var warnings []string
	for _, c := range p.containers() {
		for _, m := range p.mountsOf(c) {
			if e.mapped(m) {
				continue
			}
			why := m.target + " is no folder of this machine"
			if !e.mapping {
				why = "this machine allows podium no mount namespace"
			}
			warning := fmt.Sprintf("container %s: volume %s is not at %s but in $%s%s: %s", c.Name, m.name, m.target, envVolume, variableName(m.name), why)
			if m.readOnly {
				warning += "; it is not read-only"
			}
			warnings = append(warnings, warning)
		}
		if placeholder(c) {
			warnings = append(warnings, placeholderMessage(c))
		} else if dir := c.WorkingDir; filepath.IsAbs(dir) {
			if _, err := p.workingDir(c, nil); err != nil {
				warnings = append(warnings, "container "+c.Name+": "+err.Error())
			}
		}
	}
	return warnings
}

// oneLine makes text fit for one line of the log.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
