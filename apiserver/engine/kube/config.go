package kube

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	_ "k8s.io/client-go/plugin/pkg/client/auth" // the kubeconfig's auth-provider entries, as kubectl has them
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// InCluster is the name under which the service account of the pod that this
// program runs in is listed beside the kubeconfig's contexts.
const InCluster = "in-cluster"

// source is where the credentials come from. It is read again whenever they
// were refused, so that a new login counts at once.
type source struct {
	opts  Options
	rules *clientcmd.ClientConfigLoadingRules
}

func sourceOf(o Options) source {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = o.Kubeconfig
	return source{opts: o, rules: rules}
}

// load reads the kubeconfig's files and merges them as kubectl does.
func (s source) load() (*clientcmdapi.Config, error) {
	raw, err := s.rules.Load()
	if err != nil {
		return nil, fmt.Errorf("read the kubeconfig %s: %w", s.names(), err)
	}
	return raw, nil
}

// names are the files of the kubeconfig, for people.
func (s source) names() string {
	if s.rules.ExplicitPath != "" {
		return s.rules.ExplicitPath
	}
	return strings.Join(s.rules.Precedence, string(filepath.ListSeparator))
}

// contextName is the context that is meant, after the kubeconfig's own choice
// and, as with kubectl, the cluster around this program where there is neither.
func (s source) contextName(raw *clientcmdapi.Config) (string, error) {
	switch {
	case s.opts.Context == InCluster && raw.Contexts[InCluster] == nil:
		return InCluster, nil
	case s.opts.Context != "":
		if raw.Contexts[s.opts.Context] == nil {
			return "", fmt.Errorf("the kubeconfig %s has no context %q; it has %s", s.names(), s.opts.Context, contextList(raw))
		}
		return s.opts.Context, nil
	case raw.CurrentContext != "":
		if raw.Contexts[raw.CurrentContext] == nil {
			return "", fmt.Errorf("the kubeconfig %s has no context %q, which it says is the current one; it has %s",
				s.names(), raw.CurrentContext, contextList(raw))
		}
		return raw.CurrentContext, nil
	case insideCluster():
		return InCluster, nil
	case len(raw.Contexts) > 0:
		return "", fmt.Errorf("the kubeconfig %s says no current context; choose one of %s", s.names(), contextList(raw))
	}
	return "", fmt.Errorf("there is no Kubernetes context: %s does not exist or names none", s.names())
}

func contextList(raw *clientcmdapi.Config) string {
	if len(raw.Contexts) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(raw.Contexts)), ", ")
}

// config makes the client's configuration of the context. Where words is
// given, credential plugins are kept off the terminal and their words in it.
func (s source) config(words *pluginWords) (*rest.Config, error) {
	raw, err := s.load()
	if err != nil {
		return nil, err
	}
	name, err := s.contextName(raw)
	if err != nil {
		return nil, err
	}
	var cfg *rest.Config
	if name == InCluster && raw.Contexts[name] == nil {
		cfg, err = rest.InClusterConfig()
	} else {
		cfg, err = clientcmd.NewNonInteractiveClientConfig(*raw, name, &clientcmd.ConfigOverrides{}, s.rules).ClientConfig()
	}
	if err != nil {
		return nil, fmt.Errorf("make a connection of the context %q: %w", name, err)
	}
	cfg.UserAgent = userAgent(s.opts.Version)
	// Answers pass through as they are, compressed only if the client asks.
	cfg.DisableCompression = true
	if words != nil && cfg.ExecProvider != nil && !s.opts.Interactive {
		if err := words.capture(cfg.ExecProvider); err != nil {
			return nil, err
		}
	}
	return cfg, nil
}

func userAgent(version string) string {
	if version == "" {
		return "podium"
	}
	return "podium/" + version
}

// subject is what the kubeconfig tells of a context, for people.
type subject struct {
	context, namespace, server, identity string
}

// subject reads what is known without asking anybody.
func (s source) subject() (subject, error) {
	raw, err := s.load()
	if err != nil {
		return subject{}, err
	}
	name, err := s.contextName(raw)
	if err != nil {
		return subject{}, err
	}
	out := subject{context: name, namespace: "default"}
	if name == InCluster && raw.Contexts[name] == nil {
		out.server, out.identity = "https://"+os.Getenv("KUBERNETES_SERVICE_HOST"), "the pod's service account"
		if ns, err := os.ReadFile(serviceAccount + "/namespace"); err == nil && len(ns) > 0 {
			out.namespace = strings.TrimSpace(string(ns))
		}
	} else {
		c := contextOf(raw, name)
		out.server, out.identity = c.Server, c.Identity
		if c.Namespace != "" {
			out.namespace = c.Namespace
		}
	}
	if s.opts.Namespace != "" {
		out.namespace = s.opts.Namespace
	}
	return out, nil
}

