package host

import (
	"strings"
	"testing"

	"podium/apiserver/engine"
)

func FuzzDecodePod(f *testing.F) {
	f.Add([]byte(`{"metadata":{"name":"a","namespace":"default","uid":"u"},"spec":{"containers":[{"name":"c"}],"volumes":[{"name":"v","flexVolume":{"options":{"volumeID":"x"}}}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		pod, err := decodePod(data, "u")
		if err != nil {
			return
		}
		for _, name := range append(engine.ContainerNames(pod), pod.Name, pod.Namespace) {
			if name == "" || strings.Contains(name, "/") || strings.HasPrefix(name, ".") {
				t.Errorf("the name %q got through", name)
			}
		}
	})
}
