package apiserver

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/manifest"
)

// pageRules are the rules of the API page.
func pageRules(pod *corev1.Pod) ([]string, []metav1.StatusCause) {
	problems := manifest.ValidateObject(pod, manifest.PageRules())
	return manifest.Warnings(problems), manifest.Causes(problems)
}
