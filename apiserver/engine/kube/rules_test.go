package kube

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"podium/manifest"
)

func TestRulesCoverThePage(t *testing.T) {
	rules := Rules()
	for _, f := range manifest.PageFields() {
		rule, listed := rules.Rule(f.Path)
		if !listed {
			t.Errorf("%s has no rule", f.Path)
		}
		if f.Supported && (rule.Treatment == manifest.Warned || rule.Treatment == manifest.Refused) {
			t.Errorf("%s is on the page and %s", f.Path, rule.Treatment)
		}
	}
}

func TestRulesKnowEveryField(t *testing.T) {
	rules := Rules()
	var walk func(path string, depth int)
	walk = func(path string, depth int) {
		for _, f := range manifest.Fields(path) {
			if _, listed := rules.Rule(f.Path); !listed {
				t.Errorf("%s is no part of the API", f.Path)
			}
			if depth < 5 && !f.Leaf {
				walk(f.Path, depth+1)
			}
		}
	}
	walk("spec", 0)
	for _, r := range special {
		if _, known := manifest.Doc(r.Path); !known && r.Path != "spec.deprecatedServiceAccount" {
			t.Errorf("%s is no field of a pod", r.Path)
		}
	}
}

// The cluster does what the table says.
func TestClusterRules(t *testing.T) {
	e := clusterEngine(t, "")
	defer e.Close()
	base := `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"ruled"},"spec":{"containers":[{"name":"c","image":"x"}]EXTRA}}`
	try := func(extra string) (*corev1.Pod, []string, error) {
		body := json.RawMessage(strings.Replace(base, "EXTRA", extra, 1))
		created := &corev1.Pod{}
		q := url.Values{"dryRun": {"All"}, "fieldValidation": {"Warn"}}
		h, err := e.object(t.Context(), http.MethodPost, podSegments("default"), q, body, created)
		return created, h.Values("Warning"), err
	}
	for path, extra := range map[string]string{
		"spec.ephemeralContainers": `,"ephemeralContainers":[{"name":"e","image":"x"}]`,
		"spec.overhead":            `,"overhead":{"cpu":"1"}`,
		"spec.priority":            `,"priority":7`,
	} {
		if _, _, err := try(extra); err == nil {
			t.Errorf("%s is taken: the table says otherwise", path)
		}
	}
	created, _, err := try(`,"serviceAccount":"default"`)
	if err != nil || created.Spec.ServiceAccountName != "default" {
		t.Errorf("serviceAccount: %v, %+v", err, created.Spec)
	}
	if _, warnings, err := try(`,"deprecatedServiceAccount":"default"`); err != nil || !strings.Contains(strings.Join(warnings, " "), "deprecatedServiceAccount") {
		t.Errorf("deprecatedServiceAccount: %v, warnings %q", err, warnings)
	}
	if _, _, err := try(`,"volumes":[{"name":"v","flexVolume":{"options":{"volumeID":"x"}}}]`); err == nil || !strings.Contains(err.Error(), "driver") {
		t.Errorf("a flexVolume without a driver: %v", err)
	}
	created, _, err = try(`,"volumes":[{"name":"v","flexVolume":{"driver":"a/b","readOnly":true,"options":{"volumeID":"x"}}}]`)
	if err != nil || created.Spec.Volumes[0].FlexVolume.Options["volumeID"] != "x" {
		t.Errorf("a flexVolume: %v", err)
	}
}
