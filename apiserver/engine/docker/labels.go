package docker

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"

	"podium/apiserver/engine/kubelet"
	"podium/apiserver/engine/podstore"
)

// The labels of podium's containers. An infra container carries its pod; a
// pod's name is taken by the name of its infra container, and the next run of
// a container by the name of that run, so that of several podiums that want
// the same thing the daemon lets one.
const (
	labelUID       = "podium.uid"       // of the pod
	labelNamespace = "podium.namespace" // of the pod
	labelName      = "podium.name"      // of the pod
	labelRole      = "podium.role"      // one of the roles below
	labelContainer = "podium.container" // name in the manifest
	labelAttempt   = "podium.attempt"   // number of the run, from 0
	labelFailures  = "podium.failures"  // runs that ended early before this one
	labelManifest  = "podium.manifest"  // metadata and spec: JSON, gzip, base64
	labelDeadline  = "podium.deadline"  // of a deletion's grace: Unix milliseconds
	labelGrace     = "podium.grace"     // of a deletion: seconds
	labelVolume    = "podium.volume"    // name of an emptyDir
)

// The roles of containers.
const (
	roleInfra = "infra" // holds the namespaces and the manifest
	roleRun   = "run"   // a run of a container, init containers included
	roleEnd   = "end"   // never started: says that the pod is being deleted
	roleClaim = "claim" // never started: says that some podium runs the preStop hook of a run
)

const namePrefix = "podium_"

// infraName is the name of a pod's infra container. No name of a pod has an
// underscore in it, so that names never meet.
func infraName(k podstore.Key) string { return namePrefix + k.Namespace + "_" + k.Name }

func shortUID(uid types.UID) string { return strings.ReplaceAll(string(uid), "-", "")[:8] }

func runName(k podstore.Key, uid types.UID, container string, attempt int) string {
	return fmt.Sprintf("%s_%s_%d_%s", infraName(k), container, attempt, shortUID(uid))
}

func endName(k podstore.Key, uid types.UID, deadline int64) string {
	return fmt.Sprintf("%s_end_%d_%s", infraName(k), deadline, shortUID(uid))
}

// claimName is the claim of a run's preStop hook.
func claimName(run string) string { return run + "_stop" }

// volumeName is the daemon's name of a pod's emptyDir.
func volumeName(uid types.UID, volume string) string {
	return namePrefix + string(uid) + "_" + volume
}

// Bounds of a manifest in a label.
const (
	maxManifest = 4 << 20
	maxLabel    = 2 << 20
)

// packManifest spells a pod's metadata and spec for the label.
func packManifest(pod *corev1.Pod) (string, error) {
	kept := corev1.Pod{TypeMeta: pod.TypeMeta, ObjectMeta: pod.ObjectMeta, Spec: pod.Spec}
	data, err := json.Marshal(kept)
	if err != nil {
		return "", fmt.Errorf("write the manifest of pod %s: %w", pod.Name, err)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err = z.Write(data); err == nil {
		err = z.Close()
	}
	if err != nil {
		return "", fmt.Errorf("compress the manifest of pod %s: %w", pod.Name, err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// unpackManifest reads a label. Anyone may have written it: its size is
// bounded, and the names in it are held against the other labels.
func unpackManifest(labels map[string]string) (*corev1.Pod, error) {
	text := labels[labelManifest]
	if text == "" || len(text) > maxLabel {
		return nil, fmt.Errorf("the manifest label has %d bytes, which is no manifest", len(text))
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("the manifest label cannot be decoded: %w", err)
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("the manifest label cannot be decompressed: %w", err)
	}
	data, err = io.ReadAll(io.LimitReader(z, maxManifest+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the manifest label cannot be decompressed: %w", err)
	case len(data) > maxManifest:
		return nil, errors.New("the manifest in the label is too large")
	}
	pod := &corev1.Pod{}
	if err := json.Unmarshal(data, pod); err != nil {
		return nil, fmt.Errorf("the manifest in the label cannot be read: %w", err)
	}
	pod.Kind, pod.APIVersion = "Pod", "v1"
	pod.Status = corev1.PodStatus{}
	if string(pod.UID) != labels[labelUID] || pod.Name != labels[labelName] || pod.Namespace != labels[labelNamespace] {
		return nil, errors.New("the manifest in the label is of another pod than the labels beside it")
	}
	return pod, checkNames(pod)
}

// checkNames makes sure that the names which become parts of names and paths
// at the daemon are what Kubernetes allows.
func checkNames(pod *corev1.Pod) error {
	check := func(what, name string, problems []string) error {
		if len(problems) > 0 {
			return fmt.Errorf("the %s %q is invalid: %s", what, name, strings.Join(problems, "; "))
		}
		return nil
	}
	if len(pod.UID) != 36 || strings.Trim(string(pod.UID), "0123456789abcdef-") != "" {
		return fmt.Errorf("the UID %q is none", pod.UID)
	}
	if err := check("namespace", pod.Namespace, validation.IsDNS1123Label(pod.Namespace)); err != nil {
		return err
	}
	if err := check("name", pod.Name, validation.IsDNS1123Subdomain(pod.Name)); err != nil {
		return err
	}
	if len(pod.Spec.Containers) == 0 {
		return errors.New("the pod has no container")
	}
	for _, c := range kubelet.Containers(pod) {
		if err := check("container name", c.Name, validation.IsDNS1123Label(c.Name)); err != nil {
			return err
		}
	}
	for i := range pod.Spec.Volumes {
		if err := check("volume name", pod.Spec.Volumes[i].Name, validation.IsDNS1123Label(pod.Spec.Volumes[i].Name)); err != nil {
			return err
		}
	}
	return nil
}

// labelNumber reads a label that is a number; 0 where it is none.
func labelNumber(labels map[string]string, key string) int64 {
	n, err := strconv.ParseInt(labels[key], 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// baseLabels are on each container of a pod. All keys are there, so that an
// image's labels of the same names say nothing.
func baseLabels(pod *corev1.Pod, role string) map[string]string {
	return map[string]string{
		labelUID: string(pod.UID), labelNamespace: pod.Namespace, labelName: pod.Name, labelRole: role,
		labelContainer: "", labelAttempt: "0", labelFailures: "0", labelManifest: "", labelDeadline: "0", labelGrace: "0",
	}
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
