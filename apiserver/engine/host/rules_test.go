package host

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"

	"podium/manifest"
)

func TestEveryRowOfThePageHasARule(t *testing.T) {
	t.Parallel()
	set := Rules()
	rows := map[string]bool{}
	for _, r := range set.Rules() {
		rows[r.Path] = true
		if _, known := manifest.Doc(r.Path); !known && !strings.HasSuffix(r.Path, ".volumeID") && r.Path != "spec.deprecatedServiceAccount" {
			t.Errorf("%s is no field of a pod", r.Path)
		}
		if r.Treatment != manifest.Honoured && r.Note == "" && !strings.Contains(r.Path, "seLinux") {
			for _, f := range manifest.PageFields() {
				if f.Path == r.Path && f.Supported {
					t.Errorf("%s is %s without a word why", r.Path, r.Treatment)
				}
			}
		}
	}
	fields := manifest.PageFields()
	if len(fields) < 60 {
		t.Fatalf("the page has %d rows", len(fields))
	}
	for _, f := range fields {
		rule, listed := set.Rule(f.Path)
		if !listed {
			t.Errorf("%s has no rule", f.Path)
		}
		exact := rows[f.Path]
		for path := range rows { // a row for each child is a row for the field
			exact = exact || strings.HasPrefix(path, f.Path+".")
		}
		if f.Supported && !exact {
			t.Errorf("%s is only covered by %s", f.Path, rule.Path)
		}
	}
}

// What the table calls refused is refused, and what it calls warned is warned
// of, by the engine itself.
func TestValidate(t *testing.T) {
	t.Parallel()
	e := open(t)
	yes, no, one := true, false, int64(1)
	always := corev1.ContainerRestartPolicyAlways
	ref := corev1.LocalObjectReference{Name: "x"}
	for name, test := range map[string]struct {
		edit  func(*corev1.Pod)
		field string // of the cause, "" for a warning
		says  string
	}{
		"hostPath": {func(p *corev1.Pod) {
			p.Spec.Volumes = []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/"}}}}
		}, "spec.volumes[0].hostPath", "as they are"},
		"secret volume": {func(p *corev1.Pod) {
			p.Spec.Volumes = []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "x"}}}}
		}, "spec.volumes[0].secret", "emptyDir"},
		"volumeID": {func(p *corev1.Pod) {
			p.Spec.Volumes = []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{FlexVolume: &corev1.FlexVolumeSource{Options: map[string]string{"volumeID": "../x"}}}}}
		}, "spec.volumes[0].flexVolume.options[volumeID]", "../x"},
		"envFrom": {first(func(c *corev1.Container) {
			c.EnvFrom = []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: ref}}}
		}), "spec.containers[0].envFrom[0]", "no configMaps and secrets"},
		"optional envFrom": {first(func(c *corev1.Container) {
			c.EnvFrom = []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: ref, Optional: &yes}}}
		}), "", "envFrom"},
		"secretKeyRef": {first(func(c *corev1.Container) {
			c.Env = []corev1.EnvVar{{Name: "A", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: ref, Key: "k"}}}}
		}), "spec.containers[0].env[0].valueFrom", "does not exist"},
		"fieldRef": {first(func(c *corev1.Container) {
			c.Env = []corev1.EnvVar{{Name: "A", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "spec.nothing"}}}}
		}), "spec.containers[0].env[0].valueFrom", "spec.nothing"},
		"grpc": {first(func(c *corev1.Container) {
			c.LivenessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{GRPC: &corev1.GRPCAction{Port: 1}}}
		}), "spec.containers[0].livenessProbe.grpc", "httpGet"},
		"sidecar": {func(p *corev1.Pod) {
			p.Spec.InitContainers = []corev1.Container{{Name: "i", Image: "none", RestartPolicy: &always}}
		}, "spec.initContainers[0].restartPolicy", "sidecar"},
		"runAsNonRoot": {func(p *corev1.Pod) {
			root := int64(0)
			p.Spec.SecurityContext = &corev1.PodSecurityContext{RunAsUser: &root}
			p.Spec.Containers[0].SecurityContext = &corev1.SecurityContext{RunAsNonRoot: &yes}
		}, "spec", "root"},
		"hostAliases": {func(p *corev1.Pod) {
			p.Spec.HostAliases = []corev1.HostAlias{{IP: "127.0.0.1", Hostnames: []string{"x"}}}
		}, "", "/etc/hosts"},
		"resources": {first(func(c *corev1.Container) {
			c.Resources.Limits = corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("1Gi")}
		}), "", "not enforced"},
		"hostPort": {first(func(c *corev1.Container) {
			c.Ports = []corev1.ContainerPort{{ContainerPort: 80, HostPort: 80}}
		}), "", "hostPort"},
		"what the page warns of": {func(p *corev1.Pod) { p.Spec.DNSPolicy = corev1.DNSDefault; p.Spec.HostNetwork = true }, "", ""},
		"honoured": {func(p *corev1.Pod) {
			p.Spec.ActiveDeadlineSeconds = &one
			p.Spec.Containers[0].SecurityContext = &corev1.SecurityContext{RunAsNonRoot: &no}
		}, "", ""},
	} {
		warnings, err := e.Validate(podOf("p", "true", test.edit))
		if test.field == "" {
			if err != nil || (test.says == "") != (len(warnings) == 0) || !strings.Contains(strings.Join(warnings, "\n"), test.says) {
				t.Errorf("%s: %q, %v", name, warnings, err)
			}
			continue
		}
		if !apierrors.IsInvalid(err) || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), test.field) {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, err := e.Create(testContext(t), podOf("p", "true", test.edit)); err == nil {
			t.Errorf("%s: created all the same", name)
		}
	}
}
