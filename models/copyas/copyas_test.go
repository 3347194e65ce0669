package copyas

import (
	"context"
	"os/exec"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/models"
	"podium/models/modelstest"
)

const webJSON = `{"kind":"Pod","metadata":{"name":"web","namespace":"default","uid":"u1"},"spec":{"containers":[{"name":"main","image":"nginx"}]},"status":{"phase":"Running"}}`

// reached is a client that tells its address.
type reached struct {
	*modelstest.Client
	address api.Address
}

func (r reached) Address() api.Address { return r.address }

// spelled copies web in a form.
func spelled(t *testing.T, info api.Info, a api.Address, form, container string, refs ...api.PodRef) string {
	t.Helper()
	c := reached{modelstest.NewClient(), a}
	c.SetObject(webJSON, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "default", UID: "u1"},
		Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{
			{Name: "main", ContainerID: "docker://0123456789abcdef0123"}, {Name: "side", ContainerID: "docker://fedcba98765432100000"},
		}},
	})
	env := modelstest.NewBench(c.Client).Env
	env.Client, env.Info = c, info
	if len(refs) == 0 {
		refs = []api.PodRef{{Namespace: "default", Name: "web"}}
	}
	for _, f := range Forms(env) {
		if f.Name == form {
			text, err := f.Text(context.Background(), c, refs, container)
			if err != nil {
				t.Fatalf("%s: %v", form, err)
			}
			return text
		}
	}
	return ""
}

func TestForms(t *testing.T) {
	kube := api.Info{api.InfoEngine: "kube", api.InfoContext: "prod admin", api.InfoServer: "https://user:secret@k.example:6443/"}.With(api.CapLog)
	docker := api.Info{api.InfoEngine: "docker", api.InfoDetail: "Docker 27", api.InfoServer: "unix:///var/run/docker.sock"}
	podman := api.Info{api.InfoEngine: "docker", api.InfoDetail: "Podman 5", api.InfoServer: "unix:///run/user/1/podman.sock"}
	remote := api.Address{Server: "https://pods.example:8443/x", Token: true, CAFile: "/etc/my ca.pem"}
	tests := []struct {
		form, container string
		info            api.Info
		address         api.Address
		want            string
	}{
		{"name", "", nil, remote, "web"},
		{"namespace/name", "", nil, remote, "default/web"},
		{"kubectl get", "", kube, api.Address{}, "kubectl --context 'prod admin' -n default get pod web -o yaml"},
		{"kubectl logs", "side", kube, api.Address{}, "kubectl --context 'prod admin' -n default logs -f web -c side"},
		{"kubectl exec", "", kube, api.Address{}, "kubectl --context 'prod admin' -n default exec -it web -- sh"},
		{"kubectl exec", "", docker, api.Address{}, ""}, // not there
		{"curl", "", kube, api.Address{}, `curl -sS -H "Authorization: Bearer $TOKEN" https://k.example:6443/api/v1/namespaces/default/pods/web`},
		{"docker exec", "", docker, api.Address{}, "docker exec -it 0123456789ab sh"},
		{"docker exec", "side", docker, api.Address{}, "docker exec -it fedcba987654 sh"},
		{"podman logs", "", podman, api.Address{}, "podman --url unix:///run/user/1/podman.sock logs -f 0123456789ab"},
		{"docker exec", "", kube, api.Address{}, ""},
		{"curl", "", docker, api.Address{}, ""}, // inside this process: nothing to ask from outside
		{"curl", "", nil, remote, `curl -sS --cacert '/etc/my ca.pem' -H "Authorization: Bearer $PODIUM_TOKEN" https://pods.example:8443/x/api/v1/namespaces/default/pods/web`},
		{"curl", "", nil, api.Address{Server: "unix:///run/p.sock"}, "curl -sS --unix-socket /run/p.sock http://localhost/api/v1/namespaces/default/pods/web"},
		{"curl delete", "", nil, api.Address{Server: "http://h", Token: true, TokenFile: "/run/t"}, `curl -sS -X DELETE -H "Authorization: Bearer $(cat /run/t)" http://h/api/v1/namespaces/default/pods/web`},
		{"curl", "", nil, api.Address{Server: "https://h", Fingerprint: "AB:CD", PublicKey: "a+/b="}, `curl -sS --insecure --pinnedpubkey sha256//a+/b= https://h/api/v1/namespaces/default/pods/web`},
		{"curl log", "", nil, remote, ""}, // it serves no logs
		{"podium exec", "", kube, api.Address{}, "podium exec --engine kube --context 'prod admin' -it web -- sh"},
		{"podium exec", "side", docker, api.Address{}, "podium exec --engine docker --server unix:///var/run/docker.sock -it web -c side -- sh"},
		{"podium describe", "", nil, remote, "podium describe --server https://pods.example:8443/x --ca-file '/etc/my ca.pem' pod web"},
		{"podium logs", "side", api.Info{api.InfoEngine: "host"}.With(api.CapLog), api.Address{Server: "unix:///s/host.sock"}, "podium logs --server unix:///s/host.sock -f web side"},
		{"podium describe", "", nil, api.Address{Server: "https://h", Fingerprint: "AB:CD"}, "podium describe --server https://h --fingerprint AB:CD pod web"},
		{"podium exec", "", api.Info{api.InfoEngine: "fake"}, api.Address{}, ""},
		{"curl log", "a b", kube, api.Address{}, `curl -sS -N -H "Authorization: Bearer $TOKEN" 'https://k.example:6443/api/v1/namespaces/default/pods/web/log?follow=true&container=a+b'`},
	}
	for _, tt := range tests {
		if got := spelled(t, tt.info, tt.address, tt.form, tt.container); got != tt.want {
			t.Errorf("%s of %s:\n got %s\nwant %s", tt.form, tt.info.Engine(), got, tt.want)
		}
	}
}

