package docker

import (
	"net/http"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func messageOf(s corev1.ContainerStatus) string {
	if s.State.Terminated == nil {
		return ""
	}
	return s.State.Terminated.Message
}

func TestMessagesAreReadUntilTheyAreTold(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		d.files["/tmp/why"] = "because"
		d.fail(http.MethodHead, "/archive", 1, broken(500))
		d.fail(http.MethodGet, "/archive", 2, d.emptyArchive)
		d.fail(http.MethodGet, "/logs", 1, broken(500))
		create(t, e, word("file", []string{"exit", "4"}, never, func(p *corev1.Pod) {
			p.Spec.Containers[0].TerminationMessagePath = "/tmp/why"
		}))
		await(t, e, "file", "have its message", func(p *corev1.Pod) bool {
			return messageOf(p.Status.ContainerStatuses[0]) == "because"
		})
		create(t, e, word("log", []string{"exit", "4"}, never, func(p *corev1.Pod) {
			p.Spec.Containers[0].TerminationMessagePolicy = corev1.TerminationMessageFallbackToLogsOnError
		}))
		await(t, e, "log", "have its log as message", func(p *corev1.Pod) bool {
			return strings.Contains(messageOf(p.Status.ContainerStatuses[0]), "err")
		})
	})
}

func TestInitContainersHaveMessages(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		d.files["/tmp/why"] = "because"
		create(t, e, word("web", []string{"stay"}, func(p *corev1.Pod) {
			p.Spec.InitContainers = []corev1.Container{{Name: "first", Image: "image", Command: []string{"exit", "0"}, TerminationMessagePath: "/tmp/why"}}
		}))
		await(t, e, "web", "have its first container's message", func(p *corev1.Pod) bool {
			return messageOf(p.Status.InitContainerStatuses[0]) == "because"
		})
	})
}
