package apiserver

import (
	"fmt"
	"maps"
	"net/http"
	"runtime"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"

	"podium/api"
	"podium/apiserver/engine"
)

// info answers what serves: the engine's own words and what this server adds.
func (s *Server) info(w http.ResponseWriter, r *http.Request, _ params) error {
	own, err := s.engine.Info(r.Context())
	if err != nil {
		return fmt.Errorf("ask the engine what it is: %w", err)
	}
	info := maps.Clone(own).With(api.CapExecInspect, api.CapExecKill)
	if s.opts.Version != "" {
		info[api.InfoVersion] = s.opts.Version
	}
	writeJSON(w, http.StatusOK, info)
	return nil
}

// apiVersions is the first question of Kubernetes' discovery.
func (s *Server) apiVersions(w http.ResponseWriter, _ *http.Request, _ params) error {
	writeJSON(w, http.StatusOK, metav1.APIVersions{
		TypeMeta: metav1.TypeMeta{Kind: "APIVersions"},
		Versions: []string{"v1"},
		// Clients want the list to be there; who they are is not asked for.
		ServerAddressByClientCIDRs: []metav1.ServerAddressByClientCIDR{},
	})
	return nil
}

// apiGroups answers that there are no groups beside the core.
func (s *Server) apiGroups(w http.ResponseWriter, _ *http.Request, _ params) error {
	writeJSON(w, http.StatusOK, metav1.APIGroupList{
		TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"},
		Groups:   []metav1.APIGroup{},
	})
	return nil
}

// apiResources lists what there is in v1, with the verbs of this engine.
func (s *Server) apiResources(w http.ResponseWriter, r *http.Request, _ params) error {
	info, err := s.engine.Info(r.Context())
	if err != nil {
		return fmt.Errorf("ask the engine what it is: %w", err)
	}
	verbs := metav1.Verbs{"create", "delete", "get", "list"}
	if info.Has(api.CapWatch) {
		verbs = append(verbs, "watch")
	}
	list := metav1.APIResourceList{
		TypeMeta:     metav1.TypeMeta{Kind: "APIResourceList"},
		GroupVersion: "v1",
		APIResources: []metav1.APIResource{
			{Name: "namespaces", Kind: "Namespace", Verbs: metav1.Verbs{"get", "list"}, ShortNames: []string{"ns"}},
			{Name: "pods", Namespaced: true, Kind: "Pod", Verbs: verbs, ShortNames: []string{"po"}},
		},
	}
	if info.Has(api.CapEvents) {
		list.APIResources = append(list.APIResources, metav1.APIResource{
			Name: "events", Namespaced: true, Kind: "Event", Verbs: metav1.Verbs{"list"}, ShortNames: []string{"ev"},
		})
	}
	if info.Has(api.CapLog) {
		list.APIResources = append(list.APIResources, metav1.APIResource{
			Name: "pods/log", Namespaced: true, Kind: "Pod", Verbs: metav1.Verbs{"get"},
		})
	}
	writeJSON(w, http.StatusOK, list)
	return nil
}

// version answers as Kubernetes' version path does.
func (s *Server) version(w http.ResponseWriter, _ *http.Request, _ params) error {
	v := version.Info{
		Major: "1", Minor: "9", GitVersion: "v1.9.0+podium",
		GoVersion: runtime.Version(), Compiler: runtime.Compiler, Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	if s.opts.Version != "" {
		v.GitVersion = "v1.9.0+podium." + s.opts.Version
	}
	writeJSON(w, http.StatusOK, v)
	return nil
}

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request, _ params) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write([]byte("ok\n")) // a client that has gone need not be told
	return nil
}

// namespaces are the engine's, or the one that the API page knows.
func (s *Server) namespaces(r *http.Request) ([]string, error) {
	if n, ok := s.engine.(engine.Namespacer); ok {
		names, err := n.Namespaces(r.Context())
		if err != nil {
			return nil, fmt.Errorf("list the namespaces of the engine: %w", err)
		}
		return names, nil
	}
	return []string{api.DefaultNamespace}, nil
}

func namespaceObject(name string) corev1.Namespace {
	return corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Status:     corev1.NamespaceStatus{Phase: corev1.NamespaceActive},
	}
}

func (s *Server) listNamespaces(w http.ResponseWriter, r *http.Request, _ params) error {
	names, err := s.namespaces(r)
	if err != nil {
		return err
	}
	list := corev1.NamespaceList{TypeMeta: metav1.TypeMeta{Kind: "NamespaceList", APIVersion: "v1"}, Items: []corev1.Namespace{}}
	for _, n := range names {
		list.Items = append(list.Items, namespaceObject(n))
	}
	writeJSON(w, http.StatusOK, list)
	return nil
}

func (s *Server) getNamespace(w http.ResponseWriter, r *http.Request, p params) error {
	names, err := s.namespaces(r)
	if err != nil {
		return err
	}
	if !slices.Contains(names, p["namespace"]) {
		return apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, p["namespace"])
	}
	ns := namespaceObject(p["namespace"])
	ns.TypeMeta = metav1.TypeMeta{Kind: "Namespace", APIVersion: "v1"}
	writeJSON(w, http.StatusOK, ns)
	return nil
}
