package apiserver

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/apiserver/engine/fake"
)

// TestThePage goes through the page row by row: path, method, code and body,
// and what the page leaves open as the wire's facts and Kubernetes have it.
func TestThePage(t *testing.T) {
	s := serve(t, nil, nil)
	s.runPod("web")
	const pods = "/api/v1/namespaces/default/pods"
	big := podJSON("big")
	big = strings.Replace(big, `"labels"`, `"annotations":{"a":"`+strings.Repeat("x", 130_000)+`"},"labels"`, 1)

	rows := []struct {
		name, method, path, body string
		code                     int
		reason                   metav1.StatusReason
		has                      string // in the body
	}{
		// Create
		{"create", "POST", pods, podJSON("a"), 201, "", `"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"`},
		{"create taken name", "POST", pods, podJSON("web"), 409, "AlreadyExists", `pods \"web\" already exists`},
		{"create broken JSON", "POST", pods, "{\n \"kind\": \"Pod\",,}", 400, "BadRequest", "line 2, column 16"},
		{"create wrong type", "POST", pods, `{"metadata":{"name":"x"},"spec":{"containers":"none"}}`, 400, "BadRequest", "containers"},
		{"create wrong kind", "POST", pods, `{"kind":"Service","apiVersion":"v1"}`, 400, "BadRequest", "it must be Pod of v1"},
		{"create empty", "POST", pods, "", 400, "BadRequest", "empty"},
		{"create HTML", "POST", pods, "<html>", 400, "BadRequest", "not JSON"},
		{"create other namespace in body", "POST", pods, `{"metadata":{"name":"x","namespace":"prod"},"spec":{}}`, 400, "BadRequest", "namespace"},
		{"create in a namespace that is not", "POST", "/api/v1/namespaces/prod/pods", podJSON("x"), 404, "NotFound", `namespaces \"prod\" not found`},
		{"create invalid", "POST", pods, `{"metadata":{"name":"No_Good"},"spec":{"containers":[{"name":"c"}]}}`, 422, "Invalid", "metadata.name"},
		{"create no containers", "POST", pods, `{"metadata":{"name":"x"},"spec":{}}`, 422, "Invalid", "spec.containers"},
		{"create hostPath", "POST", pods, `{"metadata":{"name":"x"},"spec":{"containers":[{"name":"c","image":"i"}],"volumes":[{"name":"v","hostPath":{"path":"/"}}]}}`, 422, "Invalid", "hostPath"},
		{"create too large", "POST", pods, big, 413, "RequestEntityTooLarge", "128000"},
		{"create dry run", "POST", pods + "?dryRun=All", podJSON("dry"), 201, "", `"name":"dry"`},
		{"dry run made nothing", "GET", pods + "/dry", "", 404, "NotFound", "dry"},
		{"create unknown dry run", "POST", pods + "?dryRun=Some", podJSON("dry"), 400, "BadRequest", "dryRun"},
		// List
		{"list", "GET", pods, "", 200, "", `{"kind":"PodList","apiVersion":"v1","items":[`},
		{"list of all namespaces", "GET", "/api/v1/pods", "", 200, "", `"name":"web"`},
		{"list of another namespace", "GET", "/api/v1/namespaces/prod/pods", "", 200, "", `"items":[],"metadata":{"resourceVersion"`},
		{"list by label", "GET", pods + "?labelSelector=app%3Dweb%2Capp%21%3Ddb", "", 200, "", `"name":"web"`},
		{"list bad label selector", "GET", pods + "?labelSelector=a%3D%3D%3Db", "", 400, "BadRequest", "labelSelector"},
		{"list by field", "GET", pods + "?fieldSelector=metadata.name%3Dweb,status.phase%3DRunning", "", 200, "", `"name":"web"`},
		{"list bad field", "GET", pods + "?fieldSelector=spec.image%3Dx", "", 400, "BadRequest", "spec.image"},
		{"list bad limit", "GET", pods + "?limit=many", "", 400, "BadRequest", "limit"},
		{"list negative limit", "GET", pods + "?limit=-1", "", 400, "BadRequest", "limit"},
		{"list bad continue", "GET", pods + "?limit=1&continue=xyz", "", 400, "BadRequest", "continue"},
		{"watch bad flag", "GET", pods + "?watch=maybe", "", 400, "BadRequest", "watch"},
		{"watch too old", "GET", pods + "?watch=true&resourceVersion=3", "", 410, "Expired", "cannot be resumed"},
		{"watch bad version", "GET", pods + "?watch=true&resourceVersion=x", "", 400, "BadRequest", "resourceVersion"},
		// Get
		{"get", "GET", pods + "/web", "", 200, "", `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web"`},
		{"get with a slash at the end", "GET", pods + "/web/", "", 200, "", `"name":"web"`},
		{"get unknown", "GET", pods + "/none", "", 404, "NotFound", `pods \"none\" not found`},
		{"get odd name", "GET", pods + "/a%2F..%2Fb", "", 404, "NotFound", "a/../b"},
		{"get bad escape is refused by net/http", "GET", pods + "/none%20", "", 404, "NotFound", ""},
		// Exec create
		{"exec", "POST", pods + "/web/exec?container=main", execJSON(false, false, "true"), 201, "", `{"Id":"exec-`},
		{"exec as the page's table names it", "POST", pods + "/web/exec?containerName=main", execJSON(false, false, "true"), 201, "", `{"Id":"exec-`},
		{"exec default container", "POST", pods + "/web/exec", execJSON(true, true, "sh"), 201, "", `{"Id":"exec-`},
		{"exec original client's body", "POST", pods + "/web/exec?container=main", `{"user":"","privileged":false,"tty":false,"attachStdin":false,"attachStderr":true,"attachStdout":true,"detach":false,"detachKeys":"","cmd":["echo","hi"]}` + "\n", 201, "", `"Id"`},
		{"exec unknown pod", "POST", pods + "/none/exec", execJSON(false, false, "true"), 404, "NotFound", "none"},
		{"exec unknown container", "POST", pods + "/web/exec?container=side", execJSON(false, false, "true"), 400, "BadRequest", "it has main"},
		{"exec no command", "POST", pods + "/web/exec", `{"tty":true}`, 400, "BadRequest", "cmd"},
		{"exec empty command", "POST", pods + "/web/exec", `{"cmd":[""]}`, 400, "BadRequest", "cmd"},
		{"exec NUL in command", "POST", pods + "/web/exec", `{"cmd":["a\u0000b"]}`, 400, "BadRequest", "NUL"},
		{"exec empty body", "POST", pods + "/web/exec", "", 400, "BadRequest", "empty"},
		{"exec broken body", "POST", pods + "/web/exec", `{"cmd":`, 400, "BadRequest", "cannot be read"},
		{"exec as a user", "POST", pods + "/web/exec", `{"cmd":["id"],"user":"root"}`, 400, "BadRequest", "user"},
		{"exec privileged", "POST", pods + "/web/exec", `{"cmd":["id"],"privileged":true}`, 400, "BadRequest", "privileged"},
		{"exec detached", "POST", pods + "/web/exec", `{"cmd":["id"],"detach":true}`, 400, "BadRequest", "detach"},
		{"exec too large", "POST", pods + "/web/exec", `{"cmd":["` + strings.Repeat("x", 140_000) + `"]}`, 413, "RequestEntityTooLarge", ""},
		// Exec start, resize, inspect, kill of nothing
		{"start unknown", "POST", "/api/v1/exec/exec-none/start", "{}", 404, "NotFound", "no such exec"},
		{"resize unknown", "POST", "/api/v1/exec/exec-none/resize?h=1&w=1", "", 404, "NotFound", "no such exec"},
		{"inspect unknown", "GET", "/api/v1/exec/exec-none/json", "", 404, "NotFound", "no such exec"},
		{"kill unknown", "POST", "/api/v1/exec/exec-none/kill?signal=TERM", "", 404, "NotFound", "no such exec"},
		// Delete
		{"delete unknown", "DELETE", pods + "/none", "", 404, "NotFound", "none"},
		{"delete negative grace", "DELETE", pods + "/a", `{"gracePeriodSeconds":-1}`, 400, "BadRequest", "gracePeriodSeconds"},
		{"delete huge grace", "DELETE", pods + "/a", `{"gracePeriodSeconds":99999999999}`, 400, "BadRequest", "gracePeriodSeconds"},
		{"delete broken body", "DELETE", pods + "/a", `{"gracePeriodSeconds":"soon"}`, 400, "BadRequest", "gracePeriodSeconds"},
		{"delete wrong kind", "DELETE", pods + "/a", `{"kind":"Pod"}`, 400, "BadRequest", "DeleteOptions"},
		{"delete other UID", "DELETE", pods + "/a", `{"preconditions":{"uid":"other"}}`, 409, "Conflict", "UID"},
		{"delete dry run", "DELETE", pods + "/a", `{"dryRun":["All"]}`, 204, "", ""},
		{"delete dry run deleted nothing", "GET", pods + "/a", "", 200, "", `"name":"a"`},
		{"delete", "DELETE", pods + "/a", `{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0}`, 204, "", ""},
		{"deleted", "GET", pods + "/a", "", 404, "NotFound", ""},
		// Log and events
		{"log", "GET", pods + "/web/log", "", 200, "", ""},
		{"log bad tail", "GET", pods + "/web/log?tailLines=-3", "", 400, "BadRequest", "tailLines"},
		{"log bad container", "GET", pods + "/web/log?container=x", "", 400, "BadRequest", "it has main"},
		{"log of nothing", "GET", pods + "/none/log", "", 404, "NotFound", "none"},
		{"log before the first run", "GET", pods + "/web/log?previous=true", "", 400, "BadRequest", "before"},
		{"events", "GET", "/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dweb", "", 200, "", `"kind":"EventList"`},
		{"events bad field", "GET", "/api/v1/namespaces/default/events?fieldSelector=x%3Dy", "", 400, "BadRequest", "fieldSelector"},
		{"events everywhere", "GET", "/api/v1/events", "", 200, "", `"reason":"Started"`},
		// Discovery
		{"versions", "GET", "/api", "", 200, "", `"kind":"APIVersions","versions":["v1"]`},
		{"groups", "GET", "/apis", "", 200, "", `"groups":[]`},
		{"a group", "GET", "/apis/extensions/v1beta1", "", 404, "NotFound", ""},
		{"resources", "GET", "/api/v1", "", 200, "", `"name":"pods","singularName":"","namespaced":true,"kind":"Pod","verbs":["create","delete","get","list","watch"],"shortNames":["po"]`},
		{"version", "GET", "/version", "", 200, "", `"gitVersion"`},
		{"info", "GET", "/info", "", 200, "", `"engine":"fake"`},
		{"health", "GET", "/healthz", "", 200, "", "ok"},
		{"namespaces", "GET", "/api/v1/namespaces", "", 200, "", `"name":"default"`},
		{"namespace", "GET", "/api/v1/namespaces/default", "", 200, "", `"kind":"Namespace"`},
		{"no namespace", "GET", "/api/v1/namespaces/prod", "", 404, "NotFound", "prod"},
		{"nothing", "GET", "/favicon.ico", "", 404, "NotFound", "nothing is served"},
		{"root", "GET", "/", "", 404, "NotFound", "nothing is served"},
		{"secrets", "GET", "/api/v1/namespaces/default/secrets", "", 404, "NotFound", ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r := s.call(row.method, row.path, row.body)
			if r.code != row.code || !strings.Contains(string(r.body), row.has) {
				t.Fatalf("%d %s\nwant %d with %q", r.code, r.body, row.code, row.has)
			}
			if row.reason != "" && r.status(t).Reason != row.reason {
				t.Errorf("reason %s, want %s", r.status(t).Reason, row.reason)
			}
			if row.code == 204 && len(r.body) > 0 {
				t.Errorf("204 with a body: %q", r.body)
			}
		})
	}
}

