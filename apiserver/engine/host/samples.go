package host

import (
	"context"
	"fmt"
	"net"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"podium/api"
)

// sampleImage stands where an image would: samples are programs of this machine.
const sampleImage = "none"

// makeSamples creates the pods of a first start. They are like any others, and
// once deleted they stay away.
func (e *Engine) makeSamples() error {
	port, err := freePort()
	if err != nil {
		return err
	}
	for _, pod := range []*corev1.Pod{sampleCounter(), e.sampleWebPod(port), sampleCrasher()} {
		pod.Namespace = api.DefaultNamespace
		pod.Labels = map[string]string{"app": pod.Name, "podium.sample": "true"}
		if _, _, err := e.Create(context.Background(), pod); err != nil {
			return fmt.Errorf("make the sample pod %s: %w", pod.Name, err)
		}
	}
	return nil
}

func samplePod(name, about string, c corev1.Container) *corev1.Pod {
	c.Name, c.Image = name, sampleImage
	grace := int64(5)
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{"podium.sample/about": about}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{c}, TerminationGracePeriodSeconds: &grace},
	}
}

func sampleCounter() *corev1.Pod {
	return samplePod("counter", "logs a number each second", corev1.Container{
		Command: []string{"sh", "-c", `n=0; while :; do n=$((n+1)); echo "count $n"; sleep 1; done`},
	})
}

func sampleCrasher() *corev1.Pod {
	return samplePod("crasher", "fails after a while and is restarted, ever more slowly", corev1.Container{
		Command: []string{"sh", "-c", `echo "working..."; sleep 3; echo "this sample always fails" >&2; exit 1`},
	})
}

// sampleWebPod is a web server that podium itself is, so that it works on any
// machine.
func (e *Engine) sampleWebPod(port int) *corev1.Pod {
	return samplePod("web", fmt.Sprintf("serves a page on http://127.0.0.1:%d", port), corev1.Container{
		Command: append([]string{"$(" + envExe + ")"}, e.trees.shim[1:]...),
		Args:    []string{webArg, "$(PORT)"},
		Env:     []corev1.EnvVar{{Name: "PORT", Value: strconv.Itoa(port)}},
		Ports:   []corev1.ContainerPort{{Name: "http", ContainerPort: int32(port), Protocol: corev1.ProtocolTCP}},
		ReadinessProbe: &corev1.Probe{
			ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/", Port: intstr.FromString("http")}},
			PeriodSeconds: 1,
		},
	})
}

// The ports that are tried for the sample, before any.
const (
	firstPort = 8080
	lastPort  = 8099
)

// freePort finds a port of this machine that nobody listens on now.
func freePort() (int, error) {
	for port := firstPort; port <= lastPort; port++ {
		if l, err := net.Listen("tcp", net.JoinHostPort(loopback, strconv.Itoa(port))); err == nil {
			return port, l.Close()
		}
	}
	l, err := net.Listen("tcp", net.JoinHostPort(loopback, "0"))
	if err != nil {
		return 0, fmt.Errorf("find a port for the sample web server: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
