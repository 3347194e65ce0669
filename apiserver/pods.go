package apiserver

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"podium/api"
	"podium/apiserver/engine"
)

// getPod is the API page's Get.
func (s *Server) getPod(w http.ResponseWriter, r *http.Request, p params) error {
	pod, err := s.engine.Get(r.Context(), p["namespace"], p["name"])
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, typed(pod))
	return nil
}

// typed gives a pod the kind and apiVersion that every pod on the wire has.
func typed(pod *corev1.Pod) *corev1.Pod {
	pod.Kind, pod.APIVersion = "Pod", "v1"
	return pod
}

// createPod is the API page's Create.
func (s *Server) createPod(w http.ResponseWriter, r *http.Request, p params) error {
	dryRun, err := dryRunOf(r.URL.Query()["dryRun"])
	if err != nil {
		return err
	}
	body, err := s.readBody(w, r, s.limits.PodBytes)
	if err != nil {
		return err
	}
	pod, warnings, err := s.decodePod(body, p["namespace"])
	if err != nil {
		return err
	}
	if err := s.checkNamespace(r, pod.Namespace); err != nil {
		return err
	}
	more, err := s.validate(pod)
	warnings = append(warnings, more...)
	if err != nil {
		addWarnings(w, warnings)
		return err
	}
	created, more, err := s.create(r, pod, dryRun)
	addWarnings(w, append(warnings, more...))
	if err != nil {
		return err
	}
	w.Header().Set("Location", api.PodPath(created.Namespace, created.Name))
	writeJSON(w, http.StatusCreated, typed(created))
	return nil
}

// dryRunOf reads Kubernetes' dryRun, which must never be overlooked: whoever
// asks for it wants nothing to happen.
func dryRunOf(values []string) (bool, error) {
	for _, v := range values {
		if v != metav1.DryRunAll {
			return false, &api.QueryError{Param: "dryRun", Value: v, Want: metav1.DryRunAll}
		}
	}
	return len(values) > 0, nil
}

// decodePod reads a pod to be created, with what is not known in it as
// warnings, and takes away what only servers set.
func (s *Server) decodePod(body []byte, namespace string) (*corev1.Pod, []string, error) {
	if len(body) == 0 {
		return nil, nil, apierrors.NewBadRequest("the body is empty; it must be a Pod as JSON")
	}
	pod := &corev1.Pod{}
	strict, err := decode(body, pod)
	if err != nil {
		return nil, nil, err
	}
	if pod.Kind != "" && pod.Kind != "Pod" || pod.APIVersion != "" && pod.APIVersion != "v1" {
		return nil, nil, apierrors.NewBadRequest(fmt.Sprintf("the body is %s of %s; it must be Pod of v1",
			cmp.Or(pod.Kind, "an object"), cmp.Or(pod.APIVersion, "no apiVersion")))
	}
	if pod.Namespace != "" && pod.Namespace != namespace {
		return nil, nil, apierrors.NewBadRequest(fmt.Sprintf("the namespace of the pod (%s) is not the one of the request (%s)", pod.Namespace, namespace))
	}
	pod.Namespace = namespace
	pod.Status = corev1.PodStatus{}
	m := &pod.ObjectMeta
	m.UID, m.ResourceVersion, m.Generation = "", "", 0
	m.CreationTimestamp, m.DeletionTimestamp, m.DeletionGracePeriodSeconds = metav1.Time{}, nil, nil
	m.ManagedFields = nil
	return pod, strict, nil
}

// checkNamespace refuses to create in a namespace that does not exist. Engines
// with namespaces of their own say it themselves.
func (s *Server) checkNamespace(_ *http.Request, namespace string) error {
	if _, ok := s.engine.(engine.Namespacer); ok || namespace == api.DefaultNamespace {
		return nil
	}
	return apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, namespace)
}

// validate holds the pod against the API's rules and the engine's.
func (s *Server) validate(pod *corev1.Pod) ([]string, error) {
	check := pod
	if pod.Name == "" && pod.GenerateName != "" {
		check = pod.DeepCopy()
		check.Name = generated(pod.GenerateName, "bcdfg")
	}
	warnings, causes := s.opts.Validate(check)
	if v, ok := s.engine.(engine.Validator); ok {
		more, err := v.Validate(check)
		warnings = append(warnings, more...)
		if err != nil {
			own, ok := invalidCauses(err)
			if !ok {
				return warnings, err
			}
			causes = mergeCauses(causes, own)
		}
	}
	if len(causes) > 0 {
		return warnings, invalid(cmp.Or(pod.Name, pod.GenerateName), causes)
	}
	return warnings, nil
}

func invalidCauses(err error) ([]metav1.StatusCause, bool) {
	var st apierrors.APIStatus
	if !apierrors.IsInvalid(err) || !errors.As(err, &st) || st.Status().Details == nil {
		return nil, false
	}
	return st.Status().Details.Causes, true
}