func TestOtherMethodsAreRefused(t *testing.T) {
	s := serve(t, nil, nil)
	for path, allow := range map[string]string{
		"/api/v1/namespaces/default/pods":        "GET, POST",
		"/api/v1/namespaces/default/pods/x":      "DELETE, GET",
		"/api/v1/namespaces/default/pods/x/exec": "POST",
		"/api/v1/namespaces/default/pods/x/log":  "GET",
		"/api/v1/exec/x/start":                   "POST",
		"/api/v1/exec/x/resize":                  "POST",
		"/api/v1/exec/x/json":                    "GET",
		"/api/v1/exec/x/kill":                    "POST",
		"/info":                                  "GET",
	} {
		for _, method := range []string{"PUT", "PATCH", "OPTIONS"} {
			r := s.call(method, path, "")
			if r.code != 405 || r.header.Get("Allow") != allow || r.status(t).Reason != metav1.StatusReasonMethodNotAllowed {
				t.Errorf("%s %s: %d, Allow %q, want 405 and %q", method, path, r.code, r.header.Get("Allow"), allow)
			}
		}
	}
}

// Delete takes every body that clients have been seen to send.
func TestDeleteBodies(t *testing.T) {
	s := serve(t, nil, nil)
	for i, body := range []string{
		"", "{}", "\n", `{"orphanDependents":true}`, `{"gracePeriodSeconds":1,"orphanDependents":true}`,
		`{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0}`, `{"gracePeriodSeconds":0,"unknownField":{"a":[1]}}`,
		`{"propagationPolicy":"Background"}`,
	} {
		name := "d" + string(rune('a'+i))
		if r := s.call("POST", api.PodsPath("default"), podJSON(name)); r.code != 201 {
			t.Fatalf("create: %d %s", r.code, r.body)
		}
		if r := s.call("DELETE", api.PodPath("default", name), body); r.code != 204 || len(r.body) != 0 {
			t.Errorf("delete with %q: %d %s", body, r.code, r.body)
		}
	}
	s.runPod("slow", "sh", "-c", "trap '' TERM; sleep infinity")
	if r := s.call("DELETE", api.PodPath("default", "slow")+"?gracePeriodSeconds=100", ""); r.code != 204 {
		t.Fatalf("delete with grace: %d %s", r.code, r.body)
	}
	var p corev1.Pod
	s.call("GET", api.PodPath("default", "slow"), "").into(t, &p)
	if p.DeletionTimestamp == nil || p.DeletionGracePeriodSeconds == nil || *p.DeletionGracePeriodSeconds != 100 {
		t.Errorf("a dying pod says %v, %v", p.DeletionTimestamp, p.DeletionGracePeriodSeconds)
	}
}

