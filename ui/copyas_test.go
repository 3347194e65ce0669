package ui

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/models/modelstest"
)

func TestCopyAs(t *testing.T) {
	c := client("api-1", "web-1")
	c.SetObject(`{"metadata":{"name":"api-1"}}`, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "api-1", Namespace: "default"}})
	c.InfoAnswer[api.InfoEngine] = "kube"
	u := sit(t, c, 100, 30)
	u.Sees("live")
	copied := func(text string) {
		t.Helper()
		u.Until("a copy of "+text, func() bool { return u.root.copied == text })
	}
	u.Press("Y").Sees("copy api-1 as", "kubectl logs").Press("y enter").Sees("Sent api-1 as YAML by OSC 52")
	copied("metadata:\n  name: api-1\n")
	u.later(time.Minute)
	u.Press("Y").Type("exec").Press("enter")
	copied("kubectl -n default exec -it api-1 -- sh")
	u.later(time.Minute)
	u.Press("j Y y enter").Sees("copy default/web-1") // it is not to be had
	u.later(time.Minute)
	u.Press("space Y").Sees("copy web-1 as").Press("esc g space Y").Sees("copy 2 pods as").Press("enter")
	u.Until("both names", func() bool { return u.root.copied == "api-1\nweb-1" || u.root.copied == "web-1\napi-1" })
	u.later(time.Minute)
	u.Press("enter Y").Sees("copy web-1 as")
}

func TestCopyAsFitsEverySize(t *testing.T) {
	for _, size := range modelstest.Sizes {
		u := sit(t, client("api-1"), size[0], size[1])
		u.Until("a live list", func() bool { return u.root.list.Listing().Live })
		u.Press("Y")
		modelstest.CheckView(t, u.View(), size[0], size[1])
	}
}
