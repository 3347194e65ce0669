package kube

import (
	"github.com/go-logr/logr/funcr"
	"k8s.io/klog/v2"
)

// Quiet hands what Kubernetes' client library logs to log, a line at a time,
// instead of stderr, where it would be written over a screen. nil drops it. It
// is for the whole process, and to be called once, before the first Engine.
func Quiet(log func(line string)) {
	klog.SetLogger(funcr.New(func(prefix, args string) {
		if log != nil {
			log(prefix + args)
		}
	}, funcr.Options{}))
}