// serviceAccount is where Kubernetes mounts a pod's own credentials.
const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount"

// insideCluster tells whether this program runs in a pod that has credentials.
func insideCluster() bool {
	if os.Getenv("KUBERNETES_SERVICE_HOST") == "" || os.Getenv("KUBERNETES_SERVICE_PORT") == "" {
		return false
	}
	st, err := os.Stat(serviceAccount + "/token")
	return err == nil && st.Mode().IsRegular()
}

// Context is one context of a kubeconfig, or InCluster.
type Context struct {
	Name      string
	Cluster   string // name of the cluster's entry
	Server    string // URL
	User      string // name of the user's entry
	Namespace string // empty for the cluster's default
	Current   bool   // the one that is meant when none is named

	// Identity says who the cluster will take the user for, as far as the
	// kubeconfig tells: a certificate's or token's subject, a user name, the
	// name of a credential plugin.
	Identity string

	// Problem says why the context cannot be used, such as a cluster entry
	// that is missing; empty when nothing is known against it.
	Problem string
}

// Contexts lists the contexts of a kubeconfig by name, and InCluster where this
// program runs in a pod. kubeconfig is a file to read instead of kubectl's
// choice, or empty. Nothing is contacted and no credential plugin runs. That
// there is no kubeconfig is no error: the list is empty.
func Contexts(kubeconfig string) ([]Context, error) {
	s := sourceOf(Options{Kubeconfig: kubeconfig})
	raw, err := s.load()
	if err != nil {
		if kubeconfig != "" || !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		raw = clientcmdapi.NewConfig()
	}
	var out []Context
	for _, name := range slices.Sorted(maps.Keys(raw.Contexts)) {
		out = append(out, contextOf(raw, name))
	}
	if insideCluster() && raw.Contexts[InCluster] == nil {
		c := Context{Name: InCluster, Server: "https://" + os.Getenv("KUBERNETES_SERVICE_HOST"), Current: raw.CurrentContext == "", Identity: "the pod's service account"}
		out = append(out, c)
	}
	return out, nil
}

func contextOf(raw *clientcmdapi.Config, name string) Context {
	rc := raw.Contexts[name]
	c := Context{Name: name, Cluster: rc.Cluster, User: rc.AuthInfo, Namespace: rc.Namespace, Current: name == raw.CurrentContext}
	if cluster := raw.Clusters[rc.Cluster]; cluster != nil {
		c.Server = cluster.Server
	} else {
		c.Problem = fmt.Sprintf("its cluster %q is not in the kubeconfig", rc.Cluster)
	}
	switch user := raw.AuthInfos[rc.AuthInfo]; {
	case user != nil:
		c.Identity = identityOf(user, rc.AuthInfo)
	case rc.AuthInfo != "" && c.Problem == "":
		c.Problem = fmt.Sprintf("its user %q is not in the kubeconfig", rc.AuthInfo)
	}
	return c
}

// identityOf says who a user's entry stands for.
func identityOf(user *clientcmdapi.AuthInfo, name string) string {
	if user.Impersonate != "" {
		return user.Impersonate
	}
	if subject := certificateSubject(user); subject != "" {
		return subject
	}
	if subject := tokenSubject(user.Token); subject != "" {
		return subject
	}
	switch {
	case user.Username != "":
		return user.Username
	case user.Exec != nil:
		return fmt.Sprintf("%s (by %s)", name, filepath.Base(user.Exec.Command))
	}
	return name
}

// certificateSubject is the common name of a client certificate, which is the
// user's name to the cluster.
func certificateSubject(user *clientcmdapi.AuthInfo) string {
	data := user.ClientCertificateData
	if len(data) == 0 && user.ClientCertificate != "" {
		var err error
		if data, err = os.ReadFile(user.ClientCertificate); err != nil {
			return "" // making the connection says so
		}
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return ""
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return ""
	}
	return cert.Subject.CommonName
}

// tokenSubject is whom a JSON web token says it is for, taken at its word.
func tokenSubject(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims struct {
		Email             string `json:"email"`
		PreferredUsername string `json:"preferred_username"`
		Subject           string `json:"sub"`
	}
	if json.Unmarshal(payload, &claims) != nil {
		return ""
	}
	for _, s := range []string{claims.Email, claims.PreferredUsername, claims.Subject} {
		if s != "" {
			return s
		}
	}
	return ""
}

// lookPath finds a credential plugin, so that one that is missing is left to
// client-go, which has the kubeconfig's hint of how to install it.
func lookPath(command string) bool {
	_, err := exec.LookPath(command)
	return err == nil
}
