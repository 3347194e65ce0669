// Command kube is one binary with the programs of a whole Kubernetes node: the control plane, the kubelet, kubectl and etcd.
// One link instead of six keeps the build of the test cluster to a few minutes. It runs the program that its own file name
// or, called as "kube", its first argument names. It serves tests of podium and nothing else.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

// programs are run with os.Args as they expect them, their own name first; each returns the exit status.
var programs = map[string]func() int{
	"etcd":                    func() int { etcdmain.Main(os.Args); return 0 },
	"kubectl":                 runKubectl,
	"kube-apiserver":          func() int { return runCommand(apiserver.NewAPIServerCommand()) },
	"kube-controller-manager": func() int { return runCommand(controllers.NewControllerManagerCommand()) },
	"kube-scheduler":          func() int { return runCommand(scheduler.NewSchedulerCommand()) },
	"kubelet":                 func() int { return runCommand(kubelet.NewKubeletCommand(context.Background())) },
}

func main() {
	run, ok := programs[filepath.Base(os.Args[0])]
	if !ok && len(os.Args) > 1 {
		os.Args = os.Args[1:]
		run, ok = programs[os.Args[0]]
	}
	if !ok {
		names := slices.Sorted(maps.Keys(programs))
		fmt.Fprintln(os.Stderr, "usage: kube PROGRAM [ARGUMENT…], where PROGRAM is one of", strings.Join(names, ", "))
		os.Exit(2)
	}
	os.Exit(run())
}

func runCommand(command *cobra.Command) int { return cli.Run(command) }

// runKubectl leaves the words of an error to kubectl itself, which turns a server's Status into a sentence.
func runKubectl() int {
	if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
		kubectlutil.CheckErr(err)
		return 1
	}
	return 0
}