func TestCreateWarnsOfWhatItDoesNotDo(t *testing.T) {
	s := serve(t, nil, nil)
	r := s.call("POST", api.PodsPath("default"),
		`{"metadata":{"name":"w"},"spec":{"dnsPolicy":"ClusterFirst","nodeName":"n1","colour":"red","containers":[{"name":"c","image":"i"}]}}`)
	if r.code != 201 {
		t.Fatalf("%d %s", r.code, r.body)
	}
	all := strings.Join(r.header.Values("Warning"), "\n")
	for _, want := range []string{`299 - "`, "dnsPolicy", "nodeName", `colour`} {
		if !strings.Contains(all, want) {
			t.Errorf("no warning has %q:\n%s", want, all)
		}
	}
	if r.header.Get("Location") != "/api/v1/namespaces/default/pods/w" {
		t.Errorf("Location %q", r.header.Get("Location"))
	}
}

func TestInvalidNamesItsCauses(t *testing.T) {
	s := serve(t, nil, nil)
	st := s.call("POST", api.PodsPath("default"), `{"metadata":{"name":"x"},"spec":{"containers":[{"name":"Bad_Name","image":"i","ports":[{"containerPort":99999}]}]}}`).status(t)
	if st.Details == nil || st.Details.Name != "x" || st.Details.Kind != "Pod" {
		t.Fatalf("details: %+v", st.Details)
	}
	var fields []string
	for _, c := range st.Details.Causes {
		fields = append(fields, c.Field)
		if c.Message == "" || c.Type == "" {
			t.Errorf("a cause without words or type: %+v", c)
		}
	}
	for _, want := range []string{"spec.containers[0].name", "spec.containers[0].ports[0].containerPort"} {
		if !slices.Contains(fields, want) {
			t.Errorf("no cause for %s in %v", want, fields)
		}
	}
}