// mergeCauses joins the causes of two judges, each field's fault told once.
func mergeCauses(a, b []metav1.StatusCause) []metav1.StatusCause {
	type fault struct {
		kind  metav1.CauseType
		field string
	}
	seen := map[fault]bool{}
	var out []metav1.StatusCause
	for _, c := range append(a, b...) {
		f := fault{c.Type, c.Field}
		if !seen[f] {
			seen[f] = true
			out = append(out, c)
		}
	}
	return out
}

// invalid is 422 with causes, its message as Kubernetes words it, which the
// page's original client takes apart.
func invalid(name string, causes []metav1.StatusCause) error {
	texts := make([]string, len(causes))
	for i, c := range causes {
		texts[i] = c.Field + ": " + c.Message
	}
	text := strings.Join(texts, ", ")
	if len(texts) > 1 {
		text = "[" + text + "]"
	}
	err := failure(http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "Pod %q is invalid: %s", name, text)
	err.ErrStatus.Details = &metav1.StatusDetails{Name: name, Kind: "Pod", Causes: causes}
	return err
}

// generateTries is how many generated names are tried before giving up.
const generateTries = 8

// create makes the pod, under a generated name where it has none.
func (s *Server) create(r *http.Request, pod *corev1.Pod, dryRun bool) (*corev1.Pod, []string, error) {
	try := func(pod *corev1.Pod) (*corev1.Pod, []string, error) {
		if !dryRun {
			return s.engine.Create(r.Context(), pod)
		}
		_, err := s.engine.Get(r.Context(), pod.Namespace, pod.Name)
		switch {
		case err == nil:
			return nil, nil, apierrors.NewAlreadyExists(pods(), pod.Name)
		case apierrors.IsNotFound(err):
			return pod.DeepCopy(), nil, nil
		}
		return nil, nil, err
	}
	if pod.Name != "" || pod.GenerateName == "" {
		return try(pod)
	}
	for i := 0; ; i++ {
		pod.Name = generated(pod.GenerateName, randomText(5))
		created, warnings, err := try(pod)
		if !apierrors.IsAlreadyExists(err) || i == generateTries {
			return created, warnings, err
		}
	}
}

// maxGenerated is how much of generateName is kept, so that a name of 63
// characters remains.
const maxGenerated = 58

func generated(prefix, suffix string) string {
	return prefix[:min(len(prefix), maxGenerated)] + suffix
}

// randomText is n characters that spell no word and look like no other.
func randomText(n int) string {
	const alphabet = "bcdfghjklmnpqrstvwxz2456789"
	b := make([]byte, n)
	_, _ = rand.Read(b) // documented never to fail
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(b)
}

// deletePod is the API page's Delete: 204 and no body on every engine.
func (s *Server) deletePod(w http.ResponseWriter, r *http.Request, p params) error {
	opts, err := s.deleteOptions(w, r)
	if err != nil {
		return err
	}
	if len(opts.DryRun) > 0 {
		_, err = s.engine.Get(r.Context(), p["namespace"], p["name"])
	} else {
		err = s.engine.Delete(r.Context(), p["namespace"], p["name"], opts)
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// deleteBody is DeleteOptions as clients send it: kind and apiVersion may be
// missing and other fields there.
const deleteBodyBytes = 64 << 10

func (s *Server) deleteOptions(w http.ResponseWriter, r *http.Request) (metav1.DeleteOptions, error) {
	var opts metav1.DeleteOptions
	body, err := s.readBody(w, r, deleteBodyBytes)
	if err != nil {
		return opts, err
	}
	if body != nil {
		if _, err := decode(body, &opts); err != nil {
			return opts, err
		}
	}
	if opts.Kind != "" && opts.Kind != "DeleteOptions" {
		return opts, apierrors.NewBadRequest(fmt.Sprintf("the body is %s; it must be DeleteOptions", opts.Kind))
	}
	q := r.URL.Query()
	if v := q.Get("gracePeriodSeconds"); v != "" && opts.GracePeriodSeconds == nil {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return opts, &api.QueryError{Param: "gracePeriodSeconds", Value: v, Want: "a whole number of at least 0"}
		}
		opts.GracePeriodSeconds = &n
	}
	if g := opts.GracePeriodSeconds; g != nil && (*g < 0 || *g > math.MaxInt32) {
		return opts, apierrors.NewBadRequest(fmt.Sprintf("gracePeriodSeconds is %d; it must be a whole number from 0 to %d", *g, math.MaxInt32))
	}
	if opts.DryRun == nil {
		opts.DryRun = q["dryRun"]
	}
	_, err = dryRunOf(opts.DryRun)
	return opts, err
}
