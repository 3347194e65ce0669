package apiclient

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"podium/api"
)

// benchPod is a pod of about 4.1 kB as a cluster has them, number n.
func benchPod(n int) string {
	app := []string{"web", "cart", "auth", "mail", "search"}[n%5]
	at := time.Date(2026, 11, 20, 10, n%60, n%60, 0, time.UTC).Format(time.RFC3339)
	var fields strings.Builder
	for i := range 40 {
		fmt.Fprintf(&fields, `"f:field%02d":{"f:inner":{},"f:other":{}},`, i)
	}
	return fmt.Sprintf(`{"metadata":{"name":"%[1]s-%08[2]x-%05[2]d","generateName":"%[1]s-","namespace":"default","uid":"%08[2]x-0000-4000-8000-%012[2]x","resourceVersion":"%[2]d","creationTimestamp":"%[3]s",`+
		`"labels":{"app":"%[1]s","pod-template-hash":"%08[4]x","tier":"backend"},"annotations":{"checksum/config":"%064[2]x","note":"%[6]s"},`+
		`"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"%[1]s-%08[4]x","uid":"u","controller":true}],"managedFields":[{"manager":"m","fieldsV1":{%[5]s"k:{\"uid\":\"u\"}":{}}}]},`+
		`"spec":{"volumes":[{"name":"token","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}}],"defaultMode":420}}],"containers":[{"name":"%[1]s","image":"registry.example/shop/%[1]s:1.%[4]d",`+
		`"ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],"env":[{"name":"LOG_LEVEL","value":"info"}],"resources":{"limits":{"cpu":"500m","memory":"256Mi"}},"volumeMounts":[{"name":"token","readOnly":true,"mountPath":"/var/run/secrets"}],`+
		`"livenessProbe":{"httpGet":{"path":"/healthz","port":"http"},"periodSeconds":10},"imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always","nodeName":"node-%03[4]d","securityContext":{},"tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists"}]},`+
		`"status":{"phase":"Running","conditions":[{"type":"Initialized","status":"True","lastProbeTime":null,"lastTransitionTime":"%[3]s"},{"type":"Ready","status":"True","lastTransitionTime":"%[3]s"},{"type":"PodScheduled","status":"True","lastTransitionTime":"%[3]s"}],`+
		`"hostIP":"192.168.0.1","podIP":"10.244.1.%[4]d","startTime":"%[3]s","containerStatuses":[{"name":"%[1]s","state":{"running":{"startedAt":"%[3]s"}},"lastState":{"terminated":{"exitCode":1,"reason":"Error","startedAt":"%[3]s","finishedAt":"%[3]s"}},`+
		`"ready":true,"restartCount":3,"image":"registry.example/shop/%[1]s","imageID":"sha256:%064[2]x","containerID":"containerd://%064[2]x","started":true}],"qosClass":"Burstable"}}`,
		app, n, at, n%100, fields.String(), strings.Repeat("a note of some length ", 13))
}

func benchList(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(benchPod(i))
	}
	b.WriteString("]}")
	return b.Bytes()
}

// listServer gives the same list to every request, over a unix socket.
func listServer(t testing.TB, list []byte) *Client {
	return newClient(t, rawServer(t, func(conn net.Conn) {
		for {
			if _, err := readRequest(conn); err != nil {
				return
			}
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(list))
			if _, err := conn.Write(list); err != nil {
				return
			}
		}
	}))
}

// slimList is the rival of List: encoding/json into the fields of a table, the
// body read whole.
type slimList struct {
	Items []struct {
		Metadata struct {
			Name, Namespace, UID string
			CreationTimestamp    time.Time
			Labels               map[string]string
		}
		Spec struct {
			NodeName   string
			Containers []struct{ Name, Image string }
		}
		Status struct {
			Phase, PodIP      string
			ContainerStatuses []struct {
				Ready        bool
				RestartCount int
				State        map[string]struct{ Reason string }
			}
		}
	}
}

// cpu is the processor time that this process has used: of the server too, so
// it is more than the client's share.
func cpu(t testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkList takes 10,000 pods of 4.1 kB over a unix socket: decoded by List,
// by encoding/json for comparison, thrown away, and polled unchanged.
func BenchmarkList(b *testing.B) {
	list := benchList(10000)
	c := listServer(b, list)
	run := func(name string, one func() error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(list)))
			b.ReportAllocs()
			before := cpu(b)
			for b.Loop() {
				if err := one(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpu(b)-before).Milliseconds())/float64(b.N), "cpu-ms/op")
		})
	}
	count := func(opts api.ListOptions) func() error {
		return func() error {
			n := 0
			_, err := c.List(b.Context(), "default", opts, func(api.PodRow) error { n++; return nil })
			if err == nil && n != 10000 {
				err = fmt.Errorf("%d rows came", n)
			}
			return err
		}
	}
	body := func(use func(io.Reader) error) func() error {
		return func() error {
			a, err := c.do(b.Context(), call{method: "GET", target: "/"})
			if err != nil {
				return err
			}
			defer a.Close()
			return use(a.body)
		}
	}
	run("rows", count(api.ListOptions{}))
	run("unchanged", count(api.ListOptions{Memo: api.NewRowMemo()}))
	run("rival-slim-json", body(func(r io.Reader) error {
		all, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		var l slimList
		return json.Unmarshal(all, &l)
	}))
	run("floor-discard", body(func(r io.Reader) error {
		_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, make([]byte, 64<<10))
		return err
	}))
}

// BenchmarkFirstRow is the time until the first of 10,000 rows is there.
func BenchmarkFirstRow(b *testing.B) {
	c := listServer(b, benchList(10000))
	for b.Loop() {
		if _, err := c.List(b.Context(), "default", api.ListOptions{}, func(api.PodRow) error { return io.EOF }); !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
	}
}

// The benchmark's pods are what the figures say, and both ways read them.
func TestBenchPod(t *testing.T) {
	list := benchList(50)
	if size := len(list) / 50; size < 3900 || size > 4300 {
		t.Errorf("a pod has %d bytes", size)
	}
	got, _, err := rows(listServer(t, list), api.ListOptions{})
	if err != nil || len(got) != 50 || got[7].Ready != 1 || got[7].Restarts != 3 || got[7].Owner == "" {
		t.Errorf("%d rows, %v", len(got), err)
	}
	var l slimList
	if err := json.Unmarshal(list, &l); err != nil || l.Items[7].Status.ContainerStatuses[0].RestartCount != 3 {
		t.Errorf("the rival: %v", err)
	}
}
