package host

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"podium/apiserver/engine/kubelet"
)

func TestEnvironmentOfAContainer(t *testing.T) {
	t.Setenv("PODIUM_TEST_SECRET", "hidden")
	e := open(t)
	field := func(path string) *corev1.EnvVarSource {
		return &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: path}}
	}
	res := func(name, divisor string) *corev1.EnvVarSource {
		ref := &corev1.ResourceFieldSelector{Resource: name}
		if divisor != "" {
			ref.Divisor = resource.MustParse(divisor)
		}
		return &corev1.EnvVarSource{ResourceFieldRef: ref}
	}
	yes := true
	pod := podOf("env", "", func(p *corev1.Pod) {
		p.Annotations = map[string]string{"note": "n"}
		c := &p.Spec.Containers[0]
		c.Resources.Limits = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1500m"), corev1.ResourceMemory: resource.MustParse("65Mi")}
		c.Env = []corev1.EnvVar{
			{Name: "A", Value: "1"},
			{Name: "B", Value: "$(A)$$(A) $(PATH) $(PODIUM_POD)"},
			{Name: "NAME", ValueFrom: field("metadata.name")},
			{Name: "NS", ValueFrom: field("metadata.namespace")},
			{Name: "LABEL", ValueFrom: field("metadata.labels['app']")},
			{Name: "NOTE", ValueFrom: field("metadata.annotations['note']")},
			{Name: "IP", ValueFrom: field("status.podIP")},
			{Name: "CPU", ValueFrom: res("limits.cpu", "")},
			{Name: "MILLI", ValueFrom: res("limits.cpu", "1m")},
			{Name: "MEM", ValueFrom: res("limits.memory", "1Mi")},
			{Name: "REQ", ValueFrom: res("requests.memory", "")},
			{Name: "GONE", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "s"}, Key: "k", Optional: &yes}}},
		}
		c.Command = []string{"sh", "-c", `echo "$A|$B|$NAME|$NS|$LABEL|$NOTE|$IP|$CPU|$MILLI|$MEM|$REQ|${GONE-unset}|${PODIUM_TEST_SECRET-unset}"; echo $0 $1; pwd; [ "$(pwd)" = "$PODIUM_DIR" ] && echo own`}
		c.Args = []string{"$(NAME)", "$(A)x"}
	})
	created := create(t, e, pod)
	await(t, e, "env", "end", finished)
	want := "1|1$(A) $(PATH) env|env|default|env|n|127.0.0.1|2|1500|65|0|unset|unset\nenv 1x\n" +
		e.folders.pod(created.UID) + "/work/c\nown\n"
	if got := logOf(t, e, "env", corev1.PodLogOptions{}); got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	create(t, e, podOf("dir", "pwd", first(func(c *corev1.Container) { c.WorkingDir = "a/../../b" })))
	got := await(t, e, "dir", "end", finished)
	if text := logOf(t, e, "dir", corev1.PodLogOptions{}); text != e.folders.pod(got.UID)+"/work/c/b\n" {
		t.Errorf("a relative working directory: %q", text)
	}
}

func TestQOSClass(t *testing.T) {
	list := func(cpu, memory string) corev1.ResourceList {
		l := corev1.ResourceList{}
		if cpu != "" {
			l[corev1.ResourceCPU] = resource.MustParse(cpu)
		}
		if memory != "" {
			l[corev1.ResourceMemory] = resource.MustParse(memory)
		}
		return l
	}
	for _, test := range []struct {
		requests, limits corev1.ResourceList
		want             corev1.PodQOSClass
	}{
		{nil, nil, corev1.PodQOSBestEffort},
		{nil, list("1", "1Gi"), corev1.PodQOSGuaranteed},
		{list("1", "1Gi"), list("1", "1Gi"), corev1.PodQOSGuaranteed},
		{list("1", ""), list("2", "1Gi"), corev1.PodQOSBurstable},
		{nil, list("", "1Gi"), corev1.PodQOSBurstable},
		{list("0", ""), nil, corev1.PodQOSBestEffort},
	} {
		pod := podOf("p", "", first(func(c *corev1.Container) {
			c.Resources = corev1.ResourceRequirements{Requests: test.requests, Limits: test.limits}
		}))
		if got := kubelet.QOSClass(pod); got != test.want {
			t.Errorf("%v of %v: %s, want %s", test.requests, test.limits, got, test.want)
		}
	}
}