// The certificate of a pinned endpoint is checked by its key, never not at all, and
// the form says so.
func TestCurlOfAPinnedCertificate(t *testing.T) {
	c := reached{modelstest.NewClient(), api.Address{Server: "https://h", Fingerprint: "AB:CD"}}
	env := modelstest.NewBench(c.Client).Env
	env.Client = c
	for _, f := range Forms(env) {
		if !strings.HasPrefix(f.Name, "curl") {
			continue
		}
		text, err := f.Text(context.Background(), c, []api.PodRef{{Namespace: "default", Name: "web"}}, "")
		if err == nil || !strings.Contains(err.Error(), "not shown") || !strings.Contains(f.What, "pinned key only") {
			t.Errorf("%s (%s) of a key that nobody knows: %q, %v", f.Name, f.What, text, err)
		}
	}
}

func TestWholePods(t *testing.T) {
	refs := []api.PodRef{{Namespace: "default", Name: "web"}, {Namespace: "default", Name: "web"}}
	yaml := spelled(t, nil, api.Address{}, "YAML", "", refs...)
	if strings.Count(yaml, "uid: u1") != 2 || strings.Count(yaml, "\n---\n") != 1 {
		t.Errorf("YAML:\n%s", yaml)
	}
	if bare := spelled(t, nil, api.Address{}, "manifest", ""); strings.Contains(bare, "uid") || strings.Contains(bare, "status") || !strings.Contains(bare, "image: nginx") {
		t.Errorf("manifest:\n%s", bare)
	}
	if json := spelled(t, nil, api.Address{}, "JSON", "", refs...); strings.Count(json, "\n    \"uid\": \"u1\"") != 2 {
		t.Errorf("JSON:\n%s", json)
	}
	if names := spelled(t, nil, api.Address{}, "name", "", refs...); names != "web\nweb" {
		t.Errorf("names %q", names)
	}
}

func TestWhatIsQuotedIsOneWordForTheShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell here")
	}
	for _, s := range []string{
		"web", "", "a b", "it's", `"x"`, "$HOME", "`id`", "$(id)", "a;b", "a&b", "~", "*", "#x", "!!", `a\b`, "-n", "ü世界", "a=b",
	} {
		q, err := quote(s)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		out, err := exec.Command(sh, "-c", "printf '<%s>' "+q).Output()
		if err != nil || string(out) != "<"+s+">" {
			t.Errorf("%q became %s, which the shell reads as %s (%v)", s, q, out, err)
		}
	}
	for _, s := range []string{"a\nb", "\x1b[2J", "a\x00", "\u202etxt"} {
		if q, err := quote(s); err == nil {
			t.Errorf("%q is spelled as %s", s, q)
		}
	}
}

func TestAPodWithoutAContainerSaysSo(t *testing.T) {
	c := modelstest.NewClient()
	c.SetObject(webJSON, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "default"}})
	env := modelstest.NewBench(c).Env
	env.Info = api.Info{api.InfoEngine: "docker"}
	for _, f := range Forms(env) {
		if f.Name == "docker exec" {
			if _, err := f.Text(context.Background(), c, []api.PodRef{{Namespace: "default", Name: "web"}}, ""); err == nil || !strings.Contains(err.Error(), "does not exist yet") {
				t.Errorf("got %v", err)
			}
		}
	}
	var _ models.Addressed = reached{}
}