func TestGeneratedNames(t *testing.T) {
	s := serve(t, nil, nil)
	body := `{"metadata":{"generateName":"job-"},"spec":{"containers":[{"name":"c","image":"i"}]}}`
	seen := map[string]bool{}
	for range 20 {
		r := s.call("POST", api.PodsPath("default"), body)
		var p corev1.Pod
		r.into(t, &p)
		if r.code != 201 || !strings.HasPrefix(p.Name, "job-") || len(p.Name) != 9 || seen[p.Name] {
			t.Fatalf("%d %q", r.code, p.Name)
		}
		seen[p.Name] = true
	}
}

func TestListsArePagedAndTrue(t *testing.T) {
	e, err := fake.New(fake.Options{Pods: 230, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	s := serve(t, e, nil)
	get := func(query string) (l corev1.PodList) {
		r := s.call("GET", api.PodsPath("default")+query, "")
		if r.code != 200 || r.header.Get("Content-Type") != "application/json" {
			t.Fatalf("%d %s", r.code, r.body)
		}
		r.into(t, &l)
		if l.Kind != "PodList" || l.APIVersion != "v1" || l.Items == nil || l.ResourceVersion == "" {
			t.Fatalf("not a list: %+v", l.ListMeta)
		}
		return l
	}
	whole := get("")
	if len(whole.Items) != 230 || whole.Items[0].Kind != "Pod" {
		t.Fatalf("%d items of kind %q", len(whole.Items), whole.Items[0].Kind)
	}
	n, token := 0, ""
	for {
		page := get("?limit=100&continue=" + token)
		n += len(page.Items)
		if token = page.Continue; token == "" {
			break
		}
		if want := int64(230 - n); page.RemainingItemCount == nil || *page.RemainingItemCount != want {
			t.Errorf("%v remain, want %d", page.RemainingItemCount, want)
		}
	}
	if n != 230 {
		t.Errorf("the pages have %d pods", n)
	}
	web := 0
	for _, p := range whole.Items {
		if p.Labels["app"] == "web" || p.Labels["app"] == "api" {
			web++
		}
	}
	if got := len(get("?labelSelector=app+in+(web,api),team,!nope").Items); got != web || web == 0 {
		t.Errorf("the selector gives %d pods, want %d", got, web)
	}
	if empty := get("?labelSelector=app%3Dnone"); len(empty.Items) != 0 {
		t.Errorf("%d pods of no app", len(empty.Items))
	}
}

func TestInfoNamesWhatThereIs(t *testing.T) {
	s := serve(t, nil, nil)
	var info api.Info
	s.call("GET", api.InfoPath, "").into(t, &info)
	for _, c := range []api.Capability{api.CapWatch, api.CapLimit, api.CapLog, api.CapEvents, api.CapExecInspect, api.CapExecKill} {
		if !info.Has(c) {
			t.Errorf("%s is missing in %v", c, info)
		}
	}
	if info.Has(api.CapNamespaces) || info.Engine() != "fake" || info[api.InfoVersion] != "test" {
		t.Errorf("info: %v", info)
	}
}

// A watch is lines of JSON; bookmarks only for those who ask.
func TestWatchOnTheWire(t *testing.T) {
	s := serve(t, nil, nil)
	resp, err := s.http.Get("http://localhost" + api.PodsPath("default") + "?watch=1")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%s %s", resp.Status, resp.Header)
	}
	s.runPod("w1")
	s.call("DELETE", api.PodPath("default", "w1"), `{"gracePeriodSeconds":0}`)
	dec := json.NewDecoder(resp.Body)
	var types []string
	for {
		var ev struct {
			Type   string
			Object corev1.Pod
		}
		if err := dec.Decode(&ev); err != nil {
			t.Fatal(err)
		}
		if ev.Object.Name != "w1" || ev.Object.Kind != "Pod" || ev.Object.ResourceVersion == "" {
			t.Errorf("event %s of %+v", ev.Type, ev.Object.ObjectMeta)
		}
		types = append(types, ev.Type)
		if ev.Type == "DELETED" {
			break
		}
	}
	if types[0] != "ADDED" || !slices.Contains(types, "MODIFIED") {
		t.Errorf("events: %v", types)
	}
}

func TestWatchEndsAfterItsTime(t *testing.T) {
	s := serve(t, nil, nil)
	r := s.call("GET", api.PodsPath("default")+"?watch=true&timeoutSeconds=1", "")
	if r.code != http.StatusOK || len(r.body) != 0 {
		t.Errorf("%d %q", r.code, r.body)
	}
}
